"""Doubao, by Volcano Engine Ark."""

from tollgate_providers.formats.openai.compatible import OpenAICompatible
from tollgate_providers.formats.openai.provider_request import Capabilities


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
    account_errors = frozenset({"AccountOverdueError"})


ADAPTER = Doubao()
