"""Claude Code, pointed here as its documentation says, with a model of its maker and another."""

import json
from dataclasses import replace
from typing import Any

import pytest

from .environments import Npm, prepare
from .newcomer import ANTHROPIC, Newcomer, Tongue
from .told import FIVE_WORDS, PLACE, SAID, SCHEMA, Feature

ENVIRONMENT = Npm("claude-code")
MODELS = [ANTHROPIC, replace(ANTHROPIC, model="deepseek-v4-flash")]
WRITE = 'call Write with {{"file_path": "{path}", "content": "Paid"}} [[sandbox chunks=5]]'
# Of most of its tools the model knows the names only, until it asks for more.
SEARCH = 'call ToolSearch with {"query": "select:WebFetch", "max_results": 1}'
NAME = 'call StructuredOutput with {"city": "text"}'


@pytest.mark.parametrize("tongue", MODELS, ids=lambda tongue: tongue.model)
async def test_claude_code(newcomer: Newcomer, tongue: Tongue) -> None:
    await prepare(ENVIRONMENT)
    claude = Claude(newcomer, tongue.model)
    chat = await claude.answers(FIVE_WORDS)
    assert chat["result"] == SAID
    *pieces, end = await claude.streams(FIVE_WORDS)
    assert "".join(pieces) == end["result"] == SAID
    path = newcomer.machine.home / "toll.txt"
    wrote = await claude.goes_on(WRITE.format(path=path), "--allowedTools", "Write")
    assert path.read_text() == "Paid"
    assert wrote["result"] == SAID
    found = await claude.goes_on(SEARCH)
    assert found["num_turns"] == 2
    named = await claude.goes_on(NAME, "--json-schema", json.dumps(SCHEMA))
    assert named["structured_output"] == PLACE
    told = {
        "chat": Feature(chat, 1, _tokens(chat)),
        "stream": Feature(end, 1, _tokens(end)),
        "tools": Feature(wrote, 2, _tokens(wrote)),
        "a deferred tool": Feature(found, 2, _tokens(found)),
        "structured": Feature(named, 1, _tokens(named)),
    }
    version = ENVIRONMENT.version("@anthropic-ai/claude-code")
    await newcomer.finds(f"Claude Code (`{tongue.model}`)", version, tongue, told)


class Claude:
    """The program, for one model."""

    def __init__(self, newcomer: Newcomer, model: str) -> None:
        self._machine = newcomer.machine
        self._variables = {
            "ANTHROPIC_BASE_URL": newcomer.url,
            "ANTHROPIC_AUTH_TOKEN": newcomer.customer.key,
            "ANTHROPIC_MODEL": model,
            "ANTHROPIC_DEFAULT_HAIKU_MODEL": model,
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        }

    async def does(self, prompt: str, *options: str) -> str:
        command = [ENVIRONMENT.program("claude"), "-p", prompt, *options]
        return await self._machine.run(*command, **self._variables)

    async def answers(self, prompt: str, *options: str) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(
            await self.does(prompt, "--output-format", "json", *options)
        )
        return result

    async def goes_on(self, prompt: str, *options: str) -> dict[str, Any]:
        """As a session's second message: after the first one the model is told more."""
        return await self.answers(prompt, "--continue", *options)

    async def streams(self, prompt: str) -> list[Any]:
        """The pieces of the answer, and then how it ended."""
        options = ["--output-format", "stream-json", "--verbose", "--include-partial-messages"]
        lines = (await self.does(prompt, *options)).splitlines()
        events = [json.loads(line) for line in lines]
        deltas = [event["event"].get("delta", {}) for event in events if "event" in event]
        pieces = [delta["text"] for delta in deltas if "text" in delta]
        return [*pieces, *(event for event in events if event["type"] == "result")]


def _tokens(result: dict[str, Any]) -> tuple[int, int]:
    used = result["usage"]
    cached = used["cache_creation_input_tokens"] + used["cache_read_input_tokens"]
    return used["input_tokens"] + cached, used["output_tokens"]
