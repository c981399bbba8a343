"""Points in time as people type them: "30d", "12h", "90m" from now, or a UTC day."""

import re
from datetime import UTC, date, datetime

from tollgate_common.errors import InvalidArgument

_DURATION = re.compile(r"([1-9][0-9]{0,5})([mhd])")
_UNIT_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}


def expiry_ms(text: str, now_ms: int, *, field: str) -> int:
    """When something ends: that long from now, or at the start of that day; 0 for "never"."""
    if text == "never":
        return 0
    duration_ms = _duration_ms(text)
    at_ms = now_ms + duration_ms if duration_ms else _start_ms(text, field)
    if at_ms <= now_ms:
        raise InvalidArgument(f"{field}: {text} is not in the future", field=field)
    return at_ms


def since_ms(text: str, now_ms: int, *, field: str) -> int:
    """When a period begins: that long ago, or at the start of that day."""
    duration_ms = _duration_ms(text)
    at_ms = now_ms - duration_ms if duration_ms else _start_ms(text, field)
    if at_ms > now_ms:
        raise InvalidArgument(f"{field}: {text} is in the future", field=field)
    return max(at_ms, 1)


def day(text: str, *, field: str) -> str:
    """A UTC day such as "2026-12-31"."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise InvalidArgument(
            f"{field}: {text!r} is not a day like 2026-12-31", field=field
        ) from None


def _duration_ms(text: str) -> int:
    found = _DURATION.fullmatch(text)
    return int(found[1]) * _UNIT_MS[found[2]] if found else 0


def _start_ms(text: str, field: str) -> int:
    try:
        start = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError:
        raise InvalidArgument(
            f"{field}: {text!r} is neither like 30d, 12h or 90m nor a day like 2026-12-31",
            field=field,
        ) from None
    return int(start.timestamp()) * 1000
