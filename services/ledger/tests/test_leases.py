import pytest
from tollgate_ledger.leases import Lease, LeaseState, LeaseTerms, opened

NOW = 1_000_000


@pytest.fixture
def lease(terms: LeaseTerms) -> Lease:
    return opened("L1", "edge-1", 100, terms, NOW)


def test_open_lease_reserves_what_has_not_settled(lease: Lease) -> None:
    assert lease.remaining_nano == 100
    assert lease.settled(30, 50).remaining_nano == 70


def test_cost_above_the_grant_reserves_nothing(lease: Lease) -> None:
    assert lease.settled(130, 130).remaining_nano == 0


def test_closed_lease_reserves_the_holds_that_have_not_settled(lease: Lease) -> None:
    # Three requests held 20 each; one has settled for 5.
    closed = lease.settled(5, 20).closed(60)
    assert closed.remaining_nano == 40
    assert not closed.is_done
    assert closed.settled(5, 20).settled(5, 20).is_done


def test_closed_lease_never_reserves_more_than_was_granted(lease: Lease) -> None:
    # Holds were given back and used again: 300 were held in all, but never more than 100 at once.
    assert lease.settled(10, 100).closed(300).remaining_nano == 90


def test_unused_lease_is_done_when_closed(lease: Lease) -> None:
    assert lease.closed(0).is_done


def test_first_closing_stands(lease: Lease) -> None:
    assert lease.closed(60).closed(0).remaining_nano == 60


def test_life(lease: Lease) -> None:
    assert lease.state(NOW + 34_999) is LeaseState.OPEN
    assert lease.state(NOW + 35_000) is LeaseState.ORPHANED
    assert lease.closed(10).state(NOW + 35_000) is LeaseState.CLOSED
    assert lease.ends_at_ms == NOW + 930_000


def test_edge_may_admit_until_the_expiry_and_never_after_closing(lease: Lease) -> None:
    assert lease.ttl_ms(NOW + 10_000) == 20_000
    assert lease.ttl_ms(NOW + 31_000) == 0
    assert lease.closed(10).ttl_ms(NOW) == 0
