"""Wallets: one account's money as a value, and every rule that changes it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tollgate_common.errors import InvalidArgument, Unavailable
from tollgate_common.money import ENTRY_NANO_MAX

from .entries import COUNTERPARTS, Entry, Kind, Movement, checked_id, entry_hash
from .leases import Lease, LeaseState, LeaseTerms, opened
from .notices import NOTICES_MAX, LowBalance

INT64_MAX = 2**63 - 1
# Above any sane number of leases with unsettled requests; keeps the document small.
LEASES_MAX = 256
CLOSINGS_MAX = 256


@dataclass(frozen=True, slots=True)
class Ask:
    """What an edge asks of one wallet: closings, and a lease of at least `need_nano`.

    `closing` maps lease ids to the sum of all holds that were ever admitted against each. An empty
    lease_id asks for no lease. InvalidArgument when anything is out of range.
    """

    account_id: str
    edge_id: str
    lease_id: str
    need_nano: int
    want_nano: int
    closing: Mapping[str, int]

    def __post_init__(self) -> None:
        checked_id(self.account_id, "account_id")
        checked_id(self.edge_id, "edge_id")
        if self.lease_id:
            checked_id(self.lease_id, "lease_id")
            _check_amount(self.need_nano, 1, ENTRY_NANO_MAX, "need_nano")
            _check_amount(self.want_nano, self.need_nano, ENTRY_NANO_MAX, "want_nano")
        if len(self.closing) > CLOSINGS_MAX:
            raise InvalidArgument(f"closing: must be at most {CLOSINGS_MAX}", field="closing")
        for held_total_nano in self.closing.values():
            _check_amount(held_total_nano, 0, INT64_MAX, "held_total_nano")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """An account's money. `tail` holds the entries after `archived_sequence`."""

    account_id: str
    # Sum of all entries that are not usage, and what usage took.
    credited_nano: int = 0
    used_nano: int = 0
    sequence: int = 0
    archived_sequence: int = 0
    # Hash of the last entry.
    head_hash: str = ""
    # Its time. No entry is older than its predecessor, whatever the clocks of replicas say.
    head_at_ms: int = 0
    tail: tuple[Entry, ...] = ()
    leases: tuple[Lease, ...] = ()
    # Below this, posted is low; 0: never.
    low_balance_nano: int = 0
    # What has not been published yet.
    notices: tuple[LowBalance, ...] = ()

    @property
    def posted_nano(self) -> int:
        """Sum of all entries."""
        return self.credited_nano - self.used_nano

    @property
    def leased_nano(self) -> int:
        return sum(lease.remaining_nano for lease in self.leases)

    @property
    def available_nano(self) -> int:
        """May be negative: usage is never refused."""
        return self.posted_nano - self.leased_nano

    def lease(self, id: str) -> Lease | None:
        return next((lease for lease in self.leases if lease.id == id), None)

    def at(self, now_ms: int) -> "Wallet":
        """Without the leases that have ended by now."""
        if all(now_ms < lease.ends_at_ms for lease in self.leases):
            return self
        return replace(
            self, leases=tuple(lease for lease in self.leases if now_ms < lease.ends_at_ms)
        )

    def archived(self) -> "Wallet":
        """After the whole tail has been copied to the archive."""
        return replace(self, archived_sequence=self.sequence, tail=())

    def moved(self, movement: Movement, now_ms: int) -> "Wallet":
        """With one more entry. InvalidArgument when a total would leave the 64-bit range."""
        credited_nano, used_nano = self.credited_nano, self.used_nano
        if movement.kind is Kind.USAGE:
            used_nano -= movement.amount_nano
        else:
            credited_nano += movement.amount_nano
        _check_amount(credited_nano, 0, INT64_MAX, "amount_nano")
        _check_amount(used_nano, 0, INT64_MAX, "amount_nano")
        unsealed = Entry(
            id=movement.id,
            account_id=self.account_id,
            sequence=self.sequence + 1,
            kind=movement.kind.value,
            amount_nano=movement.amount_nano,
            counterpart=COUNTERPARTS[movement.kind],
            balance_nano=credited_nano - used_nano,
            posted_at_ms=max(now_ms, self.head_at_ms),
            memo=movement.memo,
            hash="",
        )
        entry = replace(unsealed, hash=entry_hash(self.head_hash, unsealed))
        return replace(
            self,
            credited_nano=credited_nano,
            used_nano=used_nano,
            sequence=entry.sequence,
            head_hash=entry.hash,
            head_at_ms=entry.posted_at_ms,
            tail=(*self.tail, entry),
            notices=self._notices_after(entry),
        )

    def watched(self, low_balance_nano: int) -> "Wallet":
        """With another limit; the next entry that crosses it from above is noticed."""
        _check_amount(low_balance_nano, 0, ENTRY_NANO_MAX, "low_balance_nano")
        return replace(self, low_balance_nano=low_balance_nano)

    def published(self, sequence: int) -> "Wallet":
        """Without the notices of the entries up to that one."""
        notices = tuple(notice for notice in self.notices if notice.sequence > sequence)
        return replace(self, notices=notices)

    def _notices_after(self, entry: Entry) -> tuple[LowBalance, ...]:
        low_nano = self.low_balance_nano
        if not low_nano or not self.posted_nano >= low_nano > entry.balance_nano:
            return self.notices
        notice = LowBalance(self.account_id, entry.sequence, entry.balance_nano, low_nano)
        return (*self.notices, notice)[-NOTICES_MAX:]

    def settled(self, lease_id: str, cost_nano: int, hold_nano: int) -> "Wallet":
        """After a request has given its hold back to its lease, if that is still there."""
        leases = (
            lease.settled(cost_nano, hold_nano) if lease.id == lease_id else lease
            for lease in self.leases
        )
        return replace(self, leases=_unfinished(leases))

    def closed(self, edge_id: str, closing: Mapping[str, int]) -> "Wallet":
        """With that edge's leases closed. One that is not there has been settled already."""
        leases = (
            lease.closed(closing[lease.id])
            if lease.id in closing and lease.edge_id == edge_id
            else lease
            for lease in self.leases
        )
        return replace(self, leases=_unfinished(leases))

    def granted(self, ask: Ask, terms: LeaseTerms, now_ms: int) -> "Wallet":
        """With the lease that was asked for; the same wallet when it is there or cannot be covered.

        Unavailable when too many leases wait for their requests.
        """
        available_nano = self.available_nano
        if self.lease(ask.lease_id) or available_nano < ask.need_nano:
            return self
        if len(self.leases) >= LEASES_MAX:
            raise Unavailable(f"{ask.account_id} has {LEASES_MAX} unsettled leases; retry later")
        open_edges = {
            lease.edge_id for lease in self.leases if lease.state(now_ms) is LeaseState.OPEN
        }
        share_nano = available_nano // (2 * len({ask.edge_id, *open_edges}))
        granted_nano = max(ask.need_nano, min(ask.want_nano, share_nano))
        lease = opened(ask.lease_id, ask.edge_id, granted_nano, terms, now_ms)
        return replace(self, leases=(*self.leases, lease))

    def is_recallable(self, edge_id: str, now_ms: int) -> bool:
        """Another edge holds credit that it might spare."""
        return any(
            lease.edge_id != edge_id
            and lease.remaining_nano > 0
            and lease.state(now_ms) is LeaseState.OPEN
            for lease in self.leases
        )


def _unfinished(leases: Iterable[Lease]) -> tuple[Lease, ...]:
    return tuple(lease for lease in leases if not lease.is_done)


def _check_amount(nano: int, low: int, high: int, field: str) -> None:
    if not low <= nano <= high:
        raise InvalidArgument(f"{field}: must be from {low} to {high}", field=field)
