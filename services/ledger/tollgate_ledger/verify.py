"""Audit: recomputes a wallet from its entries and names every broken invariant."""

from dataclasses import dataclass

from .entries import COUNTERPARTS, Entry, Kind, amount_range, entry_hash
from .wallets import INT64_MAX, LEASES_MAX, Wallet

VIOLATIONS_MAX = 100
_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an audit found; no violations is good."""

    account_id: str
    entries: int
    posted_nano: int
    leased_nano: int
    violations: tuple[str, ...]


class Audit:
    """Takes a wallet, then all of its entries, oldest first, then gives the verdict."""

    def __init__(self, wallet: Wallet) -> None:
        self._wallet = wallet
        self._violations: list[str] = []
        self._ids: set[str] = set()
        self._entries = 0
        self._sum_nano = 0
        self._used_nano = 0
        self._counterparts_nano = 0
        self._head_hash = ""
        self._head_at_ms = 0

    def see(self, entry: Entry) -> None:
        self._check_sequence(entry)
        self._check_content(entry)
        self._entries += 1
        self._sum_nano += entry.amount_nano
        if entry.kind == Kind.USAGE:
            self._used_nano -= entry.amount_nano
        self._head_at_ms = entry.posted_at_ms
        self._head_hash = entry.hash
        self._ids.add(entry.id)

    def verdict(self) -> Verdict:
        wallet = self._wallet
        credited_nano = self._sum_nano + self._used_nano
        self._expect("I1", "posted balance", self._sum_nano, wallet.posted_nano)
        self._expect("I1", "credited", credited_nano, wallet.credited_nano)
        self._expect("I1", "used", self._used_nano, wallet.used_nano)
        self._expect(
            "I2", "sum of both legs of all entries", 0, self._sum_nano + self._counterparts_nano
        )
        self._expect("I3", "number of entries", wallet.sequence, self._entries)
        self._expect("I3", "hash of the last entry", wallet.head_hash, self._head_hash)
        self._expect("I3", "time of the last entry", wallet.head_at_ms, self._head_at_ms)
        self._check_range("I7", "credited", wallet.credited_nano, 0, INT64_MAX)
        self._check_range("I7", "used", wallet.used_nano, 0, INT64_MAX)
        self._check_leases()
        return Verdict(
            wallet.account_id,
            self._entries,
            wallet.posted_nano,
            wallet.leased_nano,
            tuple(self._violations),
        )

    def _check_sequence(self, entry: Entry) -> None:
        what = f"entry {entry.id}"
        balance_nano = self._sum_nano + entry.amount_nano
        self._expect("I3", f"sequence of {what}", self._entries + 1, entry.sequence)
        self._expect("I3", f"balance after {what}", balance_nano, entry.balance_nano)
        self._expect("I3", f"hash of {what}", entry_hash(self._head_hash, entry), entry.hash)
        self._expect("I3", f"account of {what}", self._wallet.account_id, entry.account_id)
        self._check_range("I3", f"time of {what}", entry.posted_at_ms, self._head_at_ms, INT64_MAX)

    def _check_content(self, entry: Entry) -> None:
        what = f"entry {entry.id}"
        if entry.id in self._ids:
            self._violate("I4", what, "once", "once more")
        kind = _KINDS.get(entry.kind)
        if kind is None:
            self._violate("I2", f"kind of {what}", "a known one", entry.kind)
            return
        self._expect("I2", f"counterpart of {what}", COUNTERPARTS[kind], entry.counterpart)
        if entry.counterpart == COUNTERPARTS[kind]:
            self._counterparts_nano -= entry.amount_nano
        self._check_range("I7", f"amount of {what}", entry.amount_nano, *amount_range(kind))

    def _check_leases(self) -> None:
        leases = self._wallet.leases
        self._check_range("I8", "number of leases", len(leases), 0, LEASES_MAX)
        self._expect("I8", "number of lease ids", len(leases), len({lease.id for lease in leases}))
        for lease in leases:
            what = f"lease {lease.id}"
            granted_nano = lease.granted_nano
            self._check_range("I8", f"grant of {what}", granted_nano, 1, INT64_MAX)
            self._check_range("I8", f"rest of {what}", lease.remaining_nano, 0, granted_nano)
            settled_nano = min(lease.settled_cost_nano, lease.settled_hold_nano)
            self._check_range("I8", f"settled part of {what}", settled_nano, 0, INT64_MAX)

    def _check_range(self, invariant: str, what: str, found: int, low: int, high: int) -> None:
        if not low <= found <= high:
            self._violate(invariant, what, f"{low} to {high}", found)

    def _expect(self, invariant: str, what: str, expected: str | int, found: str | int) -> None:
        if expected != found:
            self._violate(invariant, what, expected, found)

    def _violate(self, invariant: str, what: str, expected: str | int, found: str | int) -> None:
        if len(self._violations) < VIOLATIONS_MAX:
            self._violations.append(f"{invariant}: {what}: expected {expected}, found {found}")
