"""Anthropic's messages request, read into the neutral one."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast

from tollgate_providers.adapter import Ask
from tollgate_providers.body import written
from tollgate_providers.fields import Fields
from tollgate_providers.neutral import (
    Cache,
    Document,
    Effort,
    Format,
    Image,
    Message,
    Part,
    Reasoning,
    RedactedThinking,
    Request,
    Role,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    refuse,
)
from tollgate_providers.signatures import unpacked, unsigned_id
from tollgate_providers.strictness import is_strict

_FORMAT = "output_config.format"
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
NAMES = MappingProxyType(
    {
        "stop": "stop_sequences",
        "reasoning": "thinking",
        "user": "metadata.user_id",
        "parallel_tool_calls": "tool_choice.disable_parallel_tool_use",
        "max_output_tokens": "max_tokens",
    }
)


def read_request(ask: Ask) -> Request:
    fields = Fields.of(ask.body)
    # What the edge has decided already, and hints that change nothing about the answer.
    fields.ignore("model", "stream", "max_tokens", "cache_control")
    fields.only("service_tier", "auto", "standard_only")
    fields.only("speed", "standard")
    _context_management(fields)
    system = _system(fields)
    config = fields.object("output_config")
    effort = cast(Effort, config.choice("effort", *_EFFORTS)) if config else ""
    form, asked_by = _format(fields, config)
    choice = fields.object("tool_choice")
    messages = [_message(one, effort) for one in fields.objects("messages")]
    request = Request(
        # Instructions that only said an effort have nothing left to say.
        messages=(*system, *(m for m in messages if m.parts or m.role != "system")),
        max_output_tokens=ask.max_output_tokens,
        stream=ask.stream,
        tools=tuple(map(_tool, fields.objects("tools"))),
        parallel_tool_calls=_parallel(choice),
        tool_choice=_tool_choice(choice),
        reasoning=_reasoning(fields, effort),
        format=form,
        stop=fields.texts("stop_sequences"),
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        top_k=fields.count("top_k"),
        user=_user(fields),
        names=NAMES | {"format": asked_by},
    )
    if config:
        config.close()
    fields.close()
    if len(request.messages) == len(system):
        refuse("messages", "must have at least one message")
    return request


def _context_management(fields: Fields) -> None:
    """Clearing old thinking is a hint: other providers forget it by themselves."""
    management = fields.object("context_management")
    if management is None:
        return
    for edit in management.objects("edits"):
        edit.choice("type", "clear_thinking_20251015")
        edit.ignore("keep")
        edit.close()
    management.close()


def _system(fields: Fields) -> tuple[Message, ...]:
    parts = _parts(fields, "system")
    if not all(isinstance(part, Text) for part in parts):
        fields.refuse("system", "must be text")
    return (Message(role="system", parts=parts, at="system"),) if parts else ()


def _message(fields: Fields, effort: str) -> Message:
    role = fields.choice("role", "user", "assistant", "system")
    if not role:
        fields.refuse("role", "is missing")
    if role == "system" and (config := fields.object("output_config")):
        # Another effort from this message on is for Anthropic's own models.
        config.only("effort", effort)
        config.close()
    parts = _parts(fields, "content")
    if role == "system" and not all(isinstance(part, Text) for part in parts):
        fields.refuse("content", "must be text")
    fields.close()
    return Message(role=cast(Role, role), parts=parts, at=fields.at)


def _parts(fields: Fields, name: str) -> tuple[Part, ...]:
    """A text, or a list of blocks."""
    content = fields.raw(name)
    at = fields.path(name)
    if content is None or isinstance(content, str):
        return (Text(text=content, at=at),) if content else ()
    if not isinstance(content, list):
        refuse(at, "must be a text or a list of blocks")
    return tuple(_block(Fields(block, f"{at}[{n}]")) for n, block in enumerate(content))


def _block(fields: Fields) -> Part:
    kind = fields.needed("type")
    if kind not in _BLOCKS:
        fields.refuse("type", f"{kind} cannot be carried to this model's provider")
    part = _BLOCKS[kind](fields, fields.cache())
    fields.close()
    return part


def _text(fields: Fields, cache: Cache) -> Text:
    fields.only("citations", [])
    return Text(text=fields.text("text"), cache=cache, at=fields.at)


def _reference(fields: Fields, cache: Cache) -> Text:
    """A tool that was deferred, and has been found: all that is left is to say so."""
    return Text(text=f"{fields.needed('tool_name')} is loaded.", cache=cache, at=fields.at)


def _source(fields: Fields) -> Fields:
    source = fields.object("source")
    if source is None:
        refuse(fields.path("source"), "is missing")
    return source


def _image(fields: Fields, cache: Cache) -> Image:
    source = _source(fields)
    if source.choice("type", "base64", "url") == "url":
        image = Image(url=source.needed("url"), cache=cache, at=fields.at)
    else:
        data, media_type = source.needed("data"), source.needed("media_type")
        image = Image(data=data, media_type=media_type, cache=cache, at=fields.at)
    source.close()
    return image


def _document(fields: Fields, cache: Cache) -> Document:
    source = _source(fields)
    citations = fields.object("citations")
    if citations:
        citations.only("enabled", False)
        citations.close()
    name = fields.text("title")
    kind = source.choice("type", "base64", "url", "text")
    if kind == "url":
        document = Document(url=source.needed("url"), name=name, cache=cache, at=fields.at)
    else:
        data, media_type = source.needed("data"), source.needed("media_type")
        document = Document(
            data="" if kind == "text" else data,
            text=data if kind == "text" else "",
            media_type=media_type,
            name=name,
            cache=cache,
            at=fields.at,
        )
    source.close()
    return document


def _thinking(fields: Fields, cache: Cache) -> Thinking:
    signature, signer, _ = unpacked(fields.text("signature"), "")
    return Thinking(text=fields.text("thinking"), signature=signature, signer=signer, at=fields.at)


def _redacted(fields: Fields, cache: Cache) -> RedactedThinking:
    return RedactedThinking(data=fields.needed("data"), at=fields.at)


def _call(fields: Fields, cache: Cache) -> ToolCall:
    fields.only("caller", {"type": "direct"})
    id, signature = unsigned_id(fields.needed("id"))
    arguments = written(fields.mapping("input") or {}).decode()
    return ToolCall(
        id=id,
        name=fields.needed("name"),
        arguments=arguments,
        signature=signature,
        cache=cache,
        at=fields.at,
    )


def _result(fields: Fields, cache: Cache) -> ToolResult:
    id, _ = unsigned_id(fields.needed("tool_use_id"))
    parts = _parts(fields, "content")
    carried = tuple(part for part in parts if isinstance(part, Text | Image | Document))
    if len(carried) < len(parts):
        fields.refuse("content", "a tool's result holds text, images and documents")
    return ToolResult(
        id=id,
        parts=carried,
        is_error=fields.flag("is_error") or False,
        cache=cache,
        at=fields.at,
    )


_BLOCKS: Mapping[str, Callable[[Fields, Cache], Part]] = {
    "text": _text,
    "tool_reference": _reference,
    "image": _image,
    "document": _document,
    "thinking": _thinking,
    "redacted_thinking": _redacted,
    "tool_use": _call,
    "tool_result": _result,
}


def _tool(fields: Fields) -> Tool:
    kind = fields.text("type", "custom")
    if kind != "custom":
        fields.refuse("type", f"{kind} runs at Anthropic only; this model's provider lacks it")
    fields.ignore("eager_input_streaming")
    # No other provider loads tools later, so the model knows them from the start.
    fields.ignore("defer_loading")
    fields.only("input_examples", [])
    fields.only("allowed_callers", ["direct"])
    tool = Tool(
        name=fields.needed("name"),
        description=fields.text("description"),
        schema=fields.mapping("input_schema"),
        strict=fields.flag("strict"),
        cache=fields.cache(),
        at=fields.at,
    )
    fields.close()
    return tool


def _parallel(choice: Fields | None) -> bool | None:
    disabled = choice.flag("disable_parallel_tool_use") if choice else None
    return None if disabled is None else not disabled


def _tool_choice(choice: Fields | None) -> ToolChoice | None:
    if choice is None:
        return None
    kind = choice.choice("type", "auto", "any", "tool", "none")
    names = (choice.needed("name"),) if kind == "tool" else ()
    choice.close()
    if kind in ("auto", "none"):
        return ToolChoice(mode="auto" if kind == "auto" else "none")
    return ToolChoice(mode="required", names=names)


def _reasoning(fields: Fields, effort: Effort) -> Reasoning | None:
    thinking = fields.object("thinking")
    if thinking is None:
        return Reasoning(effort=effort) if effort else None
    enabled = thinking.choice("type", "enabled", "adaptive", "disabled") != "disabled"
    budget = thinking.count("budget_tokens")
    display = thinking.choice("display", "summarized", "omitted", "updates")
    thinking.close()
    return Reasoning(
        enabled=enabled,
        effort=effort,
        budget_tokens=budget,
        visible=display != "omitted" if display else None,
    )


def _format(fields: Fields, config: Fields | None) -> tuple[Format | None, str]:
    """The form of the answer, and the field that asks for it: it may have its old place."""
    form = config.object("format") if config else None
    old = fields.object("output_format")
    if form and old:
        fields.refuse("output_format", "is given twice: output_config.format says the same")
    form = form or old
    if form is None:
        return None, _FORMAT
    form.choice("type", "json_schema")
    schema = form.mapping("schema")
    form.close()
    return Format(schema=schema or {}, strict=is_strict(schema or {}) or None), form.at


def _user(fields: Fields) -> str:
    metadata = fields.object("metadata")
    if metadata is None:
        return ""
    user = metadata.text("user_id")
    metadata.close()
    return user
