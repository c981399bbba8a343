"""Gemini's answers: from Google to any client, and from any provider to Gemini's clients."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.rating import Units
from tollgate_providers import neutral as n
from tollgate_providers.conversion import ConvertedStream
from tollgate_providers.dialect import Envelope
from tollgate_providers.dialects.gemini import DIALECT
from tollgate_providers.failures import AnswerFailed
from tollgate_providers.formats.gemini.answers import units_of, usage_of
from tollgate_providers.formats.gemini.provider_answer import GeminiReader
from tollgate_providers.signatures import unpacked

from . import strategies as some

SIGNERS = st.sampled_from(["", "anthropic", "google"])
USAGE = {"promptTokenCount": 10, "candidatesTokenCount": 3, "totalTokenCount": 13}


def envelope(variant: str = "") -> Envelope:
    return Envelope(id="R1", model="deepseek-v4-pro", created_s=1, variant=variant)


def streamed(events: Iterable[n.Event], variant: str = "", *, cut: bool = False) -> bytes:
    """As a provider would give them: one by one."""
    writer = DIALECT.writer(envelope(variant))
    out = b"".join(writer.write([event]) for event in events)
    out += writer.cut() if cut else writer.end()
    assert writer.write([n.TextDelta("late")]) == writer.end() == writer.cut() == b""
    return out


def chunks(out: bytes) -> list[dict[str, Any]]:
    events = out.split(b"\n\n")
    assert events.pop() == b""
    assert all(event.startswith(b"data: ") and b"\n" not in event for event in events)
    return [json.loads(event[6:]) for event in events]


def check_legal(responses: list[dict[str, Any]]) -> None:
    """What Google's own streams keep to."""
    *before, last = responses
    assert all("finishReason" not in c for one in before for c in one["candidates"])
    assert all("usageMetadata" not in one for one in before)
    assert all(c["finishReason"] for c in last["candidates"])
    numbers = {c["index"] for one in responses for c in one["candidates"]}
    assert {c["index"] for c in last["candidates"]} == numbers | {0}
    for response in responses:
        assert response["modelVersion"]
        assert response["responseId"] == "R1"
        for candidate in response["candidates"]:
            assert candidate["content"]["role"] == "model"
            assert candidate["content"]["parts"]
            for part in candidate["content"]["parts"]:
                assert ("text" in part) != ("functionCall" in part)
                assert "functionCall" not in part or isinstance(part["functionCall"]["args"], dict)


Said = tuple[str, str, list[str], list[tuple[str, dict[str, Any]]], str]


def said(responses: list[dict[str, Any]], number: int = 0) -> Said:
    """Text, thoughts, signatures, calls and finish reason of one candidate."""
    found = [c for one in responses for c in one["candidates"] if c["index"] == number]
    parts = [part for candidate in found for part in candidate["content"]["parts"]]
    calls = [part["functionCall"] for part in parts if "functionCall" in part]
    return (
        "".join(p["text"] for p in parts if "text" in p and not p.get("thought")),
        "".join(p["text"] for p in parts if p.get("thought")),
        [part["thoughtSignature"] for part in parts if "thoughtSignature" in part],
        [(call["name"], call["args"]) for call in calls],
        found[-1]["finishReason"],
    )


@given(some.any_events, st.booleans())
def test_whatever_comes_the_stream_is_legal(events: list[n.Event], cut: bool) -> None:
    check_legal(chunks(streamed(events, cut=cut)))
    assert streamed(events, "array", cut=cut) == b"[%b]" % b",\n".join(
        event[6:] for event in streamed(events, cut=cut).split(b"\n\n")[:-1]
    )


@given(some.answers(some.units(), SIGNERS))
def test_stream_and_whole_answer_agree(events: list[n.Event]) -> None:
    stream = chunks(streamed(events))
    whole = json.loads(DIALECT.answer(envelope(), events))
    check_legal([whole])
    assert said(stream) == said([whole])
    assert stream[-1]["usageMetadata"] == whole["usageMetadata"]
    text, thoughts, signatures, calls, _ = said([whole])
    assert text == "".join(e.text for e in events if isinstance(e, n.TextDelta))
    assert thoughts == "".join(e.text for e in events if isinstance(e, n.ThinkingDelta))
    given = [(e.signature, e.signer, False) for e in events if isinstance(e, n.Signature)]
    shown = [unpacked(signature, "google") for signature in signatures]
    assert [s for s in shown if not s[2] and s[0] != "b3BhcXVl"] == given
    assert len(calls) == sum(isinstance(e, n.ToolCallStarted) for e in events)


@given(some.answers(some.units(reasoning=some.counts), st.just("google"), redacted=False))
def test_what_is_written_is_read_again(events: list[n.Event]) -> None:
    events = [n.Started("R1", "model"), *events[1:]]
    reader = GeminiReader("R1")
    read = reader.feed(streamed(events)) + reader.finish()
    assert reader.complete
    assert summary(read) == summary(events)
    whole = GeminiReader("R1").read(DIALECT.answer(envelope(), events))
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
    ordinary = finished.reason in ("stop", "tool_calls")
    return (
        events[0],
        "".join(e.text for e in events if isinstance(e, n.TextDelta)),
        "".join(e.text for e in events if isinstance(e, n.ThinkingDelta)),
        [e for e in events if isinstance(e, n.Signature)],
        [(id, name, json.loads(text)) for id, name, text in calls.values()],
        ("tool_calls" if calls else "stop") if ordinary else finished.reason,
        [e for e in events if isinstance(e, n.UsageSeen)][-1],
    )


def test_a_stream_of_our_own() -> None:
    writer = DIALECT.writer(envelope())
    assert writer.write([n.Started()]) == b""
    head = b',"modelVersion":"deepseek-v4-pro","responseId":"R1"}\n\n'
    part = b'data: {"candidates":[{"content":{"parts":[%b],"role":"model"},"index":0'
    thought = b'{"text":"Hm, yes.","thought":true}'
    events = [n.ThinkingDelta("Hm, "), n.ThinkingDelta("yes.")]
    assert writer.write(events) == part % thought + b"}]" + head
    assert writer.write([n.TextDelta("Hi")]) == part % b'{"text":"Hi"}' + b"}]" + head
    assert writer.write([n.Finished("stop"), n.UsageSeen(Units(input=3, output=2))]) == b""
    usage = b'{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5}'
    last = part % b'{"text":""}' + b',"finishReason":"STOP"}],"usageMetadata":' + usage
    assert writer.end() == last + head


@pytest.mark.parametrize(
    ("reason", "arguments", "finish", "calls"),
    [
        ("tool_calls", '{"a":1}', "STOP", [("f", {"a": 1})]),
        ("tool_calls", "", "STOP", [("f", {})]),
        ("tool_calls", '{"a":', "MALFORMED_FUNCTION_CALL", []),
        ("tool_calls", "[1]", "MALFORMED_FUNCTION_CALL", []),
        ("length", '{"a":', "MAX_TOKENS", []),
        ("length", "", "MAX_TOKENS", []),
        ("content_filter", '{"a":1}', "SAFETY", [("f", {"a": 1})]),
    ],
)
def test_a_call_is_whole_or_none(
    reason: n.Reason, arguments: str, finish: str, calls: list[Any]
) -> None:
    events: list[n.Event] = [n.ToolCallStarted(0, "c", "f"), n.ToolArguments(0, arguments)]
    events.append(n.Finished(reason))
    assert said(chunks(streamed(events)))[3:] == (calls, finish)


def test_a_cut_answer_has_reached_its_limit() -> None:
    events: list[n.Event] = [n.TextDelta("Hi"), n.ToolCallStarted(0, "c", "f")]
    events.append(n.ToolArguments(0, '{"a"'))
    responses = chunks(streamed(events, cut=True))
    assert said(responses) == ("Hi", "", [], [], "MAX_TOKENS")


def test_several_candidates_and_their_probabilities() -> None:
    token = n.TokenLogprob("Hi", -0.5, (("Hi", -0.5), ("Ho", -1.5)))
    events: list[n.Event] = [
        n.TextDelta("Hi", 0),
        n.Logprobs((token,), 0),
        n.TextDelta("Yo", 1),
        n.Finished("length", "", 1),
        n.Finished("stop", "", 0),
    ]
    whole = json.loads(DIALECT.answer(envelope(), events))
    assert (said([whole], 0)[0], said([whole], 1)[0]) == ("Hi", "Yo")
    assert [c["finishReason"] for c in whole["candidates"]] == ["STOP", "MAX_TOKENS"]
    read = GeminiReader("R1").read(json.dumps(whole).encode())
    assert n.Logprobs((token,), 0) in read
    assert n.Finished("length", "", 1) in read


# Usage.


@given(some.units(reasoning=st.integers(0, 99), cache_write_1h=st.integers(0, 99)))
def test_usage_adds_up(units: Units) -> None:
    written = units.cache_write_5m + units.cache_write_1h
    again = units_of(usage_of(units), any_text=True)
    assert again == Units(
        input=units.input + written,
        cached_read=units.cached_read,
        output=units.output,
        reasoning=units.reasoning,
    )


def test_tools_prompts_are_input_and_thoughts_are_reasoning() -> None:
    usage = {
        "promptTokenCount": 100,
        "cachedContentTokenCount": 60,
        "toolUsePromptTokenCount": 7,
        "thoughtsTokenCount": 30,
        "totalTokenCount": 137,
    }
    assert units_of(usage, any_text=True) == Units(input=47, cached_read=60, reasoning=30)


@pytest.mark.parametrize(
    "lie",
    [
        None,
        "many",
        {},
        {"promptTokenCount": 10},
        {"candidatesTokenCount": 10},
        USAGE | {"totalTokenCount": 14},
        USAGE | {"thoughtsTokenCount": 5},
        USAGE | {"cachedContentTokenCount": 11},
        {"promptTokenCount": 10, "candidatesTokenCount": -3},
        {"promptTokenCount": 10, "candidatesTokenCount": 10**12},
        {"promptTokenCount": 10.5, "candidatesTokenCount": 3},
        {"promptTokenCount": "10", "candidatesTokenCount": "3"},
        {"promptTokenCount": True, "candidatesTokenCount": True},
    ],
)
def test_usage_that_is_not_credible_is_not_billed(lie: object) -> None:
    assert units_of(lie, any_text=True) is None


# Google's answers for clients of other dialects.


def response(*parts: dict[str, Any], finish: str = "", **fields: Any) -> dict[str, Any]:
    candidate = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "usageMetadata": USAGE} | fields


def read_whole(answer: Any) -> list[n.Event]:
    return GeminiReader("R1").read(json.dumps(answer).encode())


@pytest.mark.parametrize(
    ("finish", "reason"),
    [("STOP", "stop"), ("MAX_TOKENS", "length"), ("SAFETY", "content_filter"),
     ("RECITATION", "content_filter"), ("PROHIBITED_CONTENT", "content_filter")],
)  # fmt: skip
def test_why_it_ended(finish: str, reason: n.Reason) -> None:
    assert n.Finished(reason) in read_whole(response({"text": "Hi"}, finish=finish))


@pytest.mark.parametrize(
    "finish", ["MALFORMED_FUNCTION_CALL", "OTHER", "MISSING_THOUGHT_SIGNATURE"]
)
def test_an_answer_that_went_wrong_is_no_answer(finish: str) -> None:
    with pytest.raises(AnswerFailed, match="went wrong"):
        read_whole(response(finish=finish))


def test_a_blocked_prompt() -> None:
    blocked = {
        "promptFeedback": {"blockReason": "SAFETY"},
        "usageMetadata": {"promptTokenCount": 9},
    }
    events = read_whole(blocked)
    assert events[1:] == [n.Finished("content_filter"), n.UsageSeen(Units(input=9))]


def test_signatures_come_after_what_they_sign() -> None:
    events = read_whole(
        response(
            {"text": "Hm.", "thought": True},
            {"text": "Hi", "thoughtSignature": "SIG1"},
            {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "SIG2"},
            {"functionCall": {"name": "g", "id": "own"}},
            finish="STOP",
        )
    )
    assert events == [
        n.Started("", ""),
        n.ThinkingDelta("Hm."),
        n.TextDelta("Hi"),
        n.Signature("SIG1", "google"),
        n.ToolCallStarted(0, "call_R1_0_0", "f", "SIG2"),
        n.ToolArguments(0, '{"a":1}'),
        n.ToolCallStarted(1, "own", "g", ""),
        n.ToolArguments(1, "{}"),
        n.Finished("tool_calls"),
        n.UsageSeen(Units(input=10, output=3)),
    ]


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", b"[]", b'"x"', b'{"error":{"code":500}}', b'{"candidates":3}', b"{}",
     b'{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}',
     b'{"candidates":[{"content":{"parts":[{"functionCall":{}}]},"finishReason":"STOP"}]}',
     b'{"candidates":[{"content":{"parts":[{"inlineData":{}}]},"finishReason":"STOP"}]}'],
)  # fmt: skip
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(AnswerFailed):
        GeminiReader("R1").read(data)


@pytest.mark.parametrize(
    "garbage",
    [b"data: {broken\n\n", b"data: [1]\n\n", b"data: 5\n\n", b'data: {"candidates":{"0":1}}\n\n',
     b'data: {"candidates":[{"content":{"parts":[{"text":5}]}}]}\n\n',
     b'data: {"candidates":[{"content":{"parts":[{"text":"\xff"}]}}]}\n\n',
     b'data: {"error":{"code":503,"message":"overloaded"}}\n\n', b"data: " + b"x" * (2 << 20)],
)  # fmt: skip
def test_garbage_ends_a_stream(garbage: bytes) -> None:
    reader = GeminiReader("R1")
    good = b"data: " + json.dumps(response({"text": "Hi"})).encode() + b"\n\n"
    assert n.TextDelta("Hi") in reader.feed(good)
    reader.feed(garbage)
    assert reader.failure is not None
    assert not reader.complete
    assert reader.output_bytes == 2


def test_a_stream_that_stops_without_a_reason_is_not_complete() -> None:
    reader = GeminiReader("R1")
    reader.feed(b"data: " + json.dumps(response({"text": "Hi"})).encode() + b"\n\n")
    reader.finish()
    assert not reader.complete


def test_usage_is_told_once_however_often_google_says_it() -> None:
    reader = GeminiReader("R1")
    parts = [
        response({"text": "a"}),
        response({"text": "b"}),
        response({"text": "c"}, finish="STOP"),
    ]
    events = [e for one in parts for e in reader.feed(b"data: %b\n\n" % json.dumps(one).encode())]
    assert [e for e in events if isinstance(e, n.UsageSeen)] == events[-1:]
    assert events[-1] == n.UsageSeen(Units(input=10, output=3))


def test_what_a_cut_answer_shows_is_what_is_billed() -> None:
    stream = ConvertedStream(GeminiReader("R1"), DIALECT.writer(envelope()), None)
    stream.feed(b"data: %b\n\n" % json.dumps(response({"text": "Hello"})).encode())
    (last,) = chunks(stream.cut())
    assert last["usageMetadata"] == USAGE
    assert stream.reported() == Units(input=10, output=3)
