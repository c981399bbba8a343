from typing import Any

import pytest
from tollgate_common.errors import InvalidArgument
from tollgate_metering.series import ROWS_MAX, GroupBy, Series, Step, rows_of
from tollgate_metering.sums import DAY_MS, HOUR_MS, SUM_NAMES, Grain, Place

# 2027-01-15T00:00:00Z
MIDNIGHT_MS = 1_799_971_200_000
ONE = (1,) * len(SUM_NAMES)


def series(**changes: Any) -> Series:
    fields: dict[str, Any] = {
        "from_ms": MIDNIGHT_MS,
        "to_ms": MIDNIGHT_MS + DAY_MS,
        "step": Step.DAY,
    }
    return Series(**(fields | changes))


@pytest.mark.parametrize(
    ("minutes", "starts_after_ms"),
    [(0, 0), (-300, 5 * HOUR_MS), (480, 16 * HOUR_MS), (330, 18 * HOUR_MS), (-210, 3 * HOUR_MS)],
)
def test_a_day_is_the_reader_s_or_begins_with_the_hour_before(
    minutes: int, starts_after_ms: int
) -> None:
    starts_ms = MIDNIGHT_MS + starts_after_ms
    asked = series(utc_offset_minutes=minutes)
    assert asked.start_ms(starts_ms) == starts_ms
    assert asked.start_ms(starts_ms + 23 * HOUR_MS) == starts_ms
    assert asked.start_ms(starts_ms - HOUR_MS) == starts_ms - DAY_MS


def test_a_window_is_widened_to_whole_hours() -> None:
    span = series(from_ms=MIDNIGHT_MS + 1, to_ms=MIDNIGHT_MS + HOUR_MS + 1).question().span
    assert (span.from_ms, span.to_ms) == (MIDNIGHT_MS, MIDNIGHT_MS + 2 * HOUR_MS)


@pytest.mark.parametrize(
    ("asked", "grain"),
    [
        ({}, Grain.MODEL),
        ({"account_id": "a"}, Grain.ACCOUNT_AND_MODEL),
        ({"account_id": "a", "key_id": "k"}, Grain.KEY),
        ({"group_by": GroupBy.KEY}, Grain.KEY),
        ({"group_by": GroupBy.KEY, "model": "m"}, Grain.KEY_AND_MODEL),
        ({"key_id": "k", "group_by": GroupBy.MODEL}, Grain.KEY_AND_MODEL),
    ],
)
def test_the_coarsest_grain_that_tells_apart_what_is_asked(
    asked: dict[str, Any], grain: Grain
) -> None:
    assert series(**asked).question().grain is grain


def test_too_many_rows_are_refused() -> None:
    cells = [
        (Place(Grain.KEY, MIDNIGHT_MS, "a", f"key_{number}", ""), MIDNIGHT_MS, ONE)
        for number in range(ROWS_MAX + 1)
    ]
    asked = series(group_by=GroupBy.KEY)
    assert len(rows_of(asked, cells[1:])) == ROWS_MAX
    with pytest.raises(InvalidArgument):
        rows_of(asked, cells)
