"""Puts metering together: the only place where real things are chosen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tollgate_common.bus import Bus
from tollgate_common.clock import SystemClock
from tollgate_common.dead_letters import DeadLetters
from tollgate_common.server import Runtime
from tollgate_common.store import open_store

from .consumer import DELIVERIES_MAX, DURABLE, UsageConsumer
from .operations import Metering
from .rpc import SERVICE, MeteringServicer
from .settings import MeteringSettings
from .store import COLLECTIONS, StoredRecords


@asynccontextmanager
async def app(runtime: Runtime, settings: MeteringSettings) -> AsyncIterator[None]:
    store = await open_store(settings.store_url, COLLECTIONS)
    bus = await Bus.connect(settings.nats_url, runtime.name, replicas=settings.nats_replicas)
    metering = Metering(StoredRecords(store))
    consumer = UsageConsumer(metering, DeadLetters(store, SystemClock()))
    runtime.serve_rpc(settings.rpc_port, SERVICE, MeteringServicer(metering).add_to)
    runtime.keep_running(
        "usage", lambda: bus.consume(DURABLE, consumer.handle, batch=DELIVERIES_MAX)
    )
    runtime.ready_when("store", store.ping)
    try:
        yield
    finally:
        await bus.close()
        await store.close()
