"""Channels from the command line: their keys never come as arguments, and are never shown."""

import json
from pathlib import Path

import pytest
from tollgate.providers.v1 import providers_pb2

from .conftest import Deployment

SECRETS = ["sk-first-secret", "sk-second-secret"]


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    path = tmp_path / "keys.txt"
    path.write_text("\n".join(["", *SECRETS, ""]))
    return str(path)


async def test_channels_are_listed_with_how_their_keys_do(deployment: Deployment) -> None:
    key = deployment.providers.channels["deepseek-1"].keys[1]
    key.state, key.failures = providers_pb2.KEY_STATE_OPEN, 3
    listed = await deployment.ctl("channel", "list")
    assert "deepseek-1  deepseek" in listed.stdout
    assert "k1 closed; k2 open" in listed.stdout
    (channel,) = json.loads((await deployment.ctl("channel", "list", "-o", "json")).stdout)
    assert (channel["source"], channel["enabled"]) == ("store", True)
    assert channel["keys"][1] == {"id": "k2", "enabled": True, "state": "open", "failures": 3}


async def test_a_channel_is_added_with_the_keys_of_a_file(
    deployment: Deployment, key_file: str
) -> None:
    options = ("--provider", "openai", "--key-file", key_file, "--weight", "3", "--disabled")
    models = ("--model", "gpt-4o", "--model", "deepseek-v4-flash=own=name")
    added = await deployment.ctl("channel", "add", "eu", *options, *models)
    assert added.exit_code == 0
    (request,) = deployment.providers.added
    assert list(request.credentials) == SECRETS
    assert (request.id, request.provider, request.weight) == ("eu", "openai", 3)
    assert request.disabled
    pairs = [(model.name, model.upstream) for model in request.models.models]
    assert pairs == [("gpt-4o", ""), ("deepseek-v4-flash", "own=name")]
    assert "secret" not in added.stdout + added.stderr


async def test_keys_come_from_stdin_or_from_the_environment(deployment: Deployment) -> None:
    add = ("channel", "add", "eu", "--provider", "glm")
    await deployment.ctl(*add, "--key-file", "-", answer="sk-first-secret\n")
    environment = {"ZHIPU_KEY": "sk-second-secret"}
    update = ("channel", "update", "eu", "--key-env", "ZHIPU_KEY", "--remove-key", "k1")
    assert (await deployment.ctl(*update, **environment)).exit_code == 0
    assert list(deployment.providers.added[0].credentials) == SECRETS[:1]
    (request,) = deployment.providers.updated
    assert list(request.add_credentials) == SECRETS[1:]
    assert list(request.remove_keys) == ["k1"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "give --key-file or --key-env"),
        (("--key-env", "NOBODY_SET_THIS"), "NOBODY_SET_THIS is not set"),
        (("--key-file", "/nowhere/keys"), "cannot read /nowhere/keys: No such file"),
        (("--key-file", "/dev/null"), "/dev/null has no key"),
        (("--key-file", "-"), "stdin has no key"),
    ],
)
async def test_a_channel_without_a_key_is_refused(
    deployment: Deployment, options: tuple[str, ...], said: str
) -> None:
    added = await deployment.ctl("channel", "add", "eu", "--provider", "glm", *options, answer="")
    assert added.exit_code == 2
    assert said in added.stderr
    assert deployment.providers.added == []


async def test_a_taken_id_is_a_conflict(deployment: Deployment, key_file: str) -> None:
    options = ("--provider", "deepseek", "--key-file", key_file)
    added = await deployment.ctl("channel", "add", "deepseek-1", *options)
    assert added.exit_code == 4


async def test_an_update_sends_what_is_given(deployment: Deployment) -> None:
    update = ("channel", "update", "deepseek-1")
    await deployment.ctl(*update, "--weight", "5", "--priority", "0")
    await deployment.ctl(*update, "--all-models")
    first, second = deployment.providers.updated
    assert (first.weight, first.priority) == (5, 0)
    assert first.HasField("priority")
    assert not first.HasField("models") and not first.HasField("enabled")
    assert second.HasField("models")
    assert not second.models.models
    assert (await deployment.ctl(*update)).exit_code == 2
    assert (await deployment.ctl(*update, "--all-models", "--model", "a")).exit_code == 2


async def test_a_channel_or_a_key_is_switched_off_and_on(deployment: Deployment) -> None:
    disabled = await deployment.ctl("channel", "disable", "deepseek-1", "-o", "json")
    assert json.loads(disabled.stdout)["enabled"] is False
    enabled = await deployment.ctl("channel", "enable", "deepseek-1", "-o", "json")
    assert json.loads(enabled.stdout)["enabled"] is True
    one = await deployment.ctl("channel", "disable", "deepseek-1", "--key", "k2")
    assert "k1 closed; k2 disabled" in one.stdout
    assert not deployment.providers.updated[-1].HasField("enabled")
    assert (await deployment.ctl("channel", "disable", "nobody")).exit_code == 3


async def test_a_channel_is_removed_by_who_means_it(deployment: Deployment) -> None:
    refused = await deployment.ctl("channel", "remove", "deepseek-1", answer="n\n")
    assert refused.exit_code == 1
    assert deployment.providers.channels
    assert (await deployment.ctl("channel", "remove", "deepseek-1", "--yes")).exit_code == 0
    assert not deployment.providers.channels


async def test_every_key_is_tested_and_failures_are_told(deployment: Deployment) -> None:
    passed = await deployment.ctl("channel", "test", "deepseek-1", "-o", "json")
    assert passed.exit_code == 0
    reply = json.loads(passed.stdout)
    assert reply["latency_ms"] == 210
    assert [key["key_id"] for key in reply["keys"]] == ["k1", "k2"]
    one = await deployment.ctl("channel", "test", "deepseek-1", "--key", "k2")
    assert "k1" not in one.stdout
    failed = await deployment.ctl("channel", "test", "deepseek-1", "--model", "broken")
    assert failed.exit_code == 1
    assert "channel deepseek-1 failed: HTTP 401 from provider" in failed.stderr


async def test_the_vault_is_rotated(deployment: Deployment) -> None:
    done = json.loads((await deployment.ctl("channel", "rotate", "-o", "json")).stdout)
    assert done == {"rotated": 3, "credentials": 4, "vault_key": "2026-11"}
