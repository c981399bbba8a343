"""The service over real gRPC."""

import asyncio
from typing import TYPE_CHECKING

import grpc
import pytest
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.clock import SystemClock
from tollgate_common.usage import Outcome
from tollgate_providers.rpc import SERVICE, Providers

from .conftest import DONE, MODEL, PRICE, Gateway, Vendor, chunk, completion

if TYPE_CHECKING:
    from tollgate.providers.v1.providers_pb2_grpc import ProvidersAsyncStub

    Call = grpc.aio.StreamStreamCall[pb.EdgeFrames, pb.ProviderFrames]


def opening(lane: int, *, stream: bool = False) -> pb.EdgeFrames:
    opened = pb.Open(
        request_id=f"R{lane}",
        account_id="acc_1",
        dialect="openai",
        operation="chat",
        model=MODEL,
        price_version=PRICE,
        hold_nano=10**9,
        started_at_ms=SystemClock().now_ms(),
        body=b'{"messages":[]}',
        stream=stream,
        max_output_tokens=10,
        window=65536,
    )
    return pb.EdgeFrames(frames=[pb.EdgeFrame(lane=lane, open=opened)])


async def hear(call: "Call", lane: int) -> list[pb.ProviderFrame]:
    """A lane's frames until it has ended."""
    heard: list[pb.ProviderFrame] = []
    while not any(frame.recorded for frame in heard):
        message = await asyncio.wait_for(call.read(), 5)
        assert isinstance(message, pb.ProviderFrames)
        heard += [frame for frame in message.frames if frame.lane == lane]
    return heard


async def test_lanes_share_a_relay(
    stub: "ProvidersAsyncStub", gateway: Gateway, vendor: Vendor
) -> None:
    vendor.says(completion())
    call = stub.Relay()
    await call.write(opening(1))
    assert b"".join(frame.data for frame in await hear(call, 1)) != b""
    vendor.streams(chunk("Hi"), DONE)
    await call.write(opening(2, stream=True))
    assert b"".join(frame.data for frame in await hear(call, 2)).endswith(DONE)
    assert [event.request_id for event in gateway.ledger.events] == ["R1", "R2"]
    await call.done_writing()
    assert await asyncio.wait_for(call.read(), 5) is grpc.aio.EOF


async def test_an_edge_that_dies_leaves_settled_lanes(
    stub: "ProvidersAsyncStub", gateway: Gateway, vendor: Vendor
) -> None:
    vendor.streams(*[chunk("Hi")] * 3)
    gateway.ledger.gate.clear()
    call = stub.Relay()
    await call.write(opening(1, stream=True))
    await asyncio.wait_for(call.read(), 5)
    call.cancel()
    gateway.ledger.gate.set()
    event = await asyncio.wait_for(gateway.ledger.arrived.get(), 5)
    assert event.request_id == "R1"
    assert event.cost_nano > 0


async def test_a_stopping_service_ends_relays_once_they_are_idle(
    stub: "ProvidersAsyncStub", providers: Providers, gateway: Gateway, vendor: Vendor
) -> None:
    vendor.says(completion())
    gateway.ledger.gate.clear()
    call = stub.Relay()
    await call.write(opening(1))
    await asyncio.wait_for(call.read(), 5)
    providers.finish()
    gateway.ledger.gate.set()
    await hear(call, 1)
    assert await asyncio.wait_for(call.read(), 5) is grpc.aio.EOF
    assert await call.code() is grpc.StatusCode.OK
    assert gateway.ledger.events[0].outcome is Outcome.COMPLETED


async def test_a_lane_opened_twice_ends_the_relay(stub: "ProvidersAsyncStub") -> None:
    call = stub.Relay()
    twice = opening(1)
    twice.frames.extend(opening(1).frames)
    await call.write(twice)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        while await asyncio.wait_for(call.read(), 5) is not grpc.aio.EOF:
            pass
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_the_catalogue_says_what_is_served(stub: "ProvidersAsyncStub") -> None:
    catalogue = await stub.GetCatalogue(pb.GetCatalogueRequest())
    models = {model.name: model for model in catalogue.models}
    assert catalogue.version
    assert models[MODEL].served
    assert not models["glm-4.7"].served
    assert models[MODEL].price.version == PRICE
    assert models[MODEL].price.output_nano == 600_000_000
    assert "deepseek-chat" in models["deepseek-v4-flash"].aliases


async def test_the_catalogue_says_whom_channels_are_for(stub: "ProvidersAsyncStub") -> None:
    catalogue = await stub.GetCatalogue(pb.GetCatalogueRequest())
    assert list(catalogue.providers) == sorted(catalogue.providers)
    assert {"openai", "anthropic"} < set(catalogue.providers)
    assert {model.provider for model in catalogue.models} <= set(catalogue.providers)


def test_the_service_has_its_contracts_name() -> None:
    assert SERVICE == "tollgate.providers.v1.Providers"
