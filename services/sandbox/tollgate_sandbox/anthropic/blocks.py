"""The content of a message: blocks, and which of them each role may have."""

from typing import Any

from tollgate_sandbox.signatures import decoded, is_seal

from .checks import (
    COMPLAINTS,
    Check,
    anything,
    array,
    boolean,
    either,
    listed,
    mapping,
    one_of,
    record,
    refuse,
    string,
    tagged,
)

Block = dict[str, Any]
Message = dict[str, Any]

MESSAGES_MAX = 100_000
CACHE_CONTROL = record({"type": one_of("ephemeral")}, {"ttl": one_of("5m", "1h")})
_ID = string(None, "^[a-zA-Z0-9_-]+$")
_CACHED = {"cache_control": CACHE_CONTROL}


def _base64(value: object, path: str) -> None:
    string()(value, path)
    if not value or decoded(str(value)) is None:
        raise refuse(path, "Input should be valid base64")


def _url(value: object, path: str) -> None:
    string()(value, path)
    if not str(value).startswith(("https://", "http://")):
        raise refuse(path, "Only HTTP(S) URLs are supported")


TEXT = record({"type": anything, "text": string()}, {**_CACHED, "citations": anything})
_URL_SOURCE = record({"type": anything, "url": _url})
_FILE_SOURCE = record({"type": anything, "file_id": string()})
_IMAGE_TYPES = one_of("image/jpeg", "image/png", "image/gif", "image/webp")
_IMAGE = record(
    {
        "type": anything,
        "source": tagged(
            "type",
            {
                "base64": record({"type": anything, "media_type": _IMAGE_TYPES, "data": _base64}),
                "url": _URL_SOURCE,
                "file": _FILE_SOURCE,
            },
        ),
    },
    {**_CACHED, "transformations": anything},
)
_DOCUMENT_SOURCE = tagged(
    "type",
    {
        "base64": record(
            {"type": anything, "media_type": one_of("application/pdf"), "data": _base64}
        ),
        "text": record({"type": anything, "media_type": one_of("text/plain"), "data": string()}),
        "content": record({"type": anything, "content": anything}),
        "url": _URL_SOURCE,
        "file": _FILE_SOURCE,
    },
)
_CITATIONS = record({}, {"enabled": boolean})
_DOCUMENT = record(
    {"type": anything, "source": _DOCUMENT_SOURCE},
    {**_CACHED, "title": string(), "context": string(), "citations": _CITATIONS},
)
_SEARCH_RESULT = record(
    {
        "type": anything,
        "source": string(),
        "title": string(),
        "content": array(tagged("type", {"text": TEXT}), 1),
    },
    {**_CACHED, "citations": _CITATIONS},
)
# How the client's own search of tools tells which of the deferred ones it has found.
_TOOL_REFERENCE = record({"type": anything, "tool_name": string()}, _CACHED)
_TOOL_RESULT = record(
    {"type": anything, "tool_use_id": _ID},
    {
        **_CACHED,
        "content": either(
            "string",
            {
                str: string(),
                list: array(
                    tagged(
                        "type",
                        {
                            "text": TEXT,
                            "image": _IMAGE,
                            "document": _DOCUMENT,
                            "search_result": _SEARCH_RESULT,
                            "tool_reference": _TOOL_REFERENCE,
                        },
                    )
                ),
            },
        ),
        "is_error": boolean,
    },
)
_TOOL_USE = record(
    {
        "type": anything,
        "id": _ID,
        "name": string(200, "^[a-zA-Z0-9_-]{1,200}$"),
        "input": mapping(anything),
    },
    {**_CACHED, "caller": anything},
)
_SERVER_BLOCK = mapping(anything)
_BLOCKS: dict[str, Check] = {
    "document": _DOCUMENT,
    "image": _IMAGE,
    "redacted_thinking": record({"type": anything, "data": string()}),
    "search_result": _SEARCH_RESULT,
    "server_tool_use": _SERVER_BLOCK,
    "text": TEXT,
    "thinking": record({"type": anything, "thinking": string(), "signature": string()}),
    "tool_result": _TOOL_RESULT,
    "tool_use": _TOOL_USE,
    "web_search_tool_result": _SERVER_BLOCK,
}
_ONLY_IN = {
    "image": "user",
    "redacted_thinking": "assistant",
    "search_result": "user",
    "server_tool_use": "assistant",
    "thinking": "assistant",
    "tool_result": "user",
    "tool_use": "assistant",
    "web_search_tool_result": "assistant",
}
_CONTENT = either("string", {str: string(), list: array(tagged("type", _BLOCKS))})
_TEXT_CONTENT = either("string", {str: string(), list: array(tagged("type", {"text": TEXT}))})
EFFORT = one_of("low", "medium", "high", "xhigh", "max")
_ROLES = ("user", "assistant", "system")


def message_check(*, turn_config: bool) -> Check:
    """The check of a message, whose instructions may say how much to think about it, or not."""
    config = {"output_config": record({}, {"effort": EFFORT})} if turn_config else {}
    by_role = {role: record({"role": anything, "content": _CONTENT}) for role in _ROLES[:2]}
    by_role["system"] = record({"role": anything, "content": _TEXT_CONTENT}, config)

    def check(value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise COMPLAINTS.wrong_type(path, "object", value)
        role = value.get("role")
        if role is None:
            raise COMPLAINTS.missing(f"{path}.role")
        if role not in _ROLES:
            raise refuse(f"{path}.role", f"Input should be {listed(_ROLES[:2])}")
        by_role[role](value, path)
        for index, block in enumerate(blocks_of(value)):
            _check_block(block, role, f"{path}.content.{index}")

    return check


def _check_block(block: Block, role: str, path: str) -> None:
    kind = block["type"]
    allowed = _ONLY_IN.get(kind, role)
    if allowed != role:
        raise refuse(path, f"`{kind}` blocks can only be in `{allowed}` messages")
    if kind == "text" and not block["text"] and block.get("cache_control"):
        raise refuse(f"{path}.text", "cache_control cannot be set for empty text blocks")
    if kind == "thinking" and not _is_genuine(block["signature"], block["thinking"]):
        raise refuse(path, "Invalid `signature` in `thinking` block")
    if kind == "redacted_thinking" and not _is_genuine(block["data"], "redacted"):
        raise refuse(path, "Invalid `data` in `redacted_thinking` block")


def _is_genuine(sealed: str, bound_to: str) -> bool:
    raw = decoded(sealed)
    return raw is not None and is_seal(raw, bound_to)


def blocks_of(message: Message) -> list[Block]:
    """The content as blocks; a plain string is one of text."""
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def text_in(blocks: list[Block]) -> str:
    return "\n".join([block["text"] for block in blocks if block["type"] == "text"])
