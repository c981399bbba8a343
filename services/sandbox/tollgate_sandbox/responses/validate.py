"""Is this a body of the Responses API? The rules between its fields, and what a model refuses.

What is wrong is said in the vendor's order: shapes, then what it would have to know from before,
then the conversation, then what the model is not able to do.
"""

import re
from typing import Any

from tollgate_sandbox.openai.checks import COMPLAINTS
from tollgate_sandbox.refusals import invalid

from .fields import ENCRYPTED, FIELDS, LOGPROBS
from .items import items_of, kind_of
from .order import check_order
from .parts import text_in
from .refusals import not_found
from .tools import TOOL

Json = dict[str, Any]

# Where those who come from chat completions are told to look. All else is just unknown.
_MOVED = {
    "messages": "input",
    "response_format": "text.format",
    "reasoning_effort": "reasoning.effort",
    "max_completion_tokens": "max_output_tokens",
}
# A model whose name says nothing takes everything.
_THINKS = re.compile(r"gpt-5(?!.*-chat)|o\d")
_NEVER_THINKS = re.compile(r"gpt-[34]|gpt-5.*-chat|chatgpt-")
_SAMPLING = {"temperature": 1, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0}


def validate(body: object, model: str) -> Json:
    """The body, when it is one that OpenAI would accept; otherwise raises Refusal."""
    if not isinstance(body, dict):
        raise COMPLAINTS.wrong_type("body", "object", body)
    _check_required(body)
    _refuse_unknown(body)
    for name, check in FIELDS.items():
        if body.get(name) is not None:
            check(body[name], name)
    _check_known(body)
    _check_conversation(body)
    _check_tools(body)
    _check_output(body)
    _check_abilities(body, model)
    return body


def _check_required(body: Json) -> None:
    for name in ("model", "input"):
        if name not in body:
            raise COMPLAINTS.missing(name)
        if body[name] is None:
            # The vendor takes a null for an object here.
            raise COMPLAINTS.wrong_type(name, "string", {})
    if body["model"] == "":
        raise invalid(
            "The requested model '' does not exist.", param="model", code="model_not_found"
        )


def _refuse_unknown(body: Json) -> None:
    for name in body:
        if name in _MOVED:
            raise invalid(
                f"Unsupported parameter: '{name}'. In the Responses API, this parameter has moved "
                f"to '{_MOVED[name]}'. Try again with the new parameter. See the API documentation "
                "for more information: "
                "https://platform.openai.com/docs/api-reference/responses/create.",
                code="unsupported_parameter",
            )
        if name not in FIELDS:
            raise COMPLAINTS.unknown(name)


def _check_known(body: Json) -> None:
    """Nothing is kept from earlier requests, so whatever they should have left is not found."""
    conversation, prompt = body.get("conversation"), body.get("prompt")
    if conversation is not None:
        named = conversation if isinstance(conversation, str) else conversation["id"]
        raise not_found("Conversation", named)
    if prompt is not None:
        raise not_found("Prompt", prompt["id"])
    previous = body.get("previous_response_id")
    if previous is not None:
        raise invalid(
            f"Previous response with id '{previous}' not found.",
            param="previous_response_id",
            code="previous_response_not_found",
        )
    if body.get("background"):
        raise invalid(
            "Unsupported value: 'background' does not support true with this model.",
            param="background",
            code="unsupported_value",
        )


def _check_conversation(body: Json) -> None:
    if not body["input"]:
        raise invalid(
            "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be "
            "provided.",
            code="missing_required_parameter",
        )
    check_order(items_of(body["input"]), stores=body.get("store") is not False)


def _check_tools(body: Json) -> None:
    for index, item in enumerate(items_of(body["input"])):
        for number, tool in enumerate(item.get("tools") or ()):
            TOOL(tool, f"input[{index}].tools[{number}]")
    choice, tools = body.get("tool_choice"), body.get("tools") or ()
    if choice == "required" and not tools:
        raise invalid(
            "Tool choice 'required' must be specified with 'tools' parameter.", param="tool_choice"
        )
    if not isinstance(choice, dict):
        return
    offered = [(tool["type"], tool.get("name")) for tool in tools]
    wanted = choice["tools"] if choice["type"] == "allowed_tools" else [choice]
    for tool in wanted:
        if (tool.get("type"), tool.get("name")) not in offered:
            raise invalid(
                f"Tool choice '{tool.get('type')}' not found in 'tools' parameter.",
                param="tool_choice",
            )


def _check_output(body: Json) -> None:
    if body.get("stream_options") is not None and not body.get("stream"):
        raise invalid(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )
    wanted = (body.get("text") or {}).get("format") or {}
    if wanted.get("type") == "json_object" and not _mentions_json(body):
        raise invalid(
            "Response input messages must contain the word 'json' in some form to use "
            "'text.format' of type 'json_object'.",
            param="input",
        )


def _mentions_json(body: Json) -> bool:
    """In a message: the instructions do not count."""
    messages = [item for item in items_of(body["input"]) if kind_of(item) == "message"]
    return any("json" in text_in(message["content"]).lower() for message in messages)


def _check_abilities(body: Json, model: str) -> None:
    include, reasoning = body.get("include") or (), body.get("reasoning") or {}
    if _NEVER_THINKS.match(model):
        if reasoning.get("effort") is not None:
            raise invalid(
                "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
                param="reasoning.effort",
                code="unsupported_parameter",
            )
        if ENCRYPTED in include:
            raise invalid("Encrypted content is not supported with this model.", param="include")
    if not _THINKS.match(model) or reasoning.get("effort") == "none":
        return
    for name, harmless in _SAMPLING.items():
        if body.get(name) not in (None, harmless):
            raise invalid(
                f"Unsupported parameter: '{name}' is not supported with this model.", param=name
            )
    for name, asked in (("include", LOGPROBS in include), ("top_logprobs", "top_logprobs" in body)):
        if asked and body[name]:
            raise invalid(
                "logprobs are not supported with reasoning models.",
                param=name,
                code="unsupported_parameter",
            )
