"""Where real things are chosen."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tollgate_common.bus import LOW_BALANCE, Bus
from tollgate_common.clock import SystemClock
from tollgate_common.dead_letters import DeadLetters
from tollgate_common.server import Runtime
from tollgate_common.store import open_store

from .consumer import DELIVERIES_MAX, DURABLE, UsageConsumer
from .history import History
from .messages import low_balance_message, recall_message
from .notices import LowBalance
from .notifier import Notifier
from .operations import Ledger
from .ports import Passing
from .rpc import RECALL_SUBJECT, SERVICE, LedgerServicer
from .settings import LedgerSettings
from .store import COLLECTIONS, StoredWallets

_KILLED = 137


@asynccontextmanager
async def app(runtime: Runtime, settings: LedgerSettings) -> AsyncIterator[None]:
    """The ledger on its store and bus."""
    clock = SystemClock()
    store = await open_store(settings.store_url, COLLECTIONS)
    bus = await Bus.connect(settings.nats_url, runtime.name, replicas=settings.nats_replicas)
    passing = crashing_at(settings.crash_at)

    async def recall(account_id: str) -> None:
        await bus.announce(RECALL_SUBJECT, recall_message(account_id))

    async def publish(notice: LowBalance) -> None:
        await bus.publish(notice.id, low_balance_message(notice), stream=LOW_BALANCE)

    wallets = StoredWallets(store)
    ledger = Ledger(wallets, clock, settings.lease_terms(), recall, passing=passing)
    consumer = UsageConsumer(ledger, DeadLetters(store, clock), clock, passing)
    runtime.serve_rpc(
        settings.rpc_port, SERVICE, LedgerServicer(ledger, History(wallets), clock).add_to
    )
    runtime.keep_running(
        "usage", lambda: bus.consume(DURABLE, consumer.handle, batch=DELIVERIES_MAX)
    )
    runtime.keep_running("notices", Notifier(wallets, ledger, publish).run)
    runtime.ready_when("store", store.ping)
    try:
        yield
    finally:
        await bus.close()
        await store.close()


def crashing_at(crash_at: str) -> Passing:
    """Kills the process, as kill -9 would, when it passes that place."""

    def passing(place: str) -> None:
        if place == crash_at:
            os._exit(_KILLED)

    return passing
