"""Kimi, by Moonshot."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tollgate_providers.adapter import Ask
from tollgate_providers.formats.openai.capabilities import LOW_HIGH_MAX, UNFORCED, Capabilities
from tollgate_providers.formats.openai.compatible import OpenAICompatible

# They reason always, and refuse to be told not to; of these, some take an effort.
_ALWAYS_REASONS = re.compile(r"kimi-(k3|k2\.7-code|k2-thinking)")
_TAKES_EFFORT = re.compile(r"kimi-k3")


class Kimi(OpenAICompatible):
    """May put usage inside the choice that finishes, and cached tokens at the top of usage."""

    name = "kimi"
    base_url = "https://api.moonshot.cn/v1"
    api_key_variable = "MOONSHOT_API_KEY"
    base_url_variable = "MOONSHOT_BASE_URL"
    capabilities = Capabilities(
        missing=frozenset({"seed", "metadata", "parallel_tool_calls", "logprobs", "top_logprobs"}),
        needs_thoughts=True,
        reasoning_choices=UNFORCED,
    )
    max_tokens_field = "max_completion_tokens"
    # Comes with status 429 although no waiting helps.
    account_errors = frozenset({"exceeded_current_quota_error"})

    def capabilities_of(self, ask: Ask) -> Capabilities:
        if not _ALWAYS_REASONS.match(ask.model):
            return self.capabilities
        always = replace(self.capabilities, reasoning="always")
        if not _TAKES_EFFORT.match(ask.model):
            return always
        return replace(always, efforts=LOW_HIGH_MAX, reasoning_choices=UNFORCED | {"required"})

    def find_usage(self, event: Mapping[str, Any]) -> object:
        choices = event.get("choices")
        return event.get("usage") or (choices[0].get("usage") if choices else None)

    def cached_tokens(self, usage: Mapping[str, Any]) -> object:
        return usage.get("cached_tokens") or super().cached_tokens(usage)


ADAPTER = Kimi()
