import json

import pytest
from tollgate.auth.v1 import users_pb2

from .conftest import Deployment


@pytest.fixture
async def people(deployment: Deployment) -> Deployment:
    for email in ("xada@example.com", "ada@example.com", "bob@example.org"):
        deployment.users.add(email)
    return deployment


async def test_a_created_user_s_password_is_made_and_shown_once(deployment: Deployment) -> None:
    created = await deployment.ctl("user", "create", "root@example.com", "--role", "admin")
    (password,) = deployment.users.passwords
    assert created.exit_code == 0
    assert created.stdout.count(password) == 1
    assert len(password) == 20
    assert "only now" in created.stderr
    (user,) = deployment.users.users
    assert (user.role, deployment.users.actors) == (users_pb2.ROLE_ADMIN, ["operator"])
    other = await deployment.ctl("user", "create", "ada@example.com", "-o", "json")
    document = json.loads(other.stdout)
    assert document["password"] == deployment.users.passwords[1] != password
    assert (document["email"], document["role"]) == ("ada@example.com", "customer")


@pytest.mark.parametrize("typed", ["a password!", "a password!\n", "a password!\r\nmore\n"])
async def test_a_password_from_stdin_is_not_shown(deployment: Deployment, typed: str) -> None:
    arguments = ("user", "create", "ada@example.com", "--password-stdin")
    for output in ("table", "json"):
        deployment.users.users.clear()
        created = await deployment.ctl(*arguments, "-o", output, answer=typed)
        assert created.exit_code == 0
        assert "password" not in created.stdout + created.stderr
    assert deployment.users.passwords == ["a password!"] * 2


async def test_a_user_is_created_in_an_account_by_its_name(deployment: Deployment) -> None:
    deployment.auth.add_account("other")
    acme = deployment.auth.add_account("acme")
    arguments = ("user", "create", "ada@example.com", "--account", "acme", "-o", "json")
    created = await deployment.ctl(*arguments)
    assert json.loads(created.stdout)["account_id"] == acme.id
    assert (await deployment.ctl(*arguments)).exit_code == 4
    unknown = await deployment.ctl("user", "create", "bob@example.com", "--account", "none")
    assert unknown.exit_code == 3
    assert len(deployment.users.users) == 1


@pytest.mark.parametrize("typed", ["", "\n"])
async def test_no_password_makes_no_user(deployment: Deployment, typed: str) -> None:
    refused = await deployment.ctl(
        "user", "create", "ada@example.com", "--password-stdin", answer=typed
    )
    assert refused.exit_code == 2
    assert "--password-stdin" in refused.stderr
    assert deployment.users.users == []


async def test_users_are_listed_and_searched(people: Deployment) -> None:
    listed = await people.ctl("user", "list")
    assert listed.exit_code == 0
    assert "usr_3  bob@example.org   customer  acc_3       no            never" in listed.stdout
    found = await people.ctl(
        "user", "list", "--search", "example.com", "--limit", "1", "-o", "json"
    )
    assert [user["email"] for user in json.loads(found.stdout)] == ["xada@example.com"]


@pytest.mark.parametrize("user", ["usr_2", "ada@example.com", "Ada@Example.com"])
async def test_a_user_is_shown_by_id_and_by_email(people: Deployment, user: str) -> None:
    shown = await people.ctl("user", "show", user, "-o", "json")
    document = json.loads(shown.stdout)
    assert (document["id"], document["role"]) == ("usr_2", "customer")


async def test_a_role_is_set_by_the_operator(people: Deployment) -> None:
    changed = await people.ctl("user", "set-role", "ada@example.com", "admin", "-o", "json")
    assert json.loads(changed.stdout)["role"] == "admin"
    assert people.users.actors == ["operator"]
    refused = await people.ctl("user", "set-role", "ada@example.com", "king")
    assert refused.exit_code == 2


async def test_deleting_asks_first(people: Deployment) -> None:
    refused = await people.ctl("user", "delete", "usr_2", answer="n\n")
    assert refused.exit_code == 1
    assert "usr_2 was not deleted" in refused.stderr
    assert len(people.users.users) == 3
    deleted = await people.ctl("user", "delete", "ada@example.com", "--yes")
    assert deleted.exit_code == 0
    assert [user.id for user in people.users.users] == ["usr_1", "usr_3"]
    assert people.users.actors == ["operator"]


@pytest.mark.parametrize("user", ["usr_9", "da@example.com", "acme"])
async def test_an_unknown_user_is_not_found(people: Deployment, user: str) -> None:
    for command in (["show"], ["delete", "--yes"]):
        refused = await people.ctl("user", *command, user)
        assert refused.exit_code == 3
        assert "tollgatectl user list" in refused.stderr
