"""Paths, model lists, and what is not there."""

import pytest
from tollgate_common.ids import KeyId
from tollgate_edge.grants import KeyState

from .conftest import HELLO, in_memory
from .fakes import KEY, Edge, digest, grant

CHAT_PATHS = [
    "/v1/chat/completions",
    "/chat/completions",
    "/v1/chat/completions/",
    "//v1//chat//completions",
    "/v1/v1/chat/completions",
]


@pytest.mark.parametrize("path", CHAT_PATHS)
async def test_chat_paths(path: str) -> None:
    edge = Edge()
    async with edge.running(), in_memory(edge) as http:
        # A leading double slash would be taken for a host.
        answer = await http.post(f"http://edge{path}", json=HELLO)
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/v1/models", "/models", "/v1/models/", "/v1/v1/models"])
async def test_models_are_those_that_are_served(path: str) -> None:
    async with in_memory(Edge()) as http:
        answer = await http.get(path)
    assert answer.status_code == 200
    listed = answer.json()
    assert listed["object"] == "list"
    assert [entry["id"] for entry in listed["data"]] == ["small", "seeing"]
    assert set(listed["data"][0]) >= {"id", "object", "created", "owned_by"}


async def test_models_are_those_that_the_key_may_use() -> None:
    edge = Edge()
    edge.auth.grants[digest(KEY)] = grant(models=frozenset({"seeing"}))
    async with in_memory(edge) as http:
        listed = (await http.get("/v1/models")).json()
        forbidden = await http.get("/v1/models/small")
    assert [entry["id"] for entry in listed["data"]] == ["seeing"]
    assert forbidden.status_code == 403


@pytest.mark.parametrize(
    ("name", "status"), [("small", 200), ("acme/dark", 200), ("small-latest", 200), ("no/one", 404)]
)
async def test_one_model(name: str, status: int) -> None:
    async with in_memory(Edge()) as http:
        answer = await http.get(f"/v1/models/{name}")
    assert answer.status_code == status
    if status == 404:
        assert answer.json()["error"]["code"] == "model_not_found"
    else:
        assert answer.json()["object"] == "model"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_root(method: str) -> None:
    async with in_memory(Edge()) as http:
        answer = await http.request(method, "/", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "path", ["/metrics", "/healthz", "/readyz", "/docs", "/openapi.json", "/v1", "/v1/nonsense"]
)
async def test_nothing_else_is_there(path: str) -> None:
    async with in_memory(Edge()) as http:
        answer = await http.get(path)
    assert answer.status_code == 404
    error = answer.json()["error"]
    assert error["message"].startswith(f"Invalid URL (GET {path}) (request id: ")
    assert error["type"] == "invalid_request_error"


async def test_a_key_in_a_wrong_url_is_not_repeated() -> None:
    async with in_memory(Edge()) as http:
        answer = await http.get(f"/v1/{KEY}/models?key={KEY}")
    assert answer.status_code == 404
    assert KEY not in answer.text
    assert "sk-***" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/chat/completions", {"POST"}),
        ("DELETE", "/chat/completions", {"POST"}),
        ("POST", "/v1/models", {"GET", "HEAD"}),
        ("DELETE", "/v1/models/small", {"GET", "HEAD"}),
    ],
)
async def test_wrong_method(method: str, path: str, allowed: set[str]) -> None:
    async with in_memory(Edge()) as http:
        answer = await http.request(method, path)
    assert answer.status_code == 405
    assert {name.strip() for name in answer.headers["allow"].split(",")} == allowed
    assert answer.json()["error"]["type"] == "invalid_request_error"


KEY_PLACES: list[tuple[dict[str, str], str]] = [
    ({"Authorization": "bearer {key}"}, ""),
    ({"Authorization": "{key}"}, ""),
    ({"Authorization": "Bearer {bare}"}, ""),
    ({"Authorization": "", "x-api-key": "  {key} "}, ""),
    ({"Authorization": "", "x-goog-api-key": "{key}"}, ""),
    ({"Authorization": "", "api-key": "{key}"}, ""),
    ({"Authorization": ""}, "?key={key}"),
    ({"x-api-key": "{key}"}, "?key={bare}"),
]


@pytest.mark.parametrize(("headers", "query"), KEY_PLACES)
async def test_a_key_may_be_anywhere(headers: dict[str, str], query: str) -> None:
    fill = {"key": KEY, "bare": KEY.removeprefix("sk-")}
    async with in_memory(Edge()) as http:
        answer = await http.get(
            f"/v1/models{query.format(**fill)}",
            headers={name: value.format(**fill) for name, value in headers.items()},
        )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("state", "expires_at_ms", "code"),
    [
        (KeyState.DISABLED, 0, "key_disabled"),
        (KeyState.REVOKED, 0, "invalid_api_key"),
        (KeyState.ACTIVE, 1, "key_expired"),
    ],
)
async def test_a_key_that_works_no_more(state: KeyState, expires_at_ms: int, code: str) -> None:
    edge = Edge()
    edge.auth.grants[digest(KEY)] = grant(
        key_id=KeyId("key_2"), state=state, expires_at_ms=expires_at_ms
    )
    async with in_memory(edge) as http:
        answer = await http.get("/v1/models")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == code


async def test_metrics_count_by_route_and_status() -> None:
    edge = Edge()
    async with edge.running(), in_memory(edge) as http:
        await http.post("/v1/chat/completions", json=HELLO)
        await http.get("/v1/nonsense-1")
        await http.get("/v1/nonsense-2")

    def value(route: str, status: str) -> float | None:
        labels = {"route": route, "status": status}
        return edge.registry.get_sample_value("tollgate_edge_requests_total", labels)

    assert value("chat", "200") == 1
    assert value("other", "404") == 2
