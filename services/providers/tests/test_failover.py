"""Another channel takes over, but only before the first byte."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import web
from prometheus_client import REGISTRY
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.usage import Outcome
from tollgate_providers.channels import Key

from .conftest import KEY, MakeGateway, Vendor, chunk, completion

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


async def test_attempts_and_breakers_are_counted(
    make_gateway: MakeGateway, make_vendor: MakeVendor
) -> None:
    def counted(result: str, channel: str) -> float:
        labels = {"channel": channel, "outcome": result}
        return REGISTRY.get_sample_value("tollgate_providers_attempts_total", labels) or 0

    bad, good = await make_vendor(), await make_vendor()
    bad.says({}, 429, **{"Retry-After": "30"})
    good.says(completion())
    limited, answered = counted("rate_limited", "openai-1"), counted("answered", "openai-2")
    gateway = await make_gateway(bad.url, good.url)
    edge = gateway.edge()
    edge.open(1)
    await edge.to_the_end(1)
    edge.open(2)
    await edge.to_the_end(2)
    assert counted("rate_limited", "openai-1") == limited + 1
    assert counted("answered", "openai-2") == answered + 2
    labels = {"channel": "openai-1"}
    assert REGISTRY.get_sample_value("tollgate_providers_open_breakers", labels) == 1
    assert len(bad.bodies) == 1


async def test_a_key_that_is_refused_is_replaced_by_another_of_its_channel(
    make_gateway: MakeGateway, vendor: Vendor
) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        if request.headers["Authorization"] == f"Bearer {KEY}":
            return web.json_response({}, status=402)
        return web.json_response(completion())

    vendor.respond = respond
    gateway = await make_gateway(vendor.url)
    exchanges = gateway.exchanges
    keys = (Key("1", KEY), Key("2", "another"))
    exchanges.use([replace(channel, keys=keys) for channel in exchanges.channels])
    for lane in range(1, 9):
        edge = gateway.edge()
        body = {"messages": [{"role": "user", "content": f"Hello {lane}"}]}
        edge.open(lane, body=json.dumps(body).encode())
        assert not (await edge.to_the_end(lane)).failures
    refused = [h for h in vendor.headers if h["Authorization"] == f"Bearer {KEY}"]
    assert len(refused) <= 1
