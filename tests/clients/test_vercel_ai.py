"""The Vercel AI SDK."""

import pytest

from .environments import Npm
from .newcomer import ANTHROPIC, CHAT, EMBEDDINGS, GEMINI, RESPONSES, Newcomer, Tongue

ENVIRONMENT = Npm("vercel-ai")
PACKAGES = {
    CHAT: "@ai-sdk/openai",
    RESPONSES: "@ai-sdk/openai",
    ANTHROPIC: "@ai-sdk/anthropic",
    GEMINI: "@ai-sdk/google",
}


@pytest.mark.parametrize("tongue", PACKAGES, ids=str)
async def test_vercel_ai(newcomer: Newcomer, tongue: Tongue) -> None:
    package = PACKAGES[tongue]
    told = await newcomer.runs("vercel_ai_client.mjs", ENVIRONMENT, tongue)
    assert set(told) >= {"chat", "stream", "tools", "structured"}
    version = ENVIRONMENT.version(package)
    await newcomer.finds(f"Vercel AI SDK (`{package}`)", version, tongue, told)


async def test_vercel_ai_embeddings(newcomer: Newcomer) -> None:
    told = await newcomer.runs("vercel_ai_embeddings.mjs", ENVIRONMENT, EMBEDDINGS)
    assert set(told) == {"embeddings"}
    version = ENVIRONMENT.version("@ai-sdk/openai")
    await newcomer.finds("Vercel AI SDK (`@ai-sdk/openai`)", version, EMBEDDINGS, told)
