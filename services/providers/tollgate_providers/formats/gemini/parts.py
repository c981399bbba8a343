"""The contents of Gemini's request: turns of the conversation, and the parts that they have."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from tollgate_providers.body import written
from tollgate_providers.formats.gemini.spelling import ProtoFields
from tollgate_providers.neutral import (
    Audio,
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
from tollgate_providers.signatures import unpacked

_ROLES: Mapping[str, Role] = {"model": "assistant", "user": "user", "function": "user", "": "user"}
_DETAILS = {"": "", "MEDIA_RESOLUTION_UNSPECIFIED": "", "MEDIA_RESOLUTION_LOW": "low",
            "MEDIA_RESOLUTION_HIGH": "high"}  # fmt: skip
_PLAIN = ("text/", "application/json", "application/xml")
_FOREIGN = "cannot be carried to this model's provider; leave it out"
# Files that were uploaded to Google: nobody else has them.
_UPLOADS = "generativelanguage.googleapis.com"


def contents(all_fields: list[ProtoFields]) -> tuple[Message, ...]:
    """Neighbours of one role become one turn: streamed answers come back as many contents."""
    calls = _Calls()
    messages: list[tuple[Role, list[Part], str]] = []
    for fields in all_fields:
        role = _ROLES[fields.choice("role", "user", "model", "function")]
        parts = [part for one in fields.objects("parts") for part in _part(one, role, calls)]
        fields.close()
        if not messages or messages[-1][0] != role:
            messages.append((role, [], fields.at))
        messages[-1][1].extend(parts)
    return tuple(
        Message(role=role, parts=_joined(parts) if role == "assistant" else tuple(parts), at=at)
        for role, parts, at in messages
    )


def text_parts(fields: ProtoFields) -> tuple[Text, ...]:
    texts = []
    for part in fields.objects("parts"):
        texts.append(Text(text=part.needed("text"), at=part.at))
        part.close()
    return tuple(texts)


class _Calls:
    """Calls that wait for their results. Older models and clients give them no ids."""

    def __init__(self) -> None:
        self._number = 0
        self._waiting: list[tuple[str, str]] = []

    def made(self, id: str, name: str) -> str:
        self._number += 1
        id = id or f"call_{self._number}"
        self._waiting.append((id, name))
        return id

    def answered(self, id: str, name: str, at: str) -> str:
        for call in self._waiting:
            if call[0] == id or (not id and call[1] == name):
                self._waiting.remove(call)
                return call[0]
        return id or refuse(at, "answers no functionCall of this name")


def _part(fields: ProtoFields, role: Role, calls: _Calls) -> list[Part]:
    signature = fields.text("thoughtSignature")
    thought = fields.flag("thought") or False
    if role != "assistant" and (thought or signature):
        refuse(fields.path("thought"), "belongs to the model")
    parts: list[Part]
    if call := fields.object("functionCall"):
        parts = [_call(call, signature, calls)]
    elif response := fields.object("functionResponse"):
        parts = [_result(response, calls)]
    elif blob := fields.object("inlineData"):
        parts = [_media(blob, _detail(fields))]
    elif file := fields.object("fileData"):
        parts = [_linked(file, _detail(fields))]
    else:
        parts = _text(fields, thought, signature)
    fields.close()
    return parts


def _text(fields: ProtoFields, thought: bool, signature: str) -> list[Part]:
    text = fields.raw("text")
    if text is None:
        fields.close()  # what it has instead is refused by its name
        text = "" if signature else refuse(fields.at, "has nothing that can be carried")
    if not isinstance(text, str):
        refuse(fields.path("text"), "must be a text")
    if not signature:
        return [Thinking(text=text, at=fields.at) if thought else Text(text=text, at=fields.at)]
    plain, signer, redacted = unpacked(signature, "google")
    if redacted:
        return [RedactedThinking(data=plain, signer=signer, at=fields.at)]
    if thought:
        return [Thinking(text=text, signature=plain, signer=signer, at=fields.at)]
    # Signed text: what was thought before it is not shown.
    return [
        Text(text=text, at=fields.at),
        Thinking(text="", signature=plain, signer=signer, at=fields.at),
    ]


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    """Pieces of a text or of a thought become one again; a signature ends a thought."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Text) and isinstance(last, Text):
            joined[-1] = Text(text=last.text + part.text, at=last.at)
        elif isinstance(part, Thinking) and isinstance(last, Thinking) and not last.signature:
            joined[-1] = Thinking(
                text=last.text + part.text,
                signature=part.signature,
                signer=part.signer,
                at=last.at,
            )
        elif not isinstance(part, Text) or part.text:
            joined.append(part)
    return tuple(joined)


def _call(fields: ProtoFields, signature: str, calls: _Calls) -> ToolCall:
    name, args = fields.needed("name"), fields.mapping("args")
    call = ToolCall(
        id=calls.made(fields.text("id"), name),
        name=name,
        arguments="" if args is None else written(args).decode(),
        signature=signature,
        at=fields.at,
    )
    fields.close()
    return call


def _result(fields: ProtoFields, calls: _Calls) -> ToolResult:
    fields.only("willContinue", False)
    fields.ignore("scheduling")  # of calls that do not block, which nobody else has
    text, is_error = _output(fields.mapping("response") or {})
    parts: list[Text | Image | Document] = [Text(text=text, at=fields.at)] if text else []
    for one in fields.objects("parts"):
        blob = one.object("inlineData")
        media = _media(blob, _detail(one)) if blob else None
        if not isinstance(media, Image | Document):
            refuse(one.at, "a function's response holds images and documents as inlineData")
        parts.append(media)
        one.close()
    result = ToolResult(
        id=calls.answered(fields.text("id"), fields.text("name"), fields.at),
        parts=tuple(parts),
        is_error=is_error,
        at=fields.at,
    )
    fields.close()
    return result


def _output(response: Mapping[str, Any]) -> tuple[str, bool]:
    """Google's convention: "output" and "error" alone say it all; otherwise the whole does."""
    if len(response) == 1:
        (name, value), *_ = response.items()
        if name in ("output", "result", "error"):
            text = value if isinstance(value, str) else written(value).decode()
            return text, name == "error"
    return written(response).decode(), False


def _media(fields: ProtoFields, detail: str) -> Image | Document | Audio:
    kind, data, name = fields.needed("mimeType"), fields.needed("data"), fields.text("displayName")
    fields.close()
    if kind.startswith("image/"):
        return Image(data=data, media_type=kind, detail=detail, at=fields.at)
    if kind.startswith("audio/"):
        return Audio(data=data, media_type=kind, at=fields.at)
    if kind.startswith(_PLAIN):
        text = _decoded(data, fields.path("data"))
        return Document(text=text, media_type="text/plain", name=name, at=fields.at)
    if kind == "application/pdf":
        return Document(data=data, media_type=kind, name=name, at=fields.at)
    refuse(fields.path("mimeType"), _FOREIGN)


def _linked(fields: ProtoFields, detail: str) -> Image | Document:
    kind, url, name = fields.text("mimeType"), fields.needed("fileUri"), fields.text("displayName")
    fields.close()
    if not url.startswith(("https://", "http://")) or _UPLOADS in url:
        refuse(fields.path("fileUri"), _FOREIGN)
    if kind == "application/pdf":
        return Document(url=url, media_type=kind, name=name, at=fields.at)
    if kind.startswith("image/") or not kind:
        return Image(url=url, media_type=kind, detail=detail, at=fields.at)
    refuse(fields.path("mimeType"), _FOREIGN)


def _detail(fields: ProtoFields) -> str:
    value = fields.raw("mediaResolution")
    level = value.get("level", "") if isinstance(value, dict) else value or ""
    if not isinstance(level, str) or level not in _DETAILS:
        refuse(fields.path("mediaResolution"), _FOREIGN)
    return _DETAILS[level]


def _decoded(data: str, at: str) -> str:
    plain = data.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        refuse(at, "must be text in base64")
