"""Kimi, by Moonshot."""

from collections.abc import Mapping
from typing import Any

from tollgate_providers.formats.openai.compatible import OpenAICompatible
from tollgate_providers.formats.openai.provider_request import Capabilities


class Kimi(OpenAICompatible):
    """May put usage inside the choice that finishes, and cached tokens at the top of usage."""

    name = "kimi"
    base_url = "https://api.moonshot.cn/v1"
    api_key_variable = "MOONSHOT_API_KEY"
    base_url_variable = "MOONSHOT_BASE_URL"
    capabilities = Capabilities(
        missing=frozenset({"seed", "metadata", "parallel_tool_calls", "logprobs", "top_logprobs"})
    )
    max_tokens_field = "max_completion_tokens"
    # Comes with status 429 although no waiting helps.
    account_errors = frozenset({"exceeded_current_quota_error"})

    def find_usage(self, event: Mapping[str, Any]) -> object:
        choices = event.get("choices")
        return event.get("usage") or (choices[0].get("usage") if choices else None)

    def cached_tokens(self, usage: Mapping[str, Any]) -> object:
        return usage.get("cached_tokens") or super().cached_tokens(usage)


ADAPTER = Kimi()
