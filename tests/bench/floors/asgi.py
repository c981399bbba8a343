"""What the floors share: a bare ASGI app and a provider client, with nothing to spare in them."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import uvicorn

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

HEADERS = {"content-type": "application/json"}
EVENT_STREAM = "text/event-stream"


class Client:
    """The caller of one request. When a stream's caller goes away, the relay is cancelled."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._watch: asyncio.Task[Message] | None = None

    async def body(self) -> bytes:
        parts: list[bytes] = []
        while True:
            message = await self._receive()
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                return b"".join(parts)

    async def answer(self, body: bytes) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    async def start(self) -> None:
        headers = [(b"content-type", EVENT_STREAM.encode())]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        relay = asyncio.current_task()
        assert relay
        self._watch = asyncio.ensure_future(self._receive())
        self._watch.add_done_callback(lambda watch: watch.cancelled() or relay.cancel())

    async def write(self, data: bytes) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self) -> None:
        assert self._watch
        self._watch.cancel()
        await self._send({"type": "http.response.body", "body": b""})


Relay = Callable[[bytes, Client], Awaitable[None]]


def app(startup: Callable[[], Awaitable[Relay]]) -> App:
    """An app that makes its relay when the loop runs, and hands each request to it."""
    relays: list[Relay] = []

    async def serve(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            relays.append(await startup())
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        client = Client(receive, send)
        body = await client.body()
        try:
            await relays[0](body, client)
        except asyncio.CancelledError:
            pass  # the caller is gone, and nobody is left to tell

    return serve


def run_edge(port: int, startup: Callable[[], Awaitable[Relay]]) -> None:
    uvicorn.run(
        app(startup),
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_level="warning",
        backlog=2048,
    )


def provider_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=120)
    )


def arguments(*roles: str) -> argparse.Namespace:
    """Role, port to listen on, where requests go next, and how the multiplexed link batches."""
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=roles)
    parser.add_argument("port", type=int)
    parser.add_argument("target")
    parser.add_argument("--batch-ms", type=float, default=0.0)
    return parser.parse_args()
