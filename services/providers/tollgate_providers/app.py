"""The providers service, put together: the only place where real things are chosen."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from secrets import SystemRandom

from tollgate_common.bus import Bus, UsagePublisher
from tollgate_common.clock import SystemClock
from tollgate_common.server import Runtime
from tollgate_common.spool import Spool
from tollgate_common.telemetry import logger

from .adapter import Adapter
from .catalogue import BUILT_IN, Model, load_catalogue
from .channels import Channel, combined, default_channels, file_channels, read_channels
from .exchange import Exchanges
from .lane import Services
from .registry import load_adapters, load_dialects
from .relay import Lanes
from .routing import Routing
from .rpc import SERVICE, Providers
from .settings import ProvidersSettings, environment
from .upstream import Timeouts, connect


@asynccontextmanager
async def app(runtime: Runtime, settings: ProvidersSettings) -> AsyncIterator[None]:
    """Runs until the context is left. SettingsError when catalogue or channels are wrong."""
    clock = SystemClock()
    adapters = load_adapters()
    models = load_catalogue(settings.catalogue_file or BUILT_IN, adapters)
    channels = load_channels(settings, adapters, models)
    logger().info("channels", ids=[channel.id for channel in channels])
    spool = Spool(settings.spool_dir, clock, bytes_max=settings.spool_bytes_max)
    bus = await Bus.connect(settings.nats_url, "providers", replicas=settings.nats_replicas)
    publisher = UsagePublisher(bus, spool, clock)
    timeouts = Timeouts(
        connect_seconds=settings.connect_seconds,
        first_byte_seconds=settings.first_byte_seconds,
        idle_seconds=settings.idle_seconds,
        total_seconds=settings.total_seconds,
    )
    async with connect(timeouts, settings.connections_per_host) as upstream:
        routing = Routing(SystemRandom().random)
        exchanges = Exchanges(models, channels, adapters, upstream, routing, clock, load_dialects())
        services = Services(exchanges, publisher, clock, settings.answer_bytes_max)
        lanes = Lanes(services, settings.lanes_max)
        providers = Providers(exchanges, lanes, clock)
        runtime.serve_rpc(settings.rpc_port, SERVICE, providers.register)
        runtime.ready_when("usage", publisher.ready)
        runtime.keep_running("usage", lambda: _publish(publisher, lanes))
        runtime.keep_running("drain", lambda: _drain(runtime.stopping, providers))
        try:
            yield
        finally:
            await bus.close()


def load_channels(
    settings: ProvidersSettings, adapters: Mapping[str, Adapter], models: Mapping[str, Model]
) -> list[Channel]:
    """Channels of the environment and of the file. SettingsError names what is wrong."""
    rows = read_channels(settings.channels_file) if settings.channels_file else []
    variables = {str(row["api_key_env"]) for row in rows if "api_key_env" in row}
    for adapter in adapters.values():
        variables |= {adapter.api_key_variable, adapter.base_url_variable}
    values = environment(variables)
    return combined(
        default_channels(adapters, values, settings.sandbox_url),
        file_channels(rows, adapters, models, values),
    )


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
