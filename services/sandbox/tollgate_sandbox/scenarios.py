"""Scenarios: faults and speeds that a caller asks for. README.md lists the keys.

The same keys may stand, from weakest to strongest, after a "+" in the API key, after a "+" in the
model's name, in the header x-sandbox-scenario, and in the last user message as "[[sandbox key=value
key=value]]". The message is what every gateway forwards; the key tells one channel from another.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from .refusals import FORCED_STATUSES, Refusal, invalid

_DIRECTIVE = re.compile(r"\[\[sandbox\b([^\]]*)\]\]\s*")
_SEPARATORS = re.compile(r"[;\s]+")

MALFORMED = frozenset(
    {
        "json",
        "no_blank_line",
        "crlf",
        "no_space",
        "long_line",
        "split_utf8",
        "bad_utf8",
        "comments",
        "gzip_bomb",
    }
)
USAGES = frozenset(
    {
        "none",
        "negative",
        "huge",
        "string",
        "float",
        "zero",
        "contradictory",
        "every_chunk",
        "in_choice",
        "deepseek",
    }
)
FINISHES = frozenset({"stop", "length", "content_filter"})


@dataclass(frozen=True, slots=True)
class Scenario:
    """How to answer. Events are counted from 1; what they are is the format's affair."""

    chunks: int | None = None
    reason: int | None = None
    redacted: bool = False
    delay_ms: int = 0
    first_delay_ms: int = 0
    slow_bytes: int = 0
    status: int = 0
    retry_after: int | None = None
    times: int = 0
    cut_after: int | None = None
    hang_after: int | None = None
    error_after: int | None = None
    no_done: bool = False
    malformed: str = ""
    usage: str = ""
    cached: int = 0
    finish: str = ""
    failed: bool = False
    answer_model: str = ""
    tag: str = ""


PLAIN = Scenario()


def split_suffix(name: str) -> tuple[str, str]:
    """A model or key, and the scenario written behind it."""
    base, _, scenario = name.partition("+")
    return base, scenario


def directives(text: str) -> tuple[str, str]:
    """The text without its directives, and what they say."""
    if "[[sandbox" not in text:
        return text, ""
    return _DIRECTIVE.sub("", text), ";".join(_DIRECTIVE.findall(text))


def parse(*texts: str) -> Scenario:
    """One scenario of several texts; the later win. Raises Refusal for what it does not know."""
    joined = ";".join(filter(None, texts))
    if not joined:
        return PLAIN
    values: dict[str, int | str | bool] = {}
    for item in filter(None, _SEPARATORS.split(joined)):
        key, equals, value = item.partition("=")
        if key not in _READERS:
            raise _refusal(f"there is no key '{key}'")
        values[key] = _READERS[key](key, value if equals else _BARE.get(key, ""))
    scenario = Scenario(**values)  # type: ignore[arg-type]
    if scenario.times and not scenario.tag:
        raise _refusal("'times' counts the requests of a 'tag': give one")
    return scenario


def _refusal(reason: str) -> Refusal:
    return invalid(f"Wrong scenario: {reason}.", param="sandbox", code="invalid_scenario")


def _number(high: int) -> Callable[[str, str], int]:
    def read(key: str, value: str) -> int:
        if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value) <= high):
            raise _refusal(f"'{key}' has to be a number from 0 to {high}")
        return int(value)

    return read


def _word(allowed: frozenset[str]) -> Callable[[str, str], str]:
    def read(key: str, value: str) -> str:
        if value not in allowed:
            raise _refusal(f"'{key}' has to be one of {', '.join(sorted(allowed))}")
        return value

    return read


def _status(key: str, value: str) -> int:
    return int(_word(frozenset(map(str, FORCED_STATUSES)))(key, value))


def _flag(key: str, value: str) -> bool:
    return _word(frozenset({"1"}))(key, value) == "1"


def _name(key: str, value: str) -> str:
    if not 0 < len(value) <= 64:
        raise _refusal(f"'{key}' has to have 1 to 64 characters")
    return value


# An answer is composed before it is sent, so this also bounds its memory.
_CHUNKS_MAX = 10_000
_HOUR_MS = 3_600_000
# What a key means when it stands alone.
_BARE = {"no_done": "1", "redacted": "1", "failed": "1", "reason": "8"}
_READERS: dict[str, Callable[[str, str], int | str | bool]] = {
    "chunks": _number(_CHUNKS_MAX),
    "reason": _number(_CHUNKS_MAX),
    "redacted": _flag,
    "delay_ms": _number(_HOUR_MS),
    "first_delay_ms": _number(_HOUR_MS),
    "slow_bytes": _number(1 << 20),
    "status": _status,
    "retry_after": _number(_HOUR_MS),
    "times": _number(1000),
    "cut_after": _number(_CHUNKS_MAX),
    "hang_after": _number(_CHUNKS_MAX),
    "error_after": _number(_CHUNKS_MAX),
    "no_done": _flag,
    "malformed": _word(MALFORMED),
    "usage": _word(USAGES),
    "cached": _number(1 << 30),
    "finish": _word(FINISHES),
    "failed": _flag,
    "answer_model": _name,
    "tag": _name,
}
