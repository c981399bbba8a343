"""Token counts as a provider reports them: truly, in a vendor's own form, or as a lie."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .answers import Choice
from .scenarios import Scenario

HUGE_TOKENS = 10**12


@dataclass(frozen=True, slots=True)
class Counts:
    """True counts of one request. `cached` is part of the prompt, `reasoning` of the completion."""

    prompt: int
    completion: int
    cached: int
    reasoning: int


def count(prompt: int, choices: Sequence[Choice], cached: int) -> Counts:
    return Counts(
        prompt=prompt,
        completion=sum(choice.tokens for choice in choices),
        cached=min(cached, prompt),
        reasoning=sum(len(choice.reasoning) for choice in choices),
    )


def report(counts: Counts, scenario: Scenario) -> dict[str, Any]:
    """The `usage` object. "none" is left to who places it."""
    lie = _LIES.get(scenario.usage)
    if lie:
        return lie(counts)
    usage = _openai(counts.prompt, counts.completion, counts)
    if scenario.usage == "in_choice":
        usage["cached_tokens"] = counts.cached
        del usage["prompt_tokens_details"]
    elif scenario.usage == "deepseek":
        usage["prompt_cache_hit_tokens"] = counts.cached
        usage["prompt_cache_miss_tokens"] = counts.prompt - counts.cached
    return usage


def _openai(prompt: int, completion: int, counts: Counts) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": counts.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": counts.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _bare(prompt: object, completion: object, total: object) -> dict[str, Any]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total}


_LIES: dict[str, Callable[[Counts], dict[str, Any]]] = {
    "negative": lambda c: _bare(c.prompt, -c.completion, c.prompt - c.completion),
    "huge": lambda c: _bare(c.prompt, HUGE_TOKENS, c.prompt + HUGE_TOKENS),
    "string": lambda c: _bare(str(c.prompt), str(c.completion), str(c.prompt + c.completion)),
    "float": lambda c: _bare(c.prompt + 0.5, c.completion + 0.5, c.prompt + c.completion + 1.0),
    "zero": lambda _: _bare(0, 0, 0),
    "contradictory": lambda c: _bare(c.prompt, c.completion, c.prompt + c.completion + 1000),
}
