import json

import pytest

from .conftest import Deployment

SECRET = "sk-" + "a" * 44 + "WXYZ"


@pytest.fixture
async def acme(deployment: Deployment) -> Deployment:
    deployment.auth.add_account("acme")
    return deployment


async def test_secret_is_shown_once_and_says_so(acme: Deployment) -> None:
    created = await acme.ctl("key", "create", "acme", "--label", "laptop")
    assert created.exit_code == 0
    assert SECRET in created.stdout
    assert "shown only now" in created.stderr
    listed = await acme.ctl("key", "list", "acme")
    assert "laptop  WXYZ   active  all     any       never" in listed.stdout
    assert SECRET not in listed.stdout


async def test_key_is_created_as_asked(acme: Deployment) -> None:
    created = await acme.ctl(
        *("key", "create", "acme", "--model", "deepseek-chat", "--model", "qwen-plus"),
        *("--network", "10.0.0.0/8", "--network", "::1", "--expires", "2099-01-01"),
        *("--tokens-per-minute", "1000", "-o", "json"),
    )
    document = json.loads(created.stdout)
    assert document["secret"] == SECRET
    assert document["key"]["account_id"] == "acc_1"
    assert document["key"]["models"] == ["deepseek-chat", "qwen-plus"]
    assert document["key"]["networks"] == ["10.0.0.0/8", "::1"]
    assert document["key"]["expires_at_ms"] == 4_070_908_800_000
    assert document["key"]["limits"]["tokens_per_minute"] == 1000


async def test_key_is_switched_off_and_on(acme: Deployment) -> None:
    await acme.ctl("key", "create", "acme")
    disabled = await acme.ctl("key", "disable", "key_1", "-o", "json")
    assert json.loads(disabled.stdout)["state"] == "disabled"
    enabled = await acme.ctl("key", "enable", "key_1", "-o", "json")
    assert json.loads(enabled.stdout)["state"] == "active"


async def test_revoking_asks_first(acme: Deployment) -> None:
    await acme.ctl("key", "create", "acme")
    for answer, says in (("n\n", "key_1 was not revoked"), ("", "--yes does not ask")):
        refused = await acme.ctl("key", "revoke", "key_1", answer=answer)
        assert refused.exit_code == 1
        assert says in refused.stderr
        assert "active" in (await acme.ctl("key", "list", "acme")).stdout
    revoked = await acme.ctl("key", "revoke", "key_1", answer="y\n")
    assert revoked.exit_code == 0
    assert "revoked" in (await acme.ctl("key", "list", "acme")).stdout


async def test_revoking_with_yes_does_not_ask(acme: Deployment) -> None:
    await acme.ctl("key", "create", "acme")
    revoked = await acme.ctl("key", "revoke", "key_1", "--yes")
    assert revoked.exit_code == 0
    assert revoked.stderr == ""
    assert "revoked" in revoked.stdout


async def test_update_changes_what_is_given_and_leaves_the_rest(acme: Deployment) -> None:
    await acme.ctl(
        *("key", "create", "acme", "--label", "laptop", "--model", "deepseek-chat"),
        *("--requests-per-minute", "60", "--concurrent-requests", "4"),
    )
    updated = await acme.ctl("key", "update", "key_1", "--requests-per-minute", "0", "-o", "json")
    key = json.loads(updated.stdout)
    assert key["limits"] == {
        "requests_per_minute": 0,
        "tokens_per_minute": 0,
        "concurrent_requests": 4,
    }
    assert (key["label"], key["models"]) == ("laptop", ["deepseek-chat"])

    await acme.ctl("key", "update", "key_1", "--all-models", "--expires", "30d", "--label", "x")
    updated = await acme.ctl("key", "update", "key_1", "--expires", "never", "-o", "json")
    key = json.loads(updated.stdout)
    assert (key["label"], key["models"], key["expires_at_ms"]) == ("x", [], 0)


async def test_networks_are_replaced_and_emptied(acme: Deployment) -> None:
    await acme.ctl("key", "create", "acme", "--network", "10.0.0.0/8")

    async def update(*arguments: str) -> list[str]:
        updated = await acme.ctl("key", "update", "key_1", *arguments, "-o", "json")
        networks: list[str] = json.loads(updated.stdout)["networks"]
        return networks

    assert await update("--label", "x") == ["10.0.0.0/8"]
    assert await update("--network", "192.0.2.1", "--network", "::1") == ["192.0.2.1", "::1"]
    assert "192.0.2.1; ::1" in (await acme.ctl("key", "list", "acme")).stdout
    assert await update("--any-network") == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "nothing to change"),
        (["--model", "a", "--all-models"], "--model and --all-models"),
        (["--network", "::1", "--any-network"], "--network and --any-network"),
        (["--expires", "soon"], "--expires: 'soon'"),
        (["--expires", "2020-01-01"], "--expires: 2020-01-01 is not in the future"),
        (["--requests-per-minute", "-1"], "--requests-per-minute"),
    ],
)
async def test_bad_update_names_the_option(
    acme: Deployment, arguments: list[str], says: str
) -> None:
    refused = await acme.ctl("key", "update", "key_1", *arguments)
    assert refused.exit_code == 2
    assert says in refused.stderr


async def test_unknown_key_is_not_found(acme: Deployment) -> None:
    for command in (["disable"], ["revoke", "--yes"], ["update", "--label", "x"]):
        assert (await acme.ctl("key", *command, "key_9")).exit_code == 3
