"""The input of OpenAI's Responses request: items of a conversation, read into neutral messages.

An assistant's turn comes as several items, and so do the results that answer it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias, cast

import orjson

from tollgate_providers.fields import Fields
from tollgate_providers.formats.openai.client_request import data_url
from tollgate_providers.neutral import (
    Document,
    Image,
    Message,
    Part,
    RedactedThinking,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    refuse,
)
from tollgate_providers.signatures import unpacked, unsigned_id

from .client_tools import CUSTOM_FIELD, flat_name

# Whose turn an item belongs to; results are the user's, but a turn of their own.
_Turn: TypeAlias = Role | Literal["results"]
_JOINED: Sequence[_Turn] = ("assistant", "results")
_DIRECT = {"type": "direct"}


def read_input(fields: Fields) -> tuple[tuple[Message, ...], list[Fields]]:
    """The messages of `input`, a text or a list of items, and the tools that are among those."""
    value = fields.raw("input")
    at = fields.path("input")
    if isinstance(value, str) and value:
        return (Message(role="user", parts=(Text(text=value, at=at),), at=at),), []
    if not isinstance(value, list) or not value:
        refuse(at, "must be a text or a list of items")
    turns: list[tuple[_Turn, list[Part], str]] = []
    added: list[Fields] = []
    for number, one in enumerate(value):
        item = Fields(one, f"{at}[{number}]")
        kind = item.text("type", "message")
        item.ignore("id", "status")
        if kind == "additional_tools":
            added += _added(item)
            continue
        turn, parts = _item(item, kind)
        item.close()
        if not turns or turn != turns[-1][0] or turn not in _JOINED:
            turns.append((turn, [], item.at))
        turns[-1][1].extend(parts)
    messages = tuple(
        Message(role="user" if turn == "results" else turn, parts=tuple(parts), at=at)
        for turn, parts, at in turns
    )
    return messages, added


def _added(item: Fields) -> list[Fields]:
    """Tools of a turn of the developer. They can be called all along, which does no harm."""
    item.choice("role", "developer")
    tools = item.objects("tools")
    item.close()
    return tools


def _item(fields: Fields, kind: str) -> tuple[_Turn, list[Part]]:
    if kind == "message":
        return _message(fields)
    if kind in _ASSISTANTS:
        return "assistant", _ASSISTANTS[kind](fields)
    if kind in ("function_call_output", "custom_tool_call_output"):
        return "results", [_result(fields)]
    if kind == "item_reference":
        fields.refuse("type", "items are not kept here; send the item itself")
    fields.refuse("type", f"{kind} cannot be carried to this model's provider; leave it out")


def _message(fields: Fields) -> tuple[_Turn, list[Part]]:
    role = fields.choice("role", "system", "developer", "user", "assistant")
    if not role:
        fields.refuse("role", "is missing")
    # Which of its messages were only commentary is for OpenAI's own models.
    fields.ignore("phase")
    parts = _content(fields, "content")
    if role != "user" and not all(isinstance(part, Text) for part in parts):
        fields.refuse("content", "must be text")
    return cast(Role, role), [*parts]


def _content(fields: Fields, name: str) -> list[Text | Image | Document]:
    content = fields.raw(name)
    at = fields.path(name)
    if content is None or isinstance(content, str):
        return [Text(text=content, at=at)] if content else []
    if not isinstance(content, list):
        refuse(at, "must be a text or a list of parts")
    return [_part(Fields(part, f"{at}[{number}]")) for number, part in enumerate(content)]


def _part(fields: Fields) -> Text | Image | Document:
    kind = fields.needed("type")
    if kind not in _PARTS:
        fields.refuse("type", f"{kind} cannot be carried to this model's provider")
    # What ends here is worth caching: a hint.
    fields.ignore("prompt_cache_breakpoint")
    part = _PARTS[kind](fields)
    fields.close()
    return part


def _text(fields: Fields) -> Text:
    fields.only("annotations", [])
    fields.ignore("logprobs")
    return Text(text=fields.text("text"), cache=fields.cache(), at=fields.at)


def _refusal(fields: Fields) -> Text:
    return Text(text=fields.text("refusal"), at=fields.at)


def _image(fields: Fields) -> Image:
    url, detail, cache = fields.needed("image_url"), fields.text("detail"), fields.cache()
    if not url.startswith("data:"):
        return Image(url=url, detail=detail, cache=cache, at=fields.at)
    media_type, data = data_url(url, fields.path("image_url"))
    return Image(data=data, media_type=media_type, detail=detail, cache=cache, at=fields.at)


def _file(fields: Fields) -> Document:
    fields.only("detail", "auto")
    url, name, cache = fields.text("file_url"), fields.text("filename"), fields.cache()
    if url:
        return Document(url=url, name=name, cache=cache, at=fields.at)
    media_type, data = data_url(fields.needed("file_data"), fields.path("file_data"))
    return Document(data=data, media_type=media_type, name=name, cache=cache, at=fields.at)


_PARTS: Mapping[str, Callable[[Fields], Text | Image | Document]] = {
    "input_text": _text,
    "output_text": _text,
    "refusal": _refusal,
    "input_image": _image,
    "input_file": _file,
}


def _reasoning(fields: Fields) -> list[Part]:
    """The whole text where it is there, else its summary. Whoever signed it is told by that."""
    summary = _texts(fields, "summary", "summary_text")
    text = "\n\n".join(_texts(fields, "content", "reasoning_text") or summary)
    signature, signer, redacted = unpacked(fields.text("encrypted_content"), "openai")
    if redacted:
        return [RedactedThinking(data=signature, signer=signer, at=fields.at)]
    if not text and not signature:
        return []
    if not signature:
        return [Thinking(text=text, at=fields.at)]
    return [Thinking(text=text, signature=signature, signer=signer, at=fields.at)]


def _texts(fields: Fields, name: str, kind: str) -> list[str]:
    texts = []
    for part in fields.objects(name):
        part.choice("type", kind)
        texts.append(part.text("text"))
        part.close()
    return texts


def _function_call(fields: Fields) -> list[Part]:
    return [_call(fields, fields.text("arguments"))]


def _custom_call(fields: Fields) -> list[Part]:
    return [_call(fields, orjson.dumps({CUSTOM_FIELD: fields.text("input")}).decode())]


def _call(fields: Fields, arguments: str) -> ToolCall:
    fields.only("async", False)
    fields.only("caller", _DIRECT)
    id, signature = unsigned_id(fields.needed("call_id"))
    name = flat_name(fields.text("namespace"), fields.needed("name"))
    return ToolCall(id=id, name=name, arguments=arguments, signature=signature, at=fields.at)


def _result(fields: Fields) -> ToolResult:
    fields.only("caller", _DIRECT)
    fields.ignore("name", "namespace")
    id, _ = unsigned_id(fields.needed("call_id"))
    return ToolResult(id=id, parts=tuple(_content(fields, "output")), at=fields.at)


_ASSISTANTS: Mapping[str, Callable[[Fields], list[Part]]] = {
    "reasoning": _reasoning,
    "function_call": _function_call,
    "custom_tool_call": _custom_call,
}
