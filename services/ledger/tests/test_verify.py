from dataclasses import replace

import pytest
from tollgate_ledger.entries import Entry, Kind, Movement, entry_hash
from tollgate_ledger.leases import LeaseTerms, opened
from tollgate_ledger.verify import VIOLATIONS_MAX, Audit
from tollgate_ledger.wallets import Wallet

NOW = 1_000_000


@pytest.fixture
def wallet() -> Wallet:
    wallet = Wallet(account_id="acc")
    for movement in (
        Movement("top-up:1", Kind.TOP_UP, 100, ""),
        Movement("usage:R1", Kind.USAGE, -3, "deepseek-chat"),
        Movement("usage:R2", Kind.USAGE, 0, "deepseek-chat"),
    ):
        wallet = wallet.moved(movement, NOW)
    return wallet


def violations(wallet: Wallet) -> list[str]:
    audit = Audit(wallet)
    for entry in wallet.tail:
        audit.see(entry)
    return list(audit.verdict().violations)


def with_second(wallet: Wallet, *, sealed: bool, **change: str | int) -> Wallet:
    """The wallet with its second entry changed, and with the hashes made to fit if `sealed`."""
    entries: list[Entry] = [*wallet.tail]
    entries[1] = replace(entries[1], **change)  # type: ignore[arg-type]
    if sealed:
        previous = ""
        for index, entry in enumerate(entries):
            entries[index] = replace(entry, hash=entry_hash(previous, entry))
            previous = entries[index].hash
        wallet = replace(wallet, head_hash=previous)
    return replace(wallet, tail=tuple(entries))


def invariants(wallet: Wallet) -> set[str]:
    return {violation[:2] for violation in violations(wallet)}


def test_honest_wallet_has_no_violations(wallet: Wallet) -> None:
    assert violations(wallet) == []


def test_violation_names_the_invariant_and_both_values(wallet: Wallet) -> None:
    assert violations(replace(wallet, credited_nano=101)) == [
        "I1: posted balance: expected 97, found 98",
        "I1: credited: expected 100, found 101",
    ]


def test_totals_that_are_wrong_together(wallet: Wallet) -> None:
    assert violations(replace(wallet, credited_nano=101, used_nano=4)) == [
        "I1: credited: expected 100, found 101",
        "I1: used: expected 3, found 4",
    ]


def test_entry_older_than_its_predecessor(wallet: Wallet) -> None:
    assert invariants(with_second(wallet, sealed=True, posted_at_ms=NOW - 1)) == {"I3"}
    assert invariants(replace(wallet, head_at_ms=NOW + 1)) == {"I3"}


def test_other_leg_missing(wallet: Wallet) -> None:
    assert invariants(with_second(wallet, sealed=True, counterpart="nobody")) == {"I2"}


def test_entry_missing(wallet: Wallet) -> None:
    assert invariants(replace(wallet, tail=wallet.tail[1:])) == {"I1", "I3"}


def test_memo_rewritten(wallet: Wallet) -> None:
    assert invariants(with_second(wallet, sealed=False, memo="cheaper-model")) == {"I3"}


def test_history_rewritten_with_fitting_hashes(wallet: Wallet) -> None:
    rewritten = with_second(wallet, sealed=True, memo="cheaper-model")
    assert invariants(replace(rewritten, head_hash=wallet.head_hash)) == {"I3"}


def test_same_entry_twice(wallet: Wallet) -> None:
    assert "I4" in invariants(with_second(wallet, sealed=True, id="top-up:1"))


def test_usage_that_credits(wallet: Wallet) -> None:
    assert "I7" in invariants(with_second(wallet, sealed=True, amount_nano=3))


def test_lease_that_was_never_granted(wallet: Wallet, terms: LeaseTerms) -> None:
    lease = opened("L1", "edge-1", 0, terms, NOW)
    assert invariants(replace(wallet, leases=(lease,))) == {"I8"}
    good = replace(lease, granted_nano=5)
    assert invariants(replace(wallet, leases=(good, good))) == {"I8"}


def test_number_of_violations_is_bounded(wallet: Wallet) -> None:
    audit = Audit(wallet)
    for _ in range(VIOLATIONS_MAX):
        audit.see(wallet.tail[2])
    assert len(audit.verdict().violations) == VIOLATIONS_MAX
