"""DeepSeek."""

from collections.abc import Mapping
from typing import Any

from tollgate_providers.formats.openai.capabilities import LOW_HIGH_MAX, UNFORCED, Capabilities
from tollgate_providers.formats.openai.compatible import OpenAICompatible


class DeepSeek(OpenAICompatible):
    """Counts cache hits at the top of usage; max_tokens includes reasoning."""

    name = "deepseek"
    base_url = "https://api.deepseek.com"
    api_key_variable = "DEEPSEEK_API_KEY"
    base_url_variable = "DEEPSEEK_BASE_URL"
    capabilities = Capabilities(
        missing=frozenset({"n", "seed", "metadata", "parallel_tool_calls"}),
        json_schema=False,
        needs_thoughts=True,
        efforts=LOW_HIGH_MAX,
        reasoning_choices=UNFORCED,
    )

    def cached_tokens(self, usage: Mapping[str, Any]) -> object:
        hits = usage.get("prompt_cache_hit_tokens")
        return super().cached_tokens(usage) if hits is None else hits


ADAPTER = DeepSeek()
