from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tollgate_auth.keys import Key
from tollgate_auth.operations import Auth
from tollgate_auth.store import COLLECTIONS, StoredAccounts, StoredKeys
from tollgate_common.clock import ManualClock
from tollgate_common.store import Store, open_store


class RecordingAnnouncer:
    """Remembers what it was told, and in which state each key was."""

    def __init__(self) -> None:
        self.announced: list[Key] = []

    async def key_changed(self, key: Key) -> None:
        self.announced.append(key)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_store(f"sqlite:///{tmp_path}/auth.db", COLLECTIONS)
    yield store
    await store.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def announcer() -> RecordingAnnouncer:
    return RecordingAnnouncer()


@pytest.fixture
def auth(store: Store, clock: ManualClock, announcer: RecordingAnnouncer) -> Auth:
    return Auth(StoredAccounts(store), StoredKeys(store), announcer, clock)
