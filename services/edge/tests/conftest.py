"""Edges on fakes, reached in memory or through a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import uvicorn
from starlette.types import ASGIApp
from tollgate_edge.protocol import Protocol
from uvicorn.server import ServerState

from .fakes import KEY, Edge

BEARER = {"Authorization": f"Bearer {KEY}"}
HELLO = {"model": "small", "messages": [{"role": "user", "content": "hello"}]}


def in_memory(edge: Edge) -> httpx2.AsyncClient:
    """A client that calls the app directly: no socket, no protocol."""
    transport = httpx2.ASGITransport(app=edge.app)
    return httpx2.AsyncClient(transport=transport, base_url="http://edge", headers=BEARER)


@asynccontextmanager
async def serving(app: ASGIApp, protocol: type[Protocol] = Protocol) -> AsyncIterator[int]:
    """The app behind the edge's protocol on a real socket; gives the port."""
    config = uvicorn.Config(app, ws="none", lifespan="off", access_log=False, log_config=None)
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for connection in list(state.connections):
            connection.shutdown()
        await asyncio.gather(*state.tasks)


@asynccontextmanager
async def on_socket(edge: Edge) -> AsyncIterator[httpx2.AsyncClient]:
    """A client over HTTP."""
    async with (
        edge.running(),
        serving(edge.app) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=BEARER) as client,
    ):
        yield client
