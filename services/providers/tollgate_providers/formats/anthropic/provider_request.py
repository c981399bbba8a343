"""The neutral request, written as Anthropic's messages request."""

import re
from typing import Any

import orjson

from tollgate_providers.neutral import (
    Audio,
    Document,
    Effort,
    Image,
    Message,
    Part,
    Reasoning,
    RedactedThinking,
    Request,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
    refuse,
    without_system,
)

_PROVIDER = "Anthropic"
_CARRIED = frozenset(
    {"parallel_tool_calls", "format", "reasoning", "stop", "temperature", "top_p", "top_k", "user"}
)
# Where a model wants a budget instead of an effort; less than 1024 is refused.
_BUDGETS: dict[Effort, int] = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16_384}
_NO_ID = re.compile(r"[^A-Za-z0-9_-]")
_BUDGET_MIN, _BUDGET_MAX = 1024, 32_768


def write_request(request: Request, *, adaptive: bool) -> dict[str, Any]:
    """The body without model, limit of tokens and stream. InvalidArgument as everywhere.

    `adaptive`: the model takes an effort; older ones take a budget.
    """
    request.refuse_all_but(_CARRIED, _PROVIDER)
    system, messages = without_system(request)
    body: dict[str, Any] = {"messages": [w for m in messages if (w := _message(m))]}
    if system:
        body["system"] = [_part(part) for part in system]
    for name in ("temperature", "top_p", "top_k"):
        if (value := getattr(request, name)) is not None:
            body[name] = value
    if request.stop:
        body["stop_sequences"] = list(request.stop)
    if request.user:
        body["metadata"] = {"user_id": request.user}
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if choice := _tool_choice(request):
        body["tool_choice"] = choice
    if request.reasoning:
        body |= _reasoning(request, request.reasoning, adaptive)
    if request.format:
        body["output_config"] = body.get("output_config", {}) | {"format": _format(request)}
    return body


def _message(message: Message) -> dict[str, Any] | None:
    """None for a message without content: Anthropic takes neither it nor empty texts."""
    if message.name:
        refuse(f"{message.at}.name", f"{_PROVIDER} has no names of participants; leave it out")
    parts = [
        _part(part) for part in message.parts if not (isinstance(part, Text) and not part.text)
    ]
    return {"role": message.role, "content": parts} if parts else None


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Text():
            written: dict[str, Any] = {"type": "text", "text": part.text}
        case Image():
            written = {"type": "image", "source": _source(part)}
        case Document():
            title = {"title": part.name} if part.name else {}
            written = {"type": "document", "source": _source(part), **title}
        case Thinking() | RedactedThinking():
            return _thinking(part)
        case ToolCall():
            call = {"id": _id(part.id), "name": part.name, "input": _input(part)}
            written = {"type": "tool_use", **call}
        case ToolResult():
            written = {"type": "tool_result", "tool_use_id": _id(part.id)}
            if part.parts:
                written["content"] = [_part(inner) for inner in part.parts]
            if part.is_error:
                written["is_error"] = True
        case Audio():
            refuse(part.at, f"{_PROVIDER} takes no sound")
    return written | _cache(part.cache)


def _thinking(part: Thinking | RedactedThinking) -> dict[str, Any]:
    own = part.signer in ("", "anthropic")
    if isinstance(part, RedactedThinking) and own:
        return {"type": "redacted_thinking", "data": part.data}
    if isinstance(part, Thinking) and own and part.signature:
        return {"type": "thinking", "thinking": part.text, "signature": part.signature}
    refuse(part.at, f"{_PROVIDER} takes reasoning back only with its own signature; leave it out")


def _id(id: str) -> str:
    """Other vendors' ids have dots and colons, which Anthropic refuses."""
    return _NO_ID.sub("_", id)


def _cache(cache: str) -> dict[str, Any]:
    if not cache:
        return {}
    return {"cache_control": {"type": "ephemeral"} | ({"ttl": "1h"} if cache == "1h" else {})}


def _source(file: Image | Document) -> dict[str, Any]:
    if file.url:
        return {"type": "url", "url": file.url}
    if isinstance(file, Document) and file.text:
        return {"type": "text", "media_type": "text/plain", "data": file.text}
    return {"type": "base64", "media_type": file.media_type, "data": file.data}


def _input(call: ToolCall) -> object:
    try:
        value = orjson.loads(call.arguments or b"{}")
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        refuse(call.at, f"{_PROVIDER} takes only a JSON object as a call's arguments")
    return value


def _tool(tool: Tool) -> dict[str, Any]:
    written: dict[str, Any] = {"name": tool.name}
    if tool.description:
        written["description"] = tool.description
    written["input_schema"] = tool.schema or {"type": "object"}
    if tool.strict is not None:
        written["strict"] = tool.strict
    return written | _cache(tool.cache)


def _tool_choice(request: Request) -> dict[str, Any] | None:
    choice, parallel = request.tool_choice, request.parallel_tool_calls
    if choice is None and (parallel is None or not request.tools):
        return None
    written: dict[str, Any] = {"type": choice.mode if choice else "auto"}
    if choice and choice.mode == "required":
        if len(choice.names) > 1:
            request.refuse("tool_choice", f"{_PROVIDER} takes one name, or none")
        written = {"type": "tool", "name": choice.names[0]} if choice.names else {"type": "any"}
    if parallel is not None and written["type"] != "none":
        written["disable_parallel_tool_use"] = not parallel
    return written


def _format(request: Request) -> dict[str, Any]:
    if request.format is None or request.format.schema is None:
        request.refuse("format", f"{_PROVIDER} needs a JSON schema: use json_schema")
    return {"type": "json_schema", "schema": request.format.schema}


def _reasoning(request: Request, reasoning: Reasoning, adaptive: bool) -> dict[str, Any]:
    if reasoning.enabled is False or reasoning.effort == "none" or reasoning.budget_tokens == 0:
        return {"thinking": {"type": "disabled"}}
    if not reasoning.asked and not reasoning.visible:
        return {}  # there is nothing to hide as long as nobody asks for it
    visible = reasoning.visible is not False
    display = {"display": "summarized" if visible else "omitted"}
    if adaptive:
        effort = _adaptive_effort(reasoning)
        config = {"output_config": {"effort": effort}} if effort else {}
        return {"thinking": {"type": "adaptive", **display}} | config
    if _unsigned_turn(request):
        return {}
    budget = reasoning.budget_tokens or _BUDGETS.get(reasoning.effort, _BUDGET_MAX)
    budget = min(budget, request.max_output_tokens - 1)
    if budget < _BUDGET_MIN:
        request.refuse("reasoning", f"{_PROVIDER} needs more than {_BUDGET_MIN} tokens of output")
    return {"thinking": {"type": "enabled", "budget_tokens": budget, **display}}


def _adaptive_effort(reasoning: Reasoning) -> str:
    if reasoning.effort:
        return "low" if reasoning.effort == "minimal" else reasoning.effort
    if reasoning.budget_tokens is None:
        return ""
    fitting = [name for name, most in _BUDGETS.items() if reasoning.budget_tokens <= most]
    return {"minimal": "low"}.get(fitting[0], fitting[0]) if fitting else "high"


def _unsigned_turn(request: Request) -> bool:
    """Whether results answer a turn that has lost its reasoning, as OpenAI's clients lose it:
    the model then refuses to reason, so it goes on without.
    """
    last = request.messages[-1]
    if not any(isinstance(part, ToolResult) for part in last.parts):
        return False
    turn = next((m for m in reversed(request.messages) if m.role == "assistant"), None)
    kinds = (Thinking, RedactedThinking)
    return turn is not None and not any(isinstance(part, kinds) for part in turn.parts)
