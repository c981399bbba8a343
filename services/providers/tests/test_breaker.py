"""A way that fails is left alone for a while, and then tried by one request at a time."""

from hypothesis import given
from hypothesis import strategies as st
from tollgate_providers.breaker import OPEN_SECONDS_MAX, Breaker, State


def tripped(at: float = 100.0) -> Breaker:
    breaker = Breaker()
    for _ in range(3):
        breaker.failed(at)
    return breaker


def test_three_failures_in_a_row_open_it() -> None:
    breaker = Breaker()
    breaker.failed(100.0)
    breaker.failed(101.0)
    assert breaker.state(101.0) is State.CLOSED
    breaker.failed(102.0)
    assert breaker.state(106.9) is State.OPEN
    assert not breaker.admits(106.9)
    assert breaker.state(107.1) is State.HALF_OPEN


def test_a_provider_says_for_how_long() -> None:
    breaker = Breaker()
    breaker.failed(100.0, retry_after_s=30)
    assert breaker.state(129.9) is State.OPEN
    assert breaker.state(130.1) is State.HALF_OPEN


def test_nobody_is_left_alone_for_hours() -> None:
    breaker = Breaker()
    breaker.failed(100.0, retry_after_s=3600)
    assert breaker.state(100.1 + OPEN_SECONDS_MAX) is State.HALF_OPEN


def test_a_refused_account_opens_it_at_once_for_minutes() -> None:
    breaker = Breaker()
    breaker.failed(100.0, account=True)
    assert breaker.state(219.0) is State.OPEN


def test_half_open_lets_one_request_through() -> None:
    breaker = tripped()
    assert breaker.admits(106.0)
    assert breaker.begin(106.0)
    assert not breaker.admits(106.0)
    assert not breaker.begin(106.0)
    breaker.leave()
    assert breaker.admits(106.0)


def test_a_failing_probe_opens_it_for_twice_as_long() -> None:
    breaker = tripped()
    breaker.begin(106.0)
    breaker.failed(106.0)
    assert breaker.state(115.9) is State.OPEN
    assert breaker.state(116.1) is State.HALF_OPEN
    breaker.begin(117.0)
    breaker.failed(117.0)
    assert breaker.state(136.9) is State.OPEN


def test_failures_of_what_was_under_way_do_not_add_up() -> None:
    breaker = tripped()
    for _ in range(50):
        breaker.failed(101.0)
    assert breaker.state(105.1) is State.HALF_OPEN


@given(st.lists(st.tuples(st.floats(0, 700), st.integers(0, 4000), st.booleans()), max_size=30))
def test_it_is_never_closed_to_everybody_for_longer_than_its_maximum(
    failures: list[tuple[float, int, bool]],
) -> None:
    breaker, now = Breaker(), 0.0
    for seconds, retry_after_s, account in failures:
        now += seconds
        probing = breaker.begin(now)
        breaker.failed(now, retry_after_s=retry_after_s, account=account)
        if probing:
            breaker.leave()
    assert breaker.admits(now + OPEN_SECONDS_MAX + 0.001)
