"""The messages of a body: roles, content parts, and tool results that answer tool calls."""

from typing import Any

from tollgate_sandbox.refusals import Refusal, invalid

from .checks import (
    Check,
    anything,
    array,
    either,
    mapping,
    one_of,
    record,
    string,
    tagged,
)

Message = dict[str, Any]

MESSAGES_MAX = 2048
_CACHE_HINTS = {"prompt_cache_breakpoint": mapping(anything), "cache_control": mapping(anything)}
_TEXT = record({"type": anything, "text": string()}, _CACHE_HINTS)
_REFUSAL = record({"type": anything, "refusal": string()})
_PARTS = {
    "text": _TEXT,
    "image_url": record(
        {
            "type": anything,
            "image_url": record(
                {"url": string()}, {"detail": one_of("auto", "low", "high", "original")}
            ),
        },
        _CACHE_HINTS,
    ),
    "input_audio": record(
        {
            "type": anything,
            "input_audio": record({"data": string(), "format": one_of("wav", "mp3")}),
        },
        _CACHE_HINTS,
    ),
    "file": record(
        {
            "type": anything,
            "file": record({}, {"file_data": string(), "file_id": string(), "filename": string()}),
        },
        _CACHE_HINTS,
    ),
}
_VIDEO = record({"type": anything, "video_url": record({"url": string()})})
_CALL = tagged(
    "type",
    {
        "function": record(
            {
                "id": string(),
                "type": anything,
                "function": record({"name": string(), "arguments": string()}),
            },
            {"index": anything},
        ),
        "custom": record(
            {
                "id": string(),
                "type": anything,
                "custom": record({"name": string(), "input": string()}),
            }
        ),
    },
)


def messages(*, extended: bool) -> Check:
    """The check of "messages". Extended: with what vendors other than OpenAI accept in them, and
    without the role that only OpenAI knows.
    """
    parts = {**_PARTS, "video_url": _VIDEO} if extended else _PARTS
    more = {"reasoning_content": string(), "partial": anything, "prefix": anything}
    text = _content({"text": _TEXT})
    instruction = record({"role": anything, "content": text}, {"name": string()})
    assistant = record(
        {"role": anything},
        {
            "content": _content({"text": _TEXT, "refusal": _REFUSAL}),
            "refusal": string(),
            "annotations": anything,
            "name": string(),
            "tool_calls": array(_CALL, 1, 128),
            "audio": anything,
            **(more if extended else {}),
        },
    )
    roles = {
        "system": instruction,
        "assistant": assistant,
        "user": record({"role": anything, "content": _content(parts)}, {"name": string()}),
        "tool": record(
            {"role": anything, "content": text, "tool_call_id": string()}, {"name": string()}
        ),
    }
    if not extended:
        roles["developer"] = instruction
    return array(tagged("role", roles), 1, MESSAGES_MAX)


def _content(parts: dict[str, Check]) -> Check:
    by_type: dict[type, Check] = {
        str: string(),
        list: array(tagged("type", parts), 1),
        type(None): _refuse_null,
    }
    return either("one of a string or array of objects", by_type)


def _refuse_null(_value: object, path: str) -> None:
    raise invalid("Invalid value for 'content': expected a string, got null.", param=path)


def check_order(conversation: list[Message]) -> None:
    """Every tool call is answered right after it was made, and nothing else is answered."""
    waiting: list[str] = []
    for index, message in enumerate(conversation):
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                raise _unasked(index)
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            raise _unanswered(index, waiting)
        if message["role"] == "assistant":
            calls = message.get("tool_calls") or []
            if not calls and message.get("content") is None and message.get("refusal") is None:
                _refuse_null(None, f"messages.[{index}].content")
            waiting = [call["id"] for call in calls]
    if waiting:
        raise _unanswered(len(conversation), waiting)


def _unasked(index: int) -> Refusal:
    # The spelling "preceeding" is OpenAI's: clients match on it.
    return invalid(
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message "
        "with 'tool_calls'.",
        param=f"messages.[{index}].role",
    )


def _unanswered(index: int, ids: list[str]) -> Refusal:
    return invalid(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to "
        "each 'tool_call_id'. The following tool_call_ids did not have response messages: "
        f"{', '.join(ids)}",
        param=f"messages.[{index}].role",
    )


def text_of(message: Message) -> str:
    """All text of a message, its parts joined."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "\n".join([part["text"] for part in content or () if part["type"] == "text"])


def mentions_json(conversation: list[Message]) -> bool:
    return any("json" in text_of(message).lower() for message in conversation)
