"""Answers: whatever events come, clients see a legal order; and nothing of it is lost."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from anthropic.types import Message as AnthropicMessage
from anthropic.types import RawMessageStreamEvent
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import TypeAdapter
from tollgate_common.rating import Units
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Reader
from tollgate_providers.adapters.openai import ADAPTER as OPENAI
from tollgate_providers.dialect import Envelope, Writer
from tollgate_providers.formats.anthropic.provider_answer import MessageReader
from tollgate_providers.formats.openai.provider_answer import ChatReader
from tollgate_providers.signatures import unsigned_id

from . import strategies as some
from .conftest import chat_dialects

DIALECTS = chat_dialects()
ENVELOPE = Envelope(id="R1", model="m", created_s=1, include_usage=True, input_tokens=7)
STREAM_EVENTS: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)


def written(dialect: str, events: Iterable[n.Event]) -> bytes:
    """As a stream, event by event."""
    writer = DIALECTS[dialect].writer(ENVELOPE)
    return b"".join([*(writer.write([event]) for event in events), writer.end()])


def reader(dialect: str) -> Reader:
    return ChatReader(OPENAI) if dialect == "openai" else MessageReader()


def read_stream(dialect: str, data: bytes) -> list[n.Event]:
    source = reader(dialect)
    events = source.feed(data)
    assert source.complete
    assert source.failure is None
    return events


def told(events: Iterable[n.Event]) -> dict[str, Any]:
    """What an answer says, however it is cut into events."""
    blocks: list[Any] = []
    calls: dict[int, list[Any]] = {}
    rest: dict[str, Any] = {}
    for event in events:
        kind = type(event).__name__
        match event:
            case n.TextDelta() | n.ThinkingDelta():
                if not (blocks and blocks[-1][0] == kind):
                    blocks.append([kind, ""])
                blocks[-1][1] += event.text
            case n.Signature(value, signer) | n.Redacted(value, signer):
                blocks.append([kind, value, signer])
            case n.ToolCallStarted():
                calls[event.index] = [event.id, event.name, ""]
            case n.ToolArguments():
                calls[event.index][2] += event.json
            case n.Finished(value) | n.UsageSeen(value):
                rest[kind] = value
    for call in calls.values():
        call[2] = json.loads(call[2] or "{}")
    return {"blocks": blocks, "calls": calls, **rest}


def in_openais_order(answer: dict[str, Any]) -> dict[str, Any]:
    """OpenAI's format keeps the order of texts, and of thoughts, but not between the two."""
    texts = "".join(block[1] for block in answer["blocks"] if block[0] == "TextDelta")
    thoughts = [block for block in answer["blocks"] if block[0] != "TextDelta"]
    return answer | {"blocks": [texts, *thoughts]}


openai_answers = some.answers(some.units(reasoning=some.counts), st.sampled_from(["", "google"]))
anthropic_answers = some.answers(
    some.units(cache_write_5m=some.counts, cache_write_1h=some.counts, reasoning=some.counts),
    st.just("anthropic"),
)


@settings(max_examples=60)
@given(openai_answers)
def test_openais_answers_are_the_identity(events: list[n.Event]) -> None:
    expected = in_openais_order(told(events))
    streamed = read_stream("openai", written("openai", events))
    assert in_openais_order(told(streamed)) == expected
    whole = reader("openai").read(DIALECTS["openai"].answer(ENVELOPE, events))
    assert in_openais_order(told(whole)) == expected


@settings(max_examples=60)
@given(anthropic_answers)
def test_anthropics_answers_are_the_identity(events: list[n.Event]) -> None:
    assert told(read_stream("anthropic", written("anthropic", events))) == told(events)
    whole = reader("anthropic").read(DIALECTS["anthropic"].answer(ENVELOPE, events))
    assert told(whole) == told(events)


def check_anthropic(data: bytes) -> None:
    """The order that Anthropic documents, and shapes that its SDK takes."""
    *frames, last = data.split(b"\n\n")
    assert last == b""
    events = []
    for frame in frames:
        head, payload = frame.split(b"\n")
        event = json.loads(payload.removeprefix(b"data: "))
        assert head == b"event: " + event["type"].encode()
        if event["type"] != "ping":
            STREAM_EVENTS.validate_python(event)
            events.append(event)
    assert [e["type"] for e in (events[0], *events[-2:])] == [
        "message_start", "message_delta", "message_stop",
    ]  # fmt: skip
    open_block, following = None, 0
    for event in events[1:-2]:
        if event["type"] == "content_block_start":
            assert (open_block, event["index"]) == (None, following)
            open_block, following = event["index"], following + 1
        elif event["type"] == "content_block_delta":
            assert event["index"] == open_block
        else:
            assert (event["type"], event["index"]) == ("content_block_stop", open_block)
            open_block = None
    assert open_block is None


def check_openai(data: bytes) -> None:
    """One role first, calls announced before their arguments, one finish, usage, [DONE]."""
    assert data.endswith(b"data: [DONE]\n\n")
    begun: set[int] = set()
    finished: set[int] = set()
    calls: set[tuple[int, int]] = set()
    chunks = [json.loads(line[6:]) for line in data.split(b"\n\n")[:-2]]
    assert len({(chunk["id"], chunk["created"]) for chunk in chunks}) == 1
    for chunk in chunks:
        ChatCompletionChunk.model_validate(chunk)
        assert "usage" in chunk
        for choice in chunk["choices"]:
            number, delta = choice["index"], choice["delta"]
            assert number not in finished
            assert ("role" in delta) == (number not in begun)
            begun.add(number)
            for call in delta.get("tool_calls", []):
                assert ("id" in call) == ((number, call["index"]) not in calls)
                calls.add((number, call["index"]))
            if choice["finish_reason"]:
                finished.add(number)
    assert begun == finished
    assert all(chunk["choices"] for chunk in chunks[:-1])


CHECKS = {"openai": check_openai, "anthropic": check_anthropic}


@settings(max_examples=80)
@given(some.any_events, st.sampled_from(sorted(CHECKS)), st.booleans())
def test_any_events_become_a_legal_stream(events: list[n.Event], dialect: str, cut: bool) -> None:
    writer: Writer = DIALECTS[dialect].writer(ENVELOPE)
    data = b"".join([writer.write([event]) for event in events])
    CHECKS[dialect](data + (writer.cut() if cut else writer.end()))


@settings(max_examples=60)
@given(some.any_events)
def test_any_events_become_an_answer_that_sdks_take(events: list[n.Event]) -> None:
    AnthropicMessage.model_validate_json(DIALECTS["anthropic"].answer(ENVELOPE, events))
    ChatCompletion.model_validate_json(DIALECTS["openai"].answer(ENVELOPE, events))


def test_calls_are_streamed_one_after_the_other_without_waiting_for_the_end() -> None:
    writer = DIALECTS["anthropic"].writer(ENVELOPE)
    writer.write([n.ToolCallStarted(0, "a", "f"), n.ToolArguments(0, '{"x":')])
    assert b"partial_json" not in writer.write([n.ToolCallStarted(1, "b", "g")])
    assert b"partial_json" not in writer.write([n.ToolArguments(1, "{")])
    out = writer.write([n.ToolArguments(0, "1}")])
    assert out.count(b"content_block_stop") == 2  # its frame says it twice
    assert b'"partial_json":"{"' in out
    assert b"partial_json" in writer.write([n.ToolArguments(1, "}")])


@pytest.mark.parametrize(
    ("dialect", "end"),
    [("openai", b'"finish_reason":"length"'), ("anthropic", b'"stop_reason":"max_tokens"')],
)
def test_a_cut_says_length(dialect: str, end: bytes) -> None:
    writer = DIALECTS[dialect].writer(ENVELOPE)
    writer.write([n.Started("i", "m"), n.TextDelta("Hello")])
    assert end in writer.cut()


def test_gemini_signatures_ride_in_the_ids_of_calls() -> None:
    events: list[n.Event] = [n.ToolCallStarted(0, "call_1", "f", "sig"), n.Finished("tool_calls")]
    for dialect in CHECKS:
        (call,) = [e for e in read_stream(dialect, written(dialect, events))
                   if isinstance(e, n.ToolCallStarted)]  # fmt: skip
        assert unsigned_id(call.id) == ("call_1", "sig")


def test_usage_that_never_came_is_estimated_for_who_must_have_it() -> None:
    data = written("anthropic", [n.TextDelta("12345678"), n.Finished("stop")])
    delta = json.loads(data.split(b"\n\n")[-3].split(b"data: ")[1])
    assert (delta["usage"]["input_tokens"], delta["usage"]["output_tokens"]) == (7, 2)


def test_usage_adds_up_in_every_dialect() -> None:
    units = Units(10, 20, 30, 40, 50, 60)
    for dialect, names in (
        ("openai", ("prompt_tokens", "completion_tokens")),
        ("anthropic", ("input_tokens", "output_tokens")),
    ):
        answer = json.loads(
            DIALECTS[dialect].answer(ENVELOPE, [n.TextDelta("x"), n.UsageSeen(units)])
        )
        prompt = 100 if dialect == "openai" else 10
        assert [answer["usage"][name] for name in names] == [prompt, 110]
