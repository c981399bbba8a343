"""Where the edge's real things are chosen and put together."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from tollgate_common.bus import Bus, UsagePublisher
from tollgate_common.clock import SystemClock
from tollgate_common.errors import Unavailable
from tollgate_common.ids import ulid
from tollgate_common.server import Runtime
from tollgate_common.spool import Spool

from .catalogue import Catalogue, keep_fresh
from .clients import AnswersClient, Clients, changed_key, reachable, recalled_account
from .credit import Credit
from .grants import Grants, GrantTimes
from .limits import Limiter
from .metrics import Metrics
from .operations import Operations
from .ports import Wallets
from .protocol import Protocol
from .relay import LaneTimes, Relay
from .routes.ask import BodyLimits, ModelRoute
from .routes.front import Front
from .routes.rest import Rest
from .settings import EdgeSettings
from .settling import Settler

# After the last answer, this long for the last records and for giving leases back.
_SETTLE_SECONDS = 10.0
_GIVE_BACK_SECONDS = 3.0
_DRAIN_STEP_SECONDS = 0.05


class _Parts:
    """The loops of one edge. They outlive the public port: requests settle after their answers."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, loop: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(loop, name=name))

    async def watch(self) -> None:
        """Ends when a loop does, which none should."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def app(runtime: Runtime, settings: EdgeSettings) -> AsyncIterator[None]:
    """The edge, from its settings."""
    clock = SystemClock()
    bus = await Bus.connect(settings.nats_url, "edge", replicas=settings.nats_replicas)
    spool = Spool(settings.spool_dir, clock, bytes_max=settings.spool_bytes_max)
    publisher = UsagePublisher(bus, spool, clock)
    clients = Clients(
        settings.auth_target,
        settings.ledger_target,
        settings.targets,
        settings.token.get_secret_value(),
        edge_id=ulid(clock.now_ms()),
    )
    async with clients:
        grants = _grants(settings, clients, clock)
        catalogue = Catalogue()
        limiter = Limiter()
        credit = Credit(clients.ledger, clock, wait_seconds=settings.credit_seconds)
        settler = Settler(credit, limiter, publisher, clock)
        relay = Relay(
            [client.dial for client in clients.providers],
            settler,
            clock,
            LaneTimes(
                settings.keepalive_seconds, settings.settle_seconds, settings.request_seconds
            ),
            window_bytes=settings.window_bytes,
        )
        operations = Operations(
            grants,
            catalogue,
            limiter,
            credit,
            relay,
            publisher,
            AnswersClient(clients.providers),
            clock,
            settings.trusted_proxies,
        )
        metrics = Metrics()
        front = _front(settings, operations, clients.ledger, metrics, clock)
        metrics.watch(in_flight=lambda: front.in_flight, lanes=lambda: relay.lanes)
        protocol = partial(Protocol, stall_seconds=settings.stall_seconds)
        runtime.serve_http(front, settings.port, http=protocol, proxy_headers=False)
        _set_readiness(runtime, catalogue, relay, credit, clients, publisher)
        parts = _Parts()
        parts.start("publisher", publisher.run())
        parts.start("relay", relay.run())
        parts.start("credit", credit.run())
        parts.start(
            "catalogue", keep_fresh(catalogue, clients.providers, settings.catalogue_seconds)
        )
        parts.start("announcements", _listen(bus, grants, credit))
        runtime.keep_running("parts", parts.watch)
        try:
            yield
        finally:
            await _settle(relay)
            await _give_back(credit)
            await parts.stop()
            await settler.drain(_GIVE_BACK_SECONDS)  # what the stopped links have lost
            await bus.close()
            spool.close()
            metrics.close()


def _grants(settings: EdgeSettings, clients: Clients, clock: SystemClock) -> Grants:
    return Grants(
        clients.auth,
        clock,
        GrantTimes(
            serve=settings.grant_seconds,
            refresh=settings.grant_refresh_seconds,
            absent=settings.grant_absent_seconds,
        ),
        entries_max=settings.grants_max,
        lookups_max=settings.grant_lookups_max,
    )


def _front(
    settings: EdgeSettings,
    operations: Operations,
    wallets: Wallets,
    metrics: Metrics,
    clock: SystemClock,
) -> Front:
    limits = BodyLimits(settings.body_bytes_max, settings.body_seconds, settings.answer_bytes_max)
    return Front(
        ModelRoute(operations, limits, metrics, clock),
        Rest(operations, limits, wallets),
        metrics,
        clock,
        requests_max=settings.requests_max,
        tracing=bool(settings.otlp_endpoint),
        debugging=settings.log_level.upper() == "DEBUG",
    )


def _set_readiness(
    runtime: Runtime,
    catalogue: Catalogue,
    relay: Relay,
    credit: Credit,
    clients: Clients,
    publisher: UsagePublisher,
) -> None:
    """Ready is: a request would succeed."""

    async def loaded() -> None:
        if not catalogue.loaded:
            raise Unavailable("the catalogue has not been loaded yet")

    async def up() -> None:
        if not relay.up:
            raise Unavailable("no stream to providers is up")

    async def ledger() -> None:
        if not credit.holds_leases:
            await reachable(clients.ledger_channel)

    runtime.ready_when("catalogue", loaded)
    runtime.ready_when("relay", up)
    runtime.ready_when("ledger", ledger)
    runtime.ready_when("usage", publisher.ready)


async def _listen(bus: Bus, grants: Grants, credit: Credit) -> None:
    hears: dict[str, Callable[[bytes], None]] = {
        "auth.key_changed": lambda payload: grants.forget(changed_key(payload)),
        "ledger.lease_recall": lambda payload: credit.recall(recalled_account(payload)),
    }
    for subject, hear in hears.items():
        await bus.listen(subject, hear)
    await asyncio.Event().wait()


async def _settle(relay: Relay) -> None:
    """Waits until providers has recorded what was answered; what it has not, we shall."""
    try:
        async with asyncio.timeout(_SETTLE_SECONDS):
            # Asked a few times at the end, rather than told at the end of every lane.
            while relay.lanes:  # noqa: ASYNC110
                await asyncio.sleep(_DRAIN_STEP_SECONDS)
    except TimeoutError:
        return


async def _give_back(credit: Credit) -> None:
    try:
        async with asyncio.timeout(_GIVE_BACK_SECONDS):
            await credit.close_all()
    except TimeoutError:
        return
