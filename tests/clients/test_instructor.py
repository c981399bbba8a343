"""Instructor: structured output is all that it is for."""

import pytest

from .environments import Python
from .newcomer import ANTHROPIC, CHAT, GEMINI, Newcomer, Tongue

ENVIRONMENT = Python("instructor")


@pytest.mark.parametrize("tongue", [CHAT, ANTHROPIC, GEMINI], ids=str)
async def test_instructor(newcomer: Newcomer, tongue: Tongue) -> None:
    told = await newcomer.runs("instructor_client.py", ENVIRONMENT, tongue)
    assert set(told) >= {"structured", "structured stream"}
    await newcomer.finds("Instructor", ENVIRONMENT.version("instructor"), tongue, told)
