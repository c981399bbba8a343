"""The vendors whose place this provider can take: their paths, and what they alone accept."""

from collections.abc import Mapping
from dataclasses import dataclass

from .checks import Check, anything, boolean, decimal, integer, one_of, record, string

_THINKING = record(
    {"type": one_of("enabled", "disabled", "auto")},
    {"budget_tokens": integer(0, 1 << 20), "clear_thinking": boolean, "keep": string()},
)


@dataclass(frozen=True, slots=True)
class Vendor:
    """An API family: the path of its base URL, and the body fields that it adds to OpenAI's."""

    name: str
    prefix: str
    model_prefixes: tuple[str, ...]
    fields: Mapping[str, Check]


OPENAI = Vendor("openai", "/v1", (), {})
VENDORS = (
    OPENAI,
    Vendor("deepseek", "", ("deepseek",), {"thinking": _THINKING}),
    Vendor(
        "qwen",
        "/compatible-mode/v1",
        ("qwen", "qwq", "qvq"),
        {
            "enable_thinking": boolean,
            "thinking_budget": integer(0, 1 << 20),
            "enable_search": boolean,
            "search_options": anything,
            "translation_options": anything,
            "vl_high_resolution_images": boolean,
            "repetition_penalty": decimal(0, 2),
            "top_k": integer(0, 1000),
        },
    ),
    Vendor(
        "glm",
        "/api/paas/v4",
        ("glm",),
        {
            "thinking": _THINKING,
            "do_sample": boolean,
            "request_id": string(64),
            "user_id": string(128),
            "tool_stream": boolean,
        },
    ),
    Vendor("kimi", "/v1", ("kimi", "moonshot"), {"thinking": _THINKING}),
    Vendor(
        "doubao",
        "/api/v3",
        ("doubao", "ep-"),
        {"thinking": _THINKING, "repetition_penalty": decimal(0, 2)},
    ),
)
# Kimi shares OpenAI's path, so paths name the first of them and the model's name tells them apart.
BY_PREFIX = {vendor.prefix: vendor for vendor in reversed(VENDORS)}


def vendor_of(at: Vendor, model: str) -> Vendor:
    """The path decides; at OpenAI's, where a channel may serve any model, the model's name does."""
    if at is not OPENAI:
        return at
    for vendor in VENDORS:
        if model.startswith(vendor.model_prefixes):
            return vendor
    return at
