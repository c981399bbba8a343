"""The leases of one account at this edge. Pure: time is passed in; amounts are nano-dollars.

At every moment, what a lease's requests have cost and what its unfinished ones may still cost is
at most what was granted. A lease that admits no more is closed: the ledger is told the sum of all
holds ever admitted against it, and frees what they did not use as they settle.
"""

from dataclasses import dataclass, field

from tollgate_common.ids import LeaseId

# More leases than this are only fragments of credit; the oldest is closed.
_OPEN_MAX = 4
# A lease near its end will not carry the next requests: a new one is fetched before.
_AGEING = 1 / 3
# Unused for this part of its life, a lease goes back.
_IDLE = 1 / 3


@dataclass(slots=True)
class Lease:
    """Credit that was granted until a deadline of the monotonic clock."""

    id: LeaseId
    granted_nano: int
    deadline: float
    used_at: float
    spent_nano: int = 0
    in_flight_nano: int = 0
    held_total_nano: int = 0

    @property
    def free_nano(self) -> int:
        return self.granted_nano - self.spent_nano - self.in_flight_nano


@dataclass(frozen=True, slots=True)
class Closing:
    """A lease against which nothing will be admitted any more."""

    lease_id: LeaseId
    held_total_nano: int


@dataclass(slots=True)
class _Spending:
    """What was spent in this period of a lease's length and in the one before."""

    period: int = 0
    now_nano: int = 0
    before_nano: int = 0

    def add(self, amount_nano: int, period: int) -> None:
        if period != self.period:
            self.before_nano = self.now_nano if period == self.period + 1 else 0
            self.now_nano = 0
            self.period = period
        self.now_nano += amount_nano

    @property
    def peak_nano(self) -> int:
        return max(self.now_nano, self.before_nano)


@dataclass(slots=True)
class LeaseBook:
    """Admits requests against leases, and keeps what the ledger must hear about closed ones."""

    ttl_seconds: float
    open: dict[LeaseId, Lease] = field(default_factory=dict)
    closings: dict[LeaseId, Closing] = field(default_factory=dict)
    # Holds of all unfinished requests, also of those on closed leases.
    in_flight_nano: int = 0
    _spending: _Spending = field(default_factory=_Spending)

    def grant(self, id: LeaseId, granted_nano: int, deadline: float, now: float) -> None:
        """A lease has arrived."""
        self.open[id] = Lease(id, granted_nano, deadline, now)
        while len(self.open) > _OPEN_MAX:
            self.close(min(self.open.values(), key=lambda lease: lease.deadline).id)

    def admit(self, hold_nano: int, now: float) -> LeaseId | None:
        """The lease that now carries the hold, or None when no lease can."""
        lease = self._fitting(hold_nano, now)
        if lease is None:
            return None
        lease.in_flight_nano += hold_nano
        lease.held_total_nano += hold_nano
        lease.used_at = now
        self.in_flight_nano += hold_nano
        return lease.id

    def covers(self, hold_nano: int, now: float) -> bool:
        """Whether `admit` would find a lease."""
        return self._fitting(hold_nano, now) is not None

    def _fitting(self, hold_nano: int, now: float) -> Lease | None:
        for lease in self.open.values():
            if lease.free_nano >= hold_nano and now < lease.deadline:
                return lease
        return None

    def finish(self, id: LeaseId, hold_nano: int, actual_nano: int, now: float) -> None:
        """An admitted request has cost this much."""
        self.in_flight_nano -= hold_nano
        self._spending.add(actual_nano, int(now / self.ttl_seconds))
        if lease := self.open.get(id):
            lease.in_flight_nano -= hold_nano
            lease.spent_nano += actual_nano

    def take_back(self, id: LeaseId, hold_nano: int) -> None:
        """An admission that came to nothing, in the turn that made it: its lease is still open."""
        lease = self.open[id]
        lease.in_flight_nano -= hold_nano
        lease.held_total_nano -= hold_nano
        self.in_flight_nano -= hold_nano

    def close(self, id: LeaseId) -> None:
        lease = self.open.pop(id)
        self.closings[id] = Closing(id, lease.held_total_nano)

    def close_all(self) -> None:
        for id in list(self.open):
            self.close(id)

    def close_stale(self, now: float) -> None:
        """Closes what has expired and what nobody has used for a while."""
        idle_since = now - self.ttl_seconds * _IDLE
        for lease in list(self.open.values()):
            if lease.deadline <= now or lease.used_at <= idle_since:
                self.close(lease.id)

    def acknowledged(self, ids: list[LeaseId]) -> None:
        """The ledger has closed these."""
        for id in ids:
            self.closings.pop(id, None)

    def low(self, now: float) -> bool:
        """Whether to fetch the next lease: less than a quarter is free on those that will last."""
        lasting = now + self.ttl_seconds * _AGEING
        free_nano = granted_nano = 0
        for lease in self.open.values():
            if lease.deadline > lasting:
                free_nano += lease.free_nano
                granted_nano += lease.granted_nano
        return 4 * free_nano <= granted_nano

    def want_nano(self, need_nano: int, waiting_nano: int = 0) -> int:
        """What would carry twice the present load for a lease's life.

        Holds are far above costs: with one hold to spare, calls that come one after another need
        no lease each.
        """
        load_nano = self.in_flight_nano + max(need_nano, waiting_nano)
        return load_nano + need_nano + 2 * self._spending.peak_nano

    @property
    def empty(self) -> bool:
        return not (self.open or self.closings or self.in_flight_nano)
