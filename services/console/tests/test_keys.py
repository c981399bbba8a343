"""Keys belong to an account, and so does every request about them."""

from typing import Any

import pytest
from desk import Fake, browser
from tollgate.auth.v1 import auth_pb2
from tollgate.metering.v1 import metering_pb2
from tollgate_common.errors import InvalidArgument, NotFound, Unavailable

SECRET = "sk-never-shown-again"


class Keys(Fake):
    """Auth with one key of ann's and one of bob's."""

    def __init__(self) -> None:
        self.keys = {
            f"key_{name}": auth_pb2.Key(
                id=f"key_{name}",
                account_id=f"acc_{name}",
                label=name,
                last4="B8a4",
                state=auth_pb2.KEY_STATE_ACTIVE,
                created_at_ms=7,
            )
            for name in ("ann", "bob")
        }
        self.playground = auth_pb2.Key(
            id="key_playground_ann",
            account_id="acc_ann",
            state=auth_pb2.KEY_STATE_ACTIVE,
            playground=True,
        )

    async def ListKeys(self, request: auth_pb2.ListKeysRequest) -> auth_pb2.ListKeysResponse:
        """A key a page, so that pages have to be turned."""
        found = [*self.keys.values(), self.playground]
        own = [key for key in found if key.account_id == request.account_id]
        place = int(request.page_token or 0)
        after = str(place + 1) if place + 1 < len(own) else ""
        return auth_pb2.ListKeysResponse(keys=own[place : place + 1], next_page_token=after)

    async def CreateKey(self, request: auth_pb2.CreateKeyRequest) -> auth_pb2.CreateKeyResponse:
        if "nowhere" in request.networks:
            raise InvalidArgument("networks: 'nowhere' is no address", field="networks")
        key = auth_pb2.Key(id="key_new", state=auth_pb2.KEY_STATE_ACTIVE)
        for name in ("account_id", "label", "models", "networks", "expires_at_ms", "limits"):
            value = getattr(request, name)
            key.MergeFrom(auth_pb2.Key(**{name: value}))
        self.keys[key.id] = key
        return auth_pb2.CreateKeyResponse(key=key, secret=SECRET)

    async def UpdateKey(self, request: auth_pb2.UpdateKeyRequest) -> auth_pb2.Key:
        key = self._own(request.key_id, request.account_id)
        if request.HasField("label"):
            key.label = request.label
        if request.HasField("state"):
            key.state = request.state
        if request.HasField("models"):
            del key.models[:]
            key.models.extend(request.models.models)
        return key

    async def RevokeKey(self, request: auth_pb2.RevokeKeyRequest) -> auth_pb2.Key:
        key = self._own(request.key_id, request.account_id)
        key.state = auth_pb2.KEY_STATE_REVOKED
        return key

    def _own(self, key_id: str, account_id: str) -> auth_pb2.Key:
        """Without an account auth finds every key, as operators need it."""
        key = self.keys.get(key_id)
        if key is None or account_id not in ("", key.account_id):
            raise NotFound("key_id: there is no such key", field="key_id")
        return key


class Usage(Fake):
    async def ListKeyUsage(
        self, request: metering_pb2.ListKeyUsageRequest, **_options: Any
    ) -> metering_pb2.ListKeyUsageResponse:
        assert request.account_id == "acc_ann"
        used = metering_pb2.KeyUsage(key_id="key_ann", requests=3, cost_nano=5, last_used_ms=9)
        return metering_pb2.ListKeyUsageResponse(keys=[used])


class UsageAway(Fake):
    async def ListKeyUsage(self, request: Any, **_options: Any) -> None:
        raise Unavailable("10.1.2.3")


@pytest.fixture
def auth() -> Keys:
    return Keys()


@pytest.fixture
def ann(auth: Keys) -> Any:
    return browser(logged_in="ann", auth=auth, metering=Usage())


def test_all_pages_of_own_keys_are_listed_with_what_they_used(ann: Any) -> None:
    keys = ann.get("/api/keys").json()["keys"]
    assert [key["id"] for key in keys] == ["key_ann", "key_playground_ann"]
    assert [used(key) for key in keys] == [(3, 5, 9), (0, 0, 0)]
    assert [key["playground"] for key in keys] == [False, True]


def test_without_metering_keys_are_listed_and_their_usage_is_not_made_up(auth: Keys) -> None:
    answer = browser(logged_in="ann", auth=auth, metering=UsageAway()).get("/api/keys")
    assert [used(key) for key in answer.json()["keys"]] == [(None, None, None)] * 2


def test_a_change_does_not_say_that_the_key_was_never_used(ann: Any) -> None:
    assert used(ann.patch("/api/keys/key_ann", json={"label": "x"}).json()) == (None, None, None)


def used(key: dict[str, Any]) -> tuple[int | None, int | None, int | None]:
    return key["requests"], key["cost_nano"], key["last_used_ms"]


def test_a_secret_is_told_once(ann: Any) -> None:
    limits = {"requests_per_minute": 60, "tokens_per_minute": 0, "concurrent_requests": 2}
    wanted = {
        "label": "Build server",
        "models": ["gpt-6-sol"],
        "networks": ["10.0.0.0/8"],
        "expires_at_ms": 9_000_000_000_000,
        "limits": limits,
    }
    answer = ann.post("/api/keys", json=wanted)
    assert answer.json()["secret"] == SECRET
    key = answer.json()["key"]
    assert {name: key[name] for name in wanted} == wanted
    assert SECRET not in ann.get("/api/keys").text
    assert SECRET not in ann.patch("/api/keys/key_new", json={"label": "x"}).text


def test_what_is_left_out_stays(ann: Any, auth: Keys) -> None:
    ann.patch("/api/keys/key_ann", json={"models": ["gpt-6-sol"]})
    ann.patch("/api/keys/key_ann", json={"state": "disabled"})
    key = auth.keys["key_ann"]
    assert (key.label, list(key.models), key.state) == ("ann", ["gpt-6-sol"], 2)
    ann.patch("/api/keys/key_ann", json={"models": [], "state": "active"})
    assert (list(key.models), key.state) == ([], 1)


@pytest.mark.parametrize("key_id", ["key_bob", "key_none"])
@pytest.mark.parametrize(
    ("method", "body"), [("PATCH", {"json": {"label": "mine"}}), ("DELETE", {})]
)
def test_another_accounts_key_is_as_none(
    ann: Any, auth: Keys, key_id: str, method: str, body: dict[str, Any]
) -> None:
    answer = ann.request(method, f"/api/keys/{key_id}", **body)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "key_id: there is no such key"
    assert (auth.keys["key_bob"].label, auth.keys["key_bob"].state) == ("bob", 1)


@pytest.mark.parametrize(
    "extra",
    ["account_id", "actor_id", "id", "key_id", "last4", "playground", "role", "balance", "secret"],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/keys"), ("PATCH", "/api/keys/key_ann")]
)
def test_nothing_else_can_be_set(ann: Any, auth: Keys, method: str, path: str, extra: str) -> None:
    before = dict(auth.keys)
    answer = ann.request(method, path, json={"label": "x", extra: "acc_bob"})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == extra
    assert auth.keys == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"state": "revoked"}, "state"),
        ({"limits": {"requests_per_minute": -1}}, "limits.requests_per_minute"),
        ({"limits": {"requests_per_minute": 2**31}}, "limits.requests_per_minute"),
        ({"limits": {"requests_per_day": 1}}, "limits.requests_per_day"),
        ({"expires_at_ms": "tomorrow"}, "expires_at_ms"),
        ({"label": 7}, "label"),
    ],
)
def test_a_wrong_value_is_named(ann: Any, change: dict[str, Any], field: str) -> None:
    answer = ann.patch("/api/keys/key_ann", json=change)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field


def test_what_auth_refuses_is_named_too(ann: Any) -> None:
    answer = ann.post("/api/keys", json={"label": "x", "networks": ["nowhere"]})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "networks"
