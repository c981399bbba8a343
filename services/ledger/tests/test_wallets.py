from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tollgate_common.errors import InvalidArgument, Unavailable
from tollgate_common.money import ENTRY_NANO_MAX
from tollgate_ledger.charges import Charge, post
from tollgate_ledger.entries import Kind, Movement
from tollgate_ledger.leases import LeaseTerms, opened
from tollgate_ledger.wallets import INT64_MAX, LEASES_MAX, Ask, Wallet

NOW = 1_000_000
EMPTY = Wallet(account_id="acc")
FUNDED = EMPTY.moved(Movement("top-up:1", Kind.TOP_UP, 1_000, ""), NOW)


def test_entry_has_two_legs_and_the_balance_after_it() -> None:
    [entry] = FUNDED.tail
    assert (entry.amount_nano, entry.counterpart, entry.balance_nano) == (1_000, "cash_in", 1_000)
    assert (entry.sequence, FUNDED.sequence) == (1, 1)


def test_hash_depends_on_the_past() -> None:
    movement = Movement("usage:R1", Kind.USAGE, -5, "")
    other = EMPTY.moved(Movement("top-up:1", Kind.TOP_UP, 1_000, "other memo"), NOW)
    assert FUNDED.moved(movement, NOW).head_hash != other.moved(movement, NOW).head_hash


def test_no_entry_is_older_than_its_predecessor() -> None:
    wallet = FUNDED.archived().moved(Movement("usage:R1", Kind.USAGE, -5, ""), NOW - 1_000)
    assert wallet.tail[-1].posted_at_ms == NOW
    later = wallet.moved(Movement("usage:R2", Kind.USAGE, -5, ""), NOW + 1)
    assert later.tail[-1].posted_at_ms == NOW + 1


@pytest.mark.parametrize("amount", [0, -1, ENTRY_NANO_MAX + 1])
def test_top_up_out_of_range_is_refused(amount: int) -> None:
    with pytest.raises(InvalidArgument, match="amount_nano"):
        Movement("top-up:1", Kind.TOP_UP, amount, "")


@pytest.mark.parametrize("amount", [1, -ENTRY_NANO_MAX - 1])
def test_usage_out_of_range_is_refused(amount: int) -> None:
    with pytest.raises(InvalidArgument, match="amount_nano"):
        Movement("usage:R1", Kind.USAGE, amount, "")


def test_balance_stays_in_64_bits() -> None:
    rich = replace(FUNDED, credited_nano=INT64_MAX)
    with pytest.raises(InvalidArgument):
        rich.moved(Movement("top-up:2", Kind.TOP_UP, 1, ""), NOW)


def test_grant_is_half_of_what_is_available(
    make_ask: Callable[..., Ask], terms: LeaseTerms
) -> None:
    wallet = FUNDED.granted(make_ask("L1", 10, 5_000), terms, NOW)
    assert wallet.lease("L1") == opened("L1", "edge-1", 500, terms, NOW)


def test_grant_is_shared_among_edges_with_open_leases(
    make_ask: Callable[..., Ask], terms: LeaseTerms
) -> None:
    wallet = FUNDED.granted(make_ask("L1", 200, 200), terms, NOW)
    wallet = wallet.granted(make_ask("L2", 10, 5_000, edge_id="edge-2"), terms, NOW)
    assert wallet.leased_nano == 200 + 800 // 4


def test_grant_covers_the_need_to_the_last_nano(
    make_ask: Callable[..., Ask], terms: LeaseTerms
) -> None:
    assert FUNDED.granted(make_ask("L1", 1_001), terms, NOW) == FUNDED
    assert FUNDED.granted(make_ask("L1", 1_000), terms, NOW).available_nano == 0


def test_grant_never_exceeds_what_is_wanted(
    make_ask: Callable[..., Ask], terms: LeaseTerms
) -> None:
    assert FUNDED.granted(make_ask("L1", 10, 20), terms, NOW).leased_nano == 20


def test_number_of_leases_is_bounded(make_ask: Callable[..., Ask], terms: LeaseTerms) -> None:
    wallet = FUNDED
    for number in range(LEASES_MAX):
        wallet = wallet.granted(make_ask(f"L{number}", 1), terms, NOW)
    with pytest.raises(Unavailable):
        wallet.granted(make_ask("one more", 1), terms, NOW)


def test_lease_of_another_edge_is_not_closed(
    make_ask: Callable[..., Ask], terms: LeaseTerms
) -> None:
    wallet = FUNDED.granted(make_ask("L1", 10), terms, NOW)
    assert wallet.closed("edge-2", {"L1": 0}) == wallet
    assert wallet.closed("edge-1", {"L1": 0}).leases == ()


def test_orphaned_lease_is_counted_until_no_event_can_arrive(
    make_ask: Callable[..., Ask], terms: LeaseTerms
) -> None:
    wallet = FUNDED.granted(make_ask("L1", 10), terms, NOW)
    assert wallet.at(NOW + 929_999).leased_nano == 10
    assert wallet.at(NOW + 930_000).leased_nano == 0


def test_usage_within_its_lease_leaves_the_available_credit_as_it_is(
    make_ask: Callable[..., Ask], make_charge: Callable[..., Charge], terms: LeaseTerms
) -> None:
    wallet = FUNDED.granted(make_ask("L1", 100), terms, NOW)
    after = post(wallet, [make_charge("R1", 7, lease_id="L1")], {}, NOW).wallet
    assert after.posted_nano == 993
    assert after.available_nano == wallet.available_nano


def test_hold_is_given_back_when_the_last_request_of_a_closed_lease_settles(
    make_ask: Callable[..., Ask], make_charge: Callable[..., Charge], terms: LeaseTerms
) -> None:
    wallet = FUNDED.granted(make_ask("L1", 100), terms, NOW).closed("edge-1", {"L1": 20})
    assert wallet.available_nano == 980
    wallet = post(wallet, [make_charge("R1", 7, lease_id="L1")], {}, NOW).wallet
    assert wallet.available_nano == 983
    wallet = post(wallet, [make_charge("R2", 0, lease_id="L1")], {}, NOW).wallet
    assert (wallet.available_nano, wallet.leases) == (993, ())


def test_charge_counts_once_and_the_first_amount_stands(
    make_charge: Callable[..., Charge],
) -> None:
    same, other = make_charge("R1", 7), make_charge("R1", 8)
    posting = post(FUNDED, [same, same, other], {}, NOW)
    assert posting.posted == [same]
    assert posting.conflicting == [other]
    assert posting.wallet.posted_nano == 993


def test_charge_that_would_overflow_is_set_aside(make_charge: Callable[..., Charge]) -> None:
    poor = replace(EMPTY, used_nano=INT64_MAX)
    bad, free = make_charge("R1", 1), make_charge("R2", 0)
    posting = post(poor, [bad, free], {}, NOW)
    assert (posting.refused, posting.posted) == ([bad], [free])


@pytest.mark.parametrize(
    "change",
    [
        {"account_id": ""},
        {"account_id": "a" * 65},
        {"edge_id": ""},
        {"lease_id": "L\n"},
        {"need_nano": 0},
        {"need_nano": 2**53},
        {"want_nano": 9},
        {"closing": {"L0": -1}},
        {"closing": {str(number): 0 for number in range(257)}},
    ],
)
def test_ask_out_of_range_is_refused(make_ask: Callable[..., Ask], change: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        replace(make_ask("L1", 10), **change)
