"""The neutral request, written as OpenAI's chat request for a vendor that copied it."""

import hashlib
from collections.abc import Iterable
from typing import Any

from tollgate_providers.formats.openai.capabilities import Capabilities
from tollgate_providers.formats.openai.reasoning import may_reason, reasoning_fields, settled
from tollgate_providers.neutral import (
    OPTIONAL,
    Audio,
    Document,
    Image,
    Message,
    Part,
    RedactedThinking,
    Request,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
    refuse,
)

_CARRIED = OPTIONAL - {"top_k"}
_USER_CHARACTERS_MAX = 64
# Stands for reasoning that the client has lost: some vendors take no empty text.
_LOST = " "


def write_request(request: Request, can: Capabilities) -> dict[str, Any]:
    """The body without model, limit of tokens and stream. InvalidArgument as everywhere."""
    request.refuse_all_but((_CARRIED | can.extras) - can.missing, "this model's provider")
    request = settled(request, can)
    body: dict[str, Any] = {
        "messages": [m for one in request.messages for m in _messages(one, can)]
    }
    if can.needs_thoughts and may_reason(request):
        fill_thoughts(body)
    for name in ("temperature", "top_p", "top_k", "seed", "n", "logprobs", "top_logprobs",
                 "presence_penalty", "frequency_penalty", "parallel_tool_calls"):  # fmt: skip
        if (value := getattr(request, name)) is not None and name not in can.missing:
            body[name] = value
    if request.stop:
        body["stop"] = list(request.stop)
    if request.user:
        body["user"] = user_of(request.user)
    if request.metadata:
        body["metadata"] = dict(request.metadata)
    if request.tools:
        body["tools"] = [_tool(tool, can) for tool in request.tools]
    if request.tool_choice:
        body["tool_choice"] = _tool_choice(request)
    if request.format:
        body["response_format"] = _format(request, can)
    return body | reasoning_fields(request, can)


def without_developer(body: dict[str, Any]) -> None:
    """Developers speak as the system, where that is all that a vendor knows."""
    messages = body.get("messages")
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict) and message.get("role") == "developer":
            message["role"] = "system"


def user_of(user: str) -> str:
    """Long names become as long as allowed: they only have to tell users apart."""
    if len(user) <= _USER_CHARACTERS_MAX:
        return user
    return hashlib.sha256(user.encode()).hexdigest()


def _messages(message: Message, can: Capabilities) -> list[dict[str, Any]]:
    """Results have messages of their own, and come first; their pictures follow as the user's."""
    results = [part for part in message.parts if isinstance(part, ToolResult)]
    if not results:
        return [_message(message, message.parts, can)]
    written = [_result(result, can) for result in results]
    media = [p for result in results for p in result.parts if not isinstance(p, Text)]
    others = [part for part in message.parts if not isinstance(part, ToolResult)]
    if parts := media + others:
        written.append(_message(message, parts, can))
    return written


def fill_thoughts(body: dict[str, Any]) -> None:
    """Puts something where an answer's reasoning was lost, which is refused once there was a call.

    SDKs hand back what they know of a message, and this is not of it.
    """
    messages = body.get("messages")
    turns = [m for m in messages if isinstance(m, dict)] if isinstance(messages, list) else []
    if any("tool_calls" in turn for turn in turns):
        for turn in turns:
            if turn.get("role") == "assistant" and not turn.get("reasoning_content"):
                turn["reasoning_content"] = _LOST


def _message(message: Message, parts: Iterable[Part], can: Capabilities) -> dict[str, Any]:
    spoken = message.role == "developer" and not can.developer
    written: dict[str, Any] = {"role": "system" if spoken else message.role}
    if message.name:
        written["name"] = message.name
    content: list[dict[str, Any]] = []
    thoughts: list[str] = []
    calls: list[dict[str, Any]] = []
    for part in parts:
        if isinstance(part, Thinking):
            if part.text and not can.thoughts:
                refuse(part.at, "this model's provider takes no reasoning back; leave it out")
            thoughts.append(part.text)  # the signature is for its own provider only
        elif isinstance(part, RedactedThinking):
            refuse(part.at, "only its own provider can read it; leave it out")
        elif isinstance(part, ToolCall):
            calls.append(_call(part))
        else:
            content.append(_part(part, can))
    written["content"] = _joined(content, can)
    if any(thoughts):
        written["reasoning_content"] = "".join(thoughts)
    if calls:
        written["tool_calls"] = calls
        written["content"] = written["content"] or None
    return written


def _joined(content: list[dict[str, Any]], can: Capabilities) -> str | list[dict[str, Any]]:
    """The plainest form that holds it."""
    if not content:
        return ""
    if len(content) == 1 and content[0].keys() == {"type", "text"}:
        return str(content[0]["text"])
    if not can.text_lists and all(part["type"] == "text" for part in content):
        return "\n\n".join(part["text"] for part in content)
    return content


def _part(part: Part, can: Capabilities) -> dict[str, Any]:
    match part:
        case Text():
            written: dict[str, Any] = {"type": "text", "text": part.text}
        case Image():
            url = part.url or f"data:{part.media_type};base64,{part.data}"
            image = {"url": url} | ({"detail": part.detail} if part.detail else {})
            written = {"type": "image_url", "image_url": image}
        case Document() if part.text:
            written = {"type": "text", "text": titled(part)}
        case Document() if can.files and part.data:
            data = f"data:{part.media_type};base64,{part.data}"
            file = ({"filename": part.name} if part.name else {}) | {"file_data": data}
            written = {"type": "file", "file": file}
        case Audio() if can.audio:
            sound = {"data": part.data, "format": part.media_type.removeprefix("audio/")}
            written = {"type": "input_audio", "input_audio": sound}
        case _:
            refuse(part.at, "this model's provider takes no such content")
    if can.cache_marks and not isinstance(part, Audio):
        written |= _cache(part.cache)
    return written


def titled(document: Document) -> str:
    """A document of plain text: its name is nothing but text to a model."""
    return f"{document.name}\n\n{document.text}" if document.name else document.text


def _cache(cache: str) -> dict[str, Any]:
    if not cache:
        return {}
    return {"cache_control": {"type": "ephemeral"} | ({"ttl": "1h"} if cache == "1h" else {})}


def _call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments or "{}"}
    return {"id": call.id, "type": "function", "function": function}


def _result(result: ToolResult, can: Capabilities) -> dict[str, Any]:
    texts = [_part(part, can) for part in result.parts if isinstance(part, Text)]
    if result.is_error:  # OpenAI's format has no other place for it
        texts.insert(0, {"type": "text", "text": "Error:"})
    if not texts and result.parts:
        texts = [{"type": "text", "text": "See the next message."}]
    return {"role": "tool", "tool_call_id": result.id, "content": _joined(texts, can)}


def _tool(tool: Tool, can: Capabilities) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    if tool.schema is not None:
        function["parameters"] = tool.schema
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function} | (
        _cache(tool.cache) if can.cache_marks else {}
    )


def _tool_choice(request: Request) -> str | dict[str, Any]:
    choice = request.tool_choice
    if choice is None or not choice.names:
        return choice.mode if choice else "auto"
    if len(choice.names) > 1:
        request.refuse("tool_choice", "this model's provider takes one name, or none")
    return {"type": "function", "function": {"name": choice.names[0]}}


def _format(request: Request, can: Capabilities) -> dict[str, Any]:
    form = request.format
    if form is None or form.schema is None:
        return {"type": "json_object"}
    if not can.json_schema:
        request.refuse("format", "this model's provider takes no JSON schema, only json_object")
    schema: dict[str, Any] = {"name": form.name or "answer", "schema": form.schema}
    if form.description:
        schema["description"] = form.description
    if form.strict is not None:
        schema["strict"] = form.strict
    return {"type": "json_schema", "json_schema": schema}
