"""Hourly sums: what they add up, and for whom."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from operator import add
from typing import NamedTuple, TypeAlias

from tollgate_common.rating import UNIT_NAMES
from tollgate_common.usage import Outcome, UsageEvent

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
# Later than any record.
END_MS = 2**53

# Stored in this order: names are only ever added, at the end.
SUM_NAMES = (
    "requests",
    "failures",
    "answered",
    "cost_nano",
    "first_byte_ms_sum",
    "duration_ms_sum",
    *UNIT_NAMES,
)
Sums: TypeAlias = tuple[int, ...]
# No request lasts longer; a clock that says so must not make a sum that cannot be stored.
_TIME_MS_MAX = DAY_MS


class Grain(StrEnum):
    """What a row tells apart; each event is in one row of every grain."""

    KEY_AND_MODEL = "key_and_model"
    KEY = "key"
    ACCOUNT_AND_MODEL = "account_and_model"
    MODEL = "model"


class Place(NamedTuple):
    """A UTC day of a key or an account or all, and of a model or all: what is added up is empty."""

    grain: Grain
    day_ms: int
    account_id: str
    key_id: str
    model: str


# What was used in one hour of a place: the place, the hour in milliseconds since the epoch, and
# the sums. A plain tuple, because an answer is made of up to a million of them.
Cell: TypeAlias = tuple[Place, int, Sums]


def sums_of(event: UsageEvent) -> Sums:
    """What one event adds, in the order of SUM_NAMES."""
    failed = event.outcome is Outcome.FAILED
    times = (0, 0) if failed else (_time_ms(event.first_byte_ms), _time_ms(event.duration_ms))
    return (1, int(failed), int(not failed), event.cost_nano, *times, *event.units.counts())


def _time_ms(stated_ms: int) -> int:
    return min(max(stated_ms, 0), _TIME_MS_MAX)


def added(one: Sums, other: Sums) -> Sums:
    """Both together."""
    return tuple(map(add, one, other))


def total(many: Iterable[Sums]) -> Sums:
    """All together; there is at least one."""
    return tuple(map(sum, zip(*many, strict=True)))


def place_of(event: UsageEvent, grain: Grain) -> Place:
    """Where the event is counted."""
    day_ms = event.started_at_ms // DAY_MS * DAY_MS
    match grain:
        case Grain.KEY_AND_MODEL:
            return Place(grain, day_ms, event.account_id, event.key_id, event.model)
        case Grain.KEY:
            return Place(grain, day_ms, event.account_id, event.key_id, "")
        case Grain.ACCOUNT_AND_MODEL:
            return Place(grain, day_ms, event.account_id, "", event.model)
        case Grain.MODEL:
            return Place(grain, day_ms, "", "", event.model)


def cells_of(event: UsageEvent) -> Iterator[Cell]:
    """The event alone, at every grain."""
    hour_ms = event.started_at_ms // HOUR_MS * HOUR_MS
    sums = sums_of(event)
    for grain in Grain:
        yield place_of(event, grain), hour_ms, sums
