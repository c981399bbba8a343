"""LeaseBook under any order of events: never more at stake than was granted, and exact closings."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tollgate_common.ids import LeaseId
from tollgate_edge.leases import LeaseBook

AMOUNTS = st.integers(1, 1_000)


class Books(RuleBasedStateMachine):
    """The book, beside a plain record of everything that happened to it."""

    def __init__(self) -> None:
        super().__init__()
        self.book = LeaseBook(ttl_seconds=30.0)
        self.now = 1_000.0
        self.granted: dict[LeaseId, int] = {}
        self.deadlines: dict[LeaseId, float] = {}
        self.holds: dict[LeaseId, list[int]] = {}
        self.costs: dict[LeaseId, int] = {}
        self.running: list[tuple[LeaseId, int]] = []

    @rule(amount=AMOUNTS, life=st.floats(0, 30))
    def grant(self, amount: int, life: float) -> None:
        lease_id = LeaseId(f"lease-{len(self.granted)}")
        self.granted[lease_id] = amount
        self.deadlines[lease_id] = self.now + life
        self.holds[lease_id] = []
        self.costs[lease_id] = 0
        self.book.grant(lease_id, amount, self.now + life, self.now)

    @rule(hold=AMOUNTS)
    def admit(self, hold: int) -> None:
        covered = self.book.covers(hold, self.now)
        lease_id = self.book.admit(hold, self.now)
        assert covered == (lease_id is not None)
        if lease_id:
            assert self.now < self.deadlines[lease_id]
            self.holds[lease_id].append(hold)
            self.running.append((lease_id, hold))

    @rule(hold=AMOUNTS)
    def admit_and_take_back(self, hold: int) -> None:
        if lease_id := self.book.admit(hold, self.now):
            self.book.take_back(lease_id, hold)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        lease_id, hold = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        actual = data.draw(st.integers(0, hold))
        self.costs[lease_id] += actual
        self.book.finish(lease_id, hold, actual, self.now)

    @rule(seconds=st.floats(0, 20))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def close_stale(self) -> None:
        self.book.close_stale(self.now)
        assert all(lease.deadline > self.now for lease in self.book.open.values())

    @rule()
    def recall(self) -> None:
        self.book.close_all()
        assert not self.book.covers(1, self.now)

    @precondition(lambda self: self.book.closings)
    @rule()
    def acknowledge(self) -> None:
        self.book.acknowledged(list(self.book.closings))
        assert not self.book.closings

    @invariant()
    def never_more_at_stake_than_granted(self) -> None:
        for lease_id, granted in self.granted.items():
            in_flight = sum(hold for id, hold in self.running if id == lease_id)
            assert self.costs[lease_id] + in_flight <= granted

    @invariant()
    def closings_name_every_hold(self) -> None:
        for lease_id, closing in self.book.closings.items():
            assert lease_id not in self.book.open
            assert closing.held_total_nano == sum(self.holds[lease_id])

    @invariant()
    def in_flight_is_what_runs(self) -> None:
        assert self.book.in_flight_nano == sum(hold for _, hold in self.running)

    @invariant()
    def asks_for_at_least_the_need(self) -> None:
        assert self.book.want_nano(10, 25) >= 25


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
