"""Idempotency keys at the edge: repetitions are answered without credit, first requests run on."""

import asyncio
import json

import pytest
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_edge.idempotency import Answer, in_use, lost, reused
from tollgate_edge.refusals import Cause, Refusal

from .conftest import BEARER, HELLO, on_socket, serving
from .fakes import (
    ANSWER,
    DONE,
    EVENTS,
    KEY,
    SETTLEMENT,
    UNITS,
    Edge,
    chunk,
    failing,
    silent,
    soon,
)

URL = "/v1/chat/completions"
KEYED = {"idempotency-key": "order-1"}
FIRST = "01M000000000000000000FIRST"


def kept(**changes: object) -> Answer:
    fields = {
        "request_id": FIRST,
        "content_type": "application/json",
        "data": ANSWER,
        "cost_nano": 12_345,
        "refusal": None,
    }
    return Answer(**(fields | changes))  # type: ignore[arg-type]


async def test_a_first_request_travels_with_its_key_and_fingerprint() -> None:
    edge = Edge()
    async with on_socket(edge) as http:
        first = await http.post(URL, json=HELLO, headers=KEYED)
        again = await http.post(URL, json=HELLO, headers=KEYED)
        other = await http.post(URL, json={**HELLO, "n": 2}, headers=KEYED)
        path = await http.post("/v1/messages", json=HELLO | {"max_tokens": 9}, headers=KEYED)
        plain = await http.post(URL, json=HELLO)
    assert {a.status_code for a in (first, again, other, path, plain)} == {200}
    one, two, three, four, five = edge.providers.opened
    assert one.idempotency_key == "order-1"
    assert one.fingerprint == two.fingerprint
    assert len({one.fingerprint, three.fingerprint, four.fingerprint}) == 3
    assert (five.idempotency_key, five.fingerprint) == ("", b"")
    assert "idempotent-replayed" not in first.headers


async def test_a_repetition_has_the_first_answer_without_credit() -> None:
    edge = Edge()
    edge.answers.known["order-1"] = kept()
    edge.ledger.available_nano = 0
    async with on_socket(edge) as http:
        answer = await http.post(URL, json=HELLO, headers=KEYED)
    assert answer.content == ANSWER
    assert answer.headers["x-request-id"] == FIRST
    assert answer.headers["idempotent-replayed"] == "true"
    assert answer.headers["x-tollgate-cost"] == "0.000012345"
    assert edge.providers.opened == []


async def test_a_repeated_stream_is_the_stream() -> None:
    edge = Edge()
    edge.answers.known["order-1"] = kept(content_type="text/event-stream", data=chunk(1) + DONE)
    async with on_socket(edge) as http:
        answer = await http.post(URL, json={**HELLO, "stream": True}, headers=KEYED)
    assert answer.content == chunk(1) + DONE
    assert answer.headers["content-type"] == "text/event-stream"


async def test_a_failure_is_repeated_as_it_was() -> None:
    refusal = Refusal(Cause.UPSTREAM_TIMEOUT, "Too slow.")
    edge = Edge()
    edge.answers.known["order-1"] = kept(data=b"", refusal=refusal)
    cut = kept(content_type="text/event-stream", data=chunk(1), refusal=refusal)
    edge.answers.known["order-2"] = cut
    async with on_socket(edge) as http:
        whole = await http.post(URL, json=HELLO, headers=KEYED)
        stream = {**HELLO, "stream": True}
        streamed = await http.post(URL, json=stream, headers={"idempotency-key": "order-2"})
    assert whole.status_code == 504
    assert FIRST in whole.json()["error"]["message"]
    events = streamed.text.split("\n\n")
    assert events[0] + "\n\n" == chunk(1).decode()
    assert json.loads(events[1].removeprefix("data: "))["error"]["code"] == "upstream_timeout"


async def test_a_failed_array_is_repeated_as_it_was() -> None:
    refusal = Refusal(Cause.UPSTREAM_TIMEOUT, "Too slow.")
    edge = Edge()
    edge.answers.known["order-1"] = kept(data=b'[{"n":1}', refusal=refusal)
    url = "/v1beta/models/small:streamGenerateContent"
    body = {"contents": [{"parts": [{"text": "hello"}]}]}
    async with on_socket(edge) as http:
        answer = await http.post(url, json=body, headers=KEYED)
    first, last = answer.json()
    assert first == {"n": 1}
    assert last["error"]["status"] == "DEADLINE_EXCEEDED"


async def test_failed_sound_is_repeated_as_its_failure() -> None:
    """Nothing can be said in it."""
    refusal = Refusal(Cause.UPSTREAM_TIMEOUT, "Too slow.")
    edge = Edge()
    edge.answers.known["order-1"] = kept(data=b"ID3", content_type="audio/mpeg", refusal=refusal)
    async with on_socket(edge) as http:
        answer = await http.post("/v1/audio/speech", json={}, headers=KEYED)
    assert answer.status_code == 504


@pytest.mark.parametrize(
    ("refusal", "status", "retry"),
    [(in_use(), 409, None), (reused(), 422, "false"), (lost(), 502, "false")],
)
async def test_other_answers_are_refused(refusal: Refusal, status: int, retry: str | None) -> None:
    edge = Edge()
    edge.answers.known["order-1"] = refusal
    async with on_socket(edge) as http:
        answer = await http.post(URL, json=HELLO, headers=KEYED)
    assert answer.status_code == status
    assert answer.headers.get("x-should-retry") == retry
    assert answer.headers.get("retry-after") == ("1" if status == 409 else None)
    assert edge.providers.opened == []


async def test_a_race_that_was_lost_in_providers_is_a_conflict() -> None:
    edge = Edge(script=failing(pb.FAILURE_KIND_IN_USE, retry_after_s=1))
    async with on_socket(edge) as http:
        answer = await http.post(URL, json=HELLO, headers=KEYED)
    assert answer.status_code == 409
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\xe9", "a\tb"])
async def test_what_is_no_key_is_refused(key: str) -> None:
    edge = Edge()
    async with on_socket(edge) as http:
        headers = {"idempotency-key": key.encode("latin-1")}
        answer = await http.post(URL, json=HELLO, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "Idempotency-Key"
    assert edge.providers.opened == []


@pytest.mark.parametrize("asks", [{}, {"stream": True}])
async def test_the_request_runs_on_when_its_client_leaves(asks: dict[str, bool]) -> None:
    edge = Edge(script=silent, window_bytes=1024)
    async with edge.running(), serving(edge.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = json.dumps({**HELLO, **asks}).encode()
        lines = [
            f"POST {URL} HTTP/1.1",
            "host: x",
            f"authorization: Bearer {KEY}",
            "idempotency-key: order-1",
            f"content-length: {len(body)}",
        ]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await soon(lambda: edge.providers.opened != [])
        writer.close()
        await writer.wait_closed()
        del reader
        said = b"x" * 2048
        edge.providers.say(pb.ProviderFrame(lane=1, head=EVENTS, data=said, counted=UNITS))
        await soon(lambda: edge.providers.windows != [])
        assert edge.providers.cancelled == []
        edge.providers.say(pb.ProviderFrame(lane=1, data=DONE, settlement=SETTLEMENT))
        edge.providers.say(pb.ProviderFrame(lane=1, recorded=True))
        await soon(lambda: edge.relay.lanes == 0)
    assert edge.recorder.events == []
    assert edge.spent_nano() == SETTLEMENT.cost_nano


async def test_the_cost_of_an_answer_is_in_its_header() -> None:
    edge = Edge()
    async with on_socket(edge) as http:
        answer = await http.post(URL, json=HELLO, headers=BEARER | {"origin": "https://a.page"})
    assert answer.headers["x-tollgate-cost"] == "0.000000020"
    assert "x-tollgate-cost" in answer.headers["access-control-expose-headers"]
