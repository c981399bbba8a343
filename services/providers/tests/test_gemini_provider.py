"""Google's adapter: its recordings, and what passes through for clients that speak Gemini."""

import json
from pathlib import Path
from typing import Any

import pytest
from tollgate_common.rating import Units
from tollgate_providers.adapter import Ask
from tollgate_providers.adapters.google import ADAPTER
from tollgate_providers.failures import AnswerFailed, FailureKind

RECORDINGS = Path(__file__).parent / "recordings" / "google"


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / name).read_text())


def ask(body: Any = None, **fields: Any) -> Ask:
    defaults = {"stream": False, "include_usage": True, "max_output_tokens": 64}
    named = {"model": "gemini-3.8-flash", "dialect": "gemini", "request_id": "R1"}
    return Ask(body=json.dumps(body).encode(), **(defaults | named | fields))


def test_where_and_as_whom() -> None:
    head = "/v1beta/models/gemini-3.8-flash:"
    assert ADAPTER.target(ask()) == head + "generateContent"
    assert ADAPTER.target(ask(stream=True)) == head + "streamGenerateContent?alt=sse"
    assert ADAPTER.target(ask(stream=True, variant="array")) == ADAPTER.target(ask(stream=True))
    assert ADAPTER.headers("AIza-1", ask()) == {"x-goog-api-key": "AIza-1"}


def test_a_body_that_is_refused_names_its_field() -> None:
    with pytest.raises(AnswerFailed) as caught:
        ADAPTER.body(ask({"contents": [], "tools": [{"googleSearch": {}}]}))
    assert caught.value.kind is FailureKind.INVALID_REQUEST
    assert caught.value.param == "tools[0].googleSearch"
    assert not caught.value.elsewhere


def test_a_whole_answer_passes_untouched() -> None:
    recording = recorded("unary.json")
    data = json.dumps(recording["answer"]).encode()
    reading = ADAPTER.read(data)
    assert reading.data is data
    assert reading.reported == Units(**recording["units"])
    assert reading.output_bytes == len(recording["text"])
    assert reading.reasoning_bytes > 0


@pytest.mark.parametrize("data", [b"", b"[]", b'{"error":{}}', b'{"candidates":3}', b"{}"])
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(AnswerFailed):
        ADAPTER.read(data)


@pytest.mark.parametrize("name", ["stream", "tools"])
@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
@pytest.mark.parametrize("variant", ["", "array"])
def test_a_stream_passes_untouched(name: str, size: int, variant: str) -> None:
    recording = (RECORDINGS / f"{name}.sse").read_bytes()
    expected = recorded(f"{name}.json")
    stream = ADAPTER.stream(ask(stream=True, variant=variant))
    pieces = [recording[at : at + size] for at in range(0, len(recording), size)]
    out = b"".join(map(stream.feed, pieces))
    assert not stream.complete
    out += stream.finish()
    assert stream.complete
    assert stream.failure is None
    assert stream.reported() == Units(**expected["units"])
    assert stream.reasoning_bytes == len(expected.get("thinking", ""))
    payloads = [line[6:] for line in recording.split(b"\r\n\r\n") if line]
    if variant:
        assert out == b"[" + b",\n".join(payloads) + b"]"
    else:
        assert out == b"".join(b"data: " + payload + b"\n\n" for payload in payloads)


@pytest.mark.parametrize("variant", ["", "array"])
def test_a_stream_that_is_cut(variant: str) -> None:
    stream = ADAPTER.stream(ask(stream=True, variant=variant))
    first = (RECORDINGS / "stream.sse").read_bytes().split(b"\r\n\r\n")[0] + b"\r\n\r\n"
    out = stream.feed(first) + stream.cut()
    assert stream.complete
    last = json.loads(out)[-1] if variant else json.loads(out.split(b"\n\n")[-2][6:])
    assert last["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert last["modelVersion"] == "gemini-3.8-flash"


@pytest.mark.parametrize("garbage", [b"data: {broken\n\n", b'data: {"error":{"code":503}}\n\n'])
def test_garbage_ends_a_stream(garbage: bytes) -> None:
    stream = ADAPTER.stream(ask(stream=True, variant="array"))
    good = {"candidates": [{"content": {"parts": [{"text": "Hi"}]}}]}
    event = b"data: " + json.dumps(good).encode() + b"\n\n"
    assert stream.feed(event + garbage + event) == b"[" + event[6:-2]
    assert stream.failure is not None
    assert stream.finish() == b""
    assert not stream.complete


def test_a_stream_that_ends_without_a_reason_is_not_complete() -> None:
    stream = ADAPTER.stream(ask(stream=True))
    first = (RECORDINGS / "stream.sse").read_bytes().split(b"\r\n\r\n")[0] + b"\r\n\r\n"
    stream.feed(first)
    stream.finish()
    assert not stream.complete


KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.07s"}


@pytest.mark.parametrize(
    ("status", "word", "details", "kind", "elsewhere", "wait_s"),
    [
        (400, "INVALID_ARGUMENT", [KEY], FailureKind.UPSTREAM_ERROR, True, 0),
        (400, "FAILED_PRECONDITION", [], FailureKind.UPSTREAM_ERROR, True, 0),
        (400, "INVALID_ARGUMENT", [], FailureKind.INVALID_REQUEST, False, 0),
        (403, "PERMISSION_DENIED", [], FailureKind.UPSTREAM_ERROR, True, 0),
        (429, "RESOURCE_EXHAUSTED", [RETRY], FailureKind.RATE_LIMITED, True, 35),
        (429, "RESOURCE_EXHAUSTED", 5, FailureKind.RATE_LIMITED, True, 0),
        (503, "UNAVAILABLE", [], FailureKind.UPSTREAM_ERROR, True, 0),
    ],
)
@pytest.mark.parametrize("listed", [False, True])
def test_errors(
    status: int,
    word: str,
    details: Any,
    kind: FailureKind,
    elsewhere: bool,
    wait_s: int,
    listed: bool,
) -> None:
    error = {"code": status, "message": "No.", "status": word, "details": details}
    body = {"error": error}
    data = json.dumps([body] if listed else body).encode()
    failure = ADAPTER.failure(status, data, "AIza-1", 0)
    assert (failure.kind, failure.elsewhere) == (kind, elsewhere)
    assert failure.retry_after_s == wait_s
