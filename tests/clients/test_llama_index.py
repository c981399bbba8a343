"""LlamaIndex."""

import pytest

from .environments import Python
from .newcomer import ANTHROPIC, CHAT, EMBEDDINGS, GEMINI, Newcomer, Tongue

ENVIRONMENT = Python("llama-index")
PACKAGES = {
    CHAT: "llama-index-llms-openai-like",
    ANTHROPIC: "llama-index-llms-anthropic",
    GEMINI: "llama-index-llms-google-genai",
}


@pytest.mark.parametrize("tongue", PACKAGES, ids=str)
async def test_llama_index(newcomer: Newcomer, tongue: Tongue) -> None:
    package = PACKAGES[tongue]
    told = await newcomer.runs("llama_index_client.py", ENVIRONMENT, tongue)
    assert set(told) >= {"chat", "stream", "tools", "structured"}
    version = ENVIRONMENT.version(package)
    await newcomer.finds(f"LlamaIndex (`{package}`)", version, tongue, told)


async def test_llama_index_embeddings(newcomer: Newcomer) -> None:
    told = await newcomer.runs("llama_index_embeddings.py", ENVIRONMENT, EMBEDDINGS)
    assert set(told) == {"embeddings"}
    version = ENVIRONMENT.version("llama-index-embeddings-openai-like")
    await newcomer.finds(
        "LlamaIndex (`llama-index-embeddings-openai-like`)", version, EMBEDDINGS, told
    )
