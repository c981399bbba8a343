"""Requests: neutral -> wire -> neutral is the identity for what a dialect can carry; the rest is
refused by the client's name for it.
"""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tollgate_common.errors import InvalidArgument
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Ask
from tollgate_providers.formats.anthropic.provider_request import write_request as write_anthropic
from tollgate_providers.formats.openai.capabilities import Capabilities
from tollgate_providers.formats.openai.provider_request import write_request as write_openai
from tollgate_providers.signatures import signed_id, unsigned_id

from . import strategies as some
from .conftest import chat_dialects

DIALECTS = chat_dialects()
EVERYTHING = Capabilities(
    extras=frozenset({"top_k"}),
    text_lists=True,
    cache_marks=True,
    files=True,
    audio=True,
    reasoning="effort",
)


def asked(body: dict[str, Any], dialect: str = "openai") -> Ask:
    return Ask(
        body=json.dumps(body).encode(),
        model="m",
        stream=False,
        include_usage=False,
        max_output_tokens=4096,
        dialect=dialect,
    )


def read(body: dict[str, Any], dialect: str) -> n.Request:
    return DIALECTS[dialect].read(asked(body, dialect))


def refused(body: dict[str, Any], dialect: str, field: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        read(body, dialect)
    assert caught.value.field == field


documents = st.builds(n.Document, data=some.base64s, name=some.words, cache=some.caches)
openai_requests = st.builds(
    n.Request,
    messages=some.messages(
        st.one_of(
            some.texts(some.caches),
            some.images(some.caches, st.sampled_from(["", "low"])),
            documents,
            st.builds(n.Audio, data=some.base64s, media_type=st.just("audio/wav")),
        ),
        st.builds(
            n.ToolResult, id=some.ids, parts=some.texts(some.caches).map(lambda text: (text,))
        ),
        st.builds(n.Thinking, text=some.words),
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
        st.builds(n.Reasoning, effort=st.sampled_from(["none", "minimal", "low", "max"]))
    ),
    stop=st.lists(some.words, max_size=2).map(tuple),
    temperature=some.maybe(st.floats(0, 2)),
    top_p=some.maybe(st.floats(0, 1)),
    top_k=some.maybe(st.integers(1, 40)),
    seed=some.maybe(st.integers(0, 9)),
    n=some.maybe(st.integers(1, 3)),
    logprobs=some.maybe(st.booleans()),
    top_logprobs=some.maybe(st.integers(0, 5)),
    presence_penalty=some.maybe(st.floats(-2, 2)),
    frequency_penalty=some.maybe(st.floats(-2, 2)),
    user=st.sampled_from(["", "user-1"]),
    metadata=st.dictionaries(some.names, some.words, max_size=2),
)


@settings(max_examples=60)
@given(openai_requests)
def test_openais_wire_is_the_identity(request: n.Request) -> None:
    assert read(write_openai(request, EVERYTHING), "openai") == request


anthropic_thinking = st.one_of(
    st.builds(n.Thinking, text=some.words, signature=st.just("c2ln")),
    st.builds(n.Thinking, text=st.just(""), signature=st.just("c2ln")),
    st.builds(n.RedactedThinking, data=st.just("b3BhcXVl")),
)
anthropic_requests = st.builds(
    n.Request,
    messages=some.messages(
        st.one_of(
            some.texts(some.caches),
            some.images(some.caches, st.just("")),
            documents,
            st.builds(n.Document, text=some.words, media_type=st.just("text/plain")),
            st.builds(n.Document, url=st.just("https://a.example/b.pdf"), name=some.words),
        ),
        st.builds(
            n.ToolResult,
            id=some.ids,
            parts=st.lists(
                st.one_of(some.texts(some.caches), some.images(some.caches, st.just(""))),
                max_size=2,
            ).map(tuple),
            is_error=st.booleans(),
            cache=some.caches,
        ),
        anthropic_thinking,
        cache=some.caches,
    ),
    max_output_tokens=st.just(4096),
    tools=some.tools(some.caches),
    tool_choice=some.tool_choices,
    format=some.maybe(st.builds(n.Format, schema=some.schemas)),
    reasoning=some.maybe(
        st.builds(
            n.Reasoning,
            enabled=st.just(True),
            effort=st.sampled_from(["", "low", "medium", "high", "xhigh", "max"]),
            visible=st.booleans(),
        )
    ),
    stop=st.lists(some.words, max_size=2).map(tuple),
    temperature=some.maybe(st.floats(0, 1)),
    top_p=some.maybe(st.floats(0, 1)),
    top_k=some.maybe(st.integers(1, 40)),
    user=st.sampled_from(["", "user-1"]),
)


@settings(max_examples=60)
@given(anthropic_requests)
def test_anthropics_wire_is_the_identity(request: n.Request) -> None:
    assert read(write_anthropic(request, adaptive=True), "anthropic") == request


HELLO: dict[str, Any] = {"role": "user", "content": "Hello"}


FORM = {"type": "json_schema", "schema": {"type": "object"}}
MEDIUM = {"output_config": {"effort": "medium"}}


def turn(config: dict[str, Any] | None) -> dict[str, Any]:
    """A conversation whose instructions have this configuration."""
    return {"messages": [HELLO, {"role": "system", "content": "s", "output_config": config}]}


def says(**part: Any) -> dict[str, Any]:
    """A body whose only message has this part."""
    return {"messages": [{"role": "user", "content": [part]}]}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"logit_bias": {"5": 1}}, "logit_bias"),
        ({"store": True}, "store"),
        ({"web_search_options": {}}, "web_search_options"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"prediction": {"type": "content", "content": ""}}, "prediction"),
        ({"functions": []}, "functions"),
        ({"temperature": "warm"}, "temperature"),
        ({"seed": 1.5}, "seed"),
        ({"stop": [1]}, "stop"),
        ({"messages": []}, "messages"),
        ({"messages": "Hello"}, "messages"),
        ({"messages": [{"role": "robot", "content": ""}]}, "messages[0].role"),
        ({"messages": [HELLO, {"content": "x"}]}, "messages[1].role"),
        ({"messages": [HELLO | {"prefix": True}]}, "messages[0].prefix"),
        (says(type="video"), "messages[0].content[0].type"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
        (says(type="file", file={"file_id": "f"}), "messages[0].content[0].file.file_data"),
        ({"tools": [{"type": "custom", "custom": {}}]}, "tools[0].type"),
        ({"tool_choice": {"type": "allowed_tools"}}, "tool_choice.type"),
        ({"response_format": {"type": "grammar"}}, "response_format.type"),
    ],
)  # fmt: skip
def test_openais_unknown_fields_are_refused(fields: dict[str, Any], field: str) -> None:
    refused({"messages": [HELLO]} | fields, "openai", field)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"container": "c"}, "container"),
        ({"mcp_servers": [{}]}, "mcp_servers"),
        ({"speed": "fast"}, "speed"),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools[0].type"),
        ({"system": [{"type": "image", "source": {"type": "url", "url": "u"}}]}, "system"),
        ({"messages": []}, "messages"),
        (says(type="search_result"), "messages[0].content[0].type"),
        (says(type="image", source={"type": "file"}), "messages[0].content[0].source.type"),
        ({"thinking": {"type": "sometimes"}}, "thinking.type"),
        ({"output_config": {"effort": "medium", "task_budget": {}}}, "output_config.task_budget"),
        ({"output_config": {"format": FORM}, "output_format": FORM}, "output_format"),
        ({"output_format": FORM | {"name": "n"}}, "output_format.name"),
        ({"output_format": {"type": "json_object"}}, "output_format.type"),
        (turn({"effort": "low"}), "messages[1].output_config.effort"),
        (turn({"effort": "low"}) | MEDIUM, "messages[1].output_config.effort"),
        (turn({"format": FORM}), "messages[1].output_config.format"),
        ({"messages": [HELLO | {"output_config": {}}]}, "messages[0].output_config"),
        ({"context_management": {"edits": [{"type": "c"}]}}, "context_management.edits[0].type"),
    ],
)  # fmt: skip
def test_anthropics_unknown_fields_are_refused(fields: dict[str, Any], field: str) -> None:
    refused({"messages": [HELLO], "max_tokens": 9} | fields, "anthropic", field)


@pytest.mark.parametrize("fields", [{"output_config": {"format": FORM}}, {"output_format": FORM}])
def test_a_form_is_read_where_it_is_and_where_it_was(fields: dict[str, Any]) -> None:
    request = read({"messages": [HELLO], "max_tokens": 9} | fields, "anthropic")
    assert request.format == n.Format(schema={"type": "object"})
    with pytest.raises(InvalidArgument) as caught:
        write_openai(request, Capabilities(missing=frozenset({"format"})))
    assert caught.value.field == next(iter(fields)).replace("config", "config.format")


@pytest.mark.parametrize("config", [None, {}, {"effort": "medium"}])
def test_a_turn_may_repeat_the_effort_of_all(config: dict[str, Any] | None) -> None:
    """Claude Code's first request says it twice."""
    said = read({"max_tokens": 9} | MEDIUM | turn(config), "anthropic")
    silent = read({"max_tokens": 9} | MEDIUM | turn(None), "anthropic")
    assert said == silent
    assert [message.role for message in said.messages] == ["user", "system"]


@pytest.mark.parametrize("display", ["summarized", "updates"])
def test_reasoning_is_shown_however_it_is_asked_for(display: str) -> None:
    thinking = {"thinking": {"type": "adaptive", "display": display}}
    request = read({"messages": [HELLO], "max_tokens": 9} | thinking, "anthropic")
    assert request.reasoning == n.Reasoning(enabled=True, visible=True)


def test_a_deferred_tool_is_known_from_the_start() -> None:
    use = {"type": "tool_use", "id": "t", "name": "search", "input": {}}
    found = {"type": "tool_reference", "tool_name": "f"}
    result = {"type": "tool_result", "tool_use_id": "t", "content": [found]}
    body = {
        "max_tokens": 9,
        "messages": [HELLO, {"role": "assistant", "content": [use]},
                     {"role": "user", "content": [result]}],
        "tools": [{"name": "search"}, {"name": "f", "defer_loading": True}],
    }  # fmt: skip
    request = read(body, "anthropic")
    assert [tool.name for tool in request.tools] == ["search", "f"]
    assert request.messages[2].parts == (
        n.ToolResult(id="t", parts=(n.Text(text="f is loaded."),)),
    )


def test_instructions_that_only_said_an_effort_are_let_go() -> None:
    silent = {"role": "system", "content": [], "output_config": {"effort": "medium"}}
    body = {"max_tokens": 9, "messages": [HELLO, silent]} | MEDIUM
    assert [message.role for message in read(body, "anthropic").messages] == ["user"]


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"messages": [7]}', b"\xff"])
@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_what_is_no_request_is_refused(body: bytes, dialect: str) -> None:
    with pytest.raises(InvalidArgument):
        DIALECTS[dialect].read(
            Ask(body=body, model="m", stream=False, include_usage=False, max_output_tokens=1)
        )


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["role", "content", "type", "text", "messages", "tools", "function", "id", "name",
                 "tool_calls", "source", "thinking", "system", "tool_choice", "image_url", "input"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@given(json_values, st.sampled_from(["openai", "anthropic"]))
def test_any_json_is_read_or_refused(value: Any, dialect: str) -> None:
    body = {"messages": value} if not isinstance(value, dict) else {"messages": [HELLO]} | value
    try:
        read(body, dialect)
    except InvalidArgument as error:
        assert error.field


UNSIGNED = {"role": "assistant", "content": "a", "reasoning_content": "b"}
SOUND = {"data": "AA==", "format": "wav"}


def to_anthropic(body: dict[str, Any], *, adaptive: bool = True) -> dict[str, Any]:
    return write_anthropic(read(body, "openai"), adaptive=adaptive)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"n": 2}, "n"),
        ({"seed": 7}, "seed"),
        ({"logprobs": True}, "logprobs"),
        ({"presence_penalty": 0.5}, "presence_penalty"),
        ({"metadata": {"a": "b"}}, "metadata"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"messages": [HELLO | {"name": "Ann"}]}, "messages[0].name"),
        ({"messages": [HELLO, UNSIGNED]}, "messages[1].reasoning_content"),
        (says(type="input_audio", input_audio=SOUND), "messages[0].content[0]"),
    ],
)  # fmt: skip
def test_what_anthropic_cannot_carry_is_refused_by_the_clients_name(
    fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        to_anthropic({"messages": [HELLO]} | fields)
    assert caught.value.field == field


def test_what_would_happen_anyway_is_no_reason_to_refuse() -> None:
    fields = {"n": 1, "logprobs": False, "presence_penalty": 0, "frequency_penalty": 0.0}
    body = to_anthropic({"messages": [HELLO], **fields})
    assert body == {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]}


def test_system_messages_anywhere_become_the_system_prompt() -> None:
    body = to_anthropic(
        {
            "messages": [
                {"role": "developer", "content": "A"},
                HELLO,
                {"role": "system", "content": "B"},
            ]
        }
    )
    assert [part["text"] for part in body["system"]] == ["A", "B"]
    assert [message["role"] for message in body["messages"]] == ["user"]


@pytest.mark.parametrize(
    ("fields", "adaptive", "thinking", "effort"),
    [
        ({"reasoning_effort": "minimal"}, True, "adaptive", "low"),
        ({"reasoning_effort": "xhigh"}, True, "adaptive", "xhigh"),
        ({"reasoning_effort": "none"}, True, "disabled", None),
        ({"thinking": {"type": "enabled", "budget_tokens": 3000}}, True, "adaptive", "medium"),
        ({"reasoning_effort": "low"}, False, 2048, None),
        ({"reasoning_effort": "high"}, False, 4095, None),
        ({"thinking": {"type": "enabled", "budget_tokens": 3000}}, False, 3000, None),
    ],
)
def test_efforts_and_budgets(
    fields: dict[str, Any], adaptive: bool, thinking: object, effort: str | None
) -> None:
    body = to_anthropic({"messages": [HELLO], **fields}, adaptive=adaptive)
    asked = body["thinking"]
    assert thinking in (asked["type"], asked.get("budget_tokens"))
    assert body.get("output_config", {}).get("effort") == effort


CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "2"}


def test_a_turn_that_lost_its_reasoning_goes_on_without() -> None:
    said = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    body = {"messages": [HELLO, said, RESULT], "reasoning_effort": "low"}
    assert "thinking" not in to_anthropic(body, adaptive=False)
    detail = {"type": "reasoning.text", "text": "t", "signature": "s"}
    kept = said | {"reasoning_details": [detail | {"format": "anthropic-claude-v1"}]}
    body = {"messages": [HELLO, kept, RESULT], "reasoning_effort": "low"}
    assert to_anthropic(body, adaptive=False)["thinking"]["type"] == "enabled"


def test_parallel_results_answer_in_one_message() -> None:
    second = CALL | {"id": "call_2"}
    said = {"role": "assistant", "content": "", "tool_calls": [CALL, second]}
    results = [RESULT, RESULT | {"tool_call_id": "call_2"}]
    body = to_anthropic({"messages": [HELLO, said, *results]})
    assert [m["role"] for m in body["messages"]] == ["user", "assistant", "user"]
    assert [p["tool_use_id"] for p in body["messages"][2]["content"]] == ["call_1", "call_2"]


def test_ids_become_what_anthropic_takes() -> None:
    call = CALL | {"id": "functions.f:0"}
    said = {"role": "assistant", "content": "", "tool_calls": [call]}
    body = to_anthropic({"messages": [HELLO, said, RESULT | {"tool_call_id": "functions.f:0"}]})
    assert body["messages"][1]["content"][0]["id"] == "functions_f_0"
    assert body["messages"][2]["content"][0]["tool_use_id"] == "functions_f_0"


def to_openai(body: dict[str, Any], **can: Any) -> dict[str, Any]:
    return write_openai(read(body, "anthropic"), Capabilities(**can))


def test_pictures_in_results_follow_as_the_users() -> None:
    picture = {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": "AA"},
    }
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [picture], "is_error": True}
    call = {"type": "tool_use", "id": "t1", "name": "look", "input": {}}
    messages = [
        HELLO,
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
    ]
    body = to_openai({"messages": messages})
    *_, tool, user = body["messages"]
    assert tool == {"role": "tool", "tool_call_id": "t1", "content": "Error:"}
    assert user["content"][0]["image_url"]["url"] == "data:image/png;base64,AA"


def test_reasoning_goes_back_only_to_who_takes_it() -> None:
    thought = {"type": "thinking", "thinking": "Hm.", "signature": ""}
    said = {"role": "assistant", "content": [thought, {"type": "text", "text": "Hi"}]}
    body = {"messages": [HELLO, said, HELLO]}
    assert to_openai(body)["messages"][1]["reasoning_content"] == "Hm."
    with pytest.raises(InvalidArgument) as caught:
        to_openai(body, thoughts=False)
    assert caught.value.field == "messages[1].content[0]"


def test_marks_and_lists_only_for_who_takes_them() -> None:
    marked = {"type": "text", "text": "A", "cache_control": {"type": "ephemeral"}}
    body = {"system": [marked, {"type": "text", "text": "B"}], "messages": [HELLO]}
    assert to_openai(body)["messages"][0]["content"] == "A\n\nB"
    kept = to_openai(body, text_lists=True, cache_marks=True)["messages"][0]["content"]
    assert kept[0]["cache_control"] == {"type": "ephemeral"}


@pytest.mark.parametrize(
    ("can", "sent"),
    [
        ({"reasoning": "effort"}, {"reasoning_effort": "medium"}),
        ({"reasoning": "switch"}, {"thinking": {"type": "enabled"}}),
        (
            {"reasoning": "switch", "efforts": {"medium": "medium"}},
            {"thinking": {"type": "enabled"}, "reasoning_effort": "medium"},
        ),
        ({"reasoning": "budget"}, {"enable_thinking": True, "thinking_budget": 5000}),
    ],
)
def test_thinking_in_the_vendors_words(can: dict[str, Any], sent: dict[str, Any]) -> None:
    thinking = {"type": "enabled", "budget_tokens": 5000}
    body = to_openai({"messages": [HELLO], "thinking": thinking}, **can)
    del body["messages"]
    assert body == sent


def test_a_long_user_becomes_as_long_as_allowed() -> None:
    body = to_openai({"messages": [HELLO], "metadata": {"user_id": "u" * 100}})
    assert len(body["user"]) == 64


@given(some.words, some.ids)
def test_a_signature_rides_in_a_calls_id(signature: str, id: str) -> None:
    joined = signed_id(id, signature)
    assert joined.replace("_", "").replace("-", "").isalnum()
    assert unsigned_id(joined) == (id, signature)


@pytest.mark.parametrize("id", ["call_1", "", "a__thought__!!", "a__thought__/w==", "__thought__"])
def test_a_foreign_id_is_left_alone(id: str) -> None:
    assert unsigned_id(id)[0] in (id, "")
