"""Doubao, by Volcano Engine Ark."""

from collections.abc import Mapping
from types import MappingProxyType

from tollgate_providers.adapter import Wire
from tollgate_providers.formats.openai.capabilities import Capabilities
from tollgate_providers.formats.openai.compatible import OpenAICompatible
from tollgate_providers.formats.openai.images import ImagesWire


class Doubao(OpenAICompatible):
    """Its max_tokens leaves reasoning out and excludes max_completion_tokens, which bounds both."""

    name = "doubao"
    base_url = "https://ark.cn-beijing.volces.com/api/v3"
    api_key_variable = "ARK_API_KEY"
    base_url_variable = "ARK_BASE_URL"
    capabilities = Capabilities(
        missing=frozenset({"n", "seed", "metadata"}),
        efforts={
            "minimal": "minimal",
            "low": "low",
            "medium": "medium",
            "high": "high",
            "xhigh": "high",
            "max": "high",
        },
    )
    max_tokens_field = "max_completion_tokens"
    wires: Mapping[tuple[str, str], Wire] = MappingProxyType(
        {("openai", "images"): ImagesWire(by_piece=True, lacks={"n": 1})}
    )
    account_errors = frozenset({"AccountOverdueError"})


ADAPTER = Doubao()
