"""Edges that spend from leases never overdraw a wallet, whatever is late, lost, repeated or killed.

A seeded simulation: the ledger's own code, and a small model of an edge that keeps its one promise:
costs of finished requests and holds of running ones never exceed what a lease granted.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from tollgate_common.clock import ManualClock
from tollgate_ledger.charges import Charge
from tollgate_ledger.entries import Entry, Kind, Movement
from tollgate_ledger.leases import LeaseTerms
from tollgate_ledger.operations import Ledger
from tollgate_ledger.ports import Held
from tollgate_ledger.wallets import Ask, Wallet

ACCOUNT = "acc"
TERMS = LeaseTerms(30_000, 5_000, 900_000)
EDGES = 4
STEPS = 400
HOLD_MAX = 200


class MemoryWallets:
    def __init__(self) -> None:
        self._held = Held(Wallet(account_id=ACCOUNT), 0)
        self._archive: dict[str, Entry] = {}

    async def read(self, account_id: str) -> Held:
        return self._held

    async def recent(self, account_id: str) -> Held:
        return self._held

    async def write(self, wallet: Wallet, version: int) -> bool:
        assert version == self._held.version
        self._held = Held(wallet, version + 1)
        return True

    async def archive(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            assert self._archive.setdefault(entry.id, entry) == entry

    async def archived(self, account_id: str, ids: Sequence[str]) -> dict[str, Entry]:
        return {id: self._archive[id] for id in ids if id in self._archive}

    async def archive_after(self, account_id: str, sequence: int, limit: int) -> list[Entry]:
        entries = [entry for entry in self._archive.values() if entry.sequence > sequence]
        return sorted(entries, key=lambda entry: entry.sequence)[:limit]

    async def accounts(self, limit: int, after: str) -> tuple[list[str], str]:
        return [ACCOUNT], ""


class FreeingOnClose(MemoryWallets):
    """Mutant: closing frees all that the ledger sees, though requests have yet to settle."""

    async def write(self, wallet: Wallet, version: int) -> bool:
        leases = tuple(lease for lease in wallet.leases if lease.held_total_nano is None)
        return await super().write(replace(wallet, leases=leases), version)


@dataclass
class EdgeLease:
    """What an edge knows of its lease."""

    id: str
    granted_nano: int
    expires_s: float
    spent_nano: int = 0
    running_nano: int = 0
    held_total_nano: int = 0

    def admits(self, hold_nano: int, now_s: float) -> bool:
        free_nano = self.granted_nano - self.spent_nano - self.running_nano
        return now_s < self.expires_s and hold_nano <= free_nano


@dataclass
class Edge:
    id: str
    leases: list[EdgeLease] = field(default_factory=list)


@dataclass
class Running:
    """A request that was admitted and has not ended."""

    id: str
    hold_nano: int
    lease: EdgeLease
    deadline_s: float


class Simulation:
    def __init__(self, seed: int, wallets: MemoryWallets, terms: LeaseTerms = TERMS) -> None:
        self.chance = random.Random(seed)
        self.clock = ManualClock()
        self.ledger = Ledger(wallets, self.clock, terms, self._recall)
        self.edges = [Edge(f"edge-{number}") for number in range(EDGES)]
        self.running: list[Running] = []
        self.events: list[tuple[float, Charge]] = []
        self.ids = 0
        self.topped_up_nano = 0
        self.cost_nano = 0
        self.admitted = 0
        self.lowest_nano = 0

    async def run(self) -> None:
        await self._top_up()
        acts = [self._admit] * 8 + [self._finish] * 5 + [self._deliver] * 4 + [self._close]
        for _ in range(STEPS):
            await self.chance.choice(acts)()
            if self.chance.random() < 0.1:
                await self._pass_time(self.chance.choice([1, 5, 20, 40, 300]))
            if self.chance.random() < 0.02:
                self._kill(self.chance.randrange(EDGES))
            if self.chance.random() < 0.01:
                await self._top_up()
        await self._settle()

    async def _settle(self) -> None:
        """All requests end, all edges close their leases, and all events arrive."""
        while self.running:
            await self._finish()
        for edge in self.edges:
            await self._ask(edge, closing=edge.leases)
        await self._pass_time(1)
        while self.events:
            await self._deliver()

    async def _top_up(self) -> None:
        amount_nano = self.chance.randint(200, 3_000)
        await self.ledger.top_up(ACCOUNT, amount_nano, self._id(), "")
        self.topped_up_nano += amount_nano

    async def _admit(self) -> None:
        edge = self.chance.choice(self.edges)
        hold_nano = self.chance.randint(1, HOLD_MAX)
        now_s = self.clock.monotonic()
        fitting = [lease for lease in edge.leases if lease.admits(hold_nano, now_s)]
        lease = fitting[0] if fitting else await self._lease(edge, hold_nano)
        if lease is None or not lease.admits(hold_nano, self.clock.monotonic()):
            return
        lease.running_nano += hold_nano
        lease.held_total_nano += hold_nano
        self.admitted += 1
        # A request may last for as long as an orphaned lease is counted.
        deadline_s = lease.expires_s + TERMS.orphan_ms / 1000 - 1
        self.running.append(Running(self._id(), hold_nano, lease, deadline_s))

    async def _lease(self, edge: Edge, need_nano: int) -> EdgeLease | None:
        spare = [lease for lease in edge.leases if self.chance.random() < 0.5]
        want_nano = need_nano * self.chance.choice([1, 3, 10])
        lease_id = self._id()
        if self.chance.random() < 0.1:  # The answer is lost, and the question repeated or not.
            await self._ask(edge, lease_id, need_nano, want_nano, spare)
            if self.chance.random() < 0.5:
                return None
        lease = await self._ask(edge, lease_id, need_nano, want_nano, spare)
        if lease.granted_nano:
            edge.leases.append(lease)
        return lease

    async def _ask(
        self,
        edge: Edge,
        lease_id: str = "",
        need_nano: int = 0,
        want_nano: int = 0,
        closing: Sequence[EdgeLease] = (),
    ) -> EdgeLease:
        asked_s = self.clock.monotonic()
        closing_nano = {lease.id: lease.held_total_nano for lease in closing}
        edge.leases = [lease for lease in edge.leases if lease.id not in closing_nano]
        ask = Ask(ACCOUNT, edge.id, lease_id, need_nano, want_nano, closing_nano)
        grant = await self.ledger.acquire(ask)
        return EdgeLease(lease_id, grant.granted_nano, asked_s + grant.ttl_ms / 1000)

    async def _recall(self, account_id: str) -> None:
        for edge in self.edges:
            spare = [lease for lease in edge.leases if self.chance.random() < 0.7]
            await self._ask(edge, closing=spare)
        # The edge that asks has waited as long as it may.
        self.clock.advance(0.3)

    async def _finish(self) -> None:
        if self.running:
            self.chance.shuffle(self.running)
            self._end(self.running.pop())

    def _end(self, request: Running) -> None:
        cost_nano = self.chance.choice([0, request.hold_nano // 2, request.hold_nano])
        request.lease.running_nano -= request.hold_nano
        request.lease.spent_nano += cost_nano
        self.cost_nano += cost_nano
        movement = Movement(f"usage:{request.id}", Kind.USAGE, -cost_nano, "model")
        charge = Charge(ACCOUNT, movement, request.lease.id, request.hold_nano, 0)
        self.events.append((request.deadline_s, charge))

    async def _deliver(self) -> None:
        self.chance.shuffle(self.events)
        count = self.chance.randint(0, min(8, len(self.events)))
        await self._post([self.events.pop() for _ in range(count)])

    async def _post(self, events: Sequence[tuple[float, Charge]]) -> None:
        charges = [charge for _, charge in events]
        repeated = [charge for charge in charges if self.chance.random() < 0.2]
        for batch in (charges + repeated, repeated):
            posting = await self.ledger.post(ACCOUNT, batch)
            lowest_nano = min(posting.wallet.posted_nano, posting.wallet.available_nano)
            self.lowest_nano = min(self.lowest_nano, lowest_nano)

    async def _close(self) -> None:
        edge = self.chance.choice(self.edges)
        if edge.leases:
            await self._ask(edge, closing=[self.chance.choice(edge.leases)])

    def _kill(self, number: int) -> None:
        """Its requests go on at the provider, which publishes them; its leases are not closed."""
        self.edges[number] = Edge(self._id())

    async def _pass_time(self, seconds: int) -> None:
        until_s = self.clock.monotonic() + seconds
        for request in [request for request in self.running if request.deadline_s <= until_s]:
            self.running.remove(request)
            self._end(request)
        late = [event for event in self.events if event[0] <= until_s]
        self.events = [event for event in self.events if event[0] > until_s]
        await self._post(late)
        self.clock.advance(seconds)

    def _id(self) -> str:
        self.ids += 1
        return f"id-{self.ids}"


@pytest.mark.parametrize("seed", range(100))
async def test_balance_never_falls_below_zero(seed: int) -> None:
    simulation = Simulation(seed, MemoryWallets())
    await simulation.run()
    assert simulation.admitted > 20
    assert simulation.lowest_nano == 0
    assert (await simulation.ledger.verify(ACCOUNT)).violations == ()


@pytest.mark.parametrize("seed", range(5))
async def test_all_credit_is_free_in_the_end(seed: int) -> None:
    simulation = Simulation(seed, MemoryWallets())
    await simulation.run()
    # Only leases whose edge was killed, or whose answer was lost, are still there.
    wallet = await simulation.ledger.wallet(ACCOUNT)
    assert wallet.posted_nano == simulation.topped_up_nano - simulation.cost_nano
    assert all(lease.held_total_nano is None for lease in wallet.leases)
    simulation.clock.advance(931)
    wallet = await simulation.ledger.wallet(ACCOUNT)
    assert wallet.available_nano == wallet.posted_nano


async def test_simulation_sees_closings_that_free_too_much() -> None:
    assert await lowest_nano(lambda seed: Simulation(seed, FreeingOnClose())) < 0


async def test_simulation_sees_orphans_that_are_freed_too_early() -> None:
    hasty = replace(TERMS, orphan_ms=TERMS.grace_ms)
    assert await lowest_nano(lambda seed: Simulation(seed, MemoryWallets(), hasty)) < 0


async def lowest_nano(simulate: Callable[[int], Simulation]) -> int:
    simulations = [simulate(seed) for seed in range(20)]
    for simulation in simulations:
        await simulation.run()
    return min(simulation.lowest_nano for simulation in simulations)
