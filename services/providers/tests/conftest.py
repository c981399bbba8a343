"""A vendor that is a real HTTP server, and an edge that speaks frames to a real relay."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from tollgate.providers.v1.providers_pb2 import EdgeFrame, Open, ProviderFrame
from tollgate_common.clock import SystemClock
from tollgate_common.errors import Unavailable
from tollgate_common.usage import UsageEvent
from tollgate_providers.catalogue import BUILT_IN, load_catalogue
from tollgate_providers.channels import Channel
from tollgate_providers.exchange import Exchanges
from tollgate_providers.lane import Services
from tollgate_providers.registry import load_adapters, load_dialects
from tollgate_providers.relay import Lanes, Relay
from tollgate_providers.routing import Routing
from tollgate_providers.upstream import Timeouts, connect

Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]
KEY = "sk-channel-secret-0001"
MODEL = "gpt-4o-mini"
PRICE = "gpt-4o-mini@2024-07-18"
USAGE = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}


def chunk(text: str = "", *, finish: str | None = None, **fields: Any) -> bytes:
    """A streamed event in OpenAI's format."""
    delta = {"content": text} if text else {}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    event = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    event |= {"choices": [choice], "usage": None, **fields}
    return b"data: " + json.dumps(event, separators=(",", ":")).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
USAGE_CHUNK = chunk(choices=[], usage=USAGE)


def completion(text: str = "Hello!", usage: Any = USAGE) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return {"id": "c-1", "object": "chat.completion", "choices": choices, "usage": usage}


@dataclass
class Vendor:
    """What a provider got, and what it answers."""

    respond: Respond
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    # Set when a connection was dropped while the vendor was still answering.
    dropped: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        self.headers.append(dict(request.headers))
        try:
            return await self.respond(request)
        except (asyncio.CancelledError, ConnectionError):
            self.dropped.set()
            raise

    def streams(self, *parts: bytes, cut: bool = False) -> None:
        """Answers with these parts, one by one. `cut`: the connection breaks then."""

        async def respond(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            response.enable_chunked_encoding()
            await response.prepare(request)
            for part in parts:
                await response.write(part)
            if cut and request.transport:
                request.transport.abort()
            return response

        self.respond = respond

    def says(self, body: Any, status: int = 200, **headers: str) -> None:
        """Answers with JSON."""

        async def respond(request: web.Request) -> web.StreamResponse:
            return web.json_response(body, status=status, headers=headers)

        self.respond = respond


@pytest.fixture
async def make_vendor() -> AsyncIterator[Callable[[], Awaitable[Vendor]]]:
    runners: list[web.AppRunner] = []

    async def make() -> Vendor:
        async def nothing(request: web.Request) -> web.StreamResponse:
            return web.Response(status=500)

        vendor = Vendor(nothing)
        application = web.Application()
        for path in ("/v1/chat/completions", "/v1/v1/messages", "/v1/v1beta/models/{call}"):
            application.router.add_post(path, vendor.handle)
        runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        vendor.url = f"http://{host}:{port}/v1"
        runners.append(runner)
        return vendor

    yield make
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def vendor(make_vendor: Callable[[], Awaitable[Vendor]]) -> Vendor:
    return await make_vendor()


class Ledger:
    """A recorder that keeps events, or cannot."""

    def __init__(self) -> None:
        self.events: list[UsageEvent] = []
        self.arrived: asyncio.Queue[UsageEvent] = asyncio.Queue()
        self.full = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def record(self, event: UsageEvent) -> None:
        await self.gate.wait()
        if self.full:
            raise Unavailable("the usage spool is full")
        self.events.append(event)
        self.arrived.put_nowait(event)


class Edge:
    """One edge's end of a relay: opens lanes, hears frames."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.heard: list[ProviderFrame] = []
        self.batches: list[int] = []

    def open(self, lane: int = 1, **fields: Any) -> None:
        body = {"model": MODEL, "messages": [{"role": "user", "content": "Say hello."}]}
        defaults: dict[str, Any] = {
            "request_id": f"R{lane}",
            "account_id": "acc_1",
            "key_id": "key_1",
            "dialect": "openai",
            "operation": "chat",
            "model": MODEL,
            "price_version": PRICE,
            "lease_id": "L1",
            "hold_nano": 10**9,
            "started_at_ms": SystemClock().now_ms(),
            "body": json.dumps(body).encode(),
            "max_output_tokens": 100,
            "window": 65536,
        }
        self.relay.take([EdgeFrame(lane=lane, open=Open(**(defaults | fields)))])

    def grant(self, window: int, lane: int = 1) -> None:
        self.relay.take([EdgeFrame(lane=lane, window=window)])

    def cancel(self, lane: int = 1) -> None:
        self.relay.take([EdgeFrame(lane=lane, cancel=True)])

    async def until(self, wanted: Callable[[ProviderFrame], bool]) -> list[ProviderFrame]:
        """All frames so far, once one of them is wanted."""
        while not any(map(wanted, self.heard)):
            batch = await asyncio.wait_for(self.relay.batch(), 5)
            self.batches.append(len(batch))
            self.heard += batch
        return self.heard

    async def to_the_end(self, lane: int = 1) -> "Story":
        frames = await self.until(lambda frame: frame.lane == lane and frame.recorded)
        return Story([frame for frame in frames if frame.lane == lane])


class Story:
    """The frames of one lane, told again; checks their order."""

    def __init__(self, frames: list[ProviderFrame]) -> None:
        self.frames = frames
        self.data = b"".join(frame.data for frame in frames)
        self.heads = [frame.head for frame in frames if frame.HasField("head")]
        self.failures = [frame.failure for frame in frames if frame.HasField("failure")]
        (self.settlement,) = [f.settlement for f in frames if f.HasField("settlement")]
        steps = [step for frame in frames for step in _steps(frame)]
        assert steps == sorted(steps)


def _steps(frame: ProviderFrame) -> list[int]:
    """The steps that a frame holds, as numbers in the order that the contract demands."""
    held = [
        frame.HasField("head"),
        bool(frame.data),
        frame.HasField("failure"),
        frame.HasField("settlement"),
        frame.recorded,
    ]
    return [number for number, there in enumerate(held) if there]


@dataclass
class Gateway:
    """The service without gRPC and NATS."""

    exchanges: Exchanges
    lanes: Lanes
    ledger: Ledger

    def edge(self) -> Edge:
        return Edge(Relay(self.lanes))


MakeGateway = Callable[..., Awaitable[Gateway]]


@pytest.fixture
async def make_gateway() -> AsyncIterator[MakeGateway]:
    stops: list[Callable[[], Awaitable[None]]] = []

    async def make(*urls: str, lanes_max: int = 100, **seconds: float) -> Gateway:
        channels = [
            Channel(id=f"{provider}-{n}", provider=provider, base_url=url, credential=KEY)
            for n, url in enumerate(urls, 1)
            for provider in ("openai", "anthropic", "google")
        ]
        times = {"connect": 2.0, "first_byte": 5.0, "idle": 5.0, "total": 10.0} | seconds
        timeouts = Timeouts(**{f"{name}_seconds": value for name, value in times.items()})
        context = connect(timeouts, 100)
        upstream = await context.__aenter__()
        adapters = load_adapters()
        models = load_catalogue(BUILT_IN, adapters)
        clock = SystemClock()
        routing = Routing(lambda: 0.5)
        exchanges = Exchanges(models, channels, adapters, upstream, routing, clock, load_dialects())
        ledger = Ledger()
        lanes = Lanes(Services(exchanges, ledger, clock, 1 << 20), lanes_max)

        async def stop() -> None:
            await lanes.close()
            await context.__aexit__(None, None, None)

        stops.append(stop)
        return Gateway(exchanges, lanes, ledger)

    yield make
    for stop in stops:
        await stop()


@pytest.fixture
async def gateway(make_gateway: MakeGateway, vendor: Vendor) -> Gateway:
    return await make_gateway(vendor.url)
