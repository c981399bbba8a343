import json

import pytest
from tollgate.auth.v1 import users_pb2
from tollgate_common.clock import SystemClock

from .conftest import Deployment

HOUR_MS = 3_600_000


def entry(number: int, *, hours_ago: int = 0, **more: str) -> users_pb2.AuditEntry:
    fields = {"actor_id": "usr_1", "user_id": "usr_1", "action": "log_in"} | more
    at_ms = SystemClock().now_ms() - hours_ago * HOUR_MS
    return users_pb2.AuditEntry(id=f"aud_{number}", at_ms=at_ms, **fields)


@pytest.fixture
async def watched(deployment: Deployment) -> Deployment:
    deployment.users.add("ada@example.com")
    deployment.users.add("bob@example.com")
    deployment.users.audit = [
        entry(4, actor_id="usr_1", user_id="usr_2", action="role_set", detail="\x1b[2J"),
        entry(3, hours_ago=1, address="192.0.2.7"),
        entry(2, hours_ago=30, actor_id="operator", user_id="usr_9", action="user_deleted"),
        entry(1, hours_ago=90, actor_id="", user_id="usr_2", action="log_in_failed"),
    ]
    return deployment


async def ids(deployment: Deployment, *options: str) -> list[str]:
    listed = await deployment.ctl("audit", "list", *options, "-o", "json")
    assert listed.exit_code == 0, listed.stderr
    return [row["id"] for row in json.loads(listed.stdout)]


async def test_entries_tell_when_what_who_and_whom(watched: Deployment) -> None:
    watched.users.audit[0].at_ms = 1_800_000_000_000
    listed = await watched.ctl("audit", "list")
    header, newest, log_in, deleted, failed = listed.stdout.splitlines()
    assert header.split() == ["AT", "ACTION", "ACTOR", "USER", "ADDRESS", "DETAIL"]
    assert newest.split() == [
        *("2027-01-15T08:00:00Z", "role_set"),
        *("ada@example.com", "bob@example.com", "-", "\ufffd[2J"),
    ]
    assert log_in.split()[1:] == ["log_in", *["ada@example.com"] * 2, "192.0.2.7", "-"]
    assert deleted.split()[1:4] == ["user_deleted", "operator", "usr_9"]
    assert failed.split()[1:4] == ["log_in_failed", "-", "bob@example.com"]


async def test_json_has_ids_and_emails(watched: Deployment) -> None:
    listed = await watched.ctl("audit", "list", "-o", "json")
    newest, *_, deleted, _failed = json.loads(listed.stdout)
    assert (newest["actor_id"], newest["actor"]) == ("usr_1", "ada@example.com")
    assert (newest["user_id"], newest["user"]) == ("usr_2", "bob@example.com")
    assert (deleted["actor"], deleted["user"]) == ("operator", "usr_9")
    assert isinstance(newest["at_ms"], int)


@pytest.mark.parametrize("user", ["bob@example.com", "usr_2"])
async def test_one_user_s_entries(watched: Deployment, user: str) -> None:
    assert await ids(watched, "--user", user) == ["aud_4", "aud_1"]


async def test_a_deleted_user_s_entries_are_found_by_its_id(watched: Deployment) -> None:
    assert await ids(watched, "--user", "usr_9") == ["aud_2"]
    unknown = await watched.ctl("audit", "list", "--user", "eve@example.com")
    assert unknown.exit_code == 3


async def test_since_ends_the_list(watched: Deployment) -> None:
    assert await ids(watched, "--since", "2h") == ["aud_4", "aud_3"]
    assert await ids(watched, "--since", "2d") == ["aud_4", "aud_3", "aud_2"]


async def test_pages_older_than_since_are_not_asked_for(watched: Deployment) -> None:
    watched.users.audit = [entry(number, hours_ago=number // 50) for number in range(500)]
    assert len(await ids(watched, "--since", "90m", "--limit", "1000")) == 100
    assert len(watched.users.audit_pages) == 2


async def test_a_limit_is_told_and_nobody_is_asked_for_twice(watched: Deployment) -> None:
    watched.users.audit = [entry(number) for number in range(500)]
    listed = await watched.ctl("audit", "list", "--limit", "150")
    assert len(listed.stdout.splitlines()) == 151
    assert "--limit shows more" in listed.stderr
    assert watched.users.asked_for == ["usr_1"]
