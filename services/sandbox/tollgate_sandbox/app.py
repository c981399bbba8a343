"""Where the sandbox is put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tollgate_common.clock import SystemClock
from tollgate_common.server import Runtime

from .api import Sandbox
from .settings import Settings


def create_app() -> Sandbox:
    """The ASGI app, for servers in tests."""
    return Sandbox(SystemClock())


@asynccontextmanager
async def app(runtime: Runtime, settings: Settings) -> AsyncIterator[None]:
    runtime.serve_http(create_app(), settings.port)
    yield
