"""The edge as it is started: real gRPC on loopback, no NATS, readiness, drain."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import httpx2
import pytest
from tollgate.auth.v1 import auth_pb2
from tollgate.auth.v1.auth_pb2_grpc import AuthServicer, add_AuthServicer_to_server
from tollgate.ledger.v1 import ledger_pb2
from tollgate.ledger.v1.ledger_pb2_grpc import LedgerServicer, add_LedgerServicer_to_server
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate.providers.v1.providers_pb2_grpc import (
    ProvidersServicer,
    add_ProvidersServicer_to_server,
)
from tollgate_common.errors import NotFound
from tollgate_common.rpc import ServerInterceptor
from tollgate_common.server import Runtime
from tollgate_common.settings import load
from tollgate_common.spool import records
from tollgate_common.wire import decode_batch
from tollgate_edge.app import app
from tollgate_edge.settings import EdgeSettings

from .conftest import BEARER, HELLO
from .fakes import ANSWER, EVENTS, JSON, KEY, SETTLEMENT, UNITS, chunk, digest

TOKEN = "t" * 16


class Behind(AuthServicer, LedgerServicer, ProvidersServicer):
    """Auth, ledger and providers in one server."""

    def __init__(self) -> None:
        self.closed: dict[str, int] = {}
        self.relays = 0
        self.server = grpc.aio.server(interceptors=[ServerInterceptor(TOKEN)])
        add_AuthServicer_to_server(self, self.server)
        add_LedgerServicer_to_server(self, self.server)
        add_ProvidersServicer_to_server(self, self.server)
        self.port = self.server.add_insecure_port("127.0.0.1:0")

    async def ResolveKey(self, request: auth_pb2.ResolveKeyRequest, context: Any) -> auth_pb2.Grant:
        if request.key_sha256 != digest(KEY):
            raise NotFound("no such key")
        return auth_pb2.Grant(
            account_id="acc_1",
            key_id="key_1",
            state=auth_pb2.KEY_STATE_ACTIVE,
            account_limits=auth_pb2.Limits(requests_per_minute=100),
        )

    async def Acquire(
        self, request: ledger_pb2.AcquireRequest, context: Any
    ) -> ledger_pb2.AcquireResponse:
        self.closed |= {each.lease_id: each.held_total_nano for each in request.closing}
        return ledger_pb2.AcquireResponse(granted_nano=request.want_nano, ttl_ms=30_000)

    async def GetCatalogue(self, request: pb.GetCatalogueRequest, context: Any) -> pb.Catalogue:
        price = pb.Price(version="p1", input_nano=1_000_000, output_nano=2_000_000)
        model = pb.Model(
            operations=["chat"],
            name="small",
            context_tokens=10_000,
            max_output_tokens=1_000,
            default_output_tokens=500,
            price=price,
            served=True,
        )
        return pb.Catalogue(version="1", models=[model])

    async def Relay(
        self, request_iterator: AsyncIterator[pb.EdgeFrames], context: Any
    ) -> AsyncIterator[pb.ProviderFrames]:
        self.relays += 1
        async for batch in request_iterator:
            for frame in batch.frames:
                answer = pb.ProviderFrame(lane=frame.lane)
                if frame.open.stream:
                    answer.MergeFrom(pb.ProviderFrame(head=EVENTS, data=chunk(1), counted=UNITS))
                elif frame.HasField("open"):
                    answer.MergeFrom(
                        pb.ProviderFrame(
                            head=JSON, data=ANSWER, settlement=SETTLEMENT, recorded=True
                        )
                    )
                yield pb.ProviderFrames(frames=[answer])


class Running:
    """One edge and what is behind it."""

    def __init__(self, behind: Behind, settings: EdgeSettings) -> None:
        self.behind = behind
        self.settings = settings
        self.runtime = Runtime("edge", settings)
        self.http = httpx2.AsyncClient(headers=BEARER)
        self.url = f"http://127.0.0.1:{settings.port}/v1"

    async def run(self) -> None:
        async with app(self.runtime, self.settings):
            await self.runtime.run()

    async def is_ready(self) -> bool:
        try:
            ready = await self.http.get(f"http://127.0.0.1:{self.settings.ops_port}/readyz")
        except httpx2.TransportError:
            return False
        return ready.status_code == 200


@pytest.fixture
async def edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    behind = Behind()  # type: ignore[abstract]  # the edge calls nothing else
    await behind.server.start()
    target = f"127.0.0.1:{behind.port}"
    variables = {
        "TOLLGATE_EDGE_PORT": str(free_port()),
        "TOLLGATE_EDGE_OPS_PORT": str(free_port()),
        "TOLLGATE_EDGE_AUTH_TARGET": target,
        "TOLLGATE_EDGE_LEDGER_TARGET": target,
        "TOLLGATE_EDGE_PROVIDERS_TARGETS": target,
        "TOLLGATE_EDGE_SPOOL_DIR": str(tmp_path / "spool"),
        "TOLLGATE_EDGE_DRAIN_SECONDS": "1",
        "TOLLGATE_TOKEN": TOKEN,
        "TOLLGATE_NATS_URL": f"nats://127.0.0.1:{free_port()}",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    running = Running(behind, load(EdgeSettings))
    task = asyncio.create_task(running.run())
    try:
        await eventually(running.is_ready)
        yield running
    finally:
        running.runtime.stopping.set()
        await asyncio.wait_for(task, 15)
        await running.http.aclose()
        await behind.server.stop(0)


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Returns when the condition holds, which other threads and sockets decide."""
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_answers_and_gives_leases_back_at_the_end(edge: Running) -> None:
    answer = await edge.http.post(f"{edge.url}/chat/completions", json=HELLO)
    assert answer.content == ANSWER
    assert answer.headers["x-ratelimit-limit-requests"] == "100"
    unknown = await edge.http.get(f"{edge.url}/models", headers={"Authorization": "sk-nobody"})
    assert unknown.status_code == 401
    listed = await edge.http.get(f"{edge.url}/models")
    assert [entry["id"] for entry in listed.json()["data"]] == ["small"]
    edge.runtime.stopping.set()

    async def given_back() -> bool:
        return bool(edge.behind.closed)

    await eventually(given_back)
    [held_total_nano] = edge.behind.closed.values()
    assert held_total_nano > SETTLEMENT.cost_nano


async def test_providers_is_killed_mid_stream(edge: Running) -> None:
    """The client sees the cut; the event is on disk, for NATS is away."""
    body = {**HELLO, "stream": True}
    async with edge.http.stream("POST", f"{edge.url}/chat/completions", json=body) as answer:
        request_id = answer.headers["x-request-id"]
        events = answer.aiter_text()
        received = await anext(events)
        await edge.behind.server.stop(0)
        received += "".join([text async for text in events])
    assert received.startswith(chunk(1).decode())
    assert '"type":"upstream_error"' in received
    assert "[DONE]" not in received

    folder = edge.settings.spool_dir

    async def spooled() -> bool:
        return bool(list(folder.glob("*.spool")))

    await eventually(spooled)
    [file] = folder.glob("*.spool")
    [(_, payload)] = records(file)
    [event] = decode_batch(payload)
    assert event.request_id == request_id
    assert event.observer == "edge"
    assert event.estimated
    assert event.cost_nano == SETTLEMENT.cost_nano
    assert not await edge.is_ready()
