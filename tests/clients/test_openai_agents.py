"""OpenAI's Agents SDK, with the model class that it takes by itself and with the other one."""

import pytest

from .environments import Python
from .newcomer import CHAT, RESPONSES, Newcomer, Tongue

ENVIRONMENT = Python("openai-agents")


@pytest.mark.parametrize("tongue", [CHAT, RESPONSES], ids=str)
async def test_openai_agents(newcomer: Newcomer, tongue: Tongue) -> None:
    told = await newcomer.runs("openai_agents_client.py", ENVIRONMENT, tongue)
    assert set(told) >= {"chat", "stream", "tools", "structured"}
    await newcomer.finds("OpenAI Agents SDK", ENVIRONMENT.version("openai-agents"), tongue, told)
