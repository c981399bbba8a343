"""Qwen, by Alibaba Cloud Model Studio (DashScope)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tollgate_providers.adapter import Wire
from tollgate_providers.formats.openai.capabilities import UNFORCED, Capabilities
from tollgate_providers.formats.openai.compatible import OpenAICompatible, detail_of
from tollgate_providers.formats.openai.embeddings import EmbeddingsWire
from tollgate_providers.formats.openai.operations import RerankWire


class Qwen(OpenAICompatible):
    """Reasoning comes on top of max_tokens and has a limit of its own, which is always sent.

    Keys of the international site need DASHSCOPE_BASE_URL=https://dashscope-intl.aliyuncs.com/compatible-mode/v1.
    """

    name = "qwen"
    base_url = "https://dashscope.aliyuncs.com/compatible-mode/v1"
    api_key_variable = "DASHSCOPE_API_KEY"
    base_url_variable = "DASHSCOPE_BASE_URL"
    capabilities = Capabilities(
        extras=frozenset({"top_k"}),
        missing=frozenset({"metadata"}),
        text_lists=True,
        cache_marks=True,
        audio=True,
        reasoning="budget",
        reasoning_choices=UNFORCED,
    )
    thinking_budget_field = "thinking_budget"
    wires: Mapping[tuple[str, str], Wire] = MappingProxyType(
        {
            ("openai", "embeddings"): EmbeddingsWire(),
            # Beside the API that is compatible with OpenAI's, not within it.
            ("openai", "rerank"): RerankWire("//compatible-api/v1/reranks"),
        }
    )
    # Unpaid bills come with status 400.
    account_errors = frozenset({"Arrearage"})

    def cache_write_tokens(self, usage: Mapping[str, Any]) -> object:
        return detail_of(usage, "prompt_tokens_details", "cache_creation_input_tokens")


ADAPTER = Qwen()
