"""The `usage` object, in OpenAI's form and in those of two other vendors."""

from typing import Any

from tollgate_sandbox.scenarios import Scenario
from tollgate_sandbox.usage import Counts, claim


def report(counts: Counts, scenario: Scenario) -> dict[str, Any]:
    """The scenario's usage "none" is left to who places it."""
    said = claim(counts, scenario)
    usage = {
        "prompt_tokens": said.prompt,
        "completion_tokens": said.completion,
        "total_tokens": said.total,
    }
    if said.counts is None:
        return usage
    if scenario.usage == "in_choice":
        usage["cached_tokens"] = counts.cached
    else:
        usage["prompt_tokens_details"] = {"cached_tokens": counts.cached, "audio_tokens": 0}
    usage["completion_tokens_details"] = {
        "reasoning_tokens": counts.reasoning,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    }
    if scenario.usage == "deepseek":
        usage["prompt_cache_hit_tokens"] = counts.cached
        usage["prompt_cache_miss_tokens"] = counts.prompt - counts.cached
    return usage
