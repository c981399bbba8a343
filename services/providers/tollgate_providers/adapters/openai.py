"""OpenAI."""

from tollgate_providers.formats.openai.compatible import OpenAICompatible
from tollgate_providers.formats.openai.provider_request import Capabilities


class OpenAI(OpenAICompatible):
    """The original. Its reasoning models refuse max_tokens, so the newer name is sent to all."""

    name = "openai"
    base_url = "https://api.openai.com/v1"
    api_key_variable = "OPENAI_API_KEY"
    base_url_variable = "OPENAI_BASE_URL"
    capabilities = Capabilities(
        text_lists=True, files=True, audio=True, thoughts=False, reasoning="effort"
    )
    max_tokens_field = "max_completion_tokens"
    # Both come with status 429 although no waiting helps.
    account_errors = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


ADAPTER = OpenAI()
