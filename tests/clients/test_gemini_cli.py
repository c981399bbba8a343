"""Gemini CLI, pointed here by its own variable."""

import json
from typing import Any

from .environments import Npm, prepare
from .newcomer import GEMINI, Newcomer
from .told import FIVE_WORDS, SAID, Feature

ENVIRONMENT = Npm("gemini-cli")
SETTINGS = {
    "security": {"auth": {"selectedType": "gemini-api-key"}},
    "privacy": {"usageStatisticsEnabled": False},
    "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
}
WRITE = 'call write_file with {{"file_path": "{path}", "content": "Paid"}} [[sandbox chunks=5]]'


async def test_gemini_cli(newcomer: Newcomer) -> None:
    await prepare(ENVIRONMENT)
    folder = newcomer.machine.home / ".gemini"
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps(SETTINGS))
    chat = json.loads(await _does(newcomer, FIVE_WORDS, "-o", "json"))
    assert chat["response"] == SAID
    lines = (await _does(newcomer, FIVE_WORDS, "-o", "stream-json")).splitlines()
    events = [json.loads(line) for line in lines]
    pieces = [event["content"] for event in events if event.get("role") == "assistant"]
    assert "".join(pieces) == SAID
    path = newcomer.machine.home / "toll.txt"
    prompt = WRITE.format(path=path)
    wrote = json.loads(await _does(newcomer, prompt, "-o", "json", "--approval-mode", "auto_edit"))
    assert path.read_text() == "Paid"
    assert wrote["response"] == SAID
    told = {
        "chat": Feature(chat, 1, _tokens(chat)),
        "stream": Feature(events[-1], 1, None),
        "tools": Feature(wrote, 2, _tokens(wrote)),
    }
    await newcomer.finds("Gemini CLI", ENVIRONMENT.version("@google/gemini-cli"), GEMINI, told)


async def _does(newcomer: Newcomer, prompt: str, *options: str) -> str:
    return await newcomer.machine.run(
        *[ENVIRONMENT.program("gemini"), "-m", GEMINI.model, "-p", prompt, *options],
        GOOGLE_GEMINI_BASE_URL=newcomer.url,
        GEMINI_API_KEY=newcomer.customer.key,
        GEMINI_CLI_TRUST_WORKSPACE="true",
    )


def _tokens(result: dict[str, Any]) -> tuple[int, int]:
    used = result["stats"]["models"][GEMINI.model]["tokens"]
    return used["prompt"], used["candidates"] + used["thoughts"]
