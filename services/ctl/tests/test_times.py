import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.errors import InvalidArgument
from tollgate_ctl.times import day, expiry_ms, since_ms

# 2026-11-24T00:00:00Z.
NOW_MS = 1_795_478_400_000
DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("never", 0),
        ("30d", NOW_MS + 30 * DAY_MS),
        ("12h", NOW_MS + DAY_MS // 2),
        ("90m", NOW_MS + 5_400_000),
        ("2026-12-31", NOW_MS + 37 * DAY_MS),
    ],
)
def test_expiry(text: str, at_ms: int) -> None:
    assert expiry_ms(text, NOW_MS, field="--expires") == at_ms


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [("1d", NOW_MS - DAY_MS), ("2026-11-20", NOW_MS - 4 * DAY_MS), ("999999d", 1)],
)
def test_since(text: str, at_ms: int) -> None:
    assert since_ms(text, NOW_MS, field="--since") == at_ms


def test_day_is_written_in_one_way() -> None:
    assert day("20261124", field="--from") == "2026-11-24"


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_point_in_the_future_or_refused(text: str) -> None:
    try:
        at_ms = expiry_ms(text, NOW_MS, field="--expires")
    except InvalidArgument as error:
        assert error.field == "--expires"
        assert error.message.startswith("--expires: ")
    else:
        assert at_ms == 0 or at_ms > NOW_MS
