"""Usage records: which ones are asked for, and what they add up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from tollgate_common.errors import InvalidArgument

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Milliseconds since the Unix epoch, UTC: from <= time < to; None means open."""

    from_ms: int | None = None
    to_ms: int | None = None

    def __post_init__(self) -> None:
        if self.from_ms is not None and self.to_ms is not None and self.from_ms >= self.to_ms:
            raise InvalidArgument("from: must be before to", field="from")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which records; empty fields match everything."""

    account_id: str = ""
    key_id: str = ""
    model: str = ""
    request_id: str = ""
    period: Period = Period()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What one account used of one model in one UTC day; `units` has a sum for each bucket."""

    day: str
    account_id: str
    model: str
    requests: int
    failures: int
    units: Mapping[str, int]
    cost_nano: int


def period_of_days(from_day: str, to_day: str) -> Period:
    """All of the UTC days from the first to the last one; an empty day is open."""
    return Period(
        from_ms=_start_ms(from_day, "from_day") if from_day else None,
        to_ms=_start_ms(to_day, "to_day") + _DAY_MS if to_day else None,
    )


def _start_ms(day: str, field: str) -> int:
    try:
        start = date.fromisoformat(day)
    except ValueError:
        start = None
    if start is None or start.isoformat() != day:
        raise InvalidArgument(f"{field}: must be a day like 2026-11-24", field=field)
    return round(datetime.combine(start, time.min, UTC).timestamp()) * 1000
