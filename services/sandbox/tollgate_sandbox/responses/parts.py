"""The content of messages and of outputs: a text, or a list of parts."""

from typing import Any

from tollgate_sandbox.openai.checks import (
    COMPLAINTS,
    Check,
    anything,
    array,
    either,
    mapping,
    one_of,
    record,
    string,
)

Content = str | list[dict[str, Any]]

_BREAK = {"prompt_cache_breakpoint": mapping(anything)}
_PARTS = {
    "input_text": record({"type": anything, "text": string()}, _BREAK),
    "input_image": record(
        {"type": anything},
        {
            "detail": one_of("auto", "low", "high", "original"),
            "file_id": string(),
            "image_url": either("an image URL", {str: string()}),
            **_BREAK,
        },
    ),
    "input_audio": record(
        {
            "type": anything,
            "input_audio": record({"data": string(), "format": one_of("wav", "mp3")}),
        }
    ),
    "input_file": record(
        {"type": anything},
        {
            "detail": one_of("auto", "low", "high"),
            "file_data": string(),
            "file_id": string(),
            "file_url": string(),
            "filename": string(),
            **_BREAK,
        },
    ),
    "output_text": record(
        {"type": anything, "text": string()},
        {"annotations": array(mapping(anything)), "logprobs": array(mapping(anything))},
    ),
    "refusal": record({"type": anything, "refusal": string()}),
}
ATTACHMENTS = ("input_image", "input_audio", "input_file")
# All that there are, though no message may have the last three.
_ANY_PART = one_of(*_PARTS, "computer_screenshot", "summary_text", "encrypted_content")


def _part(*kinds: str) -> Check:
    """A part is refused in one way when there is no such part, in another when it is not here."""
    allowed = one_of(*kinds)

    def check(value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise COMPLAINTS.wrong_type(path, "object", value)
        if "type" not in value:
            raise COMPLAINTS.missing(f"{path}.type")
        _ANY_PART(value["type"], f"{path}.type")
        allowed(value["type"], path)
        _PARTS[value["type"]](value, path)

    return check


def content(*kinds: str) -> Check:
    by_type: dict[type, Check] = {str: string(), list: array(_part(*kinds))}
    return either("one of an array of objects or string", by_type)


def text_in(content: Content) -> str:
    """All text of a message or of an output, its parts joined."""
    if isinstance(content, str):
        return content
    return "\n".join([part["text"] for part in content if "text" in part])


def attached(content: Content) -> int:
    parts = () if isinstance(content, str) else content
    return len([part for part in parts if part["type"] in ATTACHMENTS])
