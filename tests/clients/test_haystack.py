"""Haystack."""

from .environments import Python
from .newcomer import CHAT, Newcomer

ENVIRONMENT = Python("haystack")


async def test_haystack(newcomer: Newcomer) -> None:
    told = await newcomer.runs("haystack_client.py", ENVIRONMENT, CHAT)
    assert set(told) == {"chat", "stream", "tools", "structured"}
    await newcomer.finds("Haystack", ENVIRONMENT.version("haystack-ai"), CHAT, told)
