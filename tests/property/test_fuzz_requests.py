"""Whatever a client sends to any URL: an answer, or a refusal in its own words; never more."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message
from tollgate.providers.v1 import providers_pb2 as pb

from services.edge.tests.fakes import KEY, Edge, FakeProviders, model, stream, unary

from .fuzzing import examples, mutated, spliced, written
from .requests import EXAMPLES, FORM, JSON, Example, known_urls

Headers = list[tuple[bytes, bytes]]
KINDS = (
    "chat", "embeddings", "images", "speech", "transcription", "moderation", "rerank",
)  # fmt: skip
SECONDS_MAX = 2.0
# Nothing of these belongs into an answer.
SECRETS = [KEY.encode(), b"Traceback", b".py", b"set_int_max_str_digits", b"127.0.0.1", b"acme"]


@dataclass
class Reply:
    """What the client got."""

    status: int
    body: bytes


def scripted(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
    (stream if frame.open.stream else unary)(providers, frame)


def make_edge() -> Edge:
    edge = Edge(script=scripted)
    every = model("every", image_tokens=1_500, audio_second_tokens=10, operations=KINDS)
    edge.catalogue.replace("2", [every])
    return edge


async def call(
    app: ASGIApp, path: str, query: bytes, headers: Headers, body: bytes, method: str = "POST"
) -> Reply:
    """One request, without a socket."""
    scope = {"type": "http", "method": method, "path": path, "query_string": query,
             "headers": headers, "raw_path": b"", "http_version": "1.1", "scheme": "http",
             "root_path": "", "asgi": {"version": "3.0"}}  # fmt: skip
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop() if waiting else await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(message: Message) -> None:
        sent.append(message)

    async with asyncio.timeout(SECONDS_MAX):
        await app(scope, receive, send)
    start, *rest = sent
    assert start["type"] == "http.response.start"
    assert not rest[-1].get("more_body")
    return Reply(start["status"], b"".join(message.get("body", b"") for message in rest))


def strict(data: bytes) -> Any:
    def refused(name: str) -> NoReturn:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(data, parse_constant=refused)


def check_refusal(dialect: str, reply: Reply) -> None:
    answer = strict(reply.body)
    error = answer["error"]
    assert type(error["message"]) is str
    if dialect == "openai":
        assert set(error) == {"message", "type", "param", "code"}
    elif dialect == "anthropic":
        assert (answer["type"], set(error)) == ("error", {"type", "message"})
    else:
        assert set(error) == {"code", "message", "status", "details"}
        assert error["code"] == reply.status


async def check(
    example: Example,
    body: bytes,
    query: bytes,
    headers: Headers,
) -> Reply:
    """A good answer to what was admitted with a hold; or a refusal, and nothing is left of it."""
    edge = make_edge()
    async with edge.running():
        reply = await call(edge.app, example.path, query, headers, body)
        opened = edge.providers.opened
        if reply.status == 200 and example.address.operation:
            (lane,) = opened
            assert lane.hold_nano > 0
            assert lane.body == body
            if example.content_type == JSON:
                strict(body)
        else:
            assert opened == []
            assert edge.held_nano() == 0
    if reply.status != 200:
        assert 400 <= reply.status < 500, reply
        check_refusal(example.url[0], reply)
        for secret in SECRETS:
            assert secret not in reply.body.replace(body, b"")
    return reply


def headers_of(example: Example) -> Headers:
    return [
        (b"authorization", f"Bearer {KEY}".encode()),
        (b"content-type", example.content_type.encode()),
    ]


def test_every_url_has_an_example() -> None:
    known = known_urls()
    assert len(known) >= 7
    assert known <= {example.url for example in EXAMPLES}


BUILT = [e for e in EXAMPLES if e.address.operation or e.address.counts]
each = pytest.mark.parametrize("example", BUILT, ids=[f"{e.path}?{e.query}" for e in BUILT])


@each
async def test_the_examples_are_answered(example: Example) -> None:
    body = example.body if isinstance(example.body, bytes) else written(example.body)
    reply = await check(example, body, example.query.encode(), headers_of(example))
    assert reply.status == 200, reply


@each
@examples(20)
@given(st.data())
async def test_any_body(example: Example, data: st.DataObject) -> None:
    spoilt = spliced if isinstance(example.body, bytes) else mutated
    body = data.draw(spoilt(example.body))
    await check(example, body, example.query.encode(), headers_of(example))


@pytest.mark.parametrize(
    "body",
    [
        b'{"\\ud800":1,"\\ud800":2}',
        b'{"model":' + b"9" * 5_000 + b"}",
        b'{"model":' + b"[" * 300 + b"]" * 300 + b"}",
    ],
    ids=["surrogates", "digits", "depth"],
)
async def test_what_parsers_choke_on(body: bytes) -> None:
    reply = await check(EXAMPLES[0], body, b"", headers_of(EXAMPLES[0]))
    assert reply.status == 400


@each
async def test_a_key_of_any_bytes_in_the_query(example: Example) -> None:
    reply = await check(example, b"{}", b"key=\xff", [])
    assert reply.status == 401


HEADERS = [
    b"authorization", b"x-api-key", b"x-goog-api-key", b"api-key", b"content-type",
    b"content-encoding", b"idempotency-key", b"traceparent", b"origin",
    b"x-agent-identity", b"anthropic-version", b"anthropic-beta", b"x-tollgate-order",
    b"x-tollgate-only", b"x-tollgate-max-price", b"access-control-request-headers",
]  # fmt: skip
TOKENS = [
    b"Bearer", b"Bearer " + KEY.encode(), b"sk-", JSON.encode(), FORM.encode(), b"; charset=\xff",
    b"input=", b"1e999", b"acme", b",", b"9" * 30, b"key=", b"alt=", b"&", b"%", b"%ff", b"\xff",
]  # fmt: skip
# What a server that keeps to HTTP hands on: no control characters.
visible = st.binary(max_size=12).map(lambda data: bytes(byte | 0x20 for byte in data if byte != 95))
values = st.lists(st.one_of(st.sampled_from(TOKENS), visible), max_size=3).map(b"".join)
headers = st.lists(st.tuples(st.sampled_from(HEADERS), values), min_size=1, max_size=3)
queries = st.one_of(st.just(b""), values)


@each
@examples(8)
@given(st.data(), headers, queries, st.booleans())
async def test_any_headers_and_query(
    example: Example, data: st.DataObject, given: Headers, query: bytes, keyed: bool
) -> None:
    body = example.body if isinstance(example.body, bytes) else written(example.body)
    own = [each for each in headers_of(example) if keyed and each[0] not in dict(given)]
    await check(example, body, example.query.encode() + query, own + given)


paths = st.lists(
    st.one_of(st.sampled_from(["v1", "v1beta", "models", "every", "openai", "messages", "batches",
                               "chat", "completions", ":generateContent", ":countTokens", "..",
                               "every:embedContent"]), st.text(max_size=5)), max_size=4,
).map(lambda parts: "/" + "/".join(parts))  # fmt: skip
methods = st.sampled_from(
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X"]
)


@examples(60)
@given(methods, paths, queries, headers)
async def test_any_address(method: str, path: str, query: bytes, given: Headers) -> None:
    edge = make_edge()
    bearer = (b"authorization", f"Bearer {KEY}".encode())
    async with edge.running():
        reply = await call(edge.app, path, query, [bearer, *given], b"{}", method)
    assert reply.status < 500 or reply.status == 501, reply
    for secret in SECRETS:
        assert secret not in reply.body
