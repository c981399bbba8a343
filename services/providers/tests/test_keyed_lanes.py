"""Lanes whose request has an idempotency key: one bill, and an answer that can be had again."""

import asyncio
from typing import Any

from aiohttp import web
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.usage import Outcome
from tollgate_providers.answers import Found, State

from .conftest import DONE, USAGE_CHUNK, Gateway, Vendor, chunk, completion

KEYED: dict[str, Any] = {"idempotency_key": "k", "fingerprint": b"f"}


async def found(gateway: Gateway) -> Found:
    return await gateway.answers.find("acc_1", "k", b"f")


async def test_a_whole_answer_is_kept_as_it_was_given(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says(completion())
    edge = gateway.edge()
    edge.open(**KEYED)
    story = await edge.to_the_end()
    kept = await found(gateway)
    assert kept.data == story.data
    assert kept.slip
    assert kept.slip.content_type == "application/json"
    assert kept.slip.cost_nano == story.settlement.cost_nano > 0


async def test_the_second_of_two_at_once_waits_and_is_free(
    gateway: Gateway, vendor: Vendor
) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def respond(request: web.Request) -> web.StreamResponse:
        begun.set()
        await go.wait()
        return web.json_response(completion())

    vendor.respond = respond
    edge = gateway.edge()
    edge.open(1, **KEYED)
    await asyncio.wait_for(begun.wait(), 5)
    edge.open(2, **KEYED)
    refused = await edge.to_the_end(2)
    assert refused.failures[0].kind == pb.FAILURE_KIND_IN_USE
    assert refused.settlement.cost_nano == 0
    go.set()
    assert (await edge.to_the_end(1)).settlement.cost_nano > 0
    assert len(vendor.bodies) == 1


async def test_what_failed_for_free_can_be_tried_again(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says({"error": {}}, 500)
    edge = gateway.edge()
    edge.open(1, **KEYED)
    assert (await edge.to_the_end(1)).failures
    assert (await found(gateway)).state is State.ABSENT
    vendor.says(completion())
    edge.open(2, **KEYED)
    assert not (await edge.to_the_end(2)).failures


async def test_an_answer_that_is_cut_is_kept_with_its_failure(
    gateway: Gateway, vendor: Vendor
) -> None:
    vendor.streams(chunk("Hel"), cut=True)
    edge = gateway.edge()
    edge.open(stream=True, **KEYED)
    story = await edge.to_the_end()
    kept = await found(gateway)
    assert kept.data == story.data != b""
    assert kept.slip
    assert kept.slip.failure
    assert kept.slip.failure.message == story.failures[0].message


async def test_the_answer_goes_on_when_the_edge_is_gone(gateway: Gateway, vendor: Vendor) -> None:
    """Whatever window it had granted."""
    go = asyncio.Event()
    words = [chunk("word " * 100) for _ in range(20)]

    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(words[0])
        await go.wait()
        for part in (*words[1:], chunk(finish="stop"), USAGE_CHUNK, DONE):
            await response.write(part)
        return response

    vendor.respond = respond
    edge = gateway.edge()
    edge.open(stream=True, window=1024, **KEYED)
    await edge.until(lambda frame: bool(frame.data))
    edge.relay.close()
    go.set()
    event = await asyncio.wait_for(gateway.ledger.arrived.get(), 5)
    assert event.outcome is Outcome.COMPLETED
    assert not event.estimated
    kept = await found(gateway)
    assert kept.data.count(b'{"content":') == 20
    assert kept.data.endswith(DONE)


async def test_a_process_that_stops_loses_the_answer_and_says_so(
    gateway: Gateway, vendor: Vendor
) -> None:
    begun = asyncio.Event()

    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(chunk("Hel"))
        begun.set()
        await asyncio.Event().wait()
        return response

    vendor.respond = respond
    edge = gateway.edge()
    edge.open(stream=True, **KEYED)
    await edge.until(lambda frame: bool(frame.data))
    await gateway.lanes.close()
    assert (await found(gateway)).state is State.LOST
    assert (await gateway.ledger.arrived.get()).cost_nano > 0
