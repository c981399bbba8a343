"""The providers service, put together: the only place where real things are chosen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count

from tollgate_common.bus import Bus, UsagePublisher
from tollgate_common.clock import SystemClock
from tollgate_common.errors import Unavailable
from tollgate_common.server import Runtime
from tollgate_common.spool import Spool
from tollgate_common.store import open_store
from tollgate_common.telemetry import logger

from .announcer import BusAnnouncer
from .answers import Answers, Keeping
from .catalogue import BUILT_IN, load_catalogue
from .channel_rules import Rules
from .channels import Channel, combined
from .configured import default_channels, file_channels, read_channels
from .exchange import Exchanges
from .following import Follower
from .hosts import hosts_of
from .lane import Services
from .operations import Channels
from .registry import load_adapters, load_dialects
from .relay import Lanes
from .routing import Routing
from .rpc import SERVICE, Providers
from .settings import ProvidersSettings, environment
from .shelf import COLLECTIONS as ANSWERS
from .shelf import StoredAnswers
from .store import COLLECTIONS, ChannelDocuments
from .upstream import Timeouts, connect
from .vault import vault_of

# Claims outlive several lost renewals, and a process that died holds its keys no longer than this.
_RUNNING_MS = 30_000
_RENEW_SECONDS = 6.0
_SWEEP_EVERY = 100


@asynccontextmanager
async def app(runtime: Runtime, settings: ProvidersSettings) -> AsyncIterator[None]:
    """Runs until the context is left. SettingsError when catalogue or channels are wrong."""
    clock = SystemClock()
    adapters = load_adapters()
    models = load_catalogue(settings.catalogue_file or BUILT_IN, adapters)
    rules = Rules(adapters, models, settings.allowed_hosts)
    fixed = fixed_channels(settings, rules)
    rules = replace(rules, private_hosts={*rules.private_hosts, *hosts_of(fixed)})
    vault = vault_of(settings.vault_keys.get_secret_value())
    store = await open_store(settings.store_url, (*COLLECTIONS, *ANSWERS))
    spool = Spool(settings.spool_dir, clock, bytes_max=settings.spool_bytes_max)
    bus = await Bus.connect(settings.nats_url, "providers", replicas=settings.nats_replicas)
    publisher = UsagePublisher(bus, spool, clock)
    timeouts = Timeouts(
        connect_seconds=settings.connect_seconds,
        first_byte_seconds=settings.first_byte_seconds,
        idle_seconds=settings.idle_seconds,
        total_seconds=settings.total_seconds,
    )
    connecting = connect(timeouts, settings.connections_per_host, rules.private_hosts)
    async with connecting as upstream:
        exchanges = Exchanges(
            models,
            # The sandbox waits for what the store says: it may have real channels.
            [channel for channel in fixed if not channel.sandbox],
            adapters,
            upstream,
            Routing(),
            clock,
            load_dialects(),
            settings.hedge_seconds,
        )
        announcer = BusAnnouncer(bus)
        channels = Channels(fixed, ChannelDocuments(store), vault, rules, announcer, exchanges)
        follower = Follower(channels, announcer.listen, settings.channels_seconds)
        await follower.load()
        answers = Answers(StoredAnswers(store), clock, _keeping(settings))
        services = Services(exchanges, publisher, clock, settings.answer_bytes_max, answers)
        lanes = Lanes(services, settings.lanes_max)
        providers = Providers(exchanges, lanes, clock, channels, answers)
        runtime.serve_rpc(settings.rpc_port, SERVICE, providers.register)
        runtime.ready_when("usage", publisher.ready)
        runtime.ready_when("channels", follower.ready)
        runtime.keep_running("channels", follower.run)
        runtime.keep_running("answers", lambda: _tend(answers))
        runtime.keep_running("usage", lambda: _publish(publisher, lanes))
        runtime.keep_running("drain", lambda: _drain(runtime.stopping, providers))
        try:
            yield
        finally:
            await bus.close()
            await store.close()


def fixed_channels(settings: ProvidersSettings, rules: Rules) -> list[Channel]:
    """Channels of the environment and of the file. SettingsError names what is wrong."""
    rows = read_channels(settings.channels_file) if settings.channels_file else []
    variables = {str(row["api_key_env"]) for row in rows if "api_key_env" in row}
    for adapter in rules.adapters.values():
        variables |= {adapter.api_key_variable, adapter.base_url_variable}
    values = environment(variables)
    return combined(
        default_channels(rules.adapters, values, settings.sandbox_url),
        file_channels(rows, rules, values),
    )


def _keeping(settings: ProvidersSettings) -> Keeping:
    return Keeping(
        kept_ms=round(settings.answers_seconds * 1000),
        running_ms=_RUNNING_MS,
        bytes_max=settings.kept_answer_bytes_max,
    )


async def _tend(answers: Answers) -> None:
    """Keeps claims alive, and forgets old answers now and then."""
    for turn in count():
        await asyncio.sleep(_RENEW_SECONDS)
        try:
            await answers.renew()
            if turn % _SWEEP_EVERY == 0:
                await answers.sweep()
        except Unavailable as error:
            logger().warning("answers_not_tended", error=error.message)


async def _publish(publisher: UsagePublisher, lanes: Lanes) -> None:
    """Outlives the relays: what their lanes settle at the very end is still recorded."""
    publishing = asyncio.create_task(publisher.run(), name="publish")
    try:
        await asyncio.shield(publishing)
    finally:
        await lanes.close()
        publishing.cancel()


async def _drain(stopping: asyncio.Event, providers: Providers) -> None:
    await stopping.wait()
    providers.finish()
    await asyncio.Event().wait()
