"""Where the sandbox is put together."""

import logging
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
    # It cuts answers on purpose: uvicorn need not complain about each of them.
    logging.getLogger("uvicorn.error").addFilter(_is_no_cut)
    runtime.serve_http(create_app(), settings.port)
    yield


def _is_no_cut(record: logging.LogRecord) -> bool:
    return record.msg != "ASGI callable returned without completing response."
