"""Usage over time: what may be asked, and rows made of hourly sums."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from tollgate_common.errors import InvalidArgument

from .sums import DAY_MS, HOUR_MS, SUM_NAMES, Cell, Grain, Place, Sums, total

ROWS_MAX = 10_000
# Zones of this planet, in minutes east of UTC.
_OFFSET_MIN, _OFFSET_MAX = -12 * 60, 14 * 60


class Step(Enum):
    """The length of a row in milliseconds."""

    HOUR = HOUR_MS
    DAY = DAY_MS


_DAYS_MAX = {Step.HOUR: 40, Step.DAY: 400}


class GroupBy(Enum):
    """What rows tell apart beside time."""

    NOTHING = "nothing"
    MODEL = "model"
    KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Hours, in milliseconds since the Unix epoch, UTC: from <= hour < to, both whole."""

    from_ms: int
    to_ms: int

    def has(self, hour_ms: int) -> bool:
        return self.from_ms <= hour_ms < self.to_ms

    @classmethod
    def around(cls, from_ms: int, to_ms: int) -> "Span":
        """The hours that have a part of this time."""
        return cls(from_ms=from_ms // HOUR_MS * HOUR_MS, to_ms=-(-to_ms // HOUR_MS) * HOUR_MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which hourly sums: empty fields match everything; the grain tells apart what is asked."""

    grain: Grain
    span: Span
    account_id: str = ""
    key_id: str = ""
    model: str = ""

    def asks_for(self, place: Place) -> bool:
        """Whether hours of this place within the span belong to the answer."""
        return (
            place.grain is self.grain
            and self.account_id in ("", place.account_id)
            and self.key_id in ("", place.key_id)
            and self.model in ("", place.model)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Rows of time for a reader in a zone. InvalidArgument unless it can be answered."""

    account_id: str = ""
    key_id: str = ""
    model: str = ""
    from_ms: int
    to_ms: int
    step: Step
    utc_offset_minutes: int = 0
    group_by: GroupBy = GroupBy.NOTHING

    def __post_init__(self) -> None:
        if not 0 < self.from_ms < self.to_ms:
            raise InvalidArgument("from_ms: must be set, and before to_ms", field="from_ms")
        days_max = _DAYS_MAX[self.step]
        if self.to_ms - self.from_ms > days_max * DAY_MS:
            message = f"to_ms: must be at most {days_max} days after from_ms for rows of this step"
            raise InvalidArgument(message, field="to_ms")
        if not _OFFSET_MIN <= self.utc_offset_minutes <= _OFFSET_MAX:
            message = f"utc_offset_minutes: must be from {_OFFSET_MIN} to {_OFFSET_MAX}"
            raise InvalidArgument(message, field="utc_offset_minutes")

    def question(self) -> Question:
        """The hourly sums that it is made of."""
        return Question(
            grain=self._grain(),
            span=Span.around(self.from_ms, self.to_ms),
            account_id=self.account_id,
            key_id=self.key_id,
            model=self.model,
        )

    def _grain(self) -> Grain:
        by_key = self.key_id or self.group_by is GroupBy.KEY
        if by_key and (self.model or self.group_by is GroupBy.MODEL):
            return Grain.KEY_AND_MODEL
        if by_key:
            return Grain.KEY
        return Grain.ACCOUNT_AND_MODEL if self.account_id else Grain.MODEL

    def start_ms(self, hour_ms: int) -> int:
        """When the row of this hour begins; a day that begins within an hour begins with it."""
        if self.step is Step.HOUR:
            return hour_ms
        east_ms = -(-self.utc_offset_minutes // 60) * HOUR_MS
        return (hour_ms + east_ms) // DAY_MS * DAY_MS - east_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow:
    """What was used in one step; `sums` has one for each of SUM_NAMES."""

    start_ms: int
    group: str
    sums: Mapping[str, int]


_GROUPS: Mapping[GroupBy, Callable[[Place], str]] = {
    GroupBy.NOTHING: lambda place: "",
    GroupBy.MODEL: lambda place: place.model,
    GroupBy.KEY: lambda place: place.key_id,
}


def rows_of(series: Series, cells: Iterable[Cell]) -> list[SeriesRow]:
    """In the order of time, then of groups. InvalidArgument when there are too many."""
    group_of = _GROUPS[series.group_by]
    start_of = cache(series.start_ms)
    parts: defaultdict[tuple[int, str], list[Sums]] = defaultdict(list)
    for place, hour_ms, sums in cells:
        parts[start_of(hour_ms), group_of(place)].append(sums)
    if len(parts) > ROWS_MAX:
        raise InvalidArgument(f"from_ms: more than {ROWS_MAX} rows; narrow it", field="from_ms")
    return [
        SeriesRow(
            start_ms=start_ms,
            group=group,
            sums=dict(zip(SUM_NAMES, total(parts[start_ms, group]), strict=True)),
        )
        for start_ms, group in sorted(parts)
    ]
