"""LiteLLM as a library, with the prefixes of all three families."""

import pytest

from .environments import Python
from .newcomer import ANTHROPIC, CHAT, EMBEDDINGS, GEMINI, Newcomer, Tongue

ENVIRONMENT = Python("litellm")


@pytest.mark.parametrize("tongue", [CHAT, ANTHROPIC, GEMINI], ids=str)
async def test_litellm(newcomer: Newcomer, tongue: Tongue) -> None:
    told = await newcomer.runs("litellm_client.py", ENVIRONMENT, tongue)
    assert set(told) == {"chat", "stream", "tools", "structured"}
    await newcomer.finds("LiteLLM", ENVIRONMENT.version("litellm"), tongue, told)


async def test_litellm_embeddings(newcomer: Newcomer) -> None:
    told = await newcomer.runs("litellm_embeddings.py", ENVIRONMENT, EMBEDDINGS)
    assert set(told) == {"embeddings"}
    version = ENVIRONMENT.version("litellm")
    await newcomer.finds("LiteLLM", version, EMBEDDINGS, told)
