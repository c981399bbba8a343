"""Another channel takes over, but only before the first byte."""

from collections.abc import Awaitable, Callable

import pytest
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.usage import Outcome

from .conftest import MakeGateway, Vendor, chunk, completion

NOWHERE = "http://127.0.0.1:9"
MakeVendor = Callable[[], Awaitable[Vendor]]


@pytest.mark.parametrize("status", [401, 429, 500, 503, 529])
async def test_a_failing_channel_is_replaced(
    make_gateway: MakeGateway, make_vendor: MakeVendor, status: int
) -> None:
    bad, good = await make_vendor(), await make_vendor()
    bad.says({}, status)
    good.says(completion())
    gateway = await make_gateway(bad.url, good.url)
    edge = gateway.edge()
    edge.open()
    story = await edge.to_the_end()
    assert not story.failures
    assert story.heads[0].channel_id == "openai-2"
    assert gateway.ledger.events[0].channel_id == "openai-2"
    assert len(bad.bodies) == 1


async def test_an_unreachable_channel_is_replaced(
    make_gateway: MakeGateway, vendor: Vendor
) -> None:
    vendor.says(completion())
    gateway = await make_gateway(NOWHERE, vendor.url)
    edge = gateway.edge()
    edge.open()
    assert not (await edge.to_the_end()).failures


async def test_a_request_that_is_invalid_is_not_tried_elsewhere(
    make_gateway: MakeGateway, make_vendor: MakeVendor
) -> None:
    first, second = await make_vendor(), await make_vendor()
    first.says({"error": {"message": "no"}}, 400)
    gateway = await make_gateway(first.url, second.url)
    edge = gateway.edge()
    edge.open()
    assert (await edge.to_the_end()).failures[0].message == "no"
    assert second.bodies == []


async def test_a_stream_that_broke_is_not_tried_elsewhere(
    make_gateway: MakeGateway, make_vendor: MakeVendor
) -> None:
    first, second = await make_vendor(), await make_vendor()
    first.streams(chunk("Hi"), cut=True)
    gateway = await make_gateway(first.url, second.url)
    edge = gateway.edge()
    edge.open(stream=True)
    assert (await edge.to_the_end()).failures
    assert second.bodies == []


async def test_three_channels_are_tried_and_no_more(
    make_gateway: MakeGateway, make_vendor: MakeVendor
) -> None:
    vendors = [await make_vendor() for _ in range(4)]
    for vendor in vendors:
        vendor.says({}, 500)
    gateway = await make_gateway(*(vendor.url for vendor in vendors))
    edge = gateway.edge()
    edge.open()
    story = await edge.to_the_end()
    assert story.failures[0].kind == pb.FAILURE_KIND_UPSTREAM_ERROR
    assert [len(vendor.bodies) for vendor in vendors] == [1, 1, 1, 0]


async def test_without_a_reachable_channel_the_model_is_unavailable(
    make_gateway: MakeGateway,
) -> None:
    gateway = await make_gateway(NOWHERE)
    edge = gateway.edge()
    edge.open()
    story = await edge.to_the_end()
    assert story.failures[0].kind == pb.FAILURE_KIND_UNAVAILABLE
    assert "127.0.0.1" not in story.failures[0].message
    assert gateway.ledger.events[0].outcome is Outcome.FAILED
