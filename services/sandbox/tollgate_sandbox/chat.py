"""A chat request as the answering code wants it: read once from a valid body."""

from dataclasses import dataclass
from typing import Any

import orjson

from .conversation import text_of
from .scenarios import directives

Schema = dict[str, Any]

MESSAGE_TOKENS = 4
IMAGE_TOKENS = 85


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """The answer has to be JSON, of this schema when there is one."""

    schema: Schema | None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What the answer depends on. `text` is the last user message without its directives."""

    text: str
    text_is_last: bool
    directive: str
    prompt_tokens: int
    stream: bool
    include_usage: bool
    choices: int
    output_tokens_max: int | None
    stops: tuple[str, ...]
    functions: dict[str, Schema]
    forced_function: str | None
    calls_allowed: int
    json_format: JsonFormat | None
    top_logprobs: int | None


def read_request(body: dict[str, Any]) -> ChatRequest:
    """Reads a body that validate() has accepted."""
    messages = body["messages"]
    user = next((m for m in reversed(messages) if m["role"] == "user"), None)
    text, directive = directives(text_of(user) if user else "")
    tools = body.get("tools") or ()
    functions = {
        tool["function"]["name"]: tool["function"].get("parameters") or {}
        for tool in tools
        if tool["type"] == "function"
    }
    choice = body.get("tool_choice")
    stop = body.get("stop") or ()
    return ChatRequest(
        text=text,
        text_is_last=user is messages[-1],
        directive=directive,
        prompt_tokens=_prompt_tokens(messages, tools),
        stream=bool(body.get("stream")),
        include_usage=bool((body.get("stream_options") or {}).get("include_usage")),
        choices=body.get("n") or 1,
        output_tokens_max=body.get("max_completion_tokens") or body.get("max_tokens"),
        stops=(stop,) if isinstance(stop, str) else tuple(stop),
        functions=functions,
        forced_function=_forced(choice, functions),
        calls_allowed=_calls_allowed(choice, body.get("parallel_tool_calls")),
        json_format=_json_format(body.get("response_format")),
        top_logprobs=(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
    )


def tokens_in(text: str) -> int:
    """One token for each four bytes begun: simple, stable, and easy to compute by hand."""
    return (len(text.encode()) + 3) // 4


def _prompt_tokens(messages: list[dict[str, Any]], tools: list[Schema] | tuple[()]) -> int:
    count = 0
    for message in messages:
        count += MESSAGE_TOKENS + tokens_in(text_of(message))
        for call in message.get("tool_calls") or ():
            count += tokens_in(orjson.dumps(call[call["type"]]).decode())
        if isinstance(message.get("content"), list):
            parts = [part for part in message["content"] if part["type"] not in ("text", "refusal")]
            count += IMAGE_TOKENS * len(parts)
    return count + sum(tokens_in(orjson.dumps(tool).decode()) for tool in tools)


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
    return 1 if parallel is False else 128


def _json_format(wanted: dict[str, Any] | None) -> JsonFormat | None:
    kind = wanted["type"] if wanted else "text"
    if wanted and kind == "json_schema":
        return JsonFormat(wanted["json_schema"].get("schema"))
    return JsonFormat(None) if kind == "json_object" else None
