import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.clock import day_of
from tollgate_common.errors import InvalidArgument
from tollgate_metering.records import Period, period_of_days

DAY_MS = 86_400_000


@given(st.dates())
def test_a_day_begins_at_its_first_millisecond_and_ends_after_its_last(day: object) -> None:
    period = period_of_days(str(day), str(day))
    assert period.from_ms is not None
    assert period.to_ms is not None
    assert period.to_ms - period.from_ms == DAY_MS
    assert day_of(period.from_ms) == day_of(period.to_ms - 1) == str(day)


def test_empty_days_are_open() -> None:
    assert period_of_days("", "") == Period()
    assert period_of_days("2026-11-24", "").to_ms is None
    assert period_of_days("", "2026-11-24").from_ms is None


@pytest.mark.parametrize(
    "day", ["20261124", "2026-W48-2", "2026-11-31", "2026-1-1", "today", "2026-11-24T00", "0"]
)
def test_what_is_not_a_day_is_refused_by_name(day: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        period_of_days(day, "")
    assert caught.value.field == "from_day"
    with pytest.raises(InvalidArgument) as caught:
        period_of_days("", day)
    assert caught.value.field == "to_day"


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidArgument):
        period_of_days("2026-11-25", "2026-11-24")
    with pytest.raises(InvalidArgument):
        Period(from_ms=5, to_ms=5)
