"""Is this a Messages body? The rules between its fields, and what a model no longer takes."""

from dataclasses import dataclass
from typing import Any

from tollgate_sandbox.models import UNKNOWN, Generation, generation

from .betas import NONE, Betas
from .blocks import Block, Message, blocks_of
from .caching import cache_marks
from .checks import Check, refuse
from .fields import fields
from .order import check_order

Json = dict[str, Any]

VERSIONS = ("2023-01-01", "2023-06-01", "2026-10-21")
_MODERN = "2026-10-21"
_CACHE_BREAKS_MAX = 4
# The last models that take sampling parameters and a budget of thoughts.
_SAMPLING_LAST: Generation = (4, 6)
_ONE_SAMPLER_FIRST: Generation = (4, 1)


@dataclass(frozen=True, slots=True)
class Rules:
    """What one version of the API takes, at one of its operations."""

    check: Check
    modern: bool


def rules(version: str, *, counting: bool = False, betas: Betas = NONE) -> Rules:
    modern = version >= _MODERN
    return Rules(fields(counting=counting, betas=betas, sampling=not modern), modern)


def validate(body: Any, model: str, by: Rules) -> Json:  # noqa: ANN401 - JSON
    """The body, when it is one that Anthropic would accept; otherwise raises Refusal."""
    by.check(body, "")
    checked: Json = body
    if by.modern:
        _check_modern(checked["messages"])
    version = generation(model, "claude")
    thinking = (checked.get("thinking") or {}).get("type", "disabled")
    if not checked["messages"]:
        raise refuse("messages", "at least one message is required")
    _check_format(checked)
    _check_stops(checked)
    _check_tools(checked)
    _check_cache(checked)
    _check_sampling(checked, version)
    _check_thinking(checked, thinking, version)
    check_order(checked["messages"], version, thinks=thinking == "enabled")
    return checked


def _check_modern(messages: list[Message]) -> None:
    """What the version of 2026 refuses, and those before it do not."""
    for index, message in enumerate(messages):
        for at, block in enumerate(blocks_of(message)):
            path = f"messages.{index}.content.{at}"
            if block["type"] == "document" and message["role"] == "assistant":
                raise refuse(path, "`document` blocks can only be in `user` messages")
            if message["role"] == "user" and any(text.get("citations") for text in _texts(block)):
                raise refuse(path, "`citations` can only be on `text` in `assistant` messages")


def _texts(block: Block) -> list[Block]:
    if block["type"] == "search_result":
        found: list[Block] = block["content"]
        return found
    return [block] if block["type"] == "text" else []


def _check_format(body: Json) -> None:
    config = body.get("output_config") or {}
    if body.get("output_format") and config.get("format"):
        raise refuse("", "`output_format` and `output_config.format` cannot both be specified.")


def _check_stops(body: Json) -> None:
    for stop in body.get("stop_sequences") or ():
        if not stop.strip():
            raise refuse("stop_sequences", "each stop sequence must contain non-whitespace")


def _check_tools(body: Json) -> None:
    names = [tool.get("name") for tool in body.get("tools") or ()]
    if len(set(names)) < len(names):
        raise refuse("tools", "Tool names must be unique.")
    choice = body.get("tool_choice") or {}
    if choice and not names:
        raise refuse("tool_choice", "may only be specified while providing `tools`")
    if choice.get("type") == "tool" and choice["name"] not in names:
        raise refuse("tool_choice", f"Tool '{choice['name']}' not found in provided tools")


def _check_cache(body: Json) -> None:
    marks = cache_marks(body)
    if len(marks) > _CACHE_BREAKS_MAX:
        raise refuse(
            "",
            f"A maximum of {_CACHE_BREAKS_MAX} blocks with cache_control may be provided. "
            f"Found {len(marks)}.",
        )
    short = False
    for mark in marks:
        if mark.hour and short:
            raise refuse(
                f"{mark.path}.ttl",
                "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control "
                "block. Note that blocks are processed in the following order: `tools`, `system`, "
                "`messages`.",
            )
        short = short or not mark.hour


def _check_sampling(body: Json, version: Generation) -> None:
    for name, harmless in (("temperature", 1), ("top_p", 1), ("top_k", None)):
        given = body.get(name)
        if given not in (None, harmless) and version > _SAMPLING_LAST:
            raise refuse("", f"`{name}` is deprecated for this model.")
    both = body.get("temperature") is not None and body.get("top_p") is not None
    if both and version >= _ONE_SAMPLER_FIRST:
        raise refuse(
            "",
            "`temperature` and `top_p` cannot both be specified for this model. Please use only "
            "one.",
        )


def _check_thinking(body: Json, kind: str, version: Generation) -> None:
    if kind == "adaptive" and UNKNOWN < version < _SAMPLING_LAST:
        raise refuse("", "adaptive thinking is not supported on this model")
    if kind != "enabled":
        return
    if version > _SAMPLING_LAST:
        raise refuse(
            "",
            '"thinking.type.enabled" is not supported for this model. Use '
            '"thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
        )
    if "max_tokens" in body and body["max_tokens"] <= body["thinking"]["budget_tokens"]:
        raise refuse("", "`max_tokens` must be greater than `thinking.budget_tokens`.")
    if body.get("temperature") not in (None, 1):
        raise refuse("", "`temperature` may only be set to 1 when thinking is enabled.")
    if body.get("top_k") is not None:
        raise refuse("", "`top_k` must be unset when thinking is enabled.")
    if (body.get("top_p") or 1) < 0.95:
        raise refuse(
            "",
            "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.",
        )
    if (body.get("tool_choice") or {}).get("type") in ("any", "tool"):
        raise refuse("", "Thinking may not be enabled when tool_choice forces tool use.")
