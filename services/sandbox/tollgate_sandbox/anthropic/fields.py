"""The fields of a Messages body, their types and ranges."""

from typing import Any

from .betas import Betas
from .blocks import CACHE_CONTROL, EFFORT, MESSAGES_MAX, TEXT, message_check
from .checks import (
    COMPLAINTS,
    Check,
    anything,
    array,
    boolean,
    decimal,
    either,
    integer,
    mapping,
    one_of,
    record,
    string,
    tagged,
)

Json = dict[str, Any]

# No model of ours allows more; the true limits belong to the gateway's catalogue.
OUTPUT_TOKENS_MAX = 1 << 20
_SERVER_TOOLS = (
    "bash_20250124",
    "code_execution_20250522",
    "code_execution_20250825",
    "code_execution_20260120",
    "memory_20250818",
    "text_editor_20250124",
    "text_editor_20250429",
    "text_editor_20250728",
    "tool_search_tool_bm25_20251119",
    "tool_search_tool_regex_20251119",
    "web_fetch_20250910",
    "web_fetch_20260209",
    "web_search_20250305",
    "web_search_20260209",
)


def _input_schema(value: object, path: str) -> None:
    mapping(anything)(value, path)
    kind = value.get("type") if isinstance(value, dict) else None
    if kind is None:
        raise COMPLAINTS.missing(f"{path}.type")
    one_of("object")(kind, f"{path}.type")


_TOOL = tagged(
    "type",
    {
        "custom": record(
            {"name": string(None, "^[a-zA-Z0-9_-]{1,128}$"), "input_schema": _input_schema},
            {
                "type": anything,
                "description": string(),
                "cache_control": CACHE_CONTROL,
                "strict": boolean,
                "allowed_callers": anything,
                "defer_loading": boolean,
                "eager_input_streaming": boolean,
                "input_examples": anything,
            },
        ),
        **dict.fromkeys(_SERVER_TOOLS, mapping(anything)),
    },
    default="custom",
)
_PARALLEL = {"disable_parallel_tool_use": boolean}
_TOOL_CHOICE = tagged(
    "type",
    {
        "auto": record({"type": anything}, _PARALLEL),
        "any": record({"type": anything}, _PARALLEL),
        "tool": record({"type": anything, "name": string()}, _PARALLEL),
        "none": record({"type": anything}),
    },
)


def _thinking(*displays: str) -> Check:
    display = {"display": one_of(*displays)}
    budget = integer(1024, OUTPUT_TOKENS_MAX)
    return tagged(
        "type",
        {
            "enabled": record({"type": anything, "budget_tokens": budget}, display),
            "disabled": record({"type": anything}),
            "between_tools": record({"type": anything}),
            "adaptive": record({"type": anything}, display),
        },
    )


_FORMAT = tagged("type", {"json_schema": record({"type": anything, "schema": mapping(anything)})})
_COUNTED: dict[str, Check] = {
    "cache_control": CACHE_CONTROL,
    "output_config": record({}, {"effort": EFFORT, "format": _FORMAT}),
    "speed": one_of("standard", "fast"),
    "system": either("string", {str: string(), list: array(tagged("type", {"text": TEXT}))}),
    "thinking": _thinking("summarized", "omitted"),
    "tool_choice": _TOOL_CHOICE,
    "tools": array(_TOOL),
}
_CREATED: dict[str, Check] = {
    **_COUNTED,
    "container": anything,
    "diagnostics": anything,
    "inference_geo": string(),
    "metadata": record({}, {"user_id": string(256)}),
    "service_tier": one_of("auto", "standard_only"),
    "stop_sequences": array(string()),
    "stream": boolean,
}
# Gone with the API's version of 2026.
_SAMPLING: dict[str, Check] = {
    "temperature": decimal(0, 1),
    "top_k": integer(0, OUTPUT_TOKENS_MAX),
    "top_p": decimal(0, 1),
}
# What Claude Code sends, and others who name a beta in their headers.
_BETA: dict[str, Check] = {"context_management": anything, "mcp_servers": anything}
_MAX_TOKENS = {"max_tokens": integer(0, OUTPUT_TOKENS_MAX)}


def fields(*, counting: bool, betas: Betas, sampling: bool) -> Check:
    """The check of a body: one to be counted, or one to be answered."""
    message = message_check(turn_config=betas.turn_config)
    always = {"model": string(256), "messages": array(message, 0, MESSAGES_MAX)}
    more = _BETA if betas.some else {}
    if betas.thinking_updates:
        more = {**more, "thinking": _thinking("summarized", "omitted", "updates")}
    if betas.output_format:
        more = {**more, "output_format": _FORMAT}
    if counting:
        return record(always, {**_COUNTED, **more})
    if sampling:
        more = {**more, **_SAMPLING}
    return record({**always, **_MAX_TOKENS}, {**_CREATED, **more})
