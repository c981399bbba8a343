"""Requests of the Responses API: what a client writes is read as it was meant, or refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tollgate_common.errors import InvalidArgument
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Ask
from tollgate_providers.dialects.responses import DIALECT
from tollgate_providers.formats.anthropic.provider_request import write_request as write_anthropic
from tollgate_providers.formats.openai.capabilities import Capabilities
from tollgate_providers.formats.openai.provider_request import write_request as write_openai
from tollgate_providers.formats.responses.client_tools import Named, tools_of
from tollgate_providers.signatures import packed, signed_id

from . import strategies as some

HELLO: dict[str, Any] = {"role": "user", "content": "Hello"}
PNG = "data:image/png;base64,AAAA"


def read(fields: dict[str, Any]) -> n.Request:
    body = json.dumps({"model": "m", "input": "Hello"} | fields).encode()
    return DIALECT.read(
        Ask(body=body, model="m", stream=False, include_usage=False, max_output_tokens=4096)
    )


def refused(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        read(fields)
    assert caught.value.field == field


# What an SDK would write.


def body_of(request: n.Request) -> dict[str, Any]:
    body: dict[str, Any] = {
        "input": [item for message in request.messages for item in _items(message)],
        "tools": [_tool(tool) for tool in request.tools],
        "parallel_tool_calls": request.parallel_tool_calls,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "safety_identifier": request.user or None,
        "store": False,
    }
    if choice := request.tool_choice:
        named = {"type": "function", "name": choice.names[0]} if choice.names else None
        body["tool_choice"] = named or choice.mode
    if request.format:
        body["text"] = {"format": _format(request.format)}
    if request.reasoning:
        summary = "auto" if request.reasoning.visible else None
        body["reasoning"] = {"effort": request.reasoning.effort or None, "summary": summary}
    if request.logprobs:
        body["include"] = ["message.output_text.logprobs"]
        body["top_logprobs"] = request.top_logprobs
    return body


def _items(message: n.Message) -> list[dict[str, Any]]:
    if message.role != "assistant" and not isinstance(message.parts[0], n.ToolResult):
        return [{"role": message.role, "content": [_part(part) for part in message.parts]}]
    return [_item(part) for part in message.parts]


def _item(part: n.Part) -> dict[str, Any]:
    match part:
        case n.Text():
            content = [{"type": "output_text", "text": part.text, "annotations": []}]
            about = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
            return about | {"content": content}
        case n.Thinking():
            summary = [{"type": "summary_text", "text": part.text}] if part.text else []
            sealed = packed(part.signature, part.signer, "openai") if part.signature else None
            return _thought(summary, sealed)
        case n.RedactedThinking():
            return _thought([], packed(part.data, part.signer, "openai", redacted=True))
        case n.ToolCall():
            about = {"type": "function_call", "name": part.name, "arguments": part.arguments}
            return about | {"call_id": signed_id(part.id, part.signature)}
        case n.ToolResult():
            output = [_part(inner) for inner in part.parts]
            return {"type": "function_call_output", "call_id": part.id, "output": output}
    raise AssertionError(part)


def _thought(summary: list[Any], sealed: str | None) -> dict[str, Any]:
    return {"type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": sealed}


def _part(part: n.Part) -> dict[str, Any]:
    match part:
        case n.Text():
            written: dict[str, Any] = {"type": "input_text", "text": part.text}
        case n.Image():
            url = part.url or f"data:{part.media_type};base64,{part.data}"
            written = {"type": "input_image", "image_url": url, "detail": part.detail or None}
        case n.Document(url=url) if url:
            written = {"type": "input_file", "file_url": url, "filename": part.name}
        case n.Document():
            data = f"data:{part.media_type};base64,{part.data}"
            written = {"type": "input_file", "file_data": data, "filename": part.name}
        case _:
            raise AssertionError(part)
    return written | _mark(part.cache)


def _mark(cache: str) -> dict[str, Any]:
    ttl = {"ttl": "1h"} if cache == "1h" else {}
    return {"cache_control": {"type": "ephemeral", **ttl}} if cache else {}


def _tool(tool: n.Tool) -> dict[str, Any]:
    about = {"type": "function", "name": tool.name, "description": tool.description}
    return about | {"parameters": tool.schema, "strict": tool.strict} | _mark(tool.cache)


def _format(form: n.Format) -> dict[str, Any]:
    if form.schema is None:
        return {"type": "json_object"}
    about = {"type": "json_schema", "name": form.name, "schema": form.schema}
    return about | {"description": form.description or None, "strict": form.strict}


pieces = st.one_of(
    some.texts(some.caches),
    some.images(some.caches, st.sampled_from(["", "low"])),
    st.builds(n.Document, data=some.base64s, name=some.words, cache=some.caches),
    st.builds(n.Document, url=st.just("https://a.example/b.pdf"), name=some.words),
)
signers = st.sampled_from(["", "anthropic", "google", "openai"])
thoughts = st.one_of(
    st.builds(n.Thinking, text=some.words),
    st.builds(n.Thinking, text=some.words, signature=st.just("c2ln"), signer=signers),
    st.builds(n.Thinking, text=st.just(""), signature=st.just("c2ln"), signer=signers),
    st.builds(n.RedactedThinking, data=st.just("b3BhcXVl"), signer=st.just("anthropic")),
)
requests = st.builds(
    n.Request,
    messages=some.messages(
        pieces,
        st.builds(n.ToolResult, id=some.ids, parts=st.lists(pieces, max_size=2).map(tuple)),
        thoughts,
        signature=st.sampled_from(["", "sig"]),
    ),
    max_output_tokens=st.just(4096),
    tools=some.tools(some.caches),
    tool_choice=some.tool_choices,
    parallel_tool_calls=some.maybe(st.booleans()),
    format=some.maybe(
        st.one_of(
            st.just(n.Format()),
            st.builds(n.Format, schema=some.schemas, name=some.names, strict=st.just(True)),
        )
    ),
    reasoning=some.maybe(
        st.one_of(
            st.builds(n.Reasoning, effort=st.sampled_from(["none", "minimal", "low", "max"])),
            st.just(n.Reasoning(effort="", visible=True)),
        )
    ),
    temperature=some.maybe(st.floats(0, 2)),
    top_p=some.maybe(st.floats(0, 1)),
    user=st.sampled_from(["", "user-1"]),
)


def as_turns(messages: tuple[n.Message, ...]) -> tuple[n.Message, ...]:
    """Items have no bounds between two turns of the assistant."""
    turns: list[n.Message] = []
    for message in messages:
        if turns and message.role == turns[-1].role == "assistant":
            parts = turns.pop().parts + message.parts
            message = n.Message(role="assistant", parts=parts)
        turns.append(message)
    return tuple(turns)


@settings(max_examples=60)
@given(requests)
def test_a_clients_wire_is_the_identity(request: n.Request) -> None:
    found = read(body_of(request))
    assert found.messages == as_turns(request.messages)
    for name in ("tools", "tool_choice", "user", *n.OPTIONAL):
        assert getattr(found, name) == getattr(request, name), name


def test_a_text_is_a_users_message_after_the_instructions() -> None:
    request = read({"input": "Hi", "instructions": "Be brief."})
    assert [(m.role, m.parts) for m in request.messages] == [
        ("system", (n.Text(text="Be brief."),)),
        ("user", (n.Text(text="Hi"),)),
    ]


def test_items_of_one_turn_become_one_message() -> None:
    call = {"type": "function_call", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "output": "1"}
    request = read(
        {
            "input": [
                HELLO,
                {"type": "reasoning", "id": "rs_1", "summary": []},
                {"role": "assistant", "content": "Look.", "phase": "commentary"},
                call | {"call_id": "a"},
                call | {"call_id": "b"},
                output | {"call_id": "a"},
                output | {"call_id": "b"},
                HELLO,
                HELLO,
            ]
        }
    )
    assert [(m.role, len(m.parts)) for m in request.messages] == [
        ("user", 1), ("assistant", 3), ("user", 2), ("user", 1), ("user", 1),
    ]  # fmt: skip


def test_a_custom_tool_is_a_function_of_one_text() -> None:
    lark = {"type": "grammar", "syntax": "lark", "definition": 'start: "a"'}
    tool = {"type": "custom", "name": "apply_patch", "description": "Patches.", "format": lark}
    call = {"type": "custom_tool_call", "call_id": "c", "name": "apply_patch", "input": '"a"\n'}
    output = {"type": "custom_tool_call_output", "call_id": "c", "output": "done"}
    request = read(
        {
            "input": [HELLO, call, output],
            "tools": [tool],
            "tool_choice": {"type": "custom", "name": "apply_patch"},
        }
    )
    (read_tool,) = request.tools
    assert read_tool.schema
    assert read_tool.schema["required"] == ["input"]
    assert read_tool.description.startswith("Patches.\n\n")
    assert 'start: "a"' in read_tool.description
    assert request.tool_choice == n.ToolChoice(mode="required", names=("apply_patch",))
    (read_call,) = request.messages[1].parts
    assert isinstance(read_call, n.ToolCall)
    assert json.loads(read_call.arguments) == {"input": '"a"\n'}
    assert request.messages[2].parts == (n.ToolResult(id="c", parts=(n.Text(text="done"),)),)


def function(name: str) -> dict[str, Any]:
    return {"type": "function", "name": name, "parameters": None, "strict": None}


def test_namespaces_become_parts_of_names() -> None:
    space = {"type": "namespace", "name": "crm", "description": "Customers."}
    call = {"type": "function_call", "call_id": "c", "name": "find", "namespace": "crm"}
    request = read(
        {
            "input": [HELLO, call | {"arguments": "{}"}],
            "tools": [function("find"), space | {"tools": [function("find"), function("x" * 80)]}],
            "tool_choice": {"type": "function", "name": "find", "namespace": "crm"},
        }
    )
    top, found, long = request.tools
    assert (top.name, found.name) == ("find", "crm__find")
    assert found.description == "crm: Customers."
    assert len(long.name) == 64
    assert long.name.startswith("crm__xxx")
    assert request.tool_choice == n.ToolChoice(mode="required", names=("crm__find",))
    (part,) = request.messages[1].parts
    assert isinstance(part, n.ToolCall)
    assert part.name == "crm__find"


def test_tools_come_as_items_too() -> None:
    added = {"type": "additional_tools", "id": "at_1", "role": "developer"}
    space = {"type": "namespace", "name": "functions", "description": ""}
    custom = {"type": "custom", "name": "exec"}
    request = read(
        {
            "input": [added | {"tools": [space | {"tools": [custom]}]}, HELLO],
            "tools": [function("a")],
            "tool_choice": "auto",
        }
    )
    assert [tool.name for tool in request.tools] == ["a", "functions__exec"]
    assert [message.role for message in request.messages] == ["user"]
    assert tools_of(request.echo)["functions__exec"] == Named("exec", "functions", custom=True)


def test_what_a_vendor_lacks_is_not_said_when_it_would_happen_anyway() -> None:
    request = read({"parallel_tool_calls": True})
    lacking = Capabilities(missing=frozenset({"parallel_tool_calls"}))
    assert write_openai(request, lacking).keys() == {"messages"}
    with pytest.raises(InvalidArgument):
        write_openai(read({"parallel_tool_calls": False}), lacking)


def test_a_summary_alone_does_not_make_models_think() -> None:
    request = read({"reasoning": {"summary": "auto"}})
    assert request.reasoning == n.Reasoning(visible=True)
    for reasoning in ("effort", "switch", "budget"):
        assert write_openai(request, Capabilities(reasoning=reasoning)).keys() == {"messages"}


@pytest.mark.parametrize("mode", ["auto", "required"])
def test_tools_that_are_not_allowed_are_not_shown(mode: Any) -> None:
    allowed = [{"type": "function", "name": "b"}, {"type": "function", "name": "c"}]
    request = read(
        {
            "tools": [function("a"), function("b"), function("c")],
            "tool_choice": {"type": "allowed_tools", "mode": mode, "tools": allowed},
        }
    )
    assert [tool.name for tool in request.tools] == ["b", "c"]
    assert request.tool_choice == n.ToolChoice(mode=mode)


def test_what_changes_no_answer_is_let_go() -> None:
    part = {"type": "input_text", "text": "Hello", "prompt_cache_breakpoint": {"mode": "explicit"}}
    request = read(
        {
            "input": [{"role": "user", "content": [part]}],
            "prompt_cache_key": "k",
            "prompt_cache_retention": "24h",
            "prompt_cache_options": {"mode": "implicit", "ttl": "30m"},
            "stream_options": {"include_obfuscation": False},
            "include": ["reasoning.encrypted_content"],
            "metadata": {"a": "b"},
            "service_tier": "auto",
            "background": False,
            "truncation": "disabled",
            "text": {"format": {"type": "text"}, "verbosity": "medium"},
            "reasoning": {"effort": None, "summary": None},
            "previous_response_id": None,
            "max_output_tokens": 5,
        }
    )
    body = write_openai(request, Capabilities())
    assert body == {"messages": [{"role": "user", "content": "Hello"}]}
    assert request.echo["metadata"] == {"a": "b"}
    assert "input" not in request.echo


def test_logprobs_are_asked_for_in_two_ways() -> None:
    included = read({"include": ["message.output_text.logprobs"]})
    assert (included.logprobs, included.top_logprobs) == (True, None)
    counted = read({"top_logprobs": 2})
    assert (counted.logprobs, counted.top_logprobs) == (True, 2)
    assert read({"top_logprobs": 0}).logprobs is None
    for fields, name in (
        ({"include": ["message.output_text.logprobs"]}, "include"),
        ({"top_logprobs": 2}, "top_logprobs"),
    ):
        with pytest.raises(InvalidArgument) as caught:
            write_anthropic(read(fields), adaptive=True)
        assert caught.value.field == name


def says(**part: Any) -> dict[str, Any]:
    return {"input": [{"role": "user", "content": [part]}]}


def has(**item: Any) -> dict[str, Any]:
    return {"input": [HELLO, item]}


ALLOWED = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "x"}]}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"input": ""}, "input"),
    ({"input": []}, "input"),
    ({"input": {"role": "user"}}, "input"),
    ({"input": [7]}, "input[0]"),
    ({"input": [{"id": "msg_1"}]}, "input[0].role"),
    (has(type="item_reference", id="msg_1"), "input[1].type"),
    (has(type="web_search_call", id="ws_1"), "input[1].type"),
    (has(type="computer_call_output", call_id="c"), "input[1].type"),
    (has(role="robot", content="x"), "input[1].role"),
    (has(role="assistant", content=[{"type": "input_image", "image_url": "u"}]),
     "input[1].content"),
    (has(role="user", content=5), "input[1].content"),
    (has(role="user", content="x", name="Ann"), "input[1].name"),
    (has(type="function_call", name="f", arguments="{}"), "input[1].call_id"),
    (has(type="function_call", call_id="c", name="f", arguments="{}", namespace=5),
     "input[1].namespace"),
    (has(type="function_call", call_id="c", name="f", arguments="{}", caller={"type": "program"}),
     "input[1].caller"),
    ({"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "namespace"}]}]},
     "tools[0].tools[0].type"),
    (has(type="function_call_output", call_id="c", output={"a": 1}), "input[1].output"),
    (has(type="reasoning", summary="x"), "input[1].summary"),
    (has(type="reasoning", summary=[{"type": "text"}]), "input[1].summary[0].type"),
    (says(type="input_audio"), "input[0].content[0].type"),
    (says(type="input_image", file_id="f"), "input[0].content[0].image_url"),
    (says(type="input_image", image_url="data:nonsense"), "input[0].content[0].image_url"),
    (says(type="input_file", file_id="f"), "input[0].content[0].file_data"),
    (says(text="x"), "input[0].content[0].type"),
    ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
    ({"tools": [{"name": "f"}]}, "tools[0].type"),
    ({"tools": [function("f") | {"defer_loading": True}]}, "tools[0].defer_loading"),
    ({"tools": [{"type": "custom", "name": "f", "format": {"type": "json"}}]},
     "tools[0].format.type"),
    ({"tool_choice": "any"}, "tool_choice"),
    ({"tool_choice": {"type": "file_search"}}, "tool_choice.type"),
    ({"tool_choice": ALLOWED}, "tool_choice.tools[0].name"),
    ({"text": {"verbosity": "low"}}, "text.verbosity"),
    ({"text": {"format": {"type": "grammar"}}}, "text.format.type"),
    ({"text": {"format": {"type": "json_schema", "name": "a"}}}, "text.format.schema"),
    ({"reasoning": {"effort": "huge"}}, "reasoning.effort"),
    ({"reasoning": {"mode": "pro"}}, "reasoning.mode"),
    ({"include": ["web_search_call.results"]}, "include"),
    ({"include": "all"}, "include"),
    ({"truncation": "auto"}, "truncation"),
    ({"max_tool_calls": 3}, "max_tool_calls"),
    ({"previous_response_id": "resp_1"}, "previous_response_id"),
    ({"conversation": "conv_1"}, "conversation"),
    ({"prompt": {"id": "p"}}, "prompt"),
    ({"background": True}, "background"),
    ({"store": True}, "store"),
    ({"service_tier": "flex"}, "service_tier"),
    ({"context_management": [{}]}, "context_management"),
    ({"prompt_cache_options": {"prewarm": True}}, "prompt_cache_options.prewarm"),
    ({"metadata": {"a": 1}}, "metadata"),
    ({"stop": "x"}, "stop"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "field"), REFUSED)
def test_what_cannot_be_carried_is_refused_by_its_name(fields: dict[str, Any], field: str) -> None:
    refused(fields, field)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": {"format": {"type": "json_object"}}}, "text.format"),
        ({"presence_penalty": 1}, "presence_penalty"),
        (has(type="reasoning", summary=[], encrypted_content="gAAAA"), "input[1]"),
        (has(type="custom_tool_call", call_id="c", name="f", input="x"), ""),
    ],
)
def test_what_anthropic_cannot_carry_is_refused_by_the_clients_name(
    fields: dict[str, Any], field: str
) -> None:
    request = read(fields)
    if not field:
        assert write_anthropic(request, adaptive=True)
        return
    with pytest.raises(InvalidArgument) as caught:
        write_anthropic(request, adaptive=True)
    assert caught.value.field == field


NAMES = (
    "role", "content", "type", "text", "input", "tools", "id", "name", "call_id", "output",
    "summary", "tool_choice", "image_url", "reasoning", "include", "format", "encrypted_content",
)  # fmt: skip
TYPES = ("message", "reasoning", "function_call", "function_call_output", "custom_tool_call",
         "input_text", "input_image", "input_file", "function", "custom", "allowed_tools",
         "json_schema", "user", "assistant", "data:;base64,")  # fmt: skip
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(TYPES)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(json_values)
def test_any_json_is_read_or_refused(value: Any) -> None:
    try:
        read({"input": value} if not isinstance(value, dict) else value)
    except InvalidArgument as error:
        assert error.field
