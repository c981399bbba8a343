"""Anthropic as a provider: its own clients pass untouched, the others through neutral events."""

import json
from pathlib import Path
from typing import Any

import pytest
from tollgate_common.rating import Units
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Ask
from tollgate_providers.adapters.anthropic import ADAPTER
from tollgate_providers.failures import AnswerFailed, FailureKind
from tollgate_providers.formats.anthropic.provider_answer import units_of

RECORDINGS = Path(__file__).parent / "recordings" / "anthropic"
UNARY = json.loads((RECORDINGS / "unary.json").read_text())


def ask(**fields: Any) -> Ask:
    defaults: dict[str, Any] = {
        "body": json.dumps(UNARY["request"]).encode(),
        "model": "claude-opus-5-5",
        "stream": False,
        "include_usage": False,
        "max_output_tokens": 64,
        "dialect": "anthropic",
    }
    return Ask(**(defaults | fields))


def test_a_body_passes_with_our_limits() -> None:
    assert json.loads(ADAPTER.body(ask())) == UNARY["request"] | UNARY["sent"]


def test_headers_pass_but_not_those_that_cost_more() -> None:
    beta = "interleaved-thinking-2025-05-14, context-1m-2025-08-07,fast-mode-2026-02-01"
    client = {"anthropic-version": "2024-01-01", "anthropic-beta": beta, "cookie": "c"}
    assert ADAPTER.headers("sk-1", ask(headers=client)) == {
        "x-api-key": "sk-1",
        "anthropic-version": "2024-01-01",
        "anthropic-beta": "interleaved-thinking-2025-05-14",
    }
    plain = {"x-api-key": "sk-1", "anthropic-version": "2023-06-01"}
    assert ADAPTER.headers("sk-1", ask(headers=client, dialect="openai")) == plain


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"speed": "fast"}, "speed"),
        ({"inference_geo": "us"}, "inference_geo"),
        ({"container": "c"}, "container"),
        ({"tools": [{}, {"type": "web_search_20260209"}]}, "tools[1].type"),
        ({"tools": [{"type": "code_execution_20260521"}]}, "tools[0].type"),
    ],
)
def test_what_is_charged_apart_is_refused(fields: dict[str, Any], param: str) -> None:
    body = json.dumps(UNARY["request"] | fields).encode()
    with pytest.raises(AnswerFailed) as caught:
        ADAPTER.body(ask(body=body))
    assert (caught.value.kind, caught.value.param) == (FailureKind.INVALID_REQUEST, param)


def test_a_whole_answer_passes_untouched() -> None:
    data = json.dumps(UNARY["answer"]).encode()
    reading = ADAPTER.read(data)
    assert reading.data is data
    assert reading.reported == Units(**UNARY["units"])
    assert (reading.output_bytes, reading.reasoning_bytes) == (len("Hello!"), len("A greeting."))


@pytest.mark.parametrize("name", ["stream", "tools"])
@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
def test_a_stream_passes_untouched(name: str, size: int) -> None:
    recording = (RECORDINGS / f"{name}.sse").read_bytes()
    stream = ADAPTER.stream(ask(stream=True))
    out = b"".join(stream.feed(recording[at : at + size]) for at in range(0, len(recording), size))
    assert out == recording
    assert stream.complete
    expected = json.loads((RECORDINGS / f"{name}.json").read_text())
    assert stream.reported() == Units(**expected["units"])


def test_tools_and_thinking_become_events() -> None:
    expected = json.loads((RECORDINGS / "tools.json").read_text())
    reader = ADAPTER.reader(ask(stream=True))
    events = reader.feed((RECORDINGS / "tools.sse").read_bytes())
    thinking = "".join(event.text for event in events if isinstance(event, n.ThinkingDelta))
    assert thinking == expected["thinking"]
    assert n.Signature(expected["signature"], "anthropic") in events
    assert n.Redacted(expected["redacted"], "anthropic") in events
    starts = [event for event in events if isinstance(event, n.ToolCallStarted)]
    arguments = ["", ""]
    for event in events:
        if isinstance(event, n.ToolArguments):
            arguments[event.index] += event.json
    calls = [[s.name, json.loads(a)] for s, a in zip(starts, arguments, strict=True)]
    assert calls == expected["calls"]
    assert events[-2:] == [n.Finished("tool_calls"), n.UsageSeen(Units(**expected["units"]))]


@pytest.mark.parametrize(
    "garbage",
    [
        b"data: {broken\n\n",
        b"data: [1]\n\n",
        b'data: {"no":"type"}\n\n',
        b'data: {"type":"content_block_delta","index":0}\n\n',
        b'data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    ],
)
def test_garbage_ends_a_stream(garbage: bytes) -> None:
    good = b'event: ping\ndata: {"type":"ping"}\n\n'
    stream = ADAPTER.stream(ask(stream=True))
    assert stream.feed(good + garbage + good) == good
    assert stream.failure is not None
    assert not stream.complete


@pytest.mark.parametrize("events", [3, 4, 6])
def test_a_cut_closes_the_open_block(events: int) -> None:
    frames = (RECORDINGS / "stream.sse").read_bytes().split(b"\n\n")[:events]
    stream = ADAPTER.stream(ask(stream=True))
    stream.feed(b"\n\n".join(frames) + b"\n\n")
    types = [line[7:] for line in stream.cut().split(b"\n") if line.startswith(b"event: ")]
    ending = [b"message_delta", b"message_stop"]
    assert types == (ending if events == 6 else [b"content_block_stop", *ending])
    assert stream.complete


@pytest.mark.parametrize(
    "lie",
    [
        {},
        {"input_tokens": 10},
        {"input_tokens": 10, "output_tokens": -3},
        {"input_tokens": 10, "output_tokens": 10**12},
        {"input_tokens": "10", "output_tokens": "3"},
        {"input_tokens": 0, "output_tokens": 3},
        {"input_tokens": 10, "output_tokens": 0},
        {"input_tokens": 10, "output_tokens": 3, "output_tokens_details": {"thinking_tokens": 4}},
        {
            "input_tokens": 10,
            "output_tokens": 3,
            "cache_creation_input_tokens": 5,
            "cache_creation": {"ephemeral_1h_input_tokens": 6},
        },
    ],
)
def test_usage_that_is_not_credible_is_not_billed(lie: dict[str, Any]) -> None:
    assert units_of(lie, True) is None


def test_an_unpaid_bill_is_not_the_clients_fault() -> None:
    message = "Your credit balance is too low to access the Anthropic API."
    error = {"type": "invalid_request_error", "message": message}
    body = json.dumps({"type": "error", "error": error}).encode()
    failure = ADAPTER.failure(400, body, "sk-1", 0)
    assert (failure.kind, failure.elsewhere) == (FailureKind.UPSTREAM_ERROR, True)
    assert "credit" not in failure.message


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("claude-haiku-4-5-20251001", "enabled"),
        ("claude-sonnet-4-5", "enabled"),
        ("claude-opus-4-1-20250805", "enabled"),
        ("claude-3-7-sonnet-20250219", "enabled"),
        ("claude-sonnet-4-6", "adaptive"),
        ("claude-opus-5-5", "adaptive"),
        ("claude-haiku-5-5", "adaptive"),
        ("claude-fable-5-2", "adaptive"),
    ],
)
def test_each_model_thinks_in_its_own_words(model: str, kind: str) -> None:
    hello = n.Message(role="user", parts=(n.Text(text="Hello"),))
    reasoning = n.Reasoning(effort="low")
    request = n.Request(messages=(hello,), max_output_tokens=4096, reasoning=reasoning)
    body = json.loads(ADAPTER.body_of(request, ask(model=model, max_output_tokens=4096)))
    assert body["thinking"]["type"] == kind
