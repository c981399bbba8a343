"""A valid chat completions body as a ChatRequest."""

from typing import Any

from tollgate_sandbox.chat import CALLS_MAX, ChatRequest, JsonFormat, Tools, read_prompt, schemas
from tollgate_sandbox.turns import Called, Function, Role, Schema, Turn, compact

from .conversation import Message, text_of

_ROLES = {"developer": Role.SYSTEM}


def read_request(body: dict[str, Any]) -> ChatRequest:
    """Reads a body that validate() has accepted."""
    functions = [_function(tool) for tool in body.get("tools") or () if tool["type"] == "function"]
    choice = body.get("tool_choice")
    stop = body.get("stop") or ()
    return ChatRequest(
        prompt=read_prompt([_turn(message) for message in body["messages"]], functions),
        tools=Tools(
            functions=schemas(functions),
            forced=_forced(choice, schemas(functions)),
            calls_allowed=_calls_allowed(choice, body.get("parallel_tool_calls")),
        ),
        stream=bool(body.get("stream")),
        include_usage=bool((body.get("stream_options") or {}).get("include_usage")),
        choices=body.get("n") or 1,
        output_tokens_max=body.get("max_completion_tokens") or body.get("max_tokens"),
        stops=(stop,) if isinstance(stop, str) else tuple(stop),
        json_format=_json_format(body.get("response_format")),
        top_logprobs=(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
    )


def _function(tool: Schema) -> Function:
    function = tool["function"]
    return Function(
        function["name"], function.get("description") or "", function.get("parameters") or {}
    )


def _turn(message: Message) -> Turn:
    content = message.get("content")
    parts = content if isinstance(content, list) else ()
    return Turn(
        role=_ROLES.get(message["role"]) or Role(message["role"]),
        text=text_of(message),
        calls=tuple(_called(call) for call in message.get("tool_calls") or ()),
        attachments=len([part for part in parts if part["type"] not in ("text", "refusal")]),
    )


def _called(call: dict[str, Any]) -> Called:
    made = call[call["type"]]
    return Called(made["name"], compact(made.get("arguments") or made.get("input") or ""))


def _forced(choice: Any, functions: dict[str, Schema]) -> str | None:  # noqa: ANN401 - JSON
    if isinstance(choice, dict):
        if choice["type"] == "function":
            return str(choice["function"]["name"])
        if choice["type"] == "allowed_tools" and choice["allowed_tools"]["mode"] == "auto":
            return None
    elif choice != "required":
        return None
    return next(iter(functions), None)


def _calls_allowed(choice: Any, parallel: bool | None) -> int:  # noqa: ANN401 - JSON
    if choice == "none":
        return 0
    return 1 if parallel is False else CALLS_MAX


def _json_format(wanted: dict[str, Any] | None) -> JsonFormat | None:
    kind = wanted["type"] if wanted else "text"
    if wanted and kind == "json_schema":
        return JsonFormat(wanted["json_schema"].get("schema"))
    return JsonFormat(None) if kind == "json_object" else None
