"""Real edges and a real ledger never overdraw a wallet, whatever is late, lost, repeated or killed.

A seeded simulation of one account. The edges' lease books and the ledger are the product's own;
the network between them, the providers and the bus are modelled. All of it runs on an event loop
whose time jumps to the next timer, so that minutes pass in milliseconds and in a known order.
"""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from selectors import DefaultSelector
from typing import Any, Literal, TypeAlias

import pytest
from mongo_server import store_url
from tollgate_common.errors import Unavailable
from tollgate_common.ids import AccountId, LeaseId
from tollgate_common.store import open_store
from tollgate_edge.credit import Credit
from tollgate_edge.leases import Closing
from tollgate_edge.ports import Granted
from tollgate_edge.refusals import Refusal
from tollgate_ledger.charges import Charge
from tollgate_ledger.entries import Entry, Kind, Movement
from tollgate_ledger.leases import LeaseTerms
from tollgate_ledger.operations import Ledger
from tollgate_ledger.ports import Held
from tollgate_ledger.store import COLLECTIONS, StoredWallets
from tollgate_ledger.wallets import Ask, Wallet

ACCOUNT = AccountId("acc")
# As in production, but shorter, so that a run sees many leases end.
TERMS = LeaseTerms(ttl_ms=6_000, grace_ms=1_000, orphan_ms=60_000)
EDGES = 4
HOLD_MAX = 200
# Both together end before an orphaned lease does.
REQUEST_SECONDS_MAX = 30.0
DELIVERY_SECONDS_MAX = 15.0
SEEDS = 40
REQUESTS = 250
# What an edge says of a lease's holds when it closes it; `int` is the truth.
Tell: TypeAlias = Callable[[int], int]


class Time(DefaultSelector):
    """The loop's wait, and everybody's clock.

    Waits for nothing that is only a timer; while something works outside, time is real.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1_000.0
        self.outside = 0

    def select(self, timeout: float | None = None) -> Any:
        if self.outside or timeout is None:
            began_s = time.monotonic()
            events = super().select(timeout)
            self.now_s += time.monotonic() - began_s
            return events
        self.now_s += max(0.0, timeout)
        return super().select(0)

    def now_ms(self) -> int:
        return 1_800_000_000_000 + round(self.now_s * 1000)

    def monotonic(self) -> float:
        return self.now_s


class Loop(asyncio.SelectorEventLoop):
    def __init__(self, now: Time) -> None:
        self._now = now
        super().__init__(now)

    def time(self) -> float:
        return self._now.now_s


class MemoryWallets:
    """One account's wallet and archive."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._states = [Held(Wallet(account_id=ACCOUNT), 0)]
        self._archive: dict[str, Entry] = {}

    async def read(self, account_id: str) -> Held:
        return self._states[-1]

    async def recent(self, account_id: str) -> Held:
        return self._chance.choice(self._states[-2:])

    async def write(self, wallet: Wallet, version: int) -> bool:
        if version != self._states[-1].version:
            return False
        self._states.append(Held(wallet, version + 1))
        return True

    async def archive(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            assert self._archive.setdefault(entry.id, entry) == entry

    async def archived(self, account_id: str, ids: Sequence[str]) -> dict[str, Entry]:
        return {id: self._archive[id] for id in ids if id in self._archive}

    async def archive_after(self, account_id: str, sequence: int, limit: int) -> list[Entry]:
        return [entry for entry in self._archive.values() if entry.sequence > sequence][:limit]


class WatchedPort:
    """The ledger's port on a store, with everybody else's turn before each call."""

    def __init__(self, store: Any, now: Time, on_write: Callable[[Wallet, int], None]) -> None:
        self._store = store
        self._now = now
        self._on_write = on_write

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        async def call(*arguments: Any) -> Any:
            await asyncio.sleep(0)
            self._now.outside += 1
            try:
                answer = await method(*arguments)
            finally:
                self._now.outside -= 1
            if name == "write" and answer:
                self._on_write(*arguments)
            return answer

        return call


class Auditor:
    """Compares every wallet that is written with a record of its own of what it must hold."""

    def __init__(self) -> None:
        self.amounts: dict[str, int] = {}
        self.posted: set[str] = set()
        self.posted_nano = 0
        self.violations: list[str] = []
        self._version = 0
        self._unseen: dict[int, Wallet] = {}

    def written(self, wallet: Wallet, version: int) -> None:
        """The writers may hear of their success in another order than that of their writes."""
        self._unseen[version] = wallet
        while wallet_next := self._unseen.pop(self._version, None):
            self._version += 1
            self._see(wallet_next)

    def _see(self, wallet: Wallet) -> None:
        for entry in wallet.tail[len(self.posted) - wallet.archived_sequence :]:
            self._expect("I3", entry.sequence == len(self.posted) + 1)
            self._expect("I4", entry.id not in self.posted)
            self._expect("I7", entry.amount_nano == self.amounts[entry.id])
            self.posted.add(entry.id)
            self.posted_nano += entry.amount_nano
        self._expect("I1", wallet.posted_nano == self.posted_nano)
        self._expect("I8", wallet.leased_nano <= wallet.posted_nano)
        self._expect("I9", wallet.posted_nano >= 0)

    def _expect(self, invariant: str, holds: bool) -> None:
        if not holds:
            self.violations.append(invariant)


class Line:
    """An edge's way to the ledger: slow, and some of what is said gets lost or comes too late."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._edge_id = world.new_id("edge")
        self.is_cut = False

    async def acquire(
        self,
        account_id: AccountId,
        lease_id: LeaseId | None,
        *,
        need_nano: int,
        want_nano: int,
        closing: Sequence[Closing],
    ) -> Granted:
        told = {str(each.lease_id): self._world.tell(each.held_total_nano) for each in closing}
        ask = Ask(account_id, self._edge_id, lease_id or "", need_nano, want_nano, told)
        fate = self._world.chance.random()
        await self._travel(is_lost=fate < 0.02)
        if fate < 0.04:
            self._world.start(self._world.ask_late(ask))
            raise Unavailable("the deadline has passed")
        grant = await self._world.ledger.acquire(ask)
        await self._travel(is_lost=fate < 0.08)
        self._world.steps += 1
        return Granted(grant.granted_nano, grant.ttl_ms / 1000)

    async def _travel(self, *, is_lost: bool) -> None:
        await self._world.sleep(0.05)
        if is_lost or self.is_cut:
            raise Unavailable("the line is cut")


class Edge:
    """An edge's credit, and the tasks that end with it."""

    def __init__(self, world: "World") -> None:
        self._line = Line(world)
        self.credit = Credit(self._line, world.now, wait_seconds=3)
        self._tasks = [asyncio.create_task(self.credit.run())]

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._tasks = [task for task in self._tasks if not task.done()]
        self._tasks.append(asyncio.create_task(coroutine))

    async def end(self, *, killed: bool) -> None:
        """Gives its leases back, if it still can."""
        self._line.is_cut = killed
        for task in self._tasks:
            task.cancel()
        await self.credit.close_all()


class World:
    """Everything that can happen to one account."""

    def __init__(self, seed: int, now: Time, replicas: Sequence[Any], tell: Tell = int) -> None:
        self.chance = random.Random(seed)
        self.now = now
        self.tell = tell
        self.wallet = Wallet(account_id=ACCOUNT)
        self.auditor = Auditor()
        self.steps = 0
        self.admitted = 0
        self.ledgers = [self._new_ledger(store) for store in replicas]
        self._arrived: list[Charge] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._ids = 0
        self.edges: list[Edge] = []

    @property
    def ledger(self) -> Ledger:
        return self.chance.choice(self.ledgers)

    def new_id(self, kind: str) -> str:
        self._ids += 1
        return f"{kind}-{self._ids}"

    async def sleep(self, *seconds_max: float) -> None:
        await asyncio.sleep(self.chance.uniform(0, self.chance.choice(seconds_max)))

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def run(self) -> None:
        self.edges = [Edge(self) for _ in range(EDGES)]
        await self._top_up()
        for _ in range(REQUESTS):
            edge = self.chance.choice(self.edges)
            edge.start(self._request(edge))
            happens = self.chance.random()
            if happens < 0.03:
                await self._top_up()
            elif happens < 0.04:
                await self._replace(edge)
            elif happens < 0.05:
                await self.sleep(40)
            elif happens < 0.5:
                await asyncio.sleep(self.chance.expovariate(2))
        await self._end()

    async def ask_late(self, ask: Ask) -> None:
        """May grant to nobody, when its edge has asked again and is done: that lease just ends."""
        await self.sleep(5)
        await self.ledger.acquire(ask)

    def _new_ledger(self, store: Any) -> Ledger:
        port: Any = WatchedPort(store, self.now, self.auditor.written)
        return Ledger(port, self.now, TERMS, self._recall, pause=self._pause, tail_max=8)

    async def _recall(self, account_id: str) -> None:
        for edge in self.edges:
            if self.chance.random() < 0.9:
                edge.credit.recall(AccountId(account_id))

    async def _pause(self, attempt: int) -> None:
        await self.sleep(0.001)

    async def _top_up(self) -> None:
        request_id, amount_nano = self.new_id("top-up"), self.chance.randint(100, 1_500)
        self.auditor.amounts[f"top-up:{ACCOUNT}:{request_id}"] = amount_nano
        for _ in range(self.chance.choice([1, 1, 2])):
            await self.ledger.top_up(ACCOUNT, amount_nano, request_id, "")

    async def _replace(self, edge: Edge) -> None:
        self.edges.remove(edge)
        await edge.end(killed=self.chance.random() < 0.5)
        self.edges.append(Edge(self))

    async def _request(self, edge: Edge) -> None:
        hold_nano = self.chance.randint(1, HOLD_MAX)
        self.steps += 1
        try:
            lease_id = await edge.credit.admit(ACCOUNT, hold_nano)
        except (Refusal, Unavailable):
            return
        if self.chance.random() < 0.02:
            edge.credit.take_back(ACCOUNT, lease_id, hold_nano)
            return
        self.admitted += 1
        # From here on the request belongs to the provider: it outlives its edge.
        self.start(self._serve(edge, lease_id, hold_nano))

    async def _serve(self, edge: Edge, lease_id: LeaseId, hold_nano: int) -> None:
        await self.sleep(0.1, 1, 1, 5, REQUEST_SECONDS_MAX)
        cost_nano = self.chance.choice([0, hold_nano // 2, hold_nano])
        movement = Movement(self.new_id("usage"), Kind.USAGE, -cost_nano, "model")
        self.auditor.amounts[movement.id] = -cost_nano
        charge = Charge(ACCOUNT, movement, lease_id, hold_nano, 0)
        for _ in range(self.chance.choice([1, 1, 1, 2, 5])):
            self.start(self._deliver(charge))
        await self.sleep(0.05)
        edge.credit.finish(ACCOUNT, lease_id, hold_nano, cost_nano)
        self.steps += 1

    async def _deliver(self, charge: Charge) -> None:
        """Charges that have arrived by then are posted in one write, in any order."""
        await self.sleep(0.1, 2, DELIVERY_SECONDS_MAX)
        self._arrived.append(charge)
        await asyncio.sleep(0.05)
        batch, self._arrived = self._arrived, []
        self.chance.shuffle(batch)
        await self.ledger.post(ACCOUNT, batch)
        self.steps += bool(batch)

    async def _end(self) -> None:
        """Requests end, events arrive, edges find their leases idle, orphans are given up."""
        await asyncio.sleep(10)
        while self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.sleep(10)
        for edge in self.edges:
            await edge.end(killed=True)
        await asyncio.sleep((TERMS.ttl_ms + TERMS.orphan_ms) / 1000 + 1)
        self.wallet = await self.ledger.wallet(ACCOUNT)
        verdict = await self.ledger.verify(ACCOUNT)
        self.auditor.violations += verdict.violations


def simulate(seed: int, tell: Tell = int) -> World:
    world = World(seed, Time(), [MemoryWallets(random.Random(seed))] * 2, tell)
    with asyncio.Runner(loop_factory=lambda: Loop(world.now)) as runner:
        runner.run(world.run())
    return world


def check(world: World) -> None:
    """Nothing was ever violated, everything has its one entry, and all credit is free again."""
    assert world.auditor.violations == []
    assert world.auditor.posted == world.auditor.amounts.keys()
    assert world.wallet.leases == ()


def test_no_wallet_is_overdrawn() -> None:
    worlds = [simulate(seed) for seed in range(SEEDS)]
    for world in worlds:
        check(world)
    assert sum(world.steps for world in worlds) > 20_000
    assert sum(world.admitted for world in worlds) > 4_000


def test_a_held_total_that_is_too_small_is_noticed() -> None:
    """The mutant forgets the holds of requests that still run when it closes a lease."""
    worlds = [simulate(seed, lambda held_total_nano: held_total_nano // 2) for seed in range(10)]
    assert {"I8", "I9"} <= {found for world in worlds for found in world.auditor.violations}


@pytest.mark.parametrize("engine", ["sqlite", "mongo"])
def test_no_wallet_is_overdrawn_on(engine: Literal["sqlite", "mongo"], tmp_path: Path) -> None:
    async def run() -> None:
        async with store_url(engine, tmp_path) as url:
            store = await open_store(url, COLLECTIONS)
            now.outside -= 1
            world = World(1, now, [StoredWallets(store), StoredWallets(store)])
            await world.run()
            now.outside += 1
            check(world)
            await store.close()

    now = Time()
    now.outside = 1
    with asyncio.Runner(loop_factory=lambda: Loop(now)) as runner:
        runner.run(run())
