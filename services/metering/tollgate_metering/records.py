"""Usage records: which ones are asked for, and what they add up to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from tollgate_common.clock import day_of
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import UNIT_NAMES

from .sums import DAY_MS, SUM_NAMES, Cell, Sums, total

SUMMARIES_MAX = 10_000


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
    operation: str = ""
    # Only those that failed, or only those that did not.
    failed: bool | None = None
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
        to_ms=_start_ms(to_day, "to_day") + DAY_MS if to_day else None,
    )


def summaries_of(cells: Iterable[Cell]) -> list[Summary]:
    """Ordered by day, account and model. InvalidArgument when there are too many."""
    parts: defaultdict[tuple[int, str, str], list[Sums]] = defaultdict(list)
    for place, _, sums in cells:
        parts[place.day_ms, place.account_id, place.model].append(sums)
    if len(parts) > SUMMARIES_MAX:
        raise InvalidArgument(f"more than {SUMMARIES_MAX} rows: narrow the range")
    return [_summary(*key, total(parts[key])) for key in sorted(parts)]


def _summary(day_ms: int, account_id: str, model: str, sums: Sums) -> Summary:
    by_name = dict(zip(SUM_NAMES, sums, strict=True))
    return Summary(
        day=day_of(day_ms),
        account_id=account_id,
        model=model,
        requests=by_name["requests"],
        failures=by_name["failures"],
        units={name: by_name[name] for name in UNIT_NAMES},
        cost_nano=by_name["cost_nano"],
    )


def _start_ms(day: str, field: str) -> int:
    try:
        start = date.fromisoformat(day)
    except ValueError:
        start = None
    if start is None or start.isoformat() != day:
        raise InvalidArgument(f"{field}: must be a day like 2026-11-24", field=field)
    return round(datetime.combine(start, time.min, UTC).timestamp()) * 1000
