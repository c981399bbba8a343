"""Puts auth together: the only place where real things are chosen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tollgate_common.bus import Bus
from tollgate_common.clock import SystemClock
from tollgate_common.server import Runtime
from tollgate_common.store import open_store

from .announcer import BusAnnouncer
from .operations import Auth
from .rpc import SERVICE, AuthServicer
from .settings import AuthSettings
from .store import COLLECTIONS, StoredAccounts, StoredKeys


@asynccontextmanager
async def app(runtime: Runtime, settings: AuthSettings) -> AsyncIterator[None]:
    store = await open_store(settings.store_url, COLLECTIONS)
    bus = await Bus.connect(settings.nats_url, runtime.name, replicas=settings.nats_replicas)
    auth = Auth(StoredAccounts(store), StoredKeys(store), BusAnnouncer(bus), SystemClock())
    runtime.serve_rpc(settings.rpc_port, SERVICE, AuthServicer(auth).add_to)
    runtime.ready_when("store", store.ping)
    try:
        yield
    finally:
        await bus.close()
        await store.close()
