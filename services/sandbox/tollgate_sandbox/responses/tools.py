"""The tools of a body, and which of them have to be used."""

from tollgate_sandbox.openai.checks import (
    anything,
    array,
    boolean,
    either,
    mapping,
    one_of,
    record,
    string,
    tagged,
)

from .items import NAME_PATTERN

# Where a call of a custom tool has its text, when it is told to the sandbox as JSON.
CUSTOM_FIELD = "input"
_NAME = string(64, NAME_PATTERN)
_OPEN = mapping(anything)
_ASIDE = {
    "allowed_callers": array(one_of("direct", "programmatic")),
    "async": boolean,
    "defer_loading": boolean,
}
_SEARCH = record(
    {"type": anything},
    {
        "external_web_access": boolean,
        "filters": _OPEN,
        "search_content_types": array(one_of("text", "image")),
        "search_context_size": one_of("low", "medium", "high"),
        "user_location": _OPEN,
    },
)
_SEARCHES = (
    "web_search",
    "web_search_2025_08_26",
    "web_search_preview",
    "web_search_preview_2025_03_11",
)
# What the vendor runs by itself. It is taken, and never used.
_HOSTED = (
    "file_search",
    "computer",
    "computer_use_preview",
    "code_interpreter",
    "image_generation",
    "mcp",
    "shell",
    "local_shell",
    "apply_patch",
)
_FUNCTION = record(
    {"type": anything, "name": _NAME},
    {
        "description": string(),
        "parameters": _OPEN,
        "strict": boolean,
        "output_schema": _OPEN,
        **_ASIDE,
    },
)
_CUSTOM = record(
    {"type": anything, "name": _NAME},
    {
        "description": string(),
        "format": _OPEN,
        **_ASIDE,
    },
)
_NAMESPACE = record(
    {
        "type": anything,
        "name": _NAME,
        "description": string(),
        "tools": array(tagged("type", {"function": _FUNCTION, "custom": _CUSTOM}), 1),
    }
)
TOOL = tagged(
    "type",
    {
        "function": _FUNCTION,
        "custom": _CUSTOM,
        "namespace": _NAMESPACE,
        **dict.fromkeys(_SEARCHES, _SEARCH),
        **dict.fromkeys(_HOSTED, _OPEN),
    },
)
_NAMED = record({"type": anything, "name": string()})
TOOL_CHOICE = either(
    "one of an object or 'none', 'auto', or 'required'",
    {
        str: one_of("none", "auto", "required"),
        dict: tagged(
            "type",
            {
                "function": _NAMED,
                "custom": _NAMED,
                "allowed_tools": record(
                    {
                        "type": anything,
                        "mode": one_of("auto", "required"),
                        "tools": array(_OPEN, 1),
                    }
                ),
                **dict.fromkeys((*_SEARCHES, *_HOSTED), _OPEN),
            },
        ),
    },
)
