"""What is refused, and in which words."""

import json
from typing import Any

import httpx2
import openai as sdk
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai import AsyncOpenAI
from tollgate_sandbox.openai.reading import read_request
from tollgate_sandbox.openai.refusals import WORDS
from tollgate_sandbox.openai.validate import FIELDS, validate
from tollgate_sandbox.openai.vendors import OPENAI, VENDORS, Vendor
from tollgate_sandbox.refusals import Refusal

USER = {"role": "user", "content": "hi"}
TOOL = {"type": "function", "function": {"name": "f"}}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLING = {"role": "assistant", "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "ok"}


def refusal(**changes: Any) -> Refusal:
    body = {"model": "m", "messages": [USER], **changes}
    with pytest.raises(Refusal) as caught:
        validate(body, OPENAI)
    assert caught.value.status == 400
    return caught.value


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"temperature": "hot"}, "temperature", "invalid_type"),
        ({"temperature": True}, "temperature", "invalid_type"),
        ({"temperature": 2.1}, "temperature", "decimal_above_max_value"),
        ({"temperature": -0.1}, "temperature", "decimal_below_min_value"),
        ({"top_p": 1.5}, "top_p", "decimal_above_max_value"),
        ({"n": 0}, "n", "integer_below_min_value"),
        ({"n": 129}, "n", "integer_above_max_value"),
        ({"n": 1.5}, "n", "invalid_type"),
        ({"n": True}, "n", "invalid_type"),
        ({"max_tokens": 0}, "max_tokens", "integer_below_min_value"),
        ({"max_tokens": 1 << 53}, "max_tokens", "integer_above_max_value"),
        (
            {"max_tokens": 1, "max_completion_tokens": 1},
            "max_tokens",
            "invalid_parameter_combination",
        ),
        ({"stream": "yes"}, "stream", "invalid_type"),
        ({"stream_options": {"include_usage": True}}, "stream_options", None),
        (
            {"stream": True, "stream_options": {"usage": True}},
            "stream_options.usage",
            "unknown_parameter",
        ),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop", "array_above_max_length"),
        ({"top_logprobs": 2}, "top_logprobs", None),
        ({"modalities": ["text", "audio"]}, "modalities", "unsupported_value"),
        ({"functions": [{"name": "f"}]}, "functions", "unsupported_parameter"),
        ({"response_format": {"type": "xml"}}, "response_format.type", "invalid_value"),
        ({"response_format": {"type": "json_object"}}, "messages", None),
        ({"tools": []}, "tools", "empty_array"),
        ({"tools": [{"function": {"name": "f"}}]}, "tools[0].type", "missing_required_parameter"),
        (
            {"tools": [{"type": "function", "function": {}}]},
            "tools[0].function.name",
            "missing_required_parameter",
        ),
        (
            {"tools": [{"type": "function", "function": {"name": "a b"}}]},
            "tools[0].function.name",
            "invalid_value",
        ),
        ({"tool_choice": "auto"}, "tool_choice", None),
        (
            {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}},
            "tool_choice",
            None,
        ),
        ({"messages": []}, "messages", "empty_array"),
        ({"messages": "hi"}, "messages", "invalid_type"),
        ({"messages": ["hi"]}, "messages[0]", "invalid_type"),
        (
            {"messages": [{"content": "hi"}]},
            "messages[0].role",
            "missing_required_parameter",
        ),
        ({"messages": [{"role": "boss", "content": "x"}]}, "messages[0].role", "invalid_value"),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "missing_required_parameter"),
        ({"messages": [{"role": "user", "content": {}}]}, "messages[0].content", "invalid_type"),
        ({"messages": [{"role": "user", "content": None}]}, "messages[0].content", None),
        ({"messages": [{**USER, "mood": "good"}]}, "messages[0].mood", "unknown_parameter"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image", "image": "x"}]}]},
            "messages[0].content[0].type",
            "invalid_value",
        ),
        ({"messages": [RESULT]}, "messages.[0].role", None),
        ({"messages": [USER, CALLING]}, "messages.[2].role", None),
        ({"messages": [USER, CALLING, USER]}, "messages.[2].role", None),
        ({"messages": [USER, CALLING, RESULT, RESULT]}, "messages.[3].role", None),
        ({"messages": [{"role": "assistant"}]}, "messages.[0].content", None),
    ],
)
def test_wrong_bodies(changes: dict[str, Any], param: str, code: str | None) -> None:
    refused = refusal(**changes)
    assert (refused.param, refused.code) == (param, code)


def test_messages_are_worded_as_by_openai() -> None:
    assert refusal(mood="good").message == "Unrecognized request argument supplied: mood"
    assert refusal(a=1, b=2).message == "Unrecognized request arguments supplied: a, b"
    assert refusal(n="3").message == (
        "Invalid type for 'n': expected an integer, but got a string instead."
    )
    assert refusal(temperature=3).message == (
        "Invalid 'temperature': decimal above maximum value. "
        "Expected a value <= 2, but got 3 instead."
    )
    assert refusal(verbosity="loud").message == (
        "Invalid value: 'loud'. Supported values are: 'low', 'medium', and 'high'."
    )
    assert refusal(model=None).message == "you must provide a model parameter"
    assert refusal(messages=None).message == "Missing required parameter: 'messages'."


@pytest.mark.parametrize(
    "changes",
    [
        {"temperature": None, "stop": None, "tools": None, "stream_options": None},
        {"temperature": 2, "top_p": 0, "n": 128, "seed": -1, "logit_bias": {"1": -100}},
        {"messages": [{"role": "developer", "content": [{"type": "text", "text": "x"}]}, USER]},
        {"messages": [USER, CALLING, RESULT, USER]},
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "what is this"},
                        {"type": "image_url", "image_url": {"url": "https://a/b", "detail": "low"}},
                    ],
                }
            ]
        },
    ],
)
def test_right_bodies(changes: dict[str, Any]) -> None:
    body = {"model": "m", "messages": [USER], **changes}
    assert validate(body, OPENAI) == body


def test_reasoning_may_be_sent_back_to_those_who_take_it() -> None:
    message = {"role": "assistant", "content": "x", "reasoning_content": "y"}
    assert refusal(messages=[message]).code == "unknown_parameter"
    (deepseek,) = [vendor for vendor in VENDORS if vendor.name == "deepseek"]
    validate({"model": "m", "messages": [message]}, deepseek)


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_only_openai_knows_developers(vendor: Vendor) -> None:
    body = {"model": "m", "messages": [{"role": "developer", "content": "Be brief."}, USER]}
    if vendor is OPENAI:
        validate(body, vendor)
        return
    with pytest.raises(Refusal) as caught:
        validate(body, vendor)
    assert caught.value.message == (
        "Invalid value: 'developer'. Supported values are: 'system', 'assistant', 'user', and "
        "'tool'."
    )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text("az{}é🙂\0", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "role", "content", "function", "name", "text"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*FIELDS, "messages"]), JSON, max_size=6))
def test_any_json_is_either_read_or_refused(changes: dict[str, Any]) -> None:
    try:
        read_request(validate({"model": "m", "messages": [USER], **changes}, OPENAI))
    except Refusal as refused:
        assert refused.status == 400
        assert json.loads(WORDS.envelope(refused, ""))["error"]["message"]


async def test_the_sdk_raises_what_it_should(openai: AsyncOpenAI, url: str) -> None:
    wrong: Any = {"model": "m", "messages": [USER], "n": 0}
    with pytest.raises(sdk.BadRequestError) as caught:
        await openai.chat.completions.create(**wrong)
    assert caught.value.param == "n"
    assert caught.value.request_id
    with pytest.raises(sdk.NotFoundError) as absent:
        await openai.models.retrieve("no-such-model")
    assert absent.value.code == "model_not_found"
    with pytest.raises(sdk.NotFoundError):
        await openai.chat.completions.create(model="no-such-model", messages=[USER])  # type: ignore[list-item]
    async with AsyncOpenAI(base_url=f"{url}/v1", api_key="sk-other", max_retries=0) as stranger:
        with pytest.raises(sdk.AuthenticationError) as unknown:
            await stranger.models.list()
    assert unknown.value.code == "invalid_api_key"


async def test_requests_that_are_not_chat(http: httpx2.AsyncClient, url: str) -> None:
    wrong_url = await http.post("/v1/nothing", json={})
    assert wrong_url.status_code == 404
    assert wrong_url.json()["error"]["message"] == "Invalid URL (POST /v1/nothing)"
    assert (await http.get("/v1/chat/completions")).status_code == 405
    not_json = await http.post(
        "/v1/chat/completions", content="{", headers={"content-type": "application/json"}
    )
    assert "could not parse the JSON body" in not_json.json()["error"]["message"]
    form = await http.post("/v1/chat/completions", data={"model": "m"})
    assert form.json()["error"]["code"] == "unsupported_content_type"
    async with httpx2.AsyncClient(base_url=url) as anonymous:
        assert (await anonymous.get("/v1/models")).status_code == 401


async def test_a_prompt_beyond_the_context_is_refused(openai: AsyncOpenAI) -> None:
    messages: Any = [{"role": "user", "content": "x" * (4 << 20)}]
    with pytest.raises(sdk.BadRequestError) as caught:
        await openai.chat.completions.create(model="m", messages=messages)
    assert caught.value.code == "context_length_exceeded"
