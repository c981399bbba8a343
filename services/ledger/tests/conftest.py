"""Wallets in memory and on both engines: a test that takes `wallets` runs on all three."""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from mongo_server import store_url
from tollgate_common.clock import ManualClock
from tollgate_common.errors import AlreadyExists
from tollgate_common.rating import Units
from tollgate_common.store import Store, open_store
from tollgate_common.usage import Outcome, UsageEvent
from tollgate_ledger.charges import Charge
from tollgate_ledger.entries import Entry
from tollgate_ledger.history import History
from tollgate_ledger.leases import LeaseTerms
from tollgate_ledger.operations import Ledger
from tollgate_ledger.ports import Held
from tollgate_ledger.statements import Line
from tollgate_ledger.store import COLLECTIONS, StoredWallets
from tollgate_ledger.wallets import Ask, Wallet

TERMS = LeaseTerms(ttl_ms=30_000, grace_ms=5_000, orphan_ms=900_000)


class MemoryWallets:
    def __init__(self) -> None:
        self.wallets: dict[str, Held] = {}
        self.entries: dict[tuple[str, str], Entry] = {}

    async def read(self, account_id: str) -> Held:
        return self.wallets.get(account_id) or Held(Wallet(account_id=account_id), 0)

    async def recent(self, account_id: str) -> Held:
        return await self.read(account_id)

    async def write(self, wallet: Wallet, version: int) -> bool:
        if (await self.read(wallet.account_id)).version != version:
            return False
        self.wallets[wallet.account_id] = Held(wallet, version + 1)
        return True

    async def archive(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if self.entries.setdefault((entry.account_id, entry.id), entry) != entry:
                raise AlreadyExists("other content")

    async def archived(self, account_id: str, ids: Sequence[str]) -> dict[str, Entry]:
        return {id: self.entries[account_id, id] for id in ids if (account_id, id) in self.entries}

    async def archive_after(self, account_id: str, sequence: int, limit: int) -> list[Entry]:
        return [e for e in self._archive(account_id) if e.sequence > sequence][:limit]

    async def archive_at(self, account_id: str, sequences: range) -> list[Entry]:
        return [e for e in self._archive(account_id) if e.sequence in sequences]

    async def archive_within(
        self, account_id: str, sequences: range, limit: int, *, without_usage: bool
    ) -> list[Entry]:
        found = await self.archive_at(account_id, sequences)
        return [e for e in found if not (without_usage and e.kind == "usage")][::-1][:limit]

    async def archive_totals(self, account_id: str, sequences: range) -> list[Line]:
        found = await self.archive_at(account_id, sequences)
        return [Line(e.kind, 1, e.amount_nano) for e in found if e.kind != "usage"]

    async def noticed(self, limit: int) -> list[Wallet]:
        return [held.wallet for held in self.wallets.values() if held.wallet.notices][:limit]

    async def accounts(self, limit: int, after: str) -> tuple[list[str], str]:
        ids = sorted(id for id in self.wallets if id > after)
        return ids[:limit], ids[limit - 1] if len(ids) > limit else ""

    def _archive(self, account_id: str) -> list[Entry]:
        mine = (entry for entry in self.entries.values() if entry.account_id == account_id)
        return sorted(mine, key=lambda entry: entry.sequence)


AnyWallets = MemoryWallets | StoredWallets


class Recalls(list[str]):
    """Remembers who was asked for; `answer` is what an edge does when it hears."""

    answer: Callable[[], Any] | None = None

    async def __call__(self, account_id: str) -> None:
        self.append(account_id)
        if self.answer:
            self.answer()


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Store]:
    async with store_url("sqlite", tmp_path) as url:
        store = await open_store(url, COLLECTIONS)
        yield store
        await store.close()


@pytest.fixture
async def mongo(tmp_path: Path) -> AsyncIterator[Store]:
    async with store_url("mongo", tmp_path) as url:
        store = await open_store(url, COLLECTIONS)
        yield store
        await store.close()


@pytest.fixture(params=["sqlite", "mongo"])
def store(request: pytest.FixtureRequest) -> Store:
    store: Store = request.getfixturevalue(request.param)
    return store


@pytest.fixture(params=["memory", "sqlite", "mongo"])
def wallets(request: pytest.FixtureRequest) -> AnyWallets:
    if request.param == "memory":
        return MemoryWallets()
    return StoredWallets(request.getfixturevalue(request.param))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def recalls() -> Recalls:
    return Recalls()


@pytest.fixture
def ledger(wallets: AnyWallets, clock: ManualClock, recalls: Recalls) -> Ledger:
    return Ledger(wallets, clock, TERMS, recalls)


@pytest.fixture
def history(wallets: AnyWallets) -> History:
    return History(wallets)


@pytest.fixture
def terms() -> LeaseTerms:
    return TERMS


@pytest.fixture
def make_ask() -> Callable[..., Ask]:
    def make(lease_id: str = "", need: int = 10, want: int = 0, **others: Any) -> Ask:
        edge_id, closing = others.get("edge_id", "edge-1"), others.get("closing", {})
        return Ask("acc", edge_id, lease_id, need, want or need, closing)

    return make


@pytest.fixture
def make_event() -> Callable[..., UsageEvent]:
    def make(request_id: str = "R1", cost_nano: int = 7, **others: Any) -> UsageEvent:
        fields: dict[str, Any] = {
            "request_id": request_id,
            "account_id": "acc",
            "key_id": "key",
            "model": "deepseek-chat",
            "provider": "deepseek",
            "channel_id": "channel",
            "dialect": "openai",
            "operation": "chat",
            "units": Units(input=1),
            "price_version": "v1",
            "cost_nano": cost_nano,
            "hold_nano": 10,
            "lease_id": "",
            "started_at_ms": 1_800_000_000_000,
            "first_byte_ms": 1,
            "duration_ms": 2,
            "outcome": Outcome.COMPLETED,
            "estimated": False,
            "observer": "providers",
            "status": 200,
            "stream": False,
        }
        return UsageEvent(**(fields | others))

    return make


@pytest.fixture
def make_charge(make_event: Callable[..., UsageEvent]) -> Callable[..., Charge]:
    return lambda *args, **others: Charge.of(make_event(*args, **others))
