"""The fields of a body, in the order in which the vendor looks at them."""

from tollgate_sandbox.openai.checks import (
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
from tollgate_sandbox.refusals import invalid

from .items import INPUT, NAME_PATTERN
from .tools import TOOL, TOOL_CHOICE

# No model of ours allows more; the true limits belong to the gateway's catalogue.
OUTPUT_TOKENS_MAX = 1 << 20
OUTPUT_TOKENS_MIN = 16
ENCRYPTED = "reasoning.encrypted_content"
LOGPROBS = "message.output_text.logprobs"
_PAIRS_MAX = 16
_NAME = string(64, NAME_PATTERN)
_OPEN = mapping(anything)
_TEXT = record(
    {},
    {
        "format": tagged(
            "type",
            {
                "json_object": record({"type": anything}),
                "text": record({"type": anything}),
                "json_schema": record(
                    {"type": anything, "name": _NAME, "schema": _OPEN},
                    {"description": string(), "strict": boolean},
                ),
            },
        ),
        "verbosity": one_of("low", "medium", "high"),
    },
)
_REASONING = record(
    {},
    {
        "effort": one_of("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        "summary": one_of("concise", "detailed", "auto"),
        "context": one_of("auto", "current_turn", "all_turns"),
        "mode": string(),
    },
)
_INCLUDE = array(
    one_of(
        "file_search_call.results",
        "web_search_call.results",
        "web_search_call.action.sources",
        "message.input_image.image_url",
        "computer_call_output.output.image_url",
        "code_interpreter_call.outputs",
        ENCRYPTED,
        LOGPROBS,
    )
)
_PAIRS = either("a metadata object", {dict: mapping(string(512))})


def _metadata(value: object, path: str) -> None:
    _PAIRS(value, path)
    if isinstance(value, dict) and len(value) > _PAIRS_MAX:
        raise invalid(
            f"Invalid '{path}': too many properties. Expected an object with at most {_PAIRS_MAX} "
            f"properties, but got an object with {len(value)} properties instead.",
            param=path,
            code="object_above_max_properties",
        )


FIELDS: dict[str, Check] = {
    "model": string(),
    "input": INPUT,
    "previous_response_id": string(),
    "conversation": either(
        "one of a string or object", {str: string(), dict: record({"id": string()})}
    ),
    "prompt": record({"id": string()}, {"variables": _OPEN, "version": string()}),
    "moderation": _OPEN,
    "include": _INCLUDE,
    "tools": either("an array of tools", {list: array(TOOL, 0, 128)}),
    "tool_choice": TOOL_CHOICE,
    "metadata": _metadata,
    # No reference names it, but OpenAI's own client sends it with every request.
    "client_metadata": mapping(string()),
    "text": _TEXT,
    "temperature": decimal(0, 2),
    "top_p": decimal(0, 1),
    "presence_penalty": decimal(-2, 2),
    "frequency_penalty": decimal(-2, 2),
    "parallel_tool_calls": boolean,
    "stream": boolean,
    "stream_options": record({}, {"include_obfuscation": boolean}),
    "background": boolean,
    "max_output_tokens": integer(OUTPUT_TOKENS_MIN, OUTPUT_TOKENS_MAX),
    "max_tool_calls": integer(1, 1 << 20),
    "reasoning": _REASONING,
    "user": string(),
    "safety_identifier": string(),
    "prompt_cache_options": record(
        {},
        {
            "mode": one_of("implicit", "explicit"),
            "ttl": one_of("30m", "12h"),
            "comparison_response_id": string(),
            "prewarm": boolean,
        },
    ),
    "prompt_cache_key": string(),
    "prompt_cache_retention": one_of("in_memory", "24h"),
    "truncation": one_of("auto", "disabled"),
    "instructions": string(),
    "store": boolean,
    "service_tier": one_of("auto", "default", "fast", "flex", "priority"),
    "top_logprobs": integer(0, 20),
    "context_management": array(_OPEN),
}
