"""LangChain for Python."""

import pytest

from .environments import Python
from .newcomer import ANTHROPIC, CHAT, EMBEDDINGS, GEMINI, RESPONSES, Newcomer, Tongue

ENVIRONMENT = Python("langchain")
PACKAGES = {
    CHAT: "langchain-openai",
    RESPONSES: "langchain-openai",
    ANTHROPIC: "langchain-anthropic",
    GEMINI: "langchain-google-genai",
}


@pytest.mark.parametrize("tongue", PACKAGES, ids=str)
async def test_langchain_python(newcomer: Newcomer, tongue: Tongue) -> None:
    package = PACKAGES[tongue]
    told = await newcomer.runs("langchain_client.py", ENVIRONMENT, tongue)
    assert set(told) >= {"chat", "stream", "tools", "structured"}
    version = ENVIRONMENT.version(package)
    await newcomer.finds(f"LangChain Python (`{package}`)", version, tongue, told)


async def test_langchain_python_embeddings(newcomer: Newcomer) -> None:
    told = await newcomer.runs("langchain_embeddings.py", ENVIRONMENT, EMBEDDINGS)
    assert set(told) == {"embeddings"}
    version = ENVIRONMENT.version("langchain-openai")
    await newcomer.finds("LangChain Python (`langchain-openai`)", version, EMBEDDINGS, told)
