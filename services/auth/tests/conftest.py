"""Auth in memory and on both engines: a test that takes `worlds` runs on all three."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from mongo_server import store_url
from tollgate_auth.app import ALL_COLLECTIONS, user_cases
from tollgate_auth.audit import Audit
from tollgate_auth.operations import Auth
from tollgate_auth.passwords import Passwords
from tollgate_auth.signing import Signing
from tollgate_auth.store import StoredAccounts, StoredKeys
from tollgate_auth.user_store import StoredAudit
from tollgate_common.clock import ManualClock
from tollgate_common.store import Store, open_store

from .memory_store import MemoryStore
from .world import CONSOLE, TOKEN, VAULT, RecordingAnnouncer, RecordingMailer, World


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_store(f"sqlite:///{tmp_path}/auth.db", ALL_COLLECTIONS)
    yield store
    await store.close()


@pytest.fixture
async def mongo(tmp_path: Path) -> AsyncIterator[Store]:
    async with store_url("mongo", tmp_path) as url:
        store = await open_store(url, ALL_COLLECTIONS)
        yield store
        await store.close()


@pytest.fixture
def memory() -> Store:
    return MemoryStore(ALL_COLLECTIONS)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def announcer() -> RecordingAnnouncer:
    return RecordingAnnouncer()


@pytest.fixture
def auth(store: Store, clock: ManualClock, announcer: RecordingAnnouncer) -> Auth:
    return auth_of(store, announcer, clock)


def auth_of(store: Store, announcer: RecordingAnnouncer, clock: ManualClock) -> Auth:
    audit = Audit(StoredAudit(store), clock)
    return Auth(StoredAccounts(store), StoredKeys(store), announcer, audit, clock, TOKEN)


@pytest.fixture(scope="session")
def passwords() -> Iterator[Passwords]:
    """As cheap as argon2 can be."""
    passwords = Passwords(time_cost=1, memory_kib=32, lanes=1)
    yield passwords
    passwords.close()


def world_of(store: Store, passwords: Passwords) -> World:
    clock, announcer, mailer = ManualClock(), RecordingAnnouncer(), RecordingMailer()
    auth = auth_of(store, announcer, clock)
    signing = Signing({"k1": bytes(range(32))})
    cases, postman = user_cases(store, auth, passwords, signing, VAULT, mailer, clock, CONSOLE)
    return World(store, auth, announcer, cases, postman, mailer, clock)


@pytest.fixture
def world(memory: Store, passwords: Passwords) -> World:
    return world_of(memory, passwords)


@pytest.fixture(params=["memory", "store", "mongo"])
def worlds(request: pytest.FixtureRequest, passwords: Passwords) -> World:
    return world_of(request.getfixturevalue(request.param), passwords)
