"""Pydantic AI."""

import pytest

from .environments import Python
from .newcomer import ANTHROPIC, CHAT, GEMINI, RESPONSES, Newcomer, Tongue

ENVIRONMENT = Python("pydantic-ai")


@pytest.mark.parametrize("tongue", [CHAT, RESPONSES, ANTHROPIC, GEMINI], ids=str)
async def test_pydantic_ai(newcomer: Newcomer, tongue: Tongue) -> None:
    told = await newcomer.runs("pydantic_ai_client.py", ENVIRONMENT, tongue)
    assert set(told) >= {"chat", "stream", "tools", "structured"}
    await newcomer.finds("Pydantic AI", ENVIRONMENT.version("pydantic-ai-slim"), tongue, told)
