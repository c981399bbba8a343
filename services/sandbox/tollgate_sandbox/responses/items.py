"""The items of an input: messages, calls and their outputs, and what the model has thought."""

from typing import Any

from tollgate_sandbox.openai.checks import (
    COMPLAINTS,
    Check,
    anything,
    array,
    boolean,
    either,
    mapping,
    one_of,
    record,
    string,
)
from tollgate_sandbox.refusals import invalid

from .parts import ATTACHMENTS, content

Item = dict[str, Any]

CALLS = {"function_call": "function call", "custom_tool_call": "custom tool call"}
OUTPUTS = {f"{kind}_output": kind for kind in CALLS}
NAME_PATTERN = "^[a-zA-Z0-9_-]+$"
_NAME = string(128, NAME_PATTERN)
# Whoever hides something in a call's id meets this limit.
_CALL_ID = string(64)
_STATUS = one_of("in_progress", "completed", "incomplete")


def _id(prefix: str) -> Check:
    text = string()

    def check(value: object, path: str) -> None:
        text(value, path)
        if not str(value).startswith(prefix):
            raise invalid(
                f"Invalid '{path}': '{value}'. Expected an ID that begins with '{prefix}'.",
                param=path,
                code="invalid_value",
            )

    return check


_MESSAGE = {"type": anything, "id": _id("msg"), "status": _STATUS}
_FROM_MODEL = record(
    {"role": anything, "content": content("output_text", "refusal")},
    {**_MESSAGE, "phase": one_of("commentary", "final_answer")},
)
_TO_MODEL = record(
    {"role": anything, "content": content("input_text", *ATTACHMENTS)},
    _MESSAGE,
)
_ROLES = {
    "assistant": _FROM_MODEL,
    "system": _TO_MODEL,
    "developer": _TO_MODEL,
    "user": _TO_MODEL,
}


def _message(value: Any, path: str) -> None:  # noqa: ANN401 - JSON
    _chosen(value.get("role", ""), path, _ROLES)(value, path)


def _chosen(name: object, path: str, variants: dict[str, Check]) -> Check:
    if not isinstance(name, str) or name not in variants:
        shown = name if isinstance(name, str) else ""
        raise COMPLAINTS.not_one_of(path, shown, tuple(variants))
    return variants[name]


_OUTPUT = content("input_text", "input_image", "input_file")
_ASIDE = {
    "async": boolean,
    "caller": mapping(anything),
    "namespace": string(),
    "status": _STATUS,
}
_ITEMS: dict[str, Check] = {
    "message": _message,
    "function_call": record(
        {"type": anything, "call_id": _CALL_ID, "name": _NAME, "arguments": string()},
        {"id": _id("fc"), **_ASIDE},
    ),
    "function_call_output": record(
        {"type": anything, "call_id": _CALL_ID, "output": _OUTPUT},
        {"id": _id("fc"), "name": string(), **_ASIDE},
    ),
    "custom_tool_call": record(
        {"type": anything, "call_id": _CALL_ID, "name": _NAME, "input": string()},
        {"id": _id("ctc"), **_ASIDE},
    ),
    "custom_tool_call_output": record(
        {"type": anything, "call_id": _CALL_ID, "output": _OUTPUT},
        {"id": _id("ctc"), **_ASIDE},
    ),
    "reasoning": record(
        {
            "type": anything,
            "summary": array(record({"type": one_of("summary_text"), "text": string()})),
        },
        {
            "id": _id("rs"),
            "content": array(record({"type": one_of("reasoning_text"), "text": string()})),
            "encrypted_content": string(),
            "status": _STATUS,
        },
    ),
    "web_search_call": mapping(anything),
    "additional_tools": record(
        {"type": anything, "role": one_of("developer"), "tools": array(mapping(anything))},
        {"id": string()},
    ),
    "item_reference": record({"type": anything, "id": string()}),
}


def _item(value: object, path: str) -> None:
    if not isinstance(value, dict):
        raise COMPLAINTS.wrong_type(path, "an input item", value)
    _chosen(value.get("type") or "message", path, _ITEMS)(value, path)


ITEMS_MAX = 4096
INPUT = either(
    "one of a string or array of input items",
    {str: string(), list: array(_item, high=ITEMS_MAX)},
)


def kind_of(item: Item) -> str:
    """What a checked item is: only a message may leave it out."""
    return item.get("type") or "message"


def items_of(given: str | list[Item]) -> list[Item]:
    """A checked input as items."""
    return [{"role": "user", "content": given}] if isinstance(given, str) else given
