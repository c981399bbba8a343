"""Is this a chat completions body? Fields, types, ranges, and the rules between fields."""

import re
from typing import Any

from tollgate_sandbox.refusals import Refusal, invalid

from . import conversation
from .checks import (
    COMPLAINTS,
    Check,
    anything,
    array,
    boolean,
    decimal,
    either,
    integer,
    mapping,
    one_of,
    record,
    string,
    tagged,
)
from .vendors import OPENAI, VENDORS, Vendor

Json = dict[str, Any]

# No model of ours allows more; the true limits belong to the gateway's catalogue.
OUTPUT_TOKENS_MAX = 1 << 20
# They reason unless told otherwise, and then have tools in the Responses API only.
_TOOLS_ELSEWHERE = re.compile(r"gpt-(5\.6|6)")
_NAME = string(64, "^[a-zA-Z0-9_-]+$")
_TOOL = tagged(
    "type",
    {
        "function": record(
            {
                "type": anything,
                "function": record(
                    {"name": _NAME},
                    {"description": string(), "parameters": mapping(anything), "strict": boolean},
                ),
            }
        ),
        "custom": record(
            {
                "type": anything,
                "custom": record({"name": _NAME}, {"description": string(), "format": anything}),
            }
        ),
    },
)
_TOOL_CHOICE = either(
    "one of a string or an object",
    {
        str: one_of("none", "auto", "required"),
        dict: tagged(
            "type",
            {
                "function": record({"type": anything, "function": record({"name": string()})}),
                "custom": record({"type": anything, "custom": record({"name": string()})}),
                "allowed_tools": record(
                    {
                        "type": anything,
                        "allowed_tools": record(
                            {
                                "mode": one_of("auto", "required"),
                                "tools": array(mapping(anything), 1),
                            }
                        ),
                    }
                ),
            },
        ),
    },
)
_RESPONSE_FORMAT = tagged(
    "type",
    {
        "text": record({"type": anything}),
        "json_object": record({"type": anything}),
        "json_schema": record(
            {
                "type": anything,
                "json_schema": record(
                    {"name": _NAME},
                    {"description": string(), "schema": mapping(anything), "strict": boolean},
                ),
            }
        ),
    },
)
FIELDS: dict[str, Check] = {
    "model": string(),
    "frequency_penalty": decimal(-2, 2),
    "logit_bias": mapping(decimal(-100, 100)),
    "logprobs": boolean,
    "max_completion_tokens": integer(1, OUTPUT_TOKENS_MAX),
    "max_tokens": integer(1, OUTPUT_TOKENS_MAX),
    "metadata": mapping(string(512)),
    "modalities": array(one_of("text", "audio"), 1),
    "n": integer(1, 128),
    "parallel_tool_calls": boolean,
    "prediction": record({"type": one_of("content"), "content": anything}),
    "presence_penalty": decimal(-2, 2),
    "prompt_cache_key": string(),
    "prompt_cache_options": mapping(anything),
    "prompt_cache_retention": one_of("in_memory", "24h"),
    "reasoning_effort": one_of("none", "minimal", "low", "medium", "high", "xhigh"),
    "response_format": _RESPONSE_FORMAT,
    "safety_identifier": string(),
    "seed": integer(-(1 << 63), (1 << 63) - 1),
    "service_tier": one_of("auto", "default", "flex", "scale", "priority", "fast"),
    "stop": either(
        "one of a string or an array of strings", {str: string(), list: array(string(), 1, 4)}
    ),
    "store": boolean,
    "stream": boolean,
    "stream_options": record({}, {"include_usage": boolean, "include_obfuscation": boolean}),
    "temperature": decimal(0, 2),
    "tool_choice": _TOOL_CHOICE,
    "tools": array(_TOOL, 1, 128),
    "top_logprobs": integer(0, 20),
    "top_p": decimal(0, 1),
    "user": string(),
    "verbosity": one_of("low", "medium", "high"),
    "web_search_options": mapping(anything),
}
_UNSUPPORTED = {"functions": "tools", "function_call": "tool_choice"}
_BY_VENDOR = {
    vendor.name: {
        **FIELDS,
        **vendor.fields,
        "messages": conversation.messages(extended=vendor is not OPENAI),
    }
    for vendor in VENDORS
}


def validate(body: object, vendor: Vendor) -> Json:
    """The body, when it is one that the vendor would accept; otherwise raises Refusal."""
    if not isinstance(body, dict):
        raise COMPLAINTS.wrong_type("body", "object", body)
    if body.get("model") in (None, ""):
        raise invalid("you must provide a model parameter")
    if body.get("messages") is None:
        raise invalid(
            "Missing required parameter: 'messages'.",
            param="messages",
            code="missing_required_parameter",
        )
    fields = _BY_VENDOR[vendor.name]
    _refuse_unknown(body, fields)
    for name, value in body.items():
        if value is not None:
            fields[name](value, name)
    _check_output(body)
    _check_tools(body)
    if vendor is OPENAI:
        _check_reasoning_with_tools(body)
    conversation.check_order(body["messages"])
    return body


def _refuse_unknown(body: Json, fields: dict[str, Check]) -> None:
    for name, instead in _UNSUPPORTED.items():
        if body.get(name) is not None:
            raise invalid(
                f"Unsupported parameter: '{name}' is not supported with this model. "
                f"Use '{instead}' instead.",
                param=name,
                code="unsupported_parameter",
            )
    unknown = [name for name in body if name not in fields and name not in _UNSUPPORTED]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        raise invalid(f"Unrecognized request argument{plural} supplied: {', '.join(unknown)}")


def _given(body: Json, name: str) -> bool:
    return body.get(name) is not None


def _check_output(body: Json) -> None:
    if _given(body, "max_tokens") and _given(body, "max_completion_tokens"):
        raise invalid(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            param="max_tokens",
            code="invalid_parameter_combination",
        )
    if _given(body, "stream_options") and not body.get("stream"):
        raise _only_with("stream_options", "The 'stream_options' parameter", "'stream' is enabled")
    if _given(body, "top_logprobs") and not body.get("logprobs"):
        raise _only_with("top_logprobs", "The 'top_logprobs' parameter", "'logprobs' is enabled")
    if "audio" in (body.get("modalities") or ()):
        raise invalid(
            "Unsupported value: 'modalities' does not support 'audio' with this model.",
            param="modalities",
            code="unsupported_value",
        )
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_object" and not conversation.mentions_json(body["messages"]):
        raise invalid(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of "
            "type 'json_object'.",
            param="messages",
        )


def _check_tools(body: Json) -> None:
    tools = body.get("tools")
    if not tools:
        for name in ("tool_choice", "parallel_tool_calls"):
            if _given(body, name):
                raise _only_with(
                    name, f"Invalid value for '{name}': '{name}'", "'tools' are specified"
                )
        return
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and choice["type"] != "allowed_tools":
        name = choice[choice["type"]]["name"]
        if name not in [tool[tool["type"]]["name"] for tool in tools]:
            raise invalid(
                f"Tool choice '{name}' not found in 'tools' parameter.", param="tool_choice"
            )


def _check_reasoning_with_tools(body: Json) -> None:
    model, effort = body["model"], body.get("reasoning_effort")
    if body.get("tools") and _TOOLS_ELSEWHERE.match(model) and effort != "none":
        raise invalid(
            f"Function tools with reasoning_effort are not supported for {model} in "
            "/v1/chat/completions. To use function tools, use /v1/responses or set "
            "reasoning_effort to 'none'.",
            param="reasoning_effort",
        )


def _only_with(param: str, subject: str, condition: str) -> Refusal:
    return invalid(f"{subject} is only allowed when {condition}.", param=param)
