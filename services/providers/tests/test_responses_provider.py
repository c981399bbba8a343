"""OpenAI's Responses API as a provider, for clients that speak it: they pass untouched."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.responses import ResponseStreamEvent
from tollgate_common.rating import Units
from tollgate_providers import neutral as n
from tollgate_providers.adapter import AnswerStream, Ask
from tollgate_providers.adapters.openai import ADAPTER, Responses
from tollgate_providers.failures import AnswerFailed, FailureKind
from tollgate_providers.formats.responses.passthrough import read_body
from tollgate_providers.neutral import Signer
from tollgate_providers.signatures import packed

RECORDINGS = Path(__file__).parent / "recordings" / "openai"
UNARY = json.loads((RECORDINGS / "responses.json").read_text())
STREAMS = {"responses": "responses_stream", "responses_tools": "responses_tools"}
WIRE = ADAPTER.wires["openai", "responses"]
CARRIER = Responses(reasoning=True)
SIZES = [1, 7, 100, 1 << 20]
# The SDK's own classes of events.
EVENTS = {
    get_args(kind.model_fields["type"].annotation)[0]: kind
    for kind in get_args(get_args(ResponseStreamEvent)[0])
}


def ask(**fields: Any) -> Ask:
    defaults: dict[str, Any] = {
        "body": json.dumps(UNARY["request"]).encode(),
        "model": "gpt-6-luna",
        "stream": False,
        "include_usage": False,
        "max_output_tokens": 64,
        "dialect": "openai",
        "operation": "responses",
    }
    return Ask(**(defaults | fields))


def passed(body: dict[str, Any], **fields: Any) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(WIRE.body(ask(body=json.dumps(body).encode(), **fields)))
    return sent


def framed(*events: dict[str, Any]) -> bytes:
    return b"".join(
        b"event: %b\ndata: %b\n\n" % (event["type"].encode(), json.dumps(event).encode())
        for event in events
    )


def events_of(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in data.split(b"\n") if line.startswith(b"data: ")]


# What passes.


def test_a_body_passes_with_our_limits() -> None:
    assert passed(UNARY["request"]) == UNARY["request"] | UNARY["sent"]
    assert passed({"input": "x", "store": True}, stream=True, max_output_tokens=99) == {
        "input": "x",
        "model": "gpt-6-luna",
        "max_output_tokens": 99,
        "store": False,
        "stream": True,
        "include": ["reasoning.encrypted_content"],
    }


def test_reasoning_that_nobody_keeps_comes_sealed() -> None:
    """A client that trusts the provider to keep it has it to hand back all the same."""
    asked = {"input": "x", "include": ["message.output_text.logprobs"]}
    both = ["message.output_text.logprobs", "reasoning.encrypted_content"]
    assert passed(asked)["include"] == both
    assert passed(asked | {"include": both})["include"] == both
    assert passed(asked, model="gpt-4o-mini")["include"] == asked["include"]


TOOL: dict[str, Any] = {"type": "function", "name": "f"}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": [TOOL, {"type": "web_search"}]}, "tools[1].type"),
        ({"tools": [{"type": "mcp", "server_url": "https://a.example"}]}, "tools[0].type"),
        ({"tools": [{"type": ["function"]}]}, "tools[0].type"),
        ({"tools": [7]}, "tools[0].type"),
        (
            {"input": [{"role": "user", "content": "x"},
                       {"type": "additional_tools", "tools": [{"type": "code_interpreter"}]}]},
            "input[1].tools[0].type",
        ),
        ({"service_tier": "priority"}, "service_tier"),
        ({"background": True}, "background"),
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": {"id": "conv_1"}}, "conversation"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
    ],
)  # fmt: skip
def test_what_is_charged_apart_or_kept_is_refused(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(AnswerFailed) as caught:
        passed(UNARY["request"] | fields)
    assert (caught.value.kind, caught.value.param) == (FailureKind.INVALID_REQUEST, param)


def test_another_providers_reasoning_is_refused_by_its_name() -> None:
    """In a talk that has come here from another provider's model."""
    signers: tuple[Signer, ...] = ("openai", "anthropic")
    seals = {signer: packed("c2ln", signer, "openai") for signer in signers}
    talk: list[dict[str, Any]] = [
        {"type": "reasoning", "summary": [], "encrypted_content": seals["openai"]}
    ]
    assert passed({"input": talk})["input"] == talk
    talk.append(talk[0] | {"encrypted_content": seals["anthropic"]})
    with pytest.raises(AnswerFailed) as caught:
        passed({"input": talk})
    assert caught.value.param == "input[1]"


def test_what_costs_nothing_apart_passes() -> None:
    fields = {
        "tools": [TOOL, {"type": "custom", "name": "g"}],
        "service_tier": "default",
        "background": False,
        "conversation": None,
        "truncation": "auto",
    }
    sent = passed(UNARY["request"] | fields)
    assert {name: sent[name] for name in fields} == fields


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"7"])
def test_what_is_no_body_is_refused(body: bytes) -> None:
    with pytest.raises(AnswerFailed) as caught:
        WIRE.body(ask(body=body))
    assert caught.value.kind is FailureKind.INVALID_REQUEST


def test_a_whole_answer_passes_untouched() -> None:
    data = json.dumps(UNARY["answer"]).encode()
    reading = WIRE.read(data)
    assert reading.data is data
    assert reading.reported == Units(**UNARY["units"])
    counted = (reading.output_bytes, reading.reasoning_bytes)
    assert counted == (len("Hello! How can I help you today?"), len("Say hello."))
    assert reading.model == "gpt-6-luna-2026-09-22"


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("size", SIZES)
def test_a_stream_passes_untouched(name: str, size: int) -> None:
    recording = (RECORDINGS / f"{name}.sse").read_bytes()
    expected = json.loads((RECORDINGS / f"{STREAMS[name]}.json").read_text())
    stream = WIRE.stream(ask(stream=True))
    out = b"".join(stream.feed(recording[at : at + size]) for at in range(0, len(recording), size))
    assert out == recording
    assert stream.complete
    assert stream.failure is None
    assert stream.model == "gpt-6-luna-2026-09-22"
    assert stream.reported() == Units(**expected["units"])
    said = [expected["text"], *("".join([name, json.dumps(args, separators=(",", ":"))])
                                for _, name, args in expected.get("calls", ()))]  # fmt: skip
    assert stream.output_bytes == len("".join(said))
    assert stream.reasoning_bytes == len(expected["thinking"].replace("\n\n", ""))


def test_nothing_comes_after_the_end() -> None:
    recording = (RECORDINGS / "responses.sse").read_bytes()
    stream = WIRE.stream(ask(stream=True))
    assert stream.feed(recording + b"data: [DONE]\n\n") == recording
    assert stream.failure is None


def test_an_answer_that_is_incomplete_is_complete_for_us() -> None:
    response = UNARY["answer"] | {"status": "incomplete"}
    stream = WIRE.stream(ask(stream=True))
    end = framed({"type": "response.incomplete", "sequence_number": 0, "response": response})
    stream.feed(end)
    assert stream.complete
    assert stream.reported() == Units(**UNARY["units"])
    assert WIRE.read(json.dumps(response).encode()).reported == Units(**UNARY["units"])


DELTA = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "Hi"}
FAILED = UNARY["answer"] | {"status": "failed", "error": {"code": "server_error"}, "output": []}
GARBAGE = [
    b"data: {broken\n\n",
    b"data: [1]\n\n",
    b"data: 5\n\n",
    b'data: {"no":"type"}\n\n',
    b'data: {"type":"response.output_text.delta","output_index":0}\n\n',
    b'data: {"type":"response.output_text.delta","output_index":0,"delta":5}\n\n',
    b'data: {"type":"response.completed"}\n\n',
    b'data: {"type":"error","code":"server_error","message":"Oh."}\n\n',
    b'data: {"type":"error","error":{"message":"Oh."}}\n\n',
    framed({"type": "response.failed", "response": FAILED}),
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_ends_a_stream(garbage: bytes) -> None:
    stream = WIRE.stream(ask(stream=True))
    good = framed(DELTA)
    assert stream.feed(good + garbage + good) == good
    assert stream.failure is not None
    assert not stream.complete
    assert stream.output_bytes == 2
    reader = CARRIER.reader(ask(stream=True))
    assert reader.feed(good + garbage + good) == [n.TextDelta("Hi")]
    assert reader.failure is not None
    assert not reader.complete


def test_a_failure_is_billed_as_it_says() -> None:
    stream = WIRE.stream(ask(stream=True))
    stream.feed(framed(DELTA, {"type": "response.failed", "response": FAILED}))
    assert stream.failure is not None
    assert stream.reported() == Units(**UNARY["units"])


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<html>", b"[]", b'"x"', b'{"error":{}}', b'{"status":"completed"}',
        b'{"status":"completed","output":3}', b'{"status":"completed","output":[3]}',
        b'{"status":"queued","output":[]}', json.dumps(FAILED).encode(),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    for read in (WIRE.read, CARRIER.reader(ask()).read):
        with pytest.raises(AnswerFailed) as caught:
            read(data)
        assert caught.value.kind is FailureKind.UPSTREAM_ERROR


@pytest.mark.parametrize(
    "lie",
    [
        None,
        "many",
        {},
        {"input_tokens": 10},
        {"input_tokens": 10, "output_tokens": -3},
        {"input_tokens": 10, "output_tokens": 10**12},
        {"input_tokens": "10", "output_tokens": "3"},
        {"input_tokens": True, "output_tokens": True},
        {"input_tokens": 0, "output_tokens": 0},
        {"input_tokens": 10, "output_tokens": 0},
        {"input_tokens": 10, "output_tokens": 3, "total_tokens": 1013},
        {"input_tokens": 10, "output_tokens": 3, "input_tokens_details": {"cached_tokens": 11}},
        {"input_tokens": 10, "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 4}},
    ],
)
def test_usage_that_is_not_credible_is_not_billed(lie: object) -> None:
    assert WIRE.read(json.dumps(UNARY["answer"] | {"usage": lie}).encode()).reported is None


def test_an_explicit_zero_without_text_is_believed() -> None:
    usage = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    answer = UNARY["answer"] | {"output": [], "usage": usage}
    assert WIRE.read(json.dumps(answer).encode()).reported == Units()


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["type", "text", "content", "summary", "name", "usage", "status"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)
any_event = st.fixed_dictionaries(
    {"type": st.sampled_from(sorted(EVENTS))},
    optional=dict.fromkeys(
        ["item", "part", "response", "delta", "output_index", "content_index", "summary_index"],
        json_values,
    ),
)


@given(st.lists(any_event, max_size=4))
def test_nothing_that_a_provider_sends_breaks_us(events: list[dict[str, Any]]) -> None:
    stream = WIRE.stream(ask(stream=True))
    stream.feed(framed(*events))
    stream.cut()
    CARRIER.reader(ask(stream=True)).feed(framed(*events))


# What is cut.


def cut(data: bytes) -> tuple[AnswerStream, list[dict[str, Any]]]:
    stream = WIRE.stream(ask(stream=True))
    stream.feed(data)
    return stream, events_of(stream.cut())


@pytest.mark.parametrize("name", STREAMS)
def test_a_cut_ends_the_answer_legally_wherever_it_comes(name: str) -> None:
    frames = (RECORDINGS / f"{name}.sse").read_bytes().split(b"\n\n")[:-2]
    for count in range(1, len(frames) + 1):
        data = b"\n\n".join(frames[:count]) + b"\n\n"
        stream, ending = cut(data)
        assert stream.complete
        events = events_of(data) + ending
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        for event in ending:
            EVENTS[event["type"]].model_validate(event)
        response = ending[-1]["response"]
        assert ending[-1]["type"] == "response.incomplete"
        assert response["incomplete_details"] == {"reason": "max_output_tokens"}
        assert len(opened(events, "output_item.added")) == len(response["output"])
        assert len(opened(events, "output_item.done")) == len(response["output"])
        assert said(response["output"]) == "".join(event.get("delta", "") for event in events)


def opened(events: list[dict[str, Any]], kind: str) -> list[int]:
    return [event["output_index"] for event in events if event["type"] == f"response.{kind}"]


def said(output: list[dict[str, Any]]) -> str:
    parts = [part for item in output for part in
             [*item.get("summary", ()), *item.get("content", ()), item]]  # fmt: skip
    return "".join(part.get("text") or part.get("arguments") or "" for part in parts)


def test_a_cut_in_a_text_closes_its_part() -> None:
    frames = (RECORDINGS / "responses_tools.sse").read_bytes().split(b"\n\n")
    kinds = [frame.split(b"\n")[0] for frame in frames]
    first = kinds.index(b"event: response.output_text.delta")
    _, ending = cut(b"\n\n".join(frames[: first + 1]) + b"\n\n")
    assert [event["type"] for event in ending] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.incomplete",
    ]
    assert ending[0]["text"] == "Let me"
    assert ending[-1]["response"]["output"][-1]["status"] == "incomplete"


def test_tools_in_namespaces_pass_unless_one_is_charged_apart() -> None:
    tools = [{"type": "function", "name": "f"}, {"type": "custom", "name": "exec"}]
    free = {"type": "namespace", "name": "ns", "tools": tools}
    item = {"type": "additional_tools", "role": "developer", "tools": [free]}
    call = {"type": "custom_tool_call", "call_id": "c", "name": "exec", "namespace": "ns"}
    output = {"type": "custom_tool_call_output", "call_id": "c", "output": "y"}
    body = {"input": [item, call | {"input": "x"}, output], "tools": [free]}
    assert read_body(json.dumps(body).encode()) == body
    tools.append({"type": "web_search"})
    with pytest.raises(AnswerFailed) as caught:
        read_body(json.dumps(body).encode())
    assert caught.value.param == "tools[0].tools[2].type"
