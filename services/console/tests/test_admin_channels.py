"""Channels by way of the console: credentials go in and never come out."""

from typing import Any

import pytest
from desk import Fake, FakeUsers, browser, user
from starlette.testclient import TestClient
from tollgate.providers.v1 import providers_pb2
from tollgate_common.errors import InvalidArgument

SECRET = "sk-secret-of-a-provider"
NEW = {"id": "mine", "provider": "deepseek", "credentials": [SECRET], "weight": 3}


def channel(**changes: Any) -> providers_pb2.Channel:
    values = {
        "id": "mine",
        "provider": "deepseek",
        "base_url": "https://api.example.com",
        "source": "store",
        "enabled": True,
        "weight": 3,
        "models": 1,
        "keys": [
            providers_pb2.ChannelKey(id="k1", enabled=True, state=providers_pb2.KEY_STATE_CLOSED),
            providers_pb2.ChannelKey(id="k2", state=providers_pb2.KEY_STATE_OPEN, failures=3),
            providers_pb2.ChannelKey(id="k3", state=providers_pb2.KEY_STATE_HALF_OPEN),
        ],
        "serves": [providers_pb2.ChannelModel(name="m", upstream="own-m")],
    }
    return providers_pb2.Channel(**{**values, **changes})


class Operations(Fake):
    """Providers' channels, and what was asked of them."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.refusal = refusal
        self.asked: list[Any] = []

    def _note(self, request: Any) -> None:
        if self.refusal:
            raise self.refusal
        self.asked.append(request)

    async def ListChannels(self, _request: Any) -> providers_pb2.ListChannelsResponse:
        return providers_pb2.ListChannelsResponse(channels=[channel()])

    async def AddChannel(self, request: Any) -> providers_pb2.Channel:
        self._note(request)
        return channel()

    async def UpdateChannel(self, request: Any) -> providers_pb2.Channel:
        self._note(request)
        return channel()

    async def RemoveChannel(self, request: Any) -> providers_pb2.RemoveChannelResponse:
        self._note(request)
        return providers_pb2.RemoveChannelResponse()

    async def TestChannel(
        self, request: Any, **options: float
    ) -> providers_pb2.TestChannelResponse:
        assert options["timeout"] > 60
        self._note(request)
        keys = [providers_pb2.KeyTest(key_id="k1", detail="401 from the provider", latency_ms=9)]
        return providers_pb2.TestChannelResponse(model="m", detail="401", keys=keys)


def desk(operations: Operations, name: str = "ada") -> tuple[TestClient, FakeUsers]:
    users = FakeUsers(user("support", "sue"), user("admin", "ada"))
    return browser(logged_in=name, users=users, providers=operations), users


def test_staff_sees_how_channels_do() -> None:
    client, _ = desk(Operations(), "sue")
    [listed] = client.get("/api/admin/channels").json()["channels"]
    assert [key["health"] for key in listed["keys"]] == ["closed", "open", "half_open"]
    assert listed["serves"] == [{"name": "m", "upstream": "own-m"}]


def test_a_credential_is_passed_on_and_is_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    operations = Operations()
    client, users = desk(operations)
    body = NEW | {"models": [{"name": "m", "upstream": "own-m"}], "disabled": True}
    added = client.post("/api/admin/channels", json=body)
    changed = client.patch("/api/admin/channels/mine", json={"add_credentials": [SECRET]})
    assert [list(operations.asked[0].credentials), list(operations.asked[1].add_credentials)] == [
        [SECRET],
        [SECRET],
    ]
    assert operations.asked[0].disabled
    assert operations.asked[0].models.models[0].upstream == "own-m"
    told = added.text + changed.text + str(users.audited) + caplog.text
    assert SECRET not in told
    assert "mine" in told


def test_a_refused_credential_is_not_repeated_in_the_refusal() -> None:
    client, users = desk(Operations())
    answer = client.post("/api/admin/channels", json=NEW | {"credentials": SECRET})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "credentials"
    assert SECRET not in answer.text
    assert users.audited == []


def test_only_what_is_given_changes() -> None:
    operations = Operations()
    client, _ = desk(operations)
    client.patch("/api/admin/channels/mine", json={"enabled": False})
    client.patch("/api/admin/channels/mine", json={"models": [], "remove_keys": ["k2"]})
    off, all_models = operations.asked
    assert off == providers_pb2.UpdateChannelRequest(id="mine", enabled=False)
    assert all_models.HasField("models")
    assert not all_models.HasField("enabled")
    assert list(all_models.remove_keys) == ["k2"]


def test_each_deed_is_noted_with_who_and_from_where() -> None:
    client, users = desk(Operations())
    client.post("/api/admin/channels", json=NEW)
    client.post("/api/admin/channels/mine/test", json={})
    client.patch("/api/admin/channels/mine", json={"enabled": False, "base_url": "https://x.test"})
    client.delete("/api/admin/channels/mine")
    assert [(note.action, note.detail) for note in users.audited] == [
        ("channel_added", "mine: deepseek"),
        ("channel_tested", "mine: failed"),
        ("channel_updated", "mine: base_url, enabled False"),
        ("channel_removed", "mine"),
    ]
    assert {(note.actor_id, note.address) for note in users.audited} == {("usr_ada", "192.0.2.7")}


def test_a_test_tells_how_each_key_did() -> None:
    client, _ = desk(Operations())
    tested = client.post("/api/admin/channels/mine/test", json={"model": "m"}).json()
    assert not tested["ok"]
    assert tested["keys"] == [
        {"key_id": "k1", "ok": False, "latency_ms": 9, "detail": "401 from the provider"}
    ]


def test_refusals_name_the_field_and_are_not_noted() -> None:
    refusal = InvalidArgument("channel env: comes from the environment", field="id")
    client, users = desk(Operations(refusal))
    for answer in (
        client.patch("/api/admin/channels/env", json={"weight": 2}),
        client.delete("/api/admin/channels/env"),
        client.post("/api/admin/channels", json=NEW),
        client.post("/api/admin/channels/env/test", json={}),
    ):
        assert answer.status_code == 400
        assert answer.json()["error"]["field"] == "id"
    assert users.audited == []
