"""A vendor that is a real HTTP server, and an edge that speaks frames to a real relay."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from aiohttp import web
from tollgate.providers.v1.providers_pb2 import EdgeFrame, Open, ProviderFrame
from tollgate.providers.v1.providers_pb2_grpc import ProvidersStub
from tollgate_common import rpc
from tollgate_common.clock import SystemClock
from tollgate_common.errors import Unavailable
from tollgate_common.rpc import ServerInterceptor
from tollgate_common.usage import UsageEvent
from tollgate_providers.answers import Answers, Keeping
from tollgate_providers.catalogue import BUILT_IN, load_catalogue
from tollgate_providers.channels import Channel, Key
from tollgate_providers.dialect import Dialect
from tollgate_providers.embedding import EmbeddingsDialect
from tollgate_providers.exchange import Exchanges
from tollgate_providers.lane import Services
from tollgate_providers.registry import load_adapters, load_dialects
from tollgate_providers.relay import Lanes, Relay
from tollgate_providers.routing import Routing
from tollgate_providers.rpc import Providers
from tollgate_providers.upstream import Timeouts, connect

from .channel_fakes import MemoryChannels, channels_of
from .shelf import MemoryShelf

if TYPE_CHECKING:
    from tollgate.providers.v1.providers_pb2_grpc import ProvidersAsyncStub

Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]
TOKEN = "a-token-for-this-test"
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


VENDOR_PATHS = (
    *("chat/completions", "responses", "v1/messages", "v1beta/models/{call}"),
    *("audio/speech", "audio/transcriptions", "embeddings", "images/generations"),
)
DONE = b"data: [DONE]\n\n"
USAGE_CHUNK = chunk(choices=[], usage=USAGE)


def completion(text: str = "Hello!", usage: Any = USAGE) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return {"id": "c-1", "object": "chat.completion", "choices": choices, "usage": usage}


def chat_dialects() -> dict[str, Dialect]:
    """Of chats alone, by name."""
    return {
        name: dialect
        for (name, operation), dialect in load_dialects().items()
        if operation == "chat" and not isinstance(dialect, EmbeddingsDialect)
    }


def without_cost(data: bytes) -> bytes:
    """An answer as the provider gave it: the receipt in its usage is ours."""
    return re.sub(rb'(?<={)"cost":[0-9.]+,?', b"", data)


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
        is_json = request.content_type == "application/json"
        self.bodies.append(await request.json() if is_json else {"form": await request.read()})
        self.headers.append(dict(request.headers))
        try:
            return await self.respond(request)
        except (asyncio.CancelledError, ConnectionError):
            self.dropped.set()
            raise

    def streams(self, *parts: bytes, cut: bool = False, hang: bool = False) -> None:
        """Answers with these parts, one by one. `cut`: the connection breaks then; or it hangs."""

        async def respond(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            response.enable_chunked_encoding()
            await response.prepare(request)
            for part in parts:
                await response.write(part)
            if cut and request.transport:
                request.transport.abort()
            if hang:
                await asyncio.Event().wait()
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
        for path in VENDOR_PATHS:
            application.router.add_post(f"/v1/{path}", vendor.handle)
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
    answers: Answers
    shelf: MemoryShelf

    def edge(self) -> Edge:
        return Edge(Relay(self.lanes))


KEEPING = Keeping(kept_ms=86_400_000, running_ms=60_000, bytes_max=1 << 20)
MakeGateway = Callable[..., Awaitable[Gateway]]


@pytest.fixture
async def make_gateway() -> AsyncIterator[MakeGateway]:
    stops: list[Callable[[], Awaitable[None]]] = []

    async def make(
        *urls: str, lanes_max: int = 100, hedge_seconds: float = 0.0, **seconds: float
    ) -> Gateway:
        channels = [
            # The first one is the first to be tried.
            Channel(
                id=f"{provider}-{n}",
                provider=provider,
                base_url=url,
                keys=(Key("1", KEY),),
                priority=n,
            )
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
        exchanges = Exchanges(
            models, channels, adapters, upstream, Routing(), clock, load_dialects(), hedge_seconds
        )
        ledger = Ledger()
        shelf = MemoryShelf()
        answers = Answers(shelf, clock, KEEPING)
        lanes = Lanes(Services(exchanges, ledger, clock, 1 << 20, answers), lanes_max)

        async def stop() -> None:
            await lanes.close()
            await context.__aexit__(None, None, None)

        stops.append(stop)
        return Gateway(exchanges, lanes, ledger, answers, shelf)

    yield make
    for stop in stops:
        await stop()


@pytest.fixture
async def providers(gateway: Gateway) -> Providers:
    exchanges = gateway.exchanges
    channels = channels_of(MemoryChannels(), *exchanges.channels, serving=exchanges)
    return Providers(exchanges, gateway.lanes, SystemClock(), channels, gateway.answers)


@pytest.fixture
async def stub(providers: Providers) -> "AsyncIterator[ProvidersAsyncStub]":
    """The service over real gRPC."""
    server = grpc.aio.server(interceptors=[ServerInterceptor(TOKEN)])
    providers.register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    channel = rpc.connect(f"127.0.0.1:{port}", TOKEN)
    yield ProvidersStub(channel)
    await channel.close()
    await server.stop(0)


@pytest.fixture
async def gateway(make_gateway: MakeGateway, vendor: Vendor) -> Gateway:
    return await make_gateway(vendor.url)
