from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tollgate_common.clock import ManualClock
from tollgate_common.rating import Units
from tollgate_common.store import Store, open_store
from tollgate_common.usage import Outcome, UsageEvent
from tollgate_metering.operations import Metering
from tollgate_metering.store import COLLECTIONS, StoredRecords

# 2027-01-15T08:00:00Z
NOON_MS = 1_800_000_000_000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_store(f"sqlite:///{tmp_path}/metering.db", COLLECTIONS)
    yield store
    await store.close()


@pytest.fixture
def metering(store: Store) -> Metering:
    return Metering(StoredRecords(store, ManualClock()), ManualClock())


@pytest.fixture
def make_event() -> Callable[..., UsageEvent]:
    def make(request_id: str, **changes: Any) -> UsageEvent:
        fields: dict[str, Any] = {
            "request_id": request_id,
            "account_id": "acc_1",
            "key_id": "key_1",
            "model": "m1",
            "provider": "deepseek",
            "channel_id": "ch_1",
            "dialect": "openai",
            "operation": "chat",
            "units": Units(input=10, cached_read=1, output=5, reasoning=2),
            "price_version": "v1",
            "cost_nano": 1000,
            "hold_nano": 5000,
            "lease_id": "lease_1",
            "started_at_ms": NOON_MS,
            "first_byte_ms": 120,
            "duration_ms": 900,
            "outcome": Outcome.COMPLETED,
            "estimated": False,
            "observer": "providers",
            "status": 200,
            "stream": True,
            "agent": "tester/1",
        }
        return UsageEvent(**(fields | changes))

    return make
