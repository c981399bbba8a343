"""Codex, pointed here as a provider of its configuration.

Models of its own maker act by a custom tool, whose input is a program, and have their tools in the
conversation; to all others each tool is a function. Some of both are in namespaces.
"""

import json
from dataclasses import replace
from typing import Any

import pytest

from .environments import Npm, prepare
from .newcomer import RESPONSES, Newcomer, Tongue
from .told import FIVE_WORDS, PLACE, SAID, SCHEMA, Feature

ENVIRONMENT = Npm("codex")
OWN = ("gpt-6-luna", "gpt-5.6-terra")
OTHERS = ("qwen3.8-max", "claude-sonnet-5-5")
# Its web search is the provider's, and billed by the call.
CONFIGURATION = """\
model = "{model}"
model_provider = "tollgate"
web_search = "disabled"
[model_providers.tollgate]
name = "Tollgate"
base_url = "{url}/v1"
env_key = "TOLLGATE_API_KEY"
wire_api = "responses"
"""
# Otherwise it would hide a call that has failed.
RETRIES = """\
request_max_retries = 0
stream_max_retries = 0
"""
FLAGS = ["--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
FUNCTION = 'call exec_command with {"cmd": "printf Paid > toll.txt"} [[sandbox chunks=5]]'
PROGRAM = "await tools.exec_command({cmd: 'printf Paid > toll.txt'})"
CUSTOM = f"call exec with {json.dumps({'input': PROGRAM})} [[sandbox chunks=5]]"
NOBODY = "0199a213-81c0-7800-8aa1-bbab2a035a53"
AGENT = f'call multi_agent_v1__wait_agent with {{"targets": ["{NOBODY}"]}} [[sandbox chunks=5]]'


@pytest.mark.parametrize("model", [*OWN, *OTHERS])
async def test_codex(newcomer: Newcomer, model: str) -> None:
    await prepare(ENVIRONMENT)
    home = newcomer.machine.home
    (home / ".codex").mkdir()
    settings = CONFIGURATION.format(model=model, url=newcomer.url)
    (home / ".codex" / "config.toml").write_text(settings + RETRIES)
    (home / "schema.json").write_text(json.dumps(SCHEMA))
    told = {"chat": await _answers(newcomer, FIVE_WORDS)}
    place = await _does(newcomer, "Name a city", "--output-schema", "schema.json")
    assert json.loads(_said(place)) == PLACE
    told["structured"] = Feature({}, 1, _tokens(place))
    told["tools"] = await _pays(newcomer, CUSTOM if model in OWN else FUNCTION)
    if model in OTHERS:
        code = ("-c", "features.code_mode_only=true")
        told["a custom tool as a function"] = await _pays(newcomer, CUSTOM, *code)
        told["a namespace in a name"] = await _waits_for_nobody(newcomer)
    version = ENVIRONMENT.version("@openai/codex")
    tongue: Tongue = replace(RESPONSES, model=model)
    await newcomer.finds(f"Codex (`{model}`)", version, tongue, told)


async def _answers(newcomer: Newcomer, prompt: str, *options: str, calls: int = 1) -> Feature:
    events = await _does(newcomer, prompt, *options)
    assert _said(events) == SAID
    return Feature({}, calls, _tokens(events))


async def _pays(newcomer: Newcomer, prompt: str, *options: str) -> Feature:
    """Runs a command, and reads what it has left."""
    receipt = newcomer.machine.home / "toll.txt"
    paid = await _answers(newcomer, prompt, *options, calls=2)
    assert receipt.read_text() == "Paid"
    receipt.unlink()
    return paid


async def _waits_for_nobody(newcomer: Newcomer) -> Feature:
    """It knows the tool only by its namespace."""
    events = await _does(newcomer, AGENT)
    [waited] = [item for item in _items(events) if item["type"] == "collab_tool_call"]
    assert waited["agents_states"][NOBODY]["status"] == "not_found"
    assert _said(events) == SAID
    return Feature({}, 2, _tokens(events))


async def _does(newcomer: Newcomer, prompt: str, *options: str) -> list[dict[str, Any]]:
    """The events of one run."""
    command = [ENVIRONMENT.program("codex"), "exec", *FLAGS, *options, prompt]
    printed = await newcomer.machine.run(*command, TOLLGATE_API_KEY=newcomer.customer.key)
    return [json.loads(line) for line in printed.splitlines()]


def _items(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event["item"] for event in events if event["type"] == "item.completed"]


def _said(events: list[dict[str, Any]]) -> str:
    """The last message."""
    *_, text = [item["text"] for item in _items(events) if item["type"] == "agent_message"]
    return str(text)


def _tokens(events: list[dict[str, Any]]) -> tuple[int, int]:
    used = events[-1]["usage"]
    return used["input_tokens"], used["output_tokens"]
