"""What OpenAI answers through its Responses API, streamed or whole, as neutral events."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.rating import Units
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Ask
from tollgate_providers.adapters.openai import ADAPTER, Responses
from tollgate_providers.dialect import Envelope
from tollgate_providers.dialects.responses import DIALECT

from . import strategies as some
from .responding import event as framed

RECORDINGS = Path(__file__).parent / "recordings" / "openai"
UNARY = json.loads((RECORDINGS / "responses.json").read_text())
TOOLS = json.loads((RECORDINGS / "responses_tools.json").read_text())
STREAMS = ("responses", "responses_tools")
WIRE = ADAPTER.wires["openai", "responses"]
CARRIER = Responses(reasoning=True)
DELTA = {"output_index": 0, "content_index": 0, "delta": "Hi"}


def ask(**fields: Any) -> Ask:
    defaults: dict[str, Any] = {
        "body": b"",
        "model": "gpt-6-luna",
        "stream": False,
        "include_usage": False,
        "max_output_tokens": 64,
    }
    return Ask(**(defaults | fields))


def joined(events: list[n.Event]) -> list[n.Event]:
    """Neighbouring deltas of one kind as one."""
    whole: list[n.Event] = []
    for kind, group in groupby(events, lambda e: (type(e), getattr(e, "index", 0))):
        same = list(group)
        if kind[0] is n.TextDelta:
            whole.append(n.TextDelta("".join(e.text for e in same if isinstance(e, n.TextDelta))))
        elif kind[0] is n.ThinkingDelta:
            texts = [e.text for e in same if isinstance(e, n.ThinkingDelta)]
            whole.append(n.ThinkingDelta("".join(texts)))
        elif kind[0] is n.ToolArguments:
            pieces = [e.json for e in same if isinstance(e, n.ToolArguments)]
            whole.append(n.ToolArguments(kind[1], "".join(pieces)))
        else:
            whole += same
    return whole


def answered(data: bytes, size: int = 1 << 20, *, reasoning: bool = True) -> list[n.Event]:
    reader = Responses(reasoning=reasoning).reader(ask(stream=True))
    events: list[n.Event] = []
    for at in range(0, len(data), size):
        if not reader.complete:
            events += reader.feed(data[at : at + size])
    assert reader.complete
    assert reader.failure is None
    return events


@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
def test_thoughts_text_and_calls_become_events(size: int) -> None:
    events = joined(answered((RECORDINGS / "responses_tools.sse").read_bytes(), size))
    calls = [
        event
        for index, (id, name, arguments) in enumerate(TOOLS["calls"])
        for event in (
            n.ToolCallStarted(index, id, name),
            n.ToolArguments(index, json.dumps(arguments, separators=(",", ":"))),
        )
    ]
    assert events == [
        n.Started(TOOLS["answer"]["id"], "gpt-6-luna-2026-09-22"),
        n.ThinkingDelta(TOOLS["thinking"]),
        n.Signature(TOOLS["signature"], "openai"),
        n.TextDelta(TOOLS["text"]),
        *calls,
        n.Finished("tool_calls"),
        n.UsageSeen(Units(**TOOLS["units"])),
    ]


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("reasoning", [True, False])
def test_a_whole_answer_says_what_its_stream_says(name: str, reasoning: bool) -> None:
    recording = (RECORDINGS / f"{name}.sse").read_bytes()
    last = json.loads(recording.rpartition(b"data: ")[2])
    response = json.dumps(last["response"]).encode()
    reader = Responses(reasoning=reasoning).reader(ask())
    events = reader.read(response)
    assert events == joined(answered(recording, reasoning=reasoning))
    kinds = {type(event) for event in events}
    assert ({n.ThinkingDelta, n.Signature} <= kinds) is reasoning
    passing = WIRE.read(response)
    counted = (reader.output_bytes, reader.reasoning_bytes, reader.reported())
    assert counted == (passing.output_bytes, passing.reasoning_bytes, passing.reported)


def test_parts_of_a_summary_are_told_apart() -> None:
    expected = json.loads((RECORDINGS / "responses_stream.json").read_text())
    events = joined(answered((RECORDINGS / "responses.sse").read_bytes()))
    assert events[1] == n.ThinkingDelta(expected["thinking"])


@pytest.mark.parametrize(
    ("fields", "item", "reason"),
    [
        ({}, {}, "stop"),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, {},
         "length"),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, {},
         "content_filter"),
        ({"status": "incomplete", "incomplete_details": None}, {}, "length"),
        ({}, {"content": [{"type": "refusal", "refusal": "No."}]}, "refusal"),
    ],
)  # fmt: skip
def test_reasons(fields: dict[str, Any], item: dict[str, Any], reason: n.Reason) -> None:
    message = UNARY["answer"]["output"][-1] | item
    answer = UNARY["answer"] | {"output": [message]} | fields
    assert n.Finished(reason) in CARRIER.reader(ask()).read(json.dumps(answer).encode())


def test_a_refusal_is_text() -> None:
    response = {"status": "completed", "usage": None}
    events = answered(
        framed("response.created", response={"id": "resp_1", "model": "m"})
        + framed("response.refusal.delta", output_index=0, delta="No.")
        + framed("response.completed", response=response)
    )
    assert events == [n.Started("resp_1", "m"), n.TextDelta("No."), n.Finished("refusal")]


def test_log_probabilities_are_read() -> None:
    entry = {"token": "Hi", "logprob": -0.5, "bytes": [72, 105]}
    logprobs = [entry | {"top_logprobs": [{"token": "Ho", "logprob": -1.5}]}]
    expected = n.Logprobs((n.TokenLogprob("Hi", -0.5, (("Ho", -1.5),)),))
    reader = CARRIER.reader(ask(stream=True))
    delta = framed("response.output_text.delta", **DELTA, logprobs=logprobs)
    assert reader.feed(delta) == [n.TextDelta("Hi"), expected]
    message = UNARY["answer"]["output"][-1]
    part = {"type": "output_text", "text": "Hi", "logprobs": logprobs}
    answer = UNARY["answer"] | {"output": [message | {"content": [part]}]}
    assert expected in CARRIER.reader(ask()).read(json.dumps(answer).encode())


# Answers, as our own writer writes them for clients that speak this API.


@given(some.answers(some.units(reasoning=some.counts), st.just("openai"), redacted=False))
def test_what_is_written_is_read_again(events: list[n.Event]) -> None:
    envelope = Envelope(id="R1", model="gpt-6-luna", created_s=1)
    writer = DIALECT.writer(envelope)
    streamed = answered(b"".join(writer.write([event]) for event in events) + writer.end())
    assert summary(streamed) == summary(events)
    whole = CARRIER.reader(ask()).read(DIALECT.answer(envelope, events))
    assert summary(whole) == summary(events)


def summary(events: list[n.Event]) -> tuple[Any, ...]:
    """What an answer comes to; a call makes of an ordinary end one for calls."""
    calls: dict[int, list[str]] = {}
    for event in events:
        if isinstance(event, n.ToolCallStarted):
            calls[event.index] = [event.id, event.name, ""]
        elif isinstance(event, n.ToolArguments):
            calls[event.index][2] += event.json
    (finished,) = [e for e in events if isinstance(e, n.Finished)]
    return (
        "".join(e.text for e in events if isinstance(e, n.TextDelta)),
        "".join(e.text for e in events if isinstance(e, n.ThinkingDelta)),
        [e for e in events if isinstance(e, n.Signature)],
        calls,
        "length" if finished.reason == "length" else "tool_calls" if calls else "stop",
        [e for e in events if isinstance(e, n.UsageSeen)],
    )
