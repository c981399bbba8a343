"""What each key of an account used, and when it was last used."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tollgate_common.errors import InvalidArgument

from .series import Question, Span
from .sums import DAY_MS, END_MS, SUM_NAMES, Cell, Grain, Sums, total

_DAYS_MAX = 400
_NOTHING: Sums = (0,) * len(SUM_NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUsage:
    """What one key did: sums since a time, and its last request whenever that was."""

    key_id: str
    last_used_ms: int
    requests: int
    cost_nano: int


def question_of_keys(account_id: str, from_ms: int, now_ms: int) -> Question:
    """What an account's keys have used since a time. InvalidArgument unless it can be answered."""
    if not account_id:
        raise InvalidArgument("account_id: must be set", field="account_id")
    if not 0 <= now_ms - from_ms <= _DAYS_MAX * DAY_MS:
        message = f"from_ms: must be at most {_DAYS_MAX} days ago, and not in the future"
        raise InvalidArgument(message, field="from_ms")
    return Question(grain=Grain.KEY, span=Span.around(from_ms, END_MS), account_id=account_id)


def usages_of(last_used: Mapping[str, int], cells: Iterable[Cell]) -> list[KeyUsage]:
    """One for each key that was ever used."""
    parts: defaultdict[str, list[Sums]] = defaultdict(lambda: [_NOTHING])
    for place, _, sums in cells:
        parts[place.key_id].append(sums)
    return [
        _usage(key_id, last_used_ms, total(parts[key_id]))
        for key_id, last_used_ms in last_used.items()
    ]


def _usage(key_id: str, last_used_ms: int, sums: Sums) -> KeyUsage:
    by_name = dict(zip(SUM_NAMES, sums, strict=True))
    return KeyUsage(
        key_id=key_id,
        last_used_ms=last_used_ms,
        requests=by_name["requests"],
        cost_nano=by_name["cost_nano"],
    )
