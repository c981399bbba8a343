"""Answers of the Responses API: a legal stream whatever comes, and nothing of it is lost."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai import omit
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import Response, ResponseStreamEvent
from tollgate_common.rating import Units
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Ask
from tollgate_providers.dialect import Envelope
from tollgate_providers.dialects.responses import DIALECT
from tollgate_providers.formats.anthropic.provider_request import write_request as write_anthropic

from . import strategies as some

ECHO: dict[str, Any] = {
    "instructions": "Be brief.",
    "tools": [
        {"type": "function", "name": "f"},
        {"type": "custom", "name": "patch", "description": "Patches."},
        {
            "type": "namespace",
            "name": "crm",
            "description": "",
            "tools": [{"type": "function", "name": "find"}, {"type": "custom", "name": "note"}],
        },
    ],
    "reasoning": {"effort": "low"},
    "text": {"format": {"type": "json_object"}},
    "metadata": {"a": "b"},
    "max_output_tokens": 50,
    "parallel_tool_calls": False,
    "temperature": 0.5,
}
ENVELOPE = Envelope(id="R1", model="m", created_s=1, input_tokens=7, echo=ECHO)
TYPES = {
    get_args(kind.model_fields["type"].annotation)[0]: kind
    for kind in get_args(get_args(ResponseStreamEvent)[0])
}


def streamed(events: list[n.Event], *, cut: bool = False) -> list[dict[str, Any]]:
    """Event by event; each frame must be whole and named."""
    writer = DIALECT.writer(ENVELOPE)
    data = b"".join(writer.write([event]) for event in events)
    *frames, last = (data + (writer.cut() if cut else writer.end())).split(b"\n\n")
    assert last == b""
    told = []
    for frame in frames:
        head, payload = frame.split(b"\n")
        event = json.loads(payload.removeprefix(b"data: "))
        assert head == b"event: " + event["type"].encode()
        told.append(event)
    return told


def whole(events: list[n.Event]) -> dict[str, Any]:
    data = DIALECT.answer(ENVELOPE, events)
    Response.model_validate_json(data)
    answer: dict[str, Any] = json.loads(data)
    return answer


PARTS = {"response.content_part": ("content", "part"),
         "response.reasoning_summary_part": ("summary", "part")}  # fmt: skip
PIECES = {
    "response.output_text": "text",
    "response.reasoning_summary_text": "text",
    "response.function_call_arguments": "arguments",
    "response.custom_tool_call_input": "input",
}


class Order:
    """The order that OpenAI documents: one item at a time, one part in it, pieces that add up."""

    def __init__(self) -> None:
        self.done: list[dict[str, Any]] = []
        self.item: dict[str, Any] | None = None
        self.part = ""
        self.text = ""
        self.said: str | None = None

    def take(self, event: dict[str, Any]) -> None:
        stem, _, last = event["type"].rpartition(".")
        assert event["output_index"] == len(self.done)
        if stem == "response.output_item":
            self._item(event["item"], last)
            return
        assert self.item
        assert event["item_id"] == self.item["id"]
        if stem in PARTS:
            assert (self.part == "") == (last == "added")
            self.part = stem if last == "added" else ""
            return
        if stem in ("response.output_text", "response.reasoning_summary_text"):
            assert self.part
        if last == "delta":
            assert self.said is None
            self.text += event["delta"]
        else:
            self.said = event[PIECES[stem]]
            assert self.said == self.text

    def _item(self, item: dict[str, Any], last: str) -> None:
        if last == "added":
            assert self.item is None
            assert item.get("status", "in_progress") == "in_progress"
            self.item, self.text, self.said = item, "", None
            return
        assert self.item
        assert item["id"] == self.item["id"]
        assert not self.part
        assert self.said is not None or item["type"] == "reasoning"
        self.done.append(item)
        self.item = None


def check(told: list[dict[str, Any]]) -> dict[str, Any]:
    """The terminal response, when the stream is legal and the SDK takes it."""
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    assert [event["type"] for event in told[:2]] == ["response.created", "response.in_progress"]
    assert told[-1]["type"] in ("response.completed", "response.incomplete")
    order = Order()
    for event in told[2:-1]:
        order.take(event)
    final: dict[str, Any] = told[-1]["response"]
    assert order.item is None
    assert final["output"] == order.done
    assert list(final)[-1] == "usage"
    assert told[-1]["type"] == f"response.{final['status']}"
    state: ResponseStreamState[None] = ResponseStreamState(input_tools=omit, text_format=omit)
    for event in told:
        state.handle_event(TYPES[event["type"]].model_validate(event))
    return final


# The SDK builds its models when they are first used.
@settings(max_examples=80, deadline=None)
@given(some.any_events, st.booleans())
def test_any_events_become_a_legal_stream(events: list[n.Event], cut: bool) -> None:
    final = check(streamed(events, cut=cut))
    if not cut:
        assert final["output"] == whole(events)["output"]


answers = some.answers(
    some.units(reasoning=some.counts), st.sampled_from(["", "anthropic", "google"])
)


@settings(max_examples=60, deadline=None)
@given(answers)
def test_an_answer_says_the_same_streamed_and_whole(events: list[n.Event]) -> None:
    assert check(streamed(events)) == whole(events)


def said(events: list[n.Event]) -> tuple[n.Part, ...]:
    """What the model said, as another dialect's client would hand it back."""
    parts: list[Any] = []
    calls: dict[int, int] = {}
    for event in events:
        last = parts[-1] if parts else None
        match event:
            case n.TextDelta(text) if isinstance(last, n.Text):
                parts[-1] = n.Text(text=last.text + text)
            case n.TextDelta(text):
                parts.append(n.Text(text=text))
            case n.ThinkingDelta(text) if isinstance(last, n.Thinking) and not last.signature:
                parts[-1] = n.Thinking(text=last.text + text)
            case n.ThinkingDelta(text):
                parts.append(n.Thinking(text=text))
            case n.Signature(value, signer):
                assert isinstance(last, n.Thinking)
                parts[-1] = n.Thinking(text=last.text, signature=value, signer=signer)
            case n.Redacted(data, signer):
                parts.append(n.RedactedThinking(data=data, signer=signer))
            case n.ToolCallStarted(index, id, name, signature):
                calls[index] = len(parts)
                parts.append(n.ToolCall(id=id, name=name, arguments="", signature=signature))
            case n.ToolArguments(index, piece):
                call = parts[calls[index]]
                arguments = call.arguments + piece
                parts[calls[index]] = n.ToolCall(
                    id=call.id, name=call.name, arguments=arguments, signature=call.signature
                )
    return tuple(parts)


def read_back(output: list[dict[str, Any]]) -> n.Message:
    """A client hands back what it got, and asks on."""
    items = [{"role": "user", "content": "Hi"}, *output, {"role": "user", "content": "Go on."}]
    body = json.dumps({"input": items}).encode()
    ask = Ask(body=body, model="m", stream=False, include_usage=False, max_output_tokens=4096)
    return DIALECT.read(ask).messages[1]


@settings(max_examples=60, deadline=None)
@given(answers)
def test_what_a_client_hands_back_is_what_the_model_said(events: list[n.Event]) -> None:
    expected = said(events)
    if expected:
        assert read_back(check(streamed(events))["output"]).parts == expected


def test_claude_gets_its_own_blocks_back() -> None:
    events: list[n.Event] = [
        n.ThinkingDelta("Hm."),
        n.Signature("c2ln", "anthropic"),
        n.Redacted("b3BhcXVl", "anthropic"),
        n.ToolCallStarted(0, "toolu_1", "f"),
        n.ToolArguments(0, '{"a":1}'),
        n.Finished("tool_calls"),
    ]
    message = read_back(whole(events)["output"])
    request = n.Request(messages=(message,), max_output_tokens=10)
    assert write_anthropic(request, adaptive=True)["messages"][0]["content"] == [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "b3BhcXVl"},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}},
    ]


def test_the_answer_repeats_the_request() -> None:
    answer = whole([n.Started("x", "m-2026"), n.TextDelta("Hi"), n.Finished("stop")])
    assert answer["id"] == "resp_R1"
    assert (answer["model"], answer["created_at"]) == ("m-2026", 1)
    assert (answer["status"], answer["incomplete_details"]) == ("completed", None)
    for name in ("instructions", "metadata", "max_output_tokens", "parallel_tool_calls"):
        assert answer[name] == ECHO[name]
    assert answer["reasoning"] == {"effort": "low", "summary": None}
    assert answer["text"] == {"format": {"type": "json_object"}, "verbosity": "medium"}
    assert answer["tools"][1] == ECHO["tools"][1]
    assert (answer["store"], answer["top_p"], answer["tool_choice"]) == (False, 1.0, "auto")
    (item,) = answer["output"]
    assert item["id"] == "msg_R1_0"
    assert Response.model_validate(answer).output_text == "Hi"


def test_a_stream_is_written_as_it_comes() -> None:
    writer = DIALECT.writer(ENVELOPE)
    assert writer.write([n.Started("x", "m-2026")]) == b""  # nothing that binds to this channel
    first = writer.write([n.TextDelta("Hel")])
    assert first.count(b"event: ") == 5
    assert b'"model":"m-2026"' in first
    second = writer.write([n.TextDelta("lo")])
    assert json.loads(second.split(b"data: ")[1]) == {
        "type": "response.output_text.delta",
        "item_id": "msg_R1_0",
        "output_index": 0,
        "content_index": 0,
        "logprobs": [],
        "sequence_number": 5,
        "delta": "lo",
    }


def test_calls_are_streamed_one_after_the_other_without_waiting_for_the_end() -> None:
    writer = DIALECT.writer(ENVELOPE)
    writer.write([n.ToolCallStarted(0, "a", "f"), n.ToolArguments(0, '{"x":')])
    assert writer.write([n.ToolCallStarted(1, "b", "f"), n.ToolArguments(1, "{")]) == b""
    out = writer.write([n.ToolArguments(0, "1}")])
    assert out.count(b"event: response.output_item.done\n") == 1
    assert b'"delta":"{"' in out
    assert b"delta" in writer.write([n.ToolArguments(1, "}")])


@pytest.mark.parametrize(
    ("arguments", "text"),
    [('{"input":"*** Begin\\n"}', "*** Begin\n"), ('{"input":1}', '{"input":1}'), ("", ""),
     ("[]", "[]"), ('{"inp', '{"inp')],
)  # fmt: skip
def test_a_custom_tools_call_has_its_input_as_text(arguments: str, text: str) -> None:
    events: list[n.Event] = [n.ToolCallStarted(0, "c", "patch"), n.ToolArguments(0, arguments)]
    told = streamed([*events, n.Finished("tool_calls")])
    (item,) = check(told)["output"]
    assert (item["type"], item["input"], item["call_id"]) == ("custom_tool_call", text, "c")
    assert item["id"].startswith("ctc_")


@pytest.mark.parametrize(
    ("name", "kind"), [("find", "function_call"), ("note", "custom_tool_call")]
)
def test_a_call_of_a_namespace_says_so(name: str, kind: str) -> None:
    told = streamed([n.ToolCallStarted(0, "c", f"crm__{name}"), n.ToolArguments(0, "{}")])
    (item,) = check(told)["output"]
    assert (item["type"], item["name"], item["namespace"]) == (kind, name, "crm")
    (part,) = read_back([item]).parts
    assert isinstance(part, n.ToolCall)
    assert part.name == f"crm__{name}"


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("length", "max_output_tokens"),
        ("content_filter", "content_filter"),
        ("refusal", "content_filter"),
    ],
)
def test_an_incomplete_answer_says_why(reason: Any, why: str) -> None:
    final = check(streamed([n.TextDelta("Hi"), n.Finished(reason)]))
    assert (final["status"], final["incomplete_details"]) == ("incomplete", {"reason": why})
    assert final["output"][-1]["status"] == "incomplete"


def test_a_cut_says_length_and_a_cut_call_does_not_look_whole() -> None:
    final = check(streamed([n.TextDelta("Hi"), n.ToolCallStarted(0, "c", "f")], cut=True))
    assert final["incomplete_details"] == {"reason": "max_output_tokens"}
    message, call = final["output"]
    assert (message["status"], call["status"], call["arguments"]) == ("completed", "incomplete", "")


def test_usage_adds_up() -> None:
    final = check(streamed([n.TextDelta("x"), n.UsageSeen(Units(10, 20, 30, 40, 50, 60))]))
    assert final["usage"] == {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 70},
        "output_tokens": 110,
        "output_tokens_details": {"reasoning_tokens": 60},
        "total_tokens": 210,
    }


def test_usage_that_never_came_is_estimated() -> None:
    usage = check(streamed([n.TextDelta("12345678"), n.Finished("stop")]))["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (7, 2)


def test_logprobs_are_of_the_text_that_they_come_with() -> None:
    tokens = n.Logprobs((n.TokenLogprob("Hi", -0.5, (("Hi", -0.5), ("Ho", -1.5))),))
    told = streamed([n.TextDelta("Hi"), tokens, n.Finished("stop")])
    (part,) = check(told)["output"][0]["content"]
    assert part["logprobs"][0]["top_logprobs"][1] == {
        "token": "Ho", "logprob": -1.5, "bytes": [72, 111],
    }  # fmt: skip
    deltas = [event for event in told if event["type"] == "response.output_text.delta"]
    assert [(event["delta"], len(event["logprobs"])) for event in deltas] == [("Hi", 0), ("", 1)]
