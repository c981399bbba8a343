"""What the Responses API refuses, and in which words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_sandbox.refusals import Refusal
from tollgate_sandbox.responses.fields import FIELDS
from tollgate_sandbox.responses.ids import item_id, thought_id
from tollgate_sandbox.responses.reading import read_request
from tollgate_sandbox.responses.validate import validate
from tollgate_sandbox.signatures import encoded, seal

DIGEST = "0123456789abcdef" * 2
KEPT, LOST = thought_id(DIGEST, stored=True), thought_id(DIGEST, stored=False)
USER = {"role": "user", "content": "hi"}
CALL = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": "ok"}
THOUGHT = {"type": "reasoning", "id": KEPT, "summary": []}
SEALED = {**THOUGHT, "id": LOST, "encrypted_content": encoded(seal(LOST))}
SAID = {"role": "assistant", "content": "so", "id": item_id("msg", DIGEST)}
TOOL = {"type": "function", "name": "f"}


def refusal(model: str = "m", **changes: Any) -> Refusal:
    body = {"model": model, "input": "hi", **changes}
    with pytest.raises(Refusal) as caught:
        validate(body, model)
    return caught.value


@pytest.mark.parametrize(
    "field",
    ["stop", "n", "seed", "max_tokens", "logprobs", "functions", "logit_bias", "modalities"],
)
def test_fields_of_chat_completions_are_unknown(field: str) -> None:
    changes: Any = {field: 1}
    refused = refusal(**changes)
    assert refused.message == f"Unknown parameter: '{field}'."
    assert (refused.status, refused.param, refused.code) == (400, field, "unknown_parameter")


@pytest.mark.parametrize(
    ("field", "instead"),
    [
        ("messages", "input"),
        ("response_format", "text.format"),
        ("reasoning_effort", "reasoning.effort"),
        ("max_completion_tokens", "max_output_tokens"),
    ],
)
def test_fields_that_have_moved(field: str, instead: str) -> None:
    changes: Any = {field: 1}
    refused = refusal(**changes)
    assert refused.message.startswith(
        f"Unsupported parameter: '{field}'. In the Responses API, this parameter has moved to "
        f"'{instead}'. Try again with the new parameter."
    )
    assert refused.code == "unsupported_parameter"


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"model": None}, "model", "invalid_type"),
        ({"model": ""}, "model", "model_not_found"),
        ({"input": None}, "input", "invalid_type"),
        ({"input": []}, None, "missing_required_parameter"),
        ({"temperature": 2.1}, "temperature", "decimal_above_max_value"),
        ({"max_output_tokens": 15}, "max_output_tokens", "integer_below_min_value"),
        ({"max_output_tokens": 16.0}, "max_output_tokens", "invalid_type"),
        ({"top_logprobs": 21}, "top_logprobs", "integer_above_max_value"),
        ({"reasoning": {"effort": "huge"}}, "reasoning.effort", "invalid_value"),
        ({"reasoning": {"generate_summary": "auto"}}, "reasoning.generate_summary", None),
        ({"reasoning": {"summary": "long"}}, "reasoning.summary", "invalid_value"),
        ({"reasoning": {"context": "none"}}, "reasoning.context", "invalid_value"),
        ({"client_metadata": {"a": 1}}, "client_metadata.a", "invalid_type"),
        ({"text": {"format": {"type": "xml"}}}, "text.format.type", "invalid_value"),
        ({"text": {"verbosity": "loud"}}, "text.verbosity", "invalid_value"),
        (
            {"text": {"format": {"type": "json_schema", "json_schema": {"name": "x"}}}},
            "text.format.name",
            "missing_required_parameter",
        ),
        ({"text": {"format": {"type": "json_object"}}}, "input", None),
        ({"include": ["everything"]}, "include[0]", "invalid_value"),
        ({"tools": [{"name": "f"}]}, "tools[0].type", "missing_required_parameter"),
        (
            {"tools": [{"type": "function", "function": {"name": "f"}}]},
            "tools[0].name",
            "missing_required_parameter",
        ),
        ({"tools": [{"type": "function", "name": "a b"}]}, "tools[0].name", "invalid_value"),
        ({"tool_choice": "required"}, "tool_choice", None),
        ({"tool_choice": "any"}, "tool_choice", "invalid_value"),
        ({"tools": [TOOL], "tool_choice": {"type": "function", "name": "g"}}, "tool_choice", None),
        (
            {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "f"}}},
            "tool_choice.name",
            "missing_required_parameter",
        ),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata", "object_above_max_properties"),
        ({"truncation": "some"}, "truncation", "invalid_value"),
        ({"service_tier": "cheap"}, "service_tier", "invalid_value"),
        ({"stream_options": {"include_obfuscation": True}}, "stream_options", None),
        (
            {"stream": True, "stream_options": {"include_usage": True}},
            "stream_options.include_usage",
            "unknown_parameter",
        ),
        ({"background": True}, "background", "unsupported_value"),
        ({"previous_response_id": "resp_x"}, "previous_response_id", "previous_response_not_found"),
    ],
)
def test_wrong_fields(changes: dict[str, Any], param: str | None, code: str | None) -> None:
    refused = refusal(**changes)
    assert (refused.status, refused.param) == (400, param)
    assert code in (None, refused.code)


@pytest.mark.parametrize(
    ("items", "param", "code"),
    [
        (["hi"], "input[0]", "invalid_type"),
        ([{"type": "note"}], "input[0]", "invalid_value"),
        ([{"content": "hi"}], "input[0]", "invalid_value"),
        ([{"role": "tool", "content": "hi"}], "input[0]", "invalid_value"),
        ([{"role": "user"}], "input[0].content", "missing_required_parameter"),
        ([{"role": "user", "content": None}], "input[0].content", "invalid_type"),
        ([{**USER, "mood": "good"}], "input[0].mood", "unknown_parameter"),
        ([{**USER, "phase": "commentary"}], "input[0].phase", "unknown_parameter"),
        ([{**SAID, "tool_calls": []}], "input[0].tool_calls", "unknown_parameter"),
        ([{**SAID, "id": "chatcmpl-1"}], "input[0].id", "invalid_value"),
        ([{**CALL, "id": "call_1"}, RESULT], "input[0].id", "invalid_value"),
        ([{**CALL, "call_id": "c" * 65}], "input[0].call_id", "string_above_max_length"),
        ([{**CALL, "arguments": {}}], "input[0].arguments", "invalid_type"),
        ([CALL, {**RESULT, "output": {}}], "input[1].output", "invalid_type"),
        ([{**THOUGHT, "summary": None}], "input[0].summary", "invalid_type"),
        ([{"type": "reasoning", "summary": []}], "input[0].id", "missing_required_parameter"),
    ],
)
def test_wrong_items(items: Any, param: str, code: str) -> None:
    refused = refusal(input=items)
    assert (refused.status, refused.param, refused.code) == (400, param, code)


@pytest.mark.parametrize(
    ("role", "part", "param"),
    [
        ("user", {"type": "text", "text": "x"}, "input[0].content[0].type"),
        ("user", {"type": "image_url", "image_url": {"url": "x"}}, "input[0].content[0].type"),
        ("user", {"type": "output_text", "text": "x"}, "input[0].content[0]"),
        ("assistant", {"type": "input_text", "text": "x"}, "input[0].content[0]"),
        (
            "user",
            {"type": "input_image", "image_url": {"url": "x"}},
            "input[0].content[0].image_url",
        ),
    ],
)
def test_wrong_parts(role: str, part: Any, param: str) -> None:
    assert refusal(input=[{"role": role, "content": [part]}]).param == param


def test_messages_are_worded_as_by_openai() -> None:
    assert refusal(input=7).message == (
        "Invalid type for 'input': expected one of a string or array of input items, "
        "but got an integer instead."
    )
    assert refusal(stream="yes").message == (
        "Invalid type for 'stream': expected a boolean, but got a string instead."
    )
    part = {"type": "text", "text": "x"}
    assert refusal(input=[{"role": "user", "content": [part]}]).message == (
        "Invalid value: 'text'. Supported values are: 'input_text', 'input_image', 'input_audio', "
        "'input_file', 'output_text', 'refusal', 'computer_screenshot', 'summary_text', and "
        "'encrypted_content'."
    )
    assert refusal(input=[{**SAID, "id": "x"}]).message == (
        "Invalid 'input[0].id': 'x'. Expected an ID that begins with 'msg'."
    )
    assert refusal(previous_response_id="resp_x").message == (
        "Previous response with id 'resp_x' not found."
    )
    with pytest.raises(Refusal, match="Missing required parameter: 'input'"):
        validate({"model": "m"}, "m")


def test_shapes_are_looked_at_before_the_conversation() -> None:
    assert refusal(input=[RESULT], truncation="x").param == "truncation"
    assert refusal(input=[{"role": "user"}], mood=1).param == "mood"
    assert refusal("gpt-5", input=[RESULT], temperature=0.5).param == "input"


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([RESULT], "No tool call found for function call output with call_id c1."),
        ([RESULT, CALL], "No tool call found for function call output with call_id c1."),
        ([CALL], "No tool output found for function call c1."),
        ([CALL, USER], "No tool output found for function call c1."),
        (
            [CALL, {**RESULT, "type": "custom_tool_call_output"}],
            "No tool call found for custom tool call output with call_id c1.",
        ),
        (
            [THOUGHT],
            f"Item '{KEPT}' of type 'reasoning' was provided without its required following item.",
        ),
        (
            [THOUGHT, USER],
            f"Item '{KEPT}' of type 'reasoning' was provided without its required following item.",
        ),
        (
            [THOUGHT, {**SAID, "id": "msg_of_another"}],
            f"Item '{KEPT}' of type 'reasoning' was provided without its required following item.",
        ),
        (
            [THOUGHT, {"role": "assistant", "content": "so"}],
            f"Item '{KEPT}' of type 'reasoning' was provided without its required following item.",
        ),
    ],
)
def test_the_order_of_items(items: Any, message: str) -> None:
    refused = refusal(input=items)
    assert (refused.status, refused.message, refused.param) == (400, message, "input")


def test_thoughts_come_back_as_they_were() -> None:
    changed = {**SEALED, "encrypted_content": encoded(seal(LOST))[:-4] + "AAAA"}
    refused = refusal(input=[changed, SAID])
    assert refused.code == "invalid_encrypted_content"
    assert refused.message == (
        f"The encrypted content for item {LOST} could not be verified. Reason: Encrypted content "
        "could not be decrypted or parsed."
    )
    assert "did not match" in refusal(input=[{**SEALED, "id": KEPT}, SAID]).message
    missing = refusal(input=[{**THOUGHT, "id": LOST}, SAID])
    assert (missing.status, missing.message) == (404, f"Item with id '{LOST}' not found.")
    aside = refusal(input=[{**THOUGHT, "id": "rs_made_up"}, SAID], store=False)
    assert "Items are not persisted when `store` is set to false." in aside.message
    assert refusal(input=[{"type": "item_reference", "id": "msg_x"}]).status == 404


@pytest.mark.parametrize("field", ["conversation", "prompt"])
def test_what_is_kept_nowhere(field: str) -> None:
    changes: Any = {field: {"id": "x_1"}}
    refused = refusal(**changes)
    assert refused.status == 404
    assert refused.message == f"{field.title()} with id 'x_1' not found."


@pytest.mark.parametrize(
    ("model", "changes", "message"),
    [
        ("gpt-5", {"temperature": 0.5}, "Unsupported parameter: 'temperature' is not supported"),
        ("o3-mini", {"top_p": 0.5}, "Unsupported parameter: 'top_p' is not supported"),
        ("gpt-5.6-sol", {"top_logprobs": 1}, "logprobs are not supported with reasoning models."),
        (
            "o3",
            {"include": ["message.output_text.logprobs"]},
            "logprobs are not supported with reasoning models.",
        ),
        ("gpt-4o", {"reasoning": {"effort": "low"}}, "Unsupported parameter: 'reasoning.effort'"),
        (
            "gpt-5-chat-latest",
            {"include": ["reasoning.encrypted_content"]},
            "Encrypted content is not supported with this model.",
        ),
    ],
)
def test_what_a_model_is_not_able_to_do(model: str, changes: Any, message: str) -> None:
    assert refusal(model, **changes).message.startswith(message)
    assert validate({"model": "m", "input": "hi", **changes}, "m")


@pytest.mark.parametrize(
    "changes",
    [
        dict.fromkeys(FIELDS.keys() - {"model", "input"}),
        {"model": "gpt-5", "temperature": 1, "top_p": 1},
        {"model": "gpt-5.2", "temperature": 0.2, "reasoning": {"effort": "none"}},
        {"input": [CALL, {**CALL, "call_id": "c2"}, USER, {**RESULT, "call_id": "c2"}, RESULT]},
        {"input": [THOUGHT, SAID, USER]},
        {"input": [SEALED, SAID]},
        {"input": [SEALED, {"role": "assistant", "content": "so"}]},
        {"input": [{**SEALED, "id": None}, CALL, RESULT]},
        {
            "input": [
                {
                    "role": "developer",
                    "content": [
                        {"type": "input_text", "text": "x"},
                        {"type": "input_image", "image_url": "https://a/b", "detail": "low"},
                        {"type": "input_file", "file_id": "file-1"},
                    ],
                },
                {
                    "role": "assistant",
                    "type": "message",
                    "id": "msg_1",
                    "status": "completed",
                    "content": [
                        {"type": "output_text", "text": "x", "annotations": []},
                        {"type": "refusal", "refusal": "no"},
                    ],
                },
                CALL,
                {**RESULT, "output": [{"type": "input_text", "text": "x"}]},
            ]
        },
        {"tools": [TOOL, {"type": "web_search"}, {"type": "custom", "name": "c"}]},
    ],
)
def test_right_bodies(changes: dict[str, Any]) -> None:
    body = {"model": "m", "input": "hi", **changes}
    assert validate(body, body["model"]) == body
    assert read_request(body).prompt.tokens > 0


KEYS = ["role", "content", "type", "text", "call_id", "id", "name", "output", "summary", "format"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.floats(allow_nan=False)
    | st.text("az{}é\0")
    | st.sampled_from(["user", "assistant", "message", "reasoning", "function", "input_text"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(list(FIELDS)), JSON, max_size=4))
def test_any_body_is_either_read_or_refused(changes: dict[str, Any]) -> None:
    body = {"model": "m", "input": "hi", **changes}
    try:
        read = read_request(validate(body, "m"))
    except Refusal as refused:
        assert refused.status in (400, 404)
    else:
        assert read.prompt.tokens > 0
