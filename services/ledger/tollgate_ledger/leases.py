"""Leases: credit in the hands of an edge. A grant never changes, and what has settled only grows.

The edge keeps (costs of finished requests) + (holds of running ones) <= granted. So what can still
arrive is at most granted - settled cost; and once the edge has closed the lease and said what it
ever held, it is at most the part of those holds that has not settled, too.
"""

from dataclasses import dataclass, replace
from enum import IntEnum


class LeaseState(IntEnum):
    """A lease's place in its life; the numbers are the contract's."""

    OPEN = 1
    CLOSED = 2
    ORPHANED = 3


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """How long leases live.

    The edge may admit for `ttl_ms`. If the lease is not closed `grace_ms` later, its edge is taken
    for dead. `orphan_ms` after the expiry no event can arrive any more, and what is still reserved
    is free.
    """

    ttl_ms: int
    grace_ms: int
    orphan_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One grant. `held_total_nano` is None until its edge has closed it."""

    id: str
    edge_id: str
    granted_nano: int
    expires_at_ms: int
    orphaned_at_ms: int
    ends_at_ms: int
    settled_cost_nano: int = 0
    settled_hold_nano: int = 0
    held_total_nano: int | None = None

    @property
    def remaining_nano(self) -> int:
        """The most that requests admitted against it can still cost."""
        unspent = self.granted_nano - self.settled_cost_nano
        if self.held_total_nano is None:
            return max(0, unspent)
        return max(0, min(unspent, self.held_total_nano - self.settled_hold_nano))

    @property
    def is_done(self) -> bool:
        """Closed, and every request that was admitted against it has settled."""
        return self.held_total_nano is not None and self.settled_hold_nano >= self.held_total_nano

    def state(self, now_ms: int) -> LeaseState:
        if self.held_total_nano is not None:
            return LeaseState.CLOSED
        return LeaseState.OPEN if now_ms < self.orphaned_at_ms else LeaseState.ORPHANED

    def ttl_ms(self, now_ms: int) -> int:
        """How much longer its edge may admit against it."""
        return 0 if self.held_total_nano is not None else max(0, self.expires_at_ms - now_ms)

    def settled(self, cost_nano: int, hold_nano: int) -> "Lease":
        """After one of its requests has settled."""
        return replace(
            self,
            settled_cost_nano=self.settled_cost_nano + cost_nano,
            settled_hold_nano=self.settled_hold_nano + hold_nano,
        )

    def closed(self, held_total_nano: int) -> "Lease":
        """After its edge has promised to admit no more. The first promise stands."""
        if self.held_total_nano is not None:
            return self
        return replace(self, held_total_nano=held_total_nano)


def opened(id: str, edge_id: str, granted_nano: int, terms: LeaseTerms, now_ms: int) -> Lease:
    """A new lease that begins now."""
    expires_at_ms = now_ms + terms.ttl_ms
    return Lease(
        id=id,
        edge_id=edge_id,
        granted_nano=granted_nano,
        expires_at_ms=expires_at_ms,
        orphaned_at_ms=expires_at_ms + terms.grace_ms,
        ends_at_ms=expires_at_ms + terms.orphan_ms,
    )
