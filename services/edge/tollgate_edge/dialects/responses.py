"""OpenAI's Responses API. Nothing is kept here: a request has all of its conversation."""

from collections.abc import Callable, Mapping

import orjson

from tollgate_edge.json import Json
from tollgate_edge.refusals import Refusal, invalid

from . import Facts, Media
from .bodies import Document, check_choice, check_fields, model_in
from .common import written_file
from .openai import OpenAi, limit_in

_LIMIT = "max_output_tokens"
_KEPT = "nothing is kept here; send the whole conversation as input"
# Fields that may only have these values, or none, and why.
_ONLY: Mapping[str, tuple[tuple[Json, ...], str]] = {
    "background": ((False,), "answers are not kept here; leave it out"),
    "conversation": ((), _KEPT),
    "previous_response_id": ((), _KEPT),
    "prompt": ((), "prompts are not kept here; send the text as instructions"),
    "service_tier": (("auto", "default"), "other tiers have no price here; leave it out"),
    "store": ((False,), "answers are not kept here; leave it out or send false"),
}
_FIELDS = frozenset(
    {
        "client_metadata", "frequency_penalty", "include", "input", "instructions", _LIMIT,
        "max_tool_calls", "metadata", "model", "parallel_tool_calls", "presence_penalty",
        "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "reasoning",
        "safety_identifier", "stream", "stream_options", "temperature", "text", "tool_choice",
        "tools", "top_logprobs", "top_p", "truncation", "user", *_ONLY,
    }
)  # fmt: skip
_TOOLS = ("function", "custom")
_BILLED = "providers bill by the call what they run themselves, and that has no price here"
_REMEDY = "Leave it out, or offer a function of your own."
_SEARCH = "web_search"
_NO_SEARCH = 'Turn it off (in Codex: web_search = "disabled" in config.toml), or offer a function.'
# Whatever else there is stands for something that OpenAI keeps, or for a tool that it runs.
_ITEMS = (
    "additional_tools",
    "custom_tool_call",
    "custom_tool_call_output",
    "function_call",
    "function_call_output",
    "message",
    "reasoning",
)
# Where items hold parts.
_PARTED = ("content", "output", "summary")
_TEXT_PARTS = ("input_text", "output_text", "reasoning_text", "refusal", "summary_text")
# Later than any event before it, whose numbers are not known here.
_LAST_NUMBER = 2**31 - 1


class Responses(OpenAi):
    """Differs from chat in what it asks, and in how a stream says that it has failed."""

    def error_event(self, refusal: Refusal, request_id: str) -> bytes:
        """Both as OpenAI documents it, and with the `error` that OpenAI sends and SDKs raise."""
        error = orjson.loads(self.error(refusal, request_id))["error"]
        code = None if error["code"] is None else str(error["code"])
        event = {
            "type": "error",
            "code": code,
            "message": error["message"],
            "param": error["param"],
            "error": error | {"code": code},
            "sequence_number": _LAST_NUMBER,
        }
        return b"event: error\ndata: %b\n\n" % orjson.dumps(event)


def read_responses(document: Document) -> Facts:
    """Refusal of what needs something kept, and of tools that are billed by the call."""
    for field, (allowed, why) in _ONLY.items():
        value = document.get(field)
        if value is not None and value not in allowed:
            raise invalid(f"{field} is not offered: {why}.", field)
    check_fields(document, _FIELDS)
    check_choice(document, "stream", True, False)
    _check_reasoning(document.get("reasoning"))
    media, added = _read_input(document.get("input"))
    return Facts(
        model=model_in(document),
        stream=document.get("stream") is True,
        include_usage=True,
        max_output_tokens=limit_in(document, _LIMIT),
        max_output_field=_LIMIT,
        tools=_tools(document.get("tools"), "tools") or added,
        media=media,
        input_field="input",
    )


def _check_reasoning(reasoning: Json) -> None:
    """Its other modes think more than the limit on the answer says."""
    if reasoning is None:
        return
    if not isinstance(reasoning, dict):
        raise invalid("reasoning must be an object.", "reasoning")
    if reasoning.get("mode") not in (None, "standard"):
        message = "reasoning.mode must be 'standard': others have no price here."
        raise invalid(message, "reasoning.mode")


def _tools(tools: Json, at: str, *, nested: bool = False) -> bool:
    """Whether there are tools: only the client's own, as providers' are billed by the call."""
    if tools is None:
        return False
    if not isinstance(tools, list):
        raise invalid(f"{at} must be an array.", at)
    for index, tool in enumerate(tools):
        kind = tool.get("type") if isinstance(tool, dict) else None
        if isinstance(tool, dict) and kind == "namespace" and not nested:
            _tools(tool.get("tools"), f"{at}[{index}].tools", nested=True)
        elif kind not in _TOOLS:
            remedy = _NO_SEARCH if str(kind).startswith(_SEARCH) else _REMEDY
            message = f"Tools of type {kind!r:.100} are not offered: {_BILLED}. {remedy}"
            raise invalid(message, f"{at}[{index}].type")
    return bool(tools)


def _read_input(given: Json) -> tuple[Media, bool]:
    """What is shown beside text, and whether there are tools among the items."""
    media, added = Media(), False
    if type(given) is str and given:
        return media, added
    if not isinstance(given, list) or not given:
        raise invalid("input must be a string or an array of items, and not empty.", "input")
    for index, item in enumerate(given):
        at = f"input[{index}]"
        if not isinstance(item, dict):
            raise invalid("input must hold items.", at)
        _check_item(item, at)
        added |= _tools(item.get("tools"), f"{at}.tools")
        for name in _PARTED:
            _read_parts(item.get(name), f"{at}.{name}", media)
    return media, added


def _check_item(item: Mapping[str, Json], at: str) -> None:
    kind = item.get("type") or ("message" if "role" in item else "item_reference")
    if kind == "item_reference":
        raise invalid("Items are not kept here; send the item itself.", f"{at}.type")
    if kind not in _ITEMS:
        message = f"Items of type {kind!r:.100} are not supported: they have no price here."
        raise invalid(message, f"{at}.type")


def _read_parts(parts: Json, at: str, media: Media) -> None:
    """Refusal for parts that have no price."""
    if parts is None or type(parts) is str:
        return
    if not isinstance(parts, list):
        raise invalid(f"{at} must be a string or an array of parts.", at)
    for index, part in enumerate(parts):
        kind = part.get("type") if isinstance(part, dict) else None
        if kind in _TEXT_PARTS:
            continue
        if not isinstance(part, dict) or type(kind) is not str or kind not in _MEDIA_PARTS:
            message = f"Content parts of type {kind!r:.100} are not supported."
            raise invalid(message, f"{at}[{index}].type")
        _MEDIA_PARTS[kind](part, f"{at}[{index}]", media)


def _read_image(part: Mapping[str, Json], at: str, media: Media) -> None:
    _check_no_id(part, at)
    url = part.get("image_url")
    if type(url) is not str:
        raise invalid("input_image must have an image_url.", f"{at}.image_url")
    media.add_image(written_file(url, "image/"))


def _read_file(part: Mapping[str, Json], at: str, media: Media) -> None:
    _check_no_id(part, at)
    data, url = part.get("file_data"), part.get("file_url")
    if type(data if url is None else url) is not str:
        raise invalid("input_file must have its file_data.", f"{at}.file_data")
    media.documents += 1
    if type(data) is str:
        media.file_bytes += len(written_file(data, "") or "")


def _check_no_id(part: Mapping[str, Json], at: str) -> None:
    if part.get("file_id") is not None:
        raise invalid("Uploaded files are not kept here; send the file itself.", f"{at}.file_id")


_MEDIA_PARTS: Mapping[str, Callable[[Mapping[str, Json], str, Media], None]] = {
    "input_image": _read_image,
    "input_file": _read_file,
}
