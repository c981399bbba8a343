"""Where the console's real things are chosen and put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tollgate_common.clock import SystemClock
from tollgate_common.server import Runtime

from .clients import Clients
from .front import Front
from .gateway import Gateway
from .metrics import Metrics
from .routes import ENDPOINTS
from .settings import ConsoleSettings
from .web import Web

STATIC = Path(__file__).parent / "static"


@asynccontextmanager
async def app(runtime: Runtime, settings: ConsoleSettings) -> AsyncIterator[None]:
    """The console, from its settings."""
    async with (
        Gateway.connect(settings.edge_url, answer_seconds=settings.stream_seconds) as gateway,
        Clients(settings, gateway) as clients,
    ):
        front = Front(
            services=clients.services,
            settings=settings,
            clock=SystemClock(),
            metrics=Metrics(),
            web=Web(STATIC, secure=settings.secure),
        )
        runtime.serve_http(front.app(ENDPOINTS), settings.port, proxy_headers=False)
        runtime.ready_when("auth", clients.ready)
        yield
