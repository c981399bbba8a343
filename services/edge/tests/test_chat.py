"""A chat request through the edge: answered, streamed, cut, failed, abandoned."""

import asyncio
import json

import pytest
from openai import APIError, AsyncOpenAI
from tollgate.events.v1 import usage_pb2
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.usage import Outcome

from .conftest import BEARER, HELLO, in_memory, on_socket, serving
from .fakes import (
    ANSWER,
    COST_NANO,
    DONE,
    EVENTS,
    JSON,
    KEY,
    SETTLEMENT,
    UNITS,
    Edge,
    FakeProviders,
    chunk,
    failing,
    silent,
    soon,
    stream,
)

STREAM = {**HELLO, "stream": True}


async def test_unary_answer_passes_through() -> None:
    edge = Edge()
    async with on_socket(edge) as http:
        answer = await http.post("/v1/chat/completions", json=HELLO)
    assert answer.status_code == 200
    assert answer.content == ANSWER
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-length"] == str(len(ANSWER))
    ids = {answer.headers[name] for name in ("x-request-id", "request-id", "x-oneapi-request-id")}
    [opened] = edge.providers.opened
    assert ids == {opened.request_id}


async def test_providers_is_told_who_pays_and_how_much_at_most() -> None:
    edge = Edge()
    body = json.dumps({**HELLO, "max_tokens": 50, "n": 2, "model": "small-latest"}).encode()
    headers = {
        "x-agent-identity": "name=test",
        "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01",
        "content-type": "application/json",
    }
    async with on_socket(edge) as http:
        await http.post("/v1/chat/completions", content=body, headers=headers)
    [opened] = edge.providers.opened
    assert opened.body == body
    assert (opened.account_id, opened.key_id) == ("acc_1", "key_1")
    assert (opened.model, opened.price_version) == ("small", "p1")
    assert (opened.dialect, opened.operation) == ("openai", "chat")
    assert opened.max_output_tokens == 50
    # Input at the dearest input rate, and both choices' answers.
    assert opened.hold_nano == (len(body) + 64) * 2 + 2 * 50 * 2
    assert opened.lease_id in edge.ledger.granted
    assert opened.agent == "name=test"
    assert opened.traceparent == headers["traceparent"]
    assert not opened.stream


async def test_settlement_frees_the_hold() -> None:
    edge = Edge()
    async with on_socket(edge) as http:
        for _ in range(3):
            await http.post("/v1/chat/completions", json=HELLO)
        await soon(lambda: edge.relay.lanes == 0)
    assert edge.held_nano() == 0
    assert edge.spent_nano() == 3 * COST_NANO
    assert edge.recorder.events == []


async def test_stream_passes_through() -> None:
    edge = Edge(script=stream)
    async with on_socket(edge) as http:
        answer = await http.post("/v1/chat/completions", json=STREAM)
    assert answer.content == chunk(1) + chunk(2) + chunk(3) + DONE
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-accel-buffering"] == "no"
    assert edge.spent_nano() == COST_NANO


async def test_openai_sdk_reads_the_stream() -> None:
    def script(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        event = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "small",
            "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hi"}}],
        }
        data = b"data: %b\n\n" % json.dumps(event).encode()
        settled = pb.ProviderFrame(lane=frame.lane, data=DONE, settlement=SETTLEMENT)
        providers.say(pb.ProviderFrame(lane=frame.lane, head=EVENTS, data=data), settled)

    edge = Edge(script=script)
    async with (
        on_socket(edge) as http,
        AsyncOpenAI(base_url=str(http.base_url), api_key=KEY, max_retries=0) as client,
    ):
        chunks = await client.chat.completions.create(
            model="small", messages=[{"role": "user", "content": "hi"}], stream=True
        )
        words = [event.choices[0].delta.content async for event in chunks]
    assert words == ["Hi"]


FAILURES = [
    (pb.FAILURE_KIND_INVALID_REQUEST, 400, "invalid_request_error", None),
    (pb.FAILURE_KIND_UNAVAILABLE, 503, "service_unavailable", "service_unavailable"),
    (pb.FAILURE_KIND_RATE_LIMITED, 429, "rate_limit_error", "upstream_rate_limited"),
    (pb.FAILURE_KIND_UPSTREAM_ERROR, 502, "upstream_error", "upstream_error"),
    (pb.FAILURE_KIND_TIMEOUT, 504, "upstream_timeout", "upstream_timeout"),
    (pb.FAILURE_KIND_BUDGET_EXHAUSTED, 402, "insufficient_funds", "budget_exhausted"),
    (pb.FAILURE_KIND_UNSPECIFIED, 502, "upstream_error", "upstream_error"),
]


@pytest.mark.parametrize(("kind", "status", "type_", "code"), FAILURES)
@pytest.mark.parametrize("body", [HELLO, STREAM])
async def test_failure_before_any_data_has_its_status(
    kind: "pb.FailureKind.ValueType",
    status: int,
    type_: str,
    code: str | None,
    body: dict[str, object],
) -> None:
    edge = Edge(script=failing(kind, param="messages", retry_after_s=7))
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post("/v1/chat/completions", json=body)
        await soon(lambda: edge.relay.lanes == 0)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert (error["type"], error["code"], error["param"]) == (type_, code, "messages")
    request_id = answer.headers["x-request-id"]
    assert error["message"] == f"Upstream says no. (request id: {request_id})"
    assert answer.headers["retry-after"] == "7"
    assert edge.held_nano() == edge.spent_nano() == 0


async def test_failure_after_data_is_an_event_and_the_end() -> None:
    def script(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        failure = pb.Failure(kind=pb.FAILURE_KIND_UPSTREAM_ERROR, message="It broke.")
        providers.say(pb.ProviderFrame(lane=frame.lane, head=EVENTS, data=chunk(1)))
        providers.say(pb.ProviderFrame(lane=frame.lane, failure=failure, settlement=SETTLEMENT))

    edge = Edge(script=script)
    async with on_socket(edge) as http:
        answer = await http.post("/v1/chat/completions", json=STREAM)
    assert answer.status_code == 200
    first, event, rest = answer.content.split(b"\n\n")
    assert first + b"\n\n" == chunk(1)
    error = json.loads(event.removeprefix(b"data: "))["error"]
    assert error["type"] == "upstream_error"
    assert rest == b""
    assert edge.spent_nano() == COST_NANO


async def test_openai_sdk_raises_on_an_error_event() -> None:
    def script(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        failure = pb.Failure(kind=pb.FAILURE_KIND_UPSTREAM_ERROR, message="It broke.")
        providers.say(pb.ProviderFrame(lane=frame.lane, head=EVENTS, data=b": hi\n\n"))
        providers.say(pb.ProviderFrame(lane=frame.lane, failure=failure, settlement=SETTLEMENT))

    edge = Edge(script=script)
    async with (
        on_socket(edge) as http,
        AsyncOpenAI(base_url=str(http.base_url), api_key=KEY, max_retries=0) as client,
    ):
        chunks = await client.chat.completions.create(
            model="small", messages=[{"role": "user", "content": "hi"}], stream=True
        )
        with pytest.raises(APIError, match=r"It broke\. \(request id: "):
            async for _ in chunks:
                pass


@pytest.mark.parametrize("seen", [0, 1, 3])
async def test_client_leaves(seen: int) -> None:
    """providers is told; the bill is still waited for."""

    def script(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        for number in range(seen):
            providers.say(pb.ProviderFrame(lane=frame.lane, head=EVENTS, data=chunk(number)))

    edge = Edge(script=script)
    async with edge.running(), serving(edge.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_request(json.dumps(STREAM).encode()))
        if seen:
            await reader.readuntil(b'"n":%d}\n\n' % (seen - 1))
        await edge.providers.until(lambda: len(edge.providers.opened) == 1)
        writer.close()
        await edge.providers.until(lambda: edge.providers.cancelled == [1])
        assert edge.held_nano() == edge.providers.opened[0].hold_nano
        edge.providers.say(pb.ProviderFrame(lane=1, settlement=SETTLEMENT, recorded=True))
        await soon(lambda: edge.relay.lanes == 0)
    assert edge.held_nano() == 0
    assert edge.spent_nano() == COST_NANO
    assert edge.recorder.events == []


async def test_unary_client_leaves() -> None:
    edge = Edge(script=silent)
    async with edge.running(), serving(edge.app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_request(json.dumps(HELLO).encode()))
        await edge.providers.until(lambda: len(edge.providers.opened) == 1)
        writer.close()
        await edge.providers.until(lambda: edge.providers.cancelled == [1])


def _request(body: bytes) -> bytes:
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: edge\r\nauthorization: Bearer %b\r\n"
        b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
        % (KEY.encode(), len(body), body)
    )


LOSSES: list[tuple[str, list[pb.ProviderFrame], int, Outcome, bool]] = [
    ("before the provider answered", [], 0, Outcome.PROVIDERS_LOST, True),
    (
        "after the head",
        [pb.ProviderFrame(lane=1, head=EVENTS, data=chunk(1), counted=UNITS)],
        COST_NANO,
        Outcome.PROVIDERS_LOST,
        True,
    ),
    (
        "after the settlement",
        [
            pb.ProviderFrame(
                lane=1,
                head=EVENTS,
                data=chunk(1),
                settlement=pb.Settlement(
                    units=UNITS, cost_nano=7, outcome=usage_pb2.OUTCOME_COMPLETED
                ),
            )
        ],
        7,
        Outcome.COMPLETED,
        False,
    ),
]


@pytest.mark.parametrize(
    ("when", "frames", "cost_nano", "outcome", "estimated"),
    LOSSES,
    ids=[loss[0] for loss in LOSSES],
)
async def test_what_providers_cannot_record_the_edge_records(
    when: str, frames: list[pb.ProviderFrame], cost_nano: int, outcome: Outcome, estimated: bool
) -> None:
    def script(providers: FakeProviders, _frame: pb.EdgeFrame) -> None:
        providers.say(*frames)
        providers.die()

    edge = Edge(script=script)
    async with edge.running(), in_memory(edge) as http:
        await http.post("/v1/chat/completions", json=STREAM)
        await soon(lambda: len(edge.recorder.events) == 1)
    [event] = edge.recorder.events
    [opened] = edge.providers.opened
    assert event.request_id == opened.request_id
    assert (event.hold_nano, event.lease_id) == (opened.hold_nano, opened.lease_id)
    assert (event.cost_nano, event.outcome, event.estimated) == (cost_nano, outcome, estimated)
    assert event.observer == "edge"
    assert edge.held_nano() == 0
    # Providers may have published another cost first: an uncertain one counts as the whole hold.
    assert edge.spent_nano() == (opened.hold_nano if estimated else cost_nano)


@pytest.mark.parametrize(("body", "status"), [(HELLO, 502), (STREAM, 502)], ids=["unary", "stream"])
async def test_client_learns_that_providers_was_lost(body: dict[str, object], status: int) -> None:
    edge = Edge(script=lambda providers, _frame: providers.die())
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post("/v1/chat/completions", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["type"] == "upstream_error"


async def test_providers_comes_back() -> None:
    edge = Edge()
    async with edge.running(), in_memory(edge) as http:
        edge.providers.die()
        await soon(lambda: not edge.relay.up)
        away = await http.post("/v1/chat/completions", json=HELLO)
        await soon(lambda: edge.relay.up)
        back = await http.post("/v1/chat/completions", json=HELLO)
    assert away.status_code == 503
    assert away.headers["retry-after"]
    assert back.status_code == 200
    # The refused request was never sent: its hold is gone, without a trace for the ledger.
    assert edge.held_nano() == 0


async def test_a_draining_providers_gets_no_new_requests() -> None:
    edge = Edge(script=silent)
    async with edge.running(), in_memory(edge) as http:
        first = asyncio.create_task(http.post("/v1/chat/completions", json=HELLO))
        await edge.providers.until(lambda: len(edge.providers.opened) == 1)
        edge.providers.leave()
        await soon(lambda: edge.providers.dialled == 2)
        assert edge.relay.lanes == 1
        first.cancel()


@pytest.mark.parametrize("body", [HELLO, STREAM])
async def test_no_place_for_usage_means_no_requests(body: dict[str, object]) -> None:
    edge = Edge()
    edge.recorder.full = True
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 503
    assert edge.providers.opened == []


async def test_window_is_granted_as_the_client_reads() -> None:
    big = b"data: " + b"x" * 600 + b"\n\n"

    def script(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        providers.say(pb.ProviderFrame(lane=frame.lane, head=EVENTS, data=big))

    edge = Edge(script=script, window_bytes=1_000)
    async with on_socket(edge) as http, http.stream("POST", "/chat/completions", json=STREAM):
        await edge.providers.until(lambda: bool(edge.providers.windows))
    assert edge.providers.opened[0].window == 1_000
    assert edge.providers.windows == [(1, len(big))]


async def test_large_unary_answer_is_read_beyond_the_window() -> None:
    parts = [b"x" * 900, b"y" * 900]

    def script(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        for part in parts:
            providers.say(pb.ProviderFrame(lane=frame.lane, head=JSON, data=part))
        providers.say(pb.ProviderFrame(lane=frame.lane, settlement=SETTLEMENT, recorded=True))

    edge = Edge(script=script, window_bytes=1_000)
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post("/v1/chat/completions", json=HELLO)
    assert answer.content == b"".join(parts)


async def test_model_not_served_is_503() -> None:
    edge = Edge()
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post("/v1/chat/completions", json={**HELLO, "model": "acme/dark"})
    assert answer.status_code == 503
    assert answer.json()["error"]["type"] == "service_unavailable"
    assert answer.headers["retry-after"]


async def test_overload_is_shed() -> None:
    edge = Edge(requests_max=1, script=silent)
    async with edge.running(), in_memory(edge) as http:
        first = asyncio.create_task(http.post("/v1/chat/completions", json=HELLO, headers=BEARER))
        await edge.providers.until(lambda: len(edge.providers.opened) == 1)
        shed = await http.post("/v1/chat/completions", json=HELLO)
        first.cancel()
    assert shed.status_code == 503
    assert shed.headers["retry-after"] == "1"
