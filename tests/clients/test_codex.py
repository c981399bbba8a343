"""Codex, pointed here as a provider of its configuration, with models of other makers.

Of its own maker's models it knows more, and uses what has no price here.
"""

import json
from dataclasses import replace
from typing import Any

import pytest

from .environments import Npm, prepare
from .newcomer import RESPONSES, Newcomer, Tongue
from .told import FIVE_WORDS, PLACE, SAID, SCHEMA, Feature

ENVIRONMENT = Npm("codex")
MODELS = [replace(RESPONSES, model=model) for model in ("qwen3.8-max", "claude-sonnet-5-5")]
CONFIGURATION = """\
model = "{model}"
model_provider = "tollgate"
web_search = "disabled"
[features]
multi_agent = false
[model_providers.tollgate]
name = "Tollgate"
base_url = "{url}/v1"
env_key = "TOLLGATE_API_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
"""
RUN = 'call exec_command with {{"cmd": "printf Paid > {path}"}} [[sandbox chunks=5]]'


@pytest.mark.parametrize("tongue", MODELS, ids=lambda tongue: tongue.model)
async def test_codex(newcomer: Newcomer, tongue: Tongue) -> None:
    await prepare(ENVIRONMENT)
    home = newcomer.machine.home
    (home / ".codex").mkdir()
    settings = CONFIGURATION.format(model=tongue.model, url=newcomer.url)
    (home / ".codex" / "config.toml").write_text(settings)
    (home / "schema.json").write_text(json.dumps(SCHEMA))
    said, tokens = await _does(newcomer, FIVE_WORDS)
    assert said == SAID
    place, place_tokens = await _does(newcomer, "Name a city", "--output-schema", "schema.json")
    assert json.loads(place) == PLACE
    path = home / "toll.txt"
    ran, run_tokens = await _does(newcomer, RUN.format(path=path))
    assert path.read_text() == "Paid"
    assert ran == SAID
    told = {
        "chat": Feature({"text": said}, 1, tokens),
        "structured": Feature({"text": place}, 1, place_tokens),
        "tools": Feature({"text": ran}, 2, run_tokens),
    }
    version = ENVIRONMENT.version("@openai/codex")
    await newcomer.finds(f"Codex (`{tongue.model}`)", version, tongue, told)


async def _does(newcomer: Newcomer, prompt: str, *options: str) -> tuple[str, tuple[int, int]]:
    """What it says last, and its tokens in and out."""
    flags = ["--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
    command = [ENVIRONMENT.program("codex"), "exec", *flags, *options, prompt]
    printed = await newcomer.machine.run(*command, TOLLGATE_API_KEY=newcomer.customer.key)
    events: list[dict[str, Any]] = [json.loads(line) for line in printed.splitlines()]
    items = [event["item"] for event in events if event["type"] == "item.completed"]
    *_, said = [item["text"] for item in items if item["type"] == "agent_message"]
    used = events[-1]["usage"]
    return said, (used["input_tokens"], used["output_tokens"])
