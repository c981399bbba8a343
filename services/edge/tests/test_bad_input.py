"""Bad input and attacks: a typed answer, in bounded time, before any provider is asked."""

import asyncio
import json
import time

import httpx2
import pytest

from .conftest import HELLO, in_memory, on_socket, serving
from .fakes import KEY, Edge, digest, grant, silent

CHAT = "/v1/chat/completions"
JSON_TYPE = {"content-type": "application/json"}


async def post(body: object, **headers: str) -> tuple[httpx2.Response, Edge]:
    edge = Edge()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post(CHAT, content=content, headers=JSON_TYPE | headers)
    return answer, edge


def refused(answer: httpx2.Response, edge: Edge, status: int) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert edge.providers.opened == []
    assert edge.held_nano() == 0
    error: dict[str, object] = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert str(error["message"]).endswith(f" (request id: {answer.headers['x-request-id']})")
    return error


HUGE_N = [18446744073686646784, 2**31, 2**63, 1e308]
FIELDS = [
    *[("n", value) for value in [*HUGE_N, 0, -1, 1.5, True, "3", [], 9]],
    *[
        (field, value)
        for field in ("max_tokens", "max_completion_tokens")
        for value in [-1, 0, 2**53, 1.0, True, "5", 8_001]
    ],
    ("stream", 1),
    ("stream", "true"),
    ("stream_options", "all"),
    ("model", 7),
    ("model", ""),
    ("model", None),
    ("messages", []),
    ("messages", "hello"),
    ("messages", ["hello"]),
    ("messages", [{"role": "user", "content": 5}]),
    ("service_tier", "priority"),
    ("modalities", ["text", "audio"]),
    *[
        (field, {})
        for field in ("audio", "prediction", "web_search_options", "enable_search", "best_of")
    ],
    *[
        (field, "x")
        for field in ("api_base", "base_url", "extra_headers", "extra_body", "proxy", "api_key")
    ],
    ("tools", [{"type": "web_search"}]),
    ("tools", [{"type": []}]),
    ("tools", "all"),
]


@pytest.mark.parametrize(("field", "value"), FIELDS)
async def test_a_wrong_field_is_named(field: str, value: object) -> None:
    answer, edge = await post({**HELLO, field: value})
    error = refused(answer, edge, 400)
    assert error["type"] == "invalid_request_error"
    assert error["param"] == field


async def test_both_output_limits_are_refused() -> None:
    answer, edge = await post({**HELLO, "max_tokens": 5, "max_completion_tokens": 5})
    assert refused(answer, edge, 400)["param"] == "max_tokens"


PARTS = [
    {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
    {"type": "file", "file": {"file_id": "f"}},
    {"type": "video_url", "video_url": {"url": "https://example.com/v"}},
    {"type": "image_url", "image_url": {"url": "https://example.com/i"}},  # "small" is blind
    {"type": "image_url", "image_url": "https://example.com/i"},
    {"type": []},
    {},
    "text",
]


@pytest.mark.parametrize("part", PARTS)
async def test_parts_without_a_price_are_refused(part: object) -> None:
    answer, edge = await post({**HELLO, "messages": [{"role": "user", "content": [part]}]})
    assert refused(answer, edge, 400)["param"] == "messages"


BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"hello"',
    b'{"model": NaN}',
    b'{"n": Infinity}',
    b'{"n": -Infinity}',
    b'{"temperature": 1e999}',
    b'{"model": "a", "model": "b"}',
    b'{"model": "a", "stream": true, "stream": false}',
    b'{"model": "a", "x": {"y": 1, "y": 2}}',
    b"\xef\xbb\xbf{}",
    '{"model": "small"}'.encode("utf-16"),
    b'{"model": "\\ud800"}',
    b'{"model": "\xed\xa0\x80"}',
    b'{"model": "a\x00b"}',
    b"{'model': 'a'}",
    b'{"model": "a"} {"model": "b"}',
    b"[" * 10_000,
    b'{"a":' * 10_000,
]


@pytest.mark.parametrize("body", BODIES)
async def test_what_is_not_strict_json_is_refused(body: bytes) -> None:
    answer, edge = await post(body)
    assert refused(answer, edge, 400)["type"] == "invalid_request_error"


async def test_a_5000_digit_integer_is_refused_at_once() -> None:
    edge = Edge()
    body = b'{"model": "small", "n": ' + b"9" * 5_000 + b"}"
    async with edge.running(), in_memory(edge) as http:
        await http.get("/")  # the first call pays for imports
        before = time.perf_counter()
        answer = await http.post(CHAT, content=body, headers=JSON_TYPE)
        took = time.perf_counter() - before
    refused(answer, edge, 400)
    assert took < 0.05


MANY = [
    b"{%b}" % b",".join(b'"k%d":1' % number for number in range(500_000)),
    b'{"messages":[%b]}' % b",".join([b"[]"] * 1_000_000),
    b'{"messages":[%b]}' % b",".join([b"{}"] * 1_000_000),
]


@pytest.mark.parametrize("body", MANY, ids=["keys", "arrays", "objects"])
async def test_millions_of_values_are_refused_in_bounded_time(body: bytes) -> None:
    before = time.perf_counter()
    answer, edge = await post(body)
    refused(answer, edge, 400)
    assert time.perf_counter() - before < 0.5


async def test_a_ten_megabyte_prompt_is_held_for_and_passes() -> None:
    messages = [{"role": "user", "content": "x" * 10_000_000}]
    answer, edge = await post({"model": "small", "messages": messages})
    assert answer.status_code == 200
    # No more than the model's context can be billed.
    assert edge.providers.opened[0].hold_nano == 100_000 * 2 + 1_000 * 2


TWINS = [
    "Small",
    "SMALL",
    "small ",
    " small",
    "\uff53mall",
    "sm\u0430ll",
    "openai/small",
    "small:ft",
    "small\n",
]


@pytest.mark.parametrize("name", [*TWINS, "gpt-17", "x" * 10_000])
async def test_an_almost_right_model_does_not_exist(name: str) -> None:
    answer, edge = await post({**HELLO, "model": name})
    error = refused(answer, edge, 404)
    assert (error["code"], error["param"]) == ("model_not_found", "model")
    assert len(answer.content) < 1_000


KEY_HEADERS = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": f"Basic {KEY}"},
    {"Authorization": f"Bearer {KEY[:-1]}j"},
    {"Authorization": f"Bearer {KEY}-suffix"},
    {"Authorization": f"Bearer {KEY}", "x-api-key": "sk-" + "y" * 48},
    {"Authorization": "Bearer sk-' OR 1=1--"},
    {"Authorization": 'Bearer {"$ne":null}'},
    {"Authorization": "Bearer %"},
    {"Authorization": "Bearer sk-" + "k" * 20_000},
]


@pytest.mark.parametrize("headers", KEY_HEADERS)
async def test_a_wrong_key_is_401(headers: dict[str, str]) -> None:
    edge = Edge()
    transport = httpx2.ASGITransport(app=edge.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://edge") as http:
        answer = await http.post(CHAT, json=HELLO, headers=headers)
        listed = await http.get("/v1/models", headers=headers)
    error = refused(answer, edge, 401)
    assert (error["type"], error["code"]) == ("authentication_error", "invalid_api_key")
    assert answer.headers["x-should-retry"] == "false"
    assert listed.status_code == 401


async def test_two_authorization_headers_are_401() -> None:
    edge = Edge()
    transport = httpx2.ASGITransport(app=edge.app)
    headers = [("Authorization", f"Bearer {KEY}"), ("Authorization", f"Bearer {KEY}")]
    async with httpx2.AsyncClient(transport=transport, base_url="http://edge") as http:
        answer = await http.post(CHAT, json=HELLO, headers=headers)
    refused(answer, edge, 401)


async def test_the_key_is_checked_before_the_body() -> None:
    edge = Edge()
    async with in_memory(edge) as http:
        answer = await http.post(CHAT, content=b"{", headers={"Authorization": "Bearer sk-x"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-encoding": "gzip"}, 415),
        ({"content-encoding": "br"}, 415),
        ({"content-encoding": "identity"}, 200),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
        ({"content-type": "Application/JSON; charset=utf-8"}, 200),
        ({"content-type": "application/vnd.api+json"}, 200),
        ({"x-large": "x" * 40_000}, 431),
        ({f"x-{number}": "x" for number in range(150)}, 431),
    ],
)
async def test_headers(headers: dict[str, str], status: int) -> None:
    answer, edge = await post(HELLO, **headers)
    assert answer.status_code == status, answer.text
    if status != 200:
        assert refused(answer, edge, status)["type"] == "invalid_request_error"


async def test_no_content_type_is_taken_for_json() -> None:
    edge = Edge()
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post(CHAT, content=json.dumps(HELLO).encode())
    assert answer.status_code == 200


async def test_a_body_that_is_too_large_is_413() -> None:
    edge = Edge()
    async with on_socket(edge) as http:
        answer = await http.post(CHAT, content=b"x" * (21 * 1024**2), headers=JSON_TYPE)
    assert refused(answer, edge, 413)["type"] == "invalid_request_error"
    assert answer.headers["connection"] == "close"


async def talk(edge: Edge, *parts: bytes) -> bytes:
    """Writes raw bytes; gives all that comes back before the connection ends."""
    async with edge.running(), serving(edge.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for part in parts:
            writer.write(part)
            await writer.drain()
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return answer


HEADERS = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: edge\r\nauthorization: Bearer %b\r\n"
    b"content-type: application/json\r\n" % KEY.encode()
)


async def test_an_endless_chunked_body_is_413() -> None:
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    edge = Edge()
    parts = [HEADERS + b"transfer-encoding: chunked\r\n\r\n", *[chunk] * 21, b"0\r\n\r\n"]
    answer = await talk(edge, *parts)
    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_a_slow_body_is_408() -> None:
    edge = Edge(body_seconds=0.05)
    answer = await talk(edge, HEADERS + b"content-length: 10\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer


async def test_smuggling_is_400_and_the_end_of_the_connection() -> None:
    edge = Edge(script=silent)
    answer = await talk(
        edge,
        HEADERS
        + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_a_body_shorter_than_it_says_reaches_nobody() -> None:
    edge = Edge()
    async with edge.running(), serving(edge.app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEADERS + b'content-length: 100\r\n\r\n{"model"')
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    assert edge.providers.opened == []


async def test_scripts_of_many_bytes_a_token_stay_below_the_hold() -> None:
    """A20: however the text is spelled, there are no more tokens than bytes."""
    content = "\u4e2d\U0001f600" * 100
    edge = Edge()
    async with edge.running(), in_memory(edge) as http:
        body = {**HELLO, "messages": [{"role": "user", "content": content}]}
        await http.post(CHAT, json=body)
    assert edge.providers.opened[0].hold_nano >= 2 * len(content.encode())


@pytest.mark.parametrize("models", [frozenset({"seeing"})])
async def test_a_model_outside_the_keys_list_is_403(models: frozenset[str]) -> None:
    edge = Edge()
    edge.auth.grants[digest(KEY)] = grant(models=models)
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post(CHAT, json=HELLO)
        missing = await http.post(CHAT, json={**HELLO, "model": "none"})
    error = refused(answer, edge, 403)
    assert (error["type"], error["code"]) == ("permission_error", "model_not_allowed")
    assert missing.status_code == 404
