"""LangChain for JavaScript."""

import pytest

from .environments import Npm
from .newcomer import ANTHROPIC, CHAT, EMBEDDINGS, GEMINI, RESPONSES, Newcomer, Tongue

ENVIRONMENT = Npm("langchain")
PACKAGES = {
    CHAT: "@langchain/openai",
    RESPONSES: "@langchain/openai",
    ANTHROPIC: "@langchain/anthropic",
    GEMINI: "@langchain/google-genai",
}


@pytest.mark.parametrize("tongue", PACKAGES, ids=str)
async def test_langchain_js(newcomer: Newcomer, tongue: Tongue) -> None:
    package = PACKAGES[tongue]
    told = await newcomer.runs("langchain_client.mjs", ENVIRONMENT, tongue)
    assert set(told) >= {"chat", "stream", "tools", "structured"}
    version = ENVIRONMENT.version(package)
    await newcomer.finds(f"LangChain JS (`{package}`)", version, tongue, told)


async def test_langchain_js_embeddings(newcomer: Newcomer) -> None:
    told = await newcomer.runs("langchain_embeddings.mjs", ENVIRONMENT, EMBEDDINGS)
    assert set(told) == {"embeddings"}
    version = ENVIRONMENT.version("@langchain/openai")
    await newcomer.finds("LangChain JS (`@langchain/openai`)", version, EMBEDDINGS, told)
