"""The neutral request, written as OpenAI's request for a response."""

from collections.abc import Sequence
from typing import Any

from tollgate_providers.formats.openai.provider_request import titled, user_of
from tollgate_providers.formats.openai.reasoning import effort_of, is_on
from tollgate_providers.neutral import (
    Document,
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
)

ENCRYPTED = "reasoning.encrypted_content"
_LOGPROBS = "message.output_text.logprobs"
_PROVIDER = "this model's provider"
_CARRIED = frozenset(
    {
        "parallel_tool_calls", "format", "reasoning", "temperature", "top_p", "logprobs",
        "top_logprobs", "user", "metadata",
    }
)  # fmt: skip
# OpenAI takes no file without a name.
_NAMES = {"application/pdf": "document.pdf"}
_NAME = "document"


def write_request(request: Request, *, reasons: bool) -> dict[str, Any]:
    """The body without model, limit of tokens and stream. InvalidArgument as everywhere.

    `reasons`: the model is one that can reason.
    """
    request.refuse_all_but(_CARRIED, _PROVIDER)
    body: dict[str, Any] = {
        "input": [item for message in request.messages for item in _items(message, reasons)]
    }
    for name in ("temperature", "top_p", "top_logprobs", "parallel_tool_calls"):
        if (value := getattr(request, name)) is not None:
            body[name] = value
    if request.user:
        body["safety_identifier"] = user_of(request.user)
    if request.metadata:
        body["metadata"] = dict(request.metadata)
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if request.tool_choice:
        body["tool_choice"] = _tool_choice(request)
    if request.format:
        body["text"] = {"format": _format(request)}
    if request.reasoning and (reasoning := _reasoning(request.reasoning, reasons)):
        body["reasoning"] = reasoning
    if include := _include(request, reasons):
        body["include"] = include
    return body


def _items(message: Message, reasons: bool) -> list[dict[str, Any]]:
    """A message is one item or many; results have items of their own, and come first."""
    if message.name:
        refuse(f"{message.at}.name", f"{_PROVIDER} has no names of participants; leave it out")
    if message.role == "assistant":
        return _said(message.parts, reasons)
    kept = [_result(part) for part in message.parts if isinstance(part, ToolResult)]
    content = [_part(part) for part in message.parts if not isinstance(part, ToolResult)]
    return [*kept, {"role": message.role, "content": content}] if content else kept


def _said(parts: Sequence[Part], reasons: bool) -> list[dict[str, Any]]:
    """A turn of the model, in its order: each thought precedes what came of it."""
    items: list[dict[str, Any]] = []
    for part in parts:
        match part:
            case Text():
                _say(items, part)
            case ToolCall():
                items.append(_call(part))
            case Thinking() | RedactedThinking():
                items += _thought(part, reasons)
            case _:
                refuse(part.at, f"{_PROVIDER} takes no such content from the model")
    if items and items[-1].get("type") == "reasoning":
        refuse(parts[-1].at, f"{_PROVIDER} takes reasoning only with what followed; leave it out")
    return items


def _say(items: list[dict[str, Any]], text: Text) -> None:
    if not items or items[-1].get("role") != "assistant":
        items.append({"role": "assistant", "content": []})
    items[-1]["content"].append({"type": "output_text", "text": text.text})


def _thought(part: Thinking | RedactedThinking, reasons: bool) -> list[dict[str, Any]]:
    """Reasoning as OpenAI has sealed it. Without its id, which nobody knows who has kept nothing.

    A seal alone, of another provider or for a model that cannot open it, is a hint: it is let go.
    """
    text, sealed = (
        ("", part.data)
        if isinstance(part, RedactedThinking)
        else (
            part.text,
            part.signature,
        )
    )
    if reasons and sealed and part.signer == "openai":
        summary = [{"type": "summary_text", "text": text}] if text else []
        return [{"type": "reasoning", "summary": summary, "encrypted_content": sealed}]
    if isinstance(part, RedactedThinking):
        refuse(part.at, "only its own provider can read it; leave it out")
    if text:
        refuse(part.at, "this model takes reasoning back only as its own signed it; leave it out")
    return []


def _call(call: ToolCall) -> dict[str, Any]:
    named = {"call_id": call.id, "name": call.name}
    return {"type": "function_call", **named, "arguments": call.arguments or "{}"}


def _result(result: ToolResult) -> dict[str, Any]:
    parts = [_part(part) for part in result.parts]
    if result.is_error:  # OpenAI's format has no other place for it
        parts.insert(0, {"type": "input_text", "text": "Error:"})
    output = parts[0]["text"] if len(parts) == 1 and "text" in parts[0] else parts
    return {"type": "function_call_output", "call_id": result.id, "output": output or ""}


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Text():
            return {"type": "input_text", "text": part.text}
        case Image():
            url = part.url or f"data:{part.media_type};base64,{part.data}"
            return {"type": "input_image", "image_url": url, "detail": part.detail or "auto"}
        case Document() if part.text:
            return {"type": "input_text", "text": titled(part)}
        case Document() if part.url:
            named = {"filename": part.name} if part.name else {}
            return {"type": "input_file", "file_url": part.url, **named}
        case Document():
            data = f"data:{part.media_type};base64,{part.data}"
            name = part.name or _NAMES.get(part.media_type, _NAME)
            return {"type": "input_file", "filename": name, "file_data": data}
        case _:
            refuse(part.at, f"{_PROVIDER} takes no such content")


def _tool(tool: Tool) -> dict[str, Any]:
    written: dict[str, Any] = {"type": "function", "name": tool.name}
    if tool.description:
        written["description"] = tool.description
    written["parameters"] = tool.schema or {"type": "object", "properties": {}}
    # Left out it would mean yes here, and few schemas are made for that.
    written["strict"] = tool.strict or False
    return written


def _tool_choice(request: Request) -> str | dict[str, Any]:
    choice = request.tool_choice
    if choice is None or not choice.names:
        return choice.mode if choice else "auto"
    named = [{"type": "function", "name": name} for name in choice.names]
    if len(named) == 1:
        return named[0]
    return {"type": "allowed_tools", "mode": choice.mode, "tools": named}


def _format(request: Request) -> dict[str, Any]:
    form = request.format
    if form is None or form.schema is None:
        return {"type": "json_object"}
    written: dict[str, Any] = {
        "type": "json_schema",
        "name": form.name or "answer",
        "schema": form.schema,
    }
    if form.description:
        written["description"] = form.description
    if form.strict is not None:
        written["strict"] = form.strict
    return written


def _reasoning(reasoning: Reasoning, reasons: bool) -> dict[str, Any]:
    if not is_on(reasoning):
        return {"effort": "none"} if reasons else {}  # the others never do
    effort = reasoning.effort or effort_of(reasoning.budget_tokens)
    written: dict[str, Any] = {"effort": effort} if effort else {}
    if reasons and reasoning.visible is not False:
        written["summary"] = "auto"
    return written


def _include(request: Request, reasons: bool) -> list[str]:
    asked = [_LOGPROBS] if request.logprobs else []
    return [ENCRYPTED, *asked] if reasons and shows_reasoning(request) else asked


def shows_reasoning(request: Request) -> bool:
    """Whether the client has asked for reasoning: the others expect none in the answer."""
    reasoning = request.reasoning
    return (
        reasoning is not None and is_on(reasoning) and (reasoning.asked or bool(reasoning.visible))
    )
