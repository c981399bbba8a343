"""Aider: one message, one edit, one commit."""

import re

from .environments import Python, prepare
from .newcomer import CHAT, QUIET, Newcomer
from .told import QUESTION, Feature

ENVIRONMENT = Python("aider")
OPTIONS = """--no-check-update --no-show-release-notes --no-show-model-warnings --analytics-disable
    --no-gitignore --yes-always"""
# What the simulated model says is what it is told: here a file, as Aider wants to be told of it.
EDIT = "Here it is:\n\ntoll.txt\n```\nPaid\n```\n"


async def test_aider(newcomer: Newcomer) -> None:
    await prepare(ENVIRONMENT)
    machine = newcomer.machine
    # It looks for prices on the internet unless it has some.
    prices = machine.home / ".aider" / "caches" / "model_prices_and_context_window.json"
    prices.parent.mkdir(parents=True)
    prices.write_text("{}")
    for words in ("init -q", "config user.name Newcomer", "config user.email newcomer@example.org"):
        await machine.run("git", *words.split())
    # It streams only what it may print prettily.
    edited = await _does(newcomer, EDIT, "--pretty", "--stream")
    assert (machine.home / "toll.txt").read_text() == "Paid\n"
    assert "toll.txt" in await machine.run("git", "ls-files")
    answered = await _does(newcomer, QUESTION, "--no-pretty", "--no-stream", "--chat-mode", "ask")
    assert QUESTION in answered
    told = {
        # Of a stream it estimates the tokens.
        "stream": Feature({"text": edited}, 1, None),
        "commit message": Feature({}, 1, None),
        "chat": Feature({"text": answered}, 1, _tokens(answered)),
    }
    await newcomer.finds("Aider", ENVIRONMENT.version("aider-chat"), CHAT, told)


async def _does(newcomer: Newcomer, message: str, *options: str) -> str:
    aider = [ENVIRONMENT.program("aider"), "--model", f"openai/{CHAT.model}", *OPTIONS.split()]
    return await newcomer.machine.run(
        *[*aider, *options, "--message", message],
        OPENAI_API_BASE=f"{newcomer.url}/v1",
        OPENAI_API_KEY=newcomer.customer.key,
        **QUIET,
    )


def _tokens(printed: str) -> tuple[int, int]:
    [(sent, received)] = re.findall(r"Tokens: (\d+) sent, (\d+) received", printed)
    return int(sent), int(received)
