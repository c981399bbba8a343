"""URLs: whose dialect answers, what is not built, and what browsers ask first."""

import pytest
from tollgate_edge.routes.addresses import Address, locate

from .conftest import BEARER, HELLO, in_memory, on_socket
from .fakes import KEY, Edge

MESSAGE = {**HELLO, "max_tokens": 5}
CONTENTS = {"contents": [{"parts": [{"text": "hello"}]}]}


def at(path: str, query: str = "", *headers: str) -> Address:
    return locate(path, query.encode(), [(name.encode(), b"") for name in headers])


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/v1/chat/completions/", "openai"),
        ("//v1//chat//completions", "openai"),
        ("/v1beta/openai/chat/completions", "openai"),
        ("/v1/v1beta/openai/v1/chat/completions", "openai"),
        ("/v1/messages", "anthropic"),
        ("/messages", "anthropic"),
        ("/v1/v1/messages/", "anthropic"),
        ("/v1beta/models/small:generateContent", "gemini"),
        ("/v1/v1beta/models/small:generateContent", "gemini"),
        ("/v1/models/small:streamGenerateContent", "gemini"),
        ("/models/acme/dark:generateContent", "gemini"),
    ],
)
def test_chat_addresses(path: str, dialect: str) -> None:
    address = at(path)
    assert address.operation
    assert address.operation.kind == "chat"
    assert address.dialect.name == dialect


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1beta/models/small:generateContent", "small"),
        ("/v1beta/models/acme/dark:generateContent", "acme/dark"),
        ("/v1beta/models/acme:dark:generateContent", "acme:dark"),
        ("/v1beta/models/models/small:generateContent", "small"),
    ],
)
def test_gemini_has_its_model_in_the_path(path: str, name: str) -> None:
    contents = [{"parts": [{"text": "hi"}]}]
    operation = at(path).operation
    assert operation
    assert operation.read({"contents": contents}).model == name  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("path", "query", "headers", "dialect"),
    [
        ("/v1/models", "", [], "openai"),
        ("/v1/models", "", ["authorization"], "openai"),
        ("/v1/models", "", ["x-api-key", "anthropic-version"], "anthropic"),
        ("/v1/models/small", "", ["authorization", "anthropic-version"], "anthropic"),
        ("/v1/models", "", ["x-goog-api-key"], "gemini"),
        ("/v1/models/small", "key=sk-1", [], "gemini"),
        ("/v1beta/models", "", ["authorization"], "gemini"),
        ("/v1beta/models/acme/dark", "", [], "gemini"),
        ("/v1beta/openai/models", "", ["x-goog-api-key"], "openai"),
        ("/v1beta/nonsense", "", [], "gemini"),
        ("/v1beta", "", [], "gemini"),
        ("/v1/messages/nonsense", "", [], "anthropic"),
        ("/v1/nonsense", "", [], "openai"),
        ("/", "", [], "openai"),
    ],
)
def test_other_addresses(path: str, query: str, headers: list[str], dialect: str) -> None:
    address = at(path, query, *headers)
    assert not address.operation
    assert address.built
    assert address.dialect.name == dialect


async def test_lists_in_three_shapes() -> None:
    async with in_memory(Edge()) as http:
        openai = (await http.get("/v1beta/openai/models")).json()
        anthropic = (await http.get("/v1/models", headers={"anthropic-version": "x"})).json()
        gemini = (await http.get("/v1beta/models")).json()
        one = (await http.get("/v1beta/models/small")).json()
        pasted = (await http.get("/v1beta/models/models/small")).json()
    assert [entry["id"] for entry in openai["data"]] == ["small", "seeing"]
    assert [entry["id"] for entry in anthropic["data"]] == ["small", "seeing"]
    assert [entry["name"] for entry in gemini["models"]] == ["models/small", "models/seeing"]
    assert "nextPageToken" not in gemini
    assert one == pasted == gemini["models"][0]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/messages", MESSAGE),
        ("/v1/v1/messages", MESSAGE),
        ("/v1beta/models/small:generateContent", CONTENTS),
        ("/v1beta/models/small:generateContent?key=" + KEY, CONTENTS),
        ("/v1beta/models/models%2Fsmall%3AgenerateContent", CONTENTS),
        ("/v1beta/openai/chat/completions", HELLO),
    ],
)
async def test_answers_from_every_address(path: str, body: object) -> None:
    edge = Edge()
    async with on_socket(edge) as http:
        answer = await http.post(path, json=body)
    assert answer.status_code == 200, answer.text


UNBUILT = [
    ("/v1/responses/compact", "openai"),
    ("/v1/images/variations", "openai"),
    ("/v1/audio/voices", "openai"),
    ("/v1/realtime/client_secrets", "openai"),
    ("/v1/batches", "openai"),
    ("/v1/files", "openai"),
    ("/v1/fine_tuning/jobs", "openai"),
    ("/v1/assistants", "openai"),
    ("/threads/th_1/runs", "openai"),
    ("/v1/uploads", "openai"),
    ("/v1beta/openai/vector_stores", "openai"),
    ("/v1/messages/batches", "anthropic"),
    ("/v1beta/models/small:asyncBatchEmbedContent", "gemini"),
    ("/v1beta/models/small:predict", "gemini"),
    ("/v1beta/cachedContents", "gemini"),
    ("/v1beta/files/f_1", "gemini"),
]


@pytest.mark.parametrize(("path", "dialect"), UNBUILT)
async def test_what_is_not_built_says_so(path: str, dialect: str) -> None:
    async with in_memory(Edge()) as http:
        answer = await http.post(path, json={})
    assert answer.status_code == 501
    assert answer.headers["x-should-retry"] == "false"
    envelope = answer.json()
    assert f"POST {path} is not available here yet." in envelope["error"]["message"]
    kind = {
        "openai": envelope["error"].get("code"),
        "anthropic": envelope["error"].get("type"),
        "gemini": envelope["error"].get("status"),
    }
    expected = {"openai": "not_implemented", "anthropic": "api_error", "gemini": "UNIMPLEMENTED"}
    assert kind[dialect] == expected[dialect]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/messages/nonsense", "not_found_error"),
        ("/v1beta/nonsense", "NOT_FOUND"),
        ("/v1beta", "NOT_FOUND"),
        ("/v1/nonsense", "invalid_request_error"),
    ],
)
async def test_nothing_is_there_in_the_paths_dialect(path: str, kind: str) -> None:
    async with in_memory(Edge()) as http:
        answer = await http.post(path, json={})
    assert answer.status_code == 404, answer.text
    error = answer.json()["error"]
    assert kind in (error.get("type"), error.get("status"))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/messages",
        "/v1/messages/count_tokens",
        "/v1beta/models/small:generateContent",
        "/v1beta/models/small:countTokens",
    ],
)
async def test_wrong_method(path: str) -> None:
    async with in_memory(Edge()) as http:
        answer = await http.get(path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "path", ["/v1/chat/completions", "/v1/messages", "/v1beta/models/small:generateContent"]
)
async def test_browsers_may_ask_from_anywhere(path: str) -> None:
    origin = {"origin": "https://page.example"}
    asking = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,x-stainless-os",
    }
    edge = Edge()
    async with on_socket(edge) as http:
        preflight = await http.request(
            "OPTIONS", path, headers={**origin, **asking, "authorization": ""}
        )
        refused = await http.post(path, json={}, headers=origin)
        elsewhere = await http.post(path, json={}, headers=BEARER)
    assert preflight.status_code == 204
    assert preflight.content == b""
    assert "content-length" not in preflight.headers
    assert preflight.headers["access-control-allow-headers"] == "authorization,x-stainless-os"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    for answer in (preflight, refused):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "request-id" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in answer.headers
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in elsewhere.headers
