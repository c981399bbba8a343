"""Puts metering together: the only place where real things are chosen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count

from tollgate_common.bus import Bus
from tollgate_common.clock import SystemClock
from tollgate_common.dead_letters import DeadLetters
from tollgate_common.errors import TollgateError
from tollgate_common.server import Runtime
from tollgate_common.store import open_store
from tollgate_common.telemetry import logger

from .consumer import DELIVERIES_MAX, DURABLE, UsageConsumer
from .operations import Metering
from .rpc import SERVICE, MeteringServicer
from .settings import MeteringSettings
from .store import COLLECTIONS, StoredRecords

_WRITE_EVERY_S = 1.0
_MEND_EVERY = 600


@asynccontextmanager
async def app(runtime: Runtime, settings: MeteringSettings) -> AsyncIterator[None]:
    store = await open_store(settings.store_url, COLLECTIONS)
    clock = SystemClock()
    records = StoredRecords(store, clock)
    await records.adopt()
    bus = await Bus.connect(settings.nats_url, runtime.name, replicas=settings.nats_replicas)
    metering = Metering(records, clock)
    consumer = UsageConsumer(metering, DeadLetters(store, clock))
    runtime.serve_rpc(settings.rpc_port, SERVICE, MeteringServicer(metering).add_to)
    runtime.keep_running(
        "usage", lambda: bus.consume(DURABLE, consumer.handle, batch=DELIVERIES_MAX)
    )
    runtime.keep_running("sums", lambda: _tend(metering))
    runtime.ready_when("store", store.ping)
    try:
        yield
    finally:
        await bus.close()
        with suppress(TollgateError):
            await metering.write_sums()
        await store.close()


async def _tend(metering: Metering) -> None:
    """Writes sums down, and now and then those of writers that died; nothing waits for it."""
    for turn in count():
        try:
            await metering.write_sums()
            if turn % _MEND_EVERY == 0 and (batches := await metering.mend()):
                logger().info("batches_mended", batches=batches)
        except TollgateError as error:
            logger().warning("sums_not_tended", error=error.message)
        await asyncio.sleep(_WRITE_EVERY_S)
