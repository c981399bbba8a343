"""The neutral request, written for OpenAI's Responses API; what it has not goes to chat."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tollgate_common.errors import InvalidArgument
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Ask
from tollgate_providers.adapters.openai import ADAPTER
from tollgate_providers.dialects.responses import DIALECT
from tollgate_providers.formats.responses.provider_request import write_request

from . import strategies as some

RECORDINGS = Path(__file__).parent / "recordings" / "openai"


def ask(**fields: Any) -> Ask:
    defaults: dict[str, Any] = {
        "body": b"",
        "model": "gpt-6-luna",
        "stream": False,
        "include_usage": False,
        "max_output_tokens": 64,
    }
    return Ask(**(defaults | fields))


def request(*parts: n.Part, **fields: Any) -> n.Request:
    """A talk whose second turn, the model's, has these parts; without any, there is only one."""
    turns = [n.Message(role="user", parts=(n.Text(text="Hello"),))]
    if parts:
        turns += [n.Message(role="assistant", parts=parts), turns[0]]
    defaults: dict[str, Any] = {"messages": tuple(turns), "max_output_tokens": 64}
    return n.Request(**(defaults | fields))


def written(*parts: n.Part, model: str = "gpt-6-luna", **fields: Any) -> dict[str, Any]:
    asked = request(*parts, **fields)
    to = ask(model=model)
    body: dict[str, Any] = json.loads(ADAPTER.carrier(asked, to).body_of(asked, to))
    return body


def test_a_simple_request() -> None:
    assert written() == {
        "model": "gpt-6-luna",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello"}]}],
        "max_output_tokens": 64,
        "store": False,
        "stream": False,
    }


@pytest.mark.parametrize(
    ("reasoning", "expected"),
    [
        (n.Reasoning(effort="low"), {"effort": "low", "summary": "auto"}),
        (n.Reasoning(enabled=True), {"summary": "auto"}),
        (n.Reasoning(enabled=True, budget_tokens=3000), {"effort": "medium", "summary": "auto"}),
        (n.Reasoning(effort="high", visible=True), {"effort": "high", "summary": "auto"}),
        (n.Reasoning(effort="high", visible=False), {"effort": "high"}),
        (n.Reasoning(enabled=False), {"effort": "none"}),
        (n.Reasoning(budget_tokens=0), {"effort": "none"}),
    ],
)
def test_efforts_and_budgets(reasoning: n.Reasoning, expected: dict[str, Any]) -> None:
    body = written(reasoning=reasoning)
    assert body["reasoning"] == expected
    assert ("include" in body) is (expected != {"effort": "none"})


def test_models_that_never_reason_are_not_asked_for_it() -> None:
    for reasoning in (n.Reasoning(enabled=False), n.Reasoning(enabled=True)):
        body = written(model="gpt-4o-mini", reasoning=reasoning)
        assert not {"reasoning", "include"} & body.keys()


def test_who_asks_for_no_reasoning_is_shown_none() -> None:
    """Else the first block of an answer would not be the text that simple clients take."""
    recording = (RECORDINGS / "responses.sse").read_bytes()
    for reasoning, shown in [(None, False), (n.Reasoning(effort="low", visible=False), True)]:
        reader = ADAPTER.carrier(request(reasoning=reasoning), ask()).reader(ask(stream=True))
        kinds = {type(event) for event in reader.feed(recording)}
        assert (n.Signature in kinds) is shown


SEAL = "gAAAAsealed"
OWN = n.Thinking(text="Hm.", signature=SEAL, signer="openai", at="messages[1].content[0]")
CALL = n.ToolCall(id="call_1", name="f", arguments='{"a":1}')


def test_a_turn_keeps_its_order() -> None:
    hidden = n.Thinking(text="", signature=SEAL, signer="openai")
    text = n.Text(text="Let me look.")
    items = written(OWN, text, hidden, CALL, CALL)["input"][1:-1]
    sealed = {"type": "reasoning", "encrypted_content": SEAL}
    assert items[0] == sealed | {"summary": [{"type": "summary_text", "text": "Hm."}]}
    said = [{"type": "output_text", "text": "Let me look."}]
    assert items[1] == {"role": "assistant", "content": said}
    assert items[2] == sealed | {"summary": []}
    called = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": '{"a":1}'}
    assert items[3:] == [called, called]


def test_seals_that_nobody_here_can_open_are_let_go() -> None:
    for signer in ("", "anthropic", "google"):
        foreign = n.Thinking(text="", signature="c2ln", signer=signer)
        assert len(written(foreign, n.Text(text="Hi"))["input"]) == 3
    hidden = n.Thinking(text="", signature=SEAL, signer="openai")
    assert len(written(hidden, n.Text(text="Hi"), model="gpt-4o")["input"]) == 3


@pytest.mark.parametrize(
    ("part", "model"),
    [
        (n.Thinking(text="Hm.", signature="c2ln", signer="anthropic", at="there"), "gpt-6-luna"),
        (n.Thinking(text="Hm.", at="there"), "gpt-6-luna"),
        (n.Thinking(text="Hm.", signature=SEAL, signer="openai", at="there"), "gpt-4o-mini"),
        (n.RedactedThinking(data="b3Bh", signer="anthropic", at="there"), "gpt-6-luna"),
    ],
)
def test_reasoning_goes_back_only_to_who_gave_it(part: n.Part, model: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        written(part, n.Text(text="Hi"), model=model)
    assert caught.value.field == "there"


def test_reasoning_that_led_nowhere_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidArgument) as caught:
        written(n.Text(text="Hi"), OWN)
    assert caught.value.field == "messages[1].content[0]"


def test_results_come_first_with_all_that_they_hold() -> None:
    picture = n.Image(data="AA==", media_type="image/png")
    results = (
        n.Text(text="And?"),
        n.ToolResult(id="call_1", parts=(n.Text(text="2"), picture), is_error=True),
        n.ToolResult(id="call_2", parts=(n.Text(text="3"),)),
        n.ToolResult(id="call_3", parts=()),
    )
    turn = n.Message(role="user", parts=results)
    first, second, third, rest = written(messages=(turn,))["input"]
    assert first["call_id"] == "call_1"
    assert [part["type"] for part in first["output"]] == ["input_text", "input_text", "input_image"]
    assert first["output"][0]["text"] == "Error:"
    assert first["output"][2]["image_url"] == "data:image/png;base64,AA=="
    assert second == {"type": "function_call_output", "call_id": "call_2", "output": "3"}
    assert third["output"] == ""
    assert rest == {"role": "user", "content": [{"type": "input_text", "text": "And?"}]}


def test_files_have_names() -> None:
    parts = (
        n.Document(data="AA=="),
        n.Document(url="https://a.example/b.pdf"),
        n.Document(text="Once.", media_type="text/plain", name="tale"),
    )
    (turn,) = written(messages=(n.Message(role="user", parts=parts),))["input"]
    pdf, linked, tale = turn["content"]
    assert pdf["filename"] == "document.pdf"
    assert linked == {"type": "input_file", "file_url": "https://a.example/b.pdf"}
    assert tale == {"type": "input_text", "text": "tale\n\nOnce."}


def test_several_tools_may_be_allowed() -> None:
    choice = n.ToolChoice(mode="required", names=("f", "g"))
    tools = (n.Tool(name="f"), n.Tool(name="g"), n.Tool(name="h"))
    assert written(tools=tools, tool_choice=choice)["tool_choice"] == {
        "type": "allowed_tools",
        "mode": "required",
        "tools": [{"type": "function", "name": "f"}, {"type": "function", "name": "g"}],
    }


def test_users_and_metadata() -> None:
    body = written(user="u" * 65, metadata={"a": "b"})
    assert len(body["safety_identifier"]) == 64
    assert body["metadata"] == {"a": "b"}


SOUND = n.Message(role="user", parts=(n.Audio(data="AA==", media_type="audio/wav"),))
NAMED = n.Message(role="user", parts=(n.Text(text="Hello"),), name="Ann")


@pytest.mark.parametrize(
    "fields",
    [
        {"stop": ("x",)},
        {"seed": 0},
        {"n": 2},
        {"presence_penalty": 0.5},
        {"frequency_penalty": -0.5},
        {"max_output_tokens": 15},
        {"messages": (SOUND,)},
        {"messages": (NAMED,)},
    ],
)
def test_what_only_chat_completions_have_goes_there(fields: dict[str, Any]) -> None:
    assert ADAPTER.carrier(request(**fields), ask()) is ADAPTER
    assert "messages" in written(**fields)


def test_what_would_happen_anyway_does_not_need_chat() -> None:
    body = written(n=1, presence_penalty=0.0, frequency_penalty=0.0)
    assert body.keys() == written().keys()


def test_what_openai_has_nowhere_is_refused() -> None:
    with pytest.raises(InvalidArgument) as caught:
        written(top_k=40, names={"top_k": "generationConfig.topK"})
    assert caught.value.field == "generationConfig.topK"


requests = st.builds(
    n.Request,
    messages=some.messages(
        st.one_of(
            some.texts(st.just("")),
            some.images(st.just(""), st.sampled_from(["auto", "low"])),
            st.builds(n.Document, data=some.base64s, name=some.words),
            st.builds(n.Document, url=st.just("https://a.example/b.pdf"), name=some.words),
        ),
        st.builds(
            n.ToolResult,
            id=some.ids,
            parts=st.lists(
                st.one_of(
                    some.texts(st.just("")), some.images(st.just(""), st.just("auto"))
                ),
                min_size=1,
                max_size=2,
            ).map(tuple),
        ),
        st.builds(
            n.Thinking,
            text=st.one_of(st.just(""), some.words),
            signature=st.just(SEAL),
            signer=st.just("openai"),
        ),
    ),
    max_output_tokens=st.just(64),
    tools=some.tools(st.just("")),
    tool_choice=some.tool_choices,
    parallel_tool_calls=some.maybe(st.booleans()),
    format=some.maybe(
        st.one_of(
            st.just(n.Format()),
            st.builds(n.Format, schema=some.schemas, name=some.names, strict=st.just(True)),
        )
    ),
    reasoning=some.maybe(
        st.builds(
            n.Reasoning, effort=st.sampled_from(["minimal", "low", "max"]), visible=st.just(True)
        )
    ),
    temperature=some.maybe(st.floats(0, 2)),
    top_p=some.maybe(st.floats(0, 1)),
    logprobs=st.just(True),
    top_logprobs=some.maybe(st.integers(0, 5)),
    user=st.sampled_from(["", "user-1"]),
)  # fmt: skip


@settings(max_examples=60)
@given(requests)
def test_the_wire_is_the_identity(request: n.Request) -> None:
    body = json.dumps(write_request(request, reasons=True)).encode()
    # What a tool leaves open about its schema is said: the API would take it for strict.
    tools = tuple(replace(tool, strict=bool(tool.strict)) for tool in request.tools)
    meant = replace(request, tools=tools, messages=one_turn_each(request.messages))
    assert DIALECT.read(ask(body=body)) == meant


def one_turn_each(messages: tuple[n.Message, ...]) -> tuple[n.Message, ...]:
    """Neighbouring turns of the model are one: its items do not tell them apart."""
    turns: list[n.Message] = []
    for message in messages:
        if turns and message.role == turns[-1].role == "assistant":
            turns[-1] = replace(turns[-1], parts=turns[-1].parts + message.parts)
        else:
            turns.append(message)
    return tuple(turns)


TOOLS = [{"type": "function", "function": {"name": "f"}}]


@pytest.mark.parametrize(
    ("model", "fields", "passes"),
    [
        ("gpt-6-luna", {}, True),
        ("gpt-6-luna", {"tools": []}, True),
        ("gpt-6-luna", {"tools": TOOLS}, False),
        ("gpt-5.6-terra", {"tools": TOOLS, "reasoning_effort": "low"}, False),
        ("gpt-5.6-terra", {"tools": TOOLS, "reasoning_effort": "none"}, True),
        ("gpt-4o-mini", {"tools": TOOLS}, True),
    ],
)
def test_chats_pass_unless_openai_would_refuse_their_tools(
    model: str, fields: dict[str, Any], passes: bool
) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "x"}], **fields}).encode()
    assert ADAPTER.passes(ask(model=model, body=body)) is passes


def test_with_tools_they_go_where_tools_are() -> None:
    """What only chat completions have is then refused by name."""
    asked = request(tools=(n.Tool(name="f"),), seed=5, names={"seed": "seed"})
    carrier = ADAPTER.carrier(asked, ask())
    assert carrier is not ADAPTER
    with pytest.raises(InvalidArgument, match="seed"):
        carrier.body_of(asked, ask())
    assert ADAPTER.carrier(asked, ask(model="gpt-4o-mini")) is ADAPTER
