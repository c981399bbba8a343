"""Whole lanes, from an edge's frames through a real HTTP provider to the recorded event."""

import asyncio
import json

import pytest
from aiohttp import web
from tollgate.events.v1 import usage_pb2
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.rating import Units, cost_nano
from tollgate_common.usage import Outcome, estimate_tokens
from tollgate_common.wire import units_of

from .conftest import (
    DONE,
    KEY,
    PRICE,
    USAGE,
    USAGE_CHUNK,
    Edge,
    Gateway,
    MakeGateway,
    Story,
    Vendor,
    chunk,
    completion,
)

HELLO = (chunk("Hel"), chunk("lo"), chunk("!"), chunk(finish="stop"))
BILLED = Units(input=10, output=3)
# Nano-dollars, by hand: 10 tokens at $0.15 and 3 at $0.60 a million.
COST = 3_300


def check_bill(gateway: Gateway, story: Story, outcome: Outcome, units: Units | None) -> None:
    """Settlement and event agree, and re-rating gives the cost. `units`: if they are exact."""
    (event,) = gateway.ledger.events
    settlement = story.settlement
    assert settlement.outcome == usage_pb2.Outcome.ValueType(outcome)
    assert (event.outcome, event.estimated) == (outcome, settlement.estimated)
    assert event.units == units_of(settlement.units)
    assert event.cost_nano == settlement.cost_nano
    price = gateway.exchanges.models["gpt-4o-mini"].prices[PRICE]
    assert event.cost_nano == cost_nano(event.units, price)
    if units is not None:
        assert event.units == units
    assert (event.request_id, event.lease_id, event.hold_nano) == ("R1", "L1", 10**9)
    assert event.observer == "providers"


async def test_a_unary_answer_is_one_frame_and_its_event(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says(completion())
    edge = gateway.edge()
    edge.open()
    story = await edge.to_the_end()
    assert json.loads(story.data) == completion(usage=USAGE | {"cost": COST / 1e9})
    assert story.heads == [
        pb.Head(provider="openai", channel_id="openai-1", content_type="application/json")
    ]
    check_bill(gateway, story, Outcome.COMPLETED, BILLED)
    (event,) = gateway.ledger.events
    assert event.status == 200
    assert 0 < event.first_byte_ms <= event.duration_ms
    assert not event.estimated
    assert vendor.bodies[0]["max_completion_tokens"] == 100
    assert vendor.headers[0]["Authorization"] == f"Bearer {KEY}"


async def test_a_unary_answer_that_takes_its_time_announces_itself(
    gateway: Gateway, vendor: Vendor
) -> None:
    headed = asyncio.Event()

    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await headed.wait()
        await response.write(json.dumps(completion()).encode())
        return response

    vendor.respond = respond
    edge = gateway.edge()
    edge.open()
    first = (await edge.until(lambda frame: frame.HasField("head")))[-1]
    assert first.counted.input > 0
    headed.set()
    check_bill(gateway, await edge.to_the_end(), Outcome.COMPLETED, BILLED)


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": 10, "completion_tokens": -3}])
async def test_a_unary_answer_without_credible_usage_is_estimated(
    gateway: Gateway, vendor: Vendor, usage: object
) -> None:
    vendor.says(completion("Hello!", usage))
    edge = gateway.edge()
    edge.open()
    story = await edge.to_the_end()
    check_bill(gateway, story, Outcome.COMPLETED, None)
    assert story.settlement.estimated
    assert story.settlement.units.output == estimate_tokens(6)


async def test_a_bug_of_ours_still_settles(gateway: Gateway, vendor: Vendor) -> None:
    edge = gateway.edge()
    edge.open(stream=True, fingerprint=b"f", idempotency_key="k")
    gateway.shelf.broken = True
    story = await edge.to_the_end()
    assert story.failures[0].message == "The request failed."
    check_bill(gateway, story, Outcome.FAILED, Units())


async def test_a_stream_passes_untouched_without_the_usage_that_was_not_asked(
    gateway: Gateway, vendor: Vendor
) -> None:
    vendor.streams(*HELLO, USAGE_CHUNK, DONE)
    edge = gateway.edge()
    edge.open(stream=True)
    story = await edge.to_the_end()
    assert story.data == b"".join(HELLO).replace(b',"usage":null', b"") + DONE
    assert story.heads[0].content_type == "text/event-stream"
    check_bill(gateway, story, Outcome.COMPLETED, BILLED)
    assert vendor.bodies[0]["stream_options"] == {"include_usage": True}


async def test_a_stream_shows_usage_to_who_asked(gateway: Gateway, vendor: Vendor) -> None:
    vendor.streams(*HELLO, USAGE_CHUNK, DONE)
    edge = gateway.edge()
    edge.open(stream=True, include_usage=True)
    story = await edge.to_the_end()
    assert story.settlement.cost_nano == COST
    receipted = USAGE_CHUNK.replace(b'"usage":{', b'"usage":{"cost":0.000003300,')
    assert story.data == b"".join(HELLO) + receipted + DONE


async def test_cumulative_usage_on_every_chunk_the_last_wins(
    gateway: Gateway, vendor: Vendor
) -> None:
    early = USAGE | {"completion_tokens": 1, "total_tokens": 11}
    vendor.streams(chunk("Hi", usage=early), chunk("!", usage=USAGE), DONE)
    edge = gateway.edge()
    edge.open(stream=True)
    check_bill(gateway, await edge.to_the_end(), Outcome.COMPLETED, BILLED)


async def test_the_edge_hears_what_was_counted(gateway: Gateway, vendor: Vendor) -> None:
    go_on = asyncio.Semaphore(0)

    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(17):
            await response.write(chunk("four"))
            await go_on.acquire()
        await response.write(DONE)
        return response

    vendor.respond = respond
    edge = gateway.edge()
    edge.open(stream=True)
    for count in range(1, 18):
        await edge.until(lambda _, n=count: sum(bool(f.data) for f in edge.heard) == n)  # type: ignore[misc]
        go_on.release()
    await edge.to_the_end()
    counted = [frame.counted for frame in edge.heard if frame.HasField("counted")]
    assert [units.output for units in counted] == [0, 16]
    assert all(units.input == counted[0].input > 0 for units in counted)


@pytest.mark.parametrize("usage", [None, {"prompt_tokens": 10, "completion_tokens": -3}])
async def test_a_complete_stream_without_credible_usage_is_estimated(
    gateway: Gateway, vendor: Vendor, usage: object
) -> None:
    vendor.streams(*HELLO, *([chunk(choices=[], usage=usage)] if usage else []), DONE)
    edge = gateway.edge()
    edge.open(stream=True)
    story = await edge.to_the_end()
    check_bill(gateway, story, Outcome.COMPLETED, None)
    assert story.settlement.estimated
    assert story.settlement.units.output == estimate_tokens(6)
    assert story.settlement.units.input > 0


@pytest.mark.parametrize(
    ("parts", "cut"),
    [
        ((*HELLO,), False),
        ((*HELLO,), True),
        ((*HELLO, b"data: {broken\n\n"), False),
        ((*HELLO, b'data: {"error":{"message":"at https://api.vendor.com"}}\n\n'), False),
        ((*HELLO, b"data: " + b"x" * (1 << 21)), False),
    ],
)
async def test_an_answer_that_breaks_is_billed_by_what_came(
    gateway: Gateway, vendor: Vendor, parts: tuple[bytes, ...], cut: bool
) -> None:
    vendor.streams(*parts, cut=cut)
    edge = gateway.edge()
    edge.open(stream=True, window=1 << 22)
    story = await edge.to_the_end()
    assert b"DONE" not in story.data
    assert story.data.startswith(b"data: {")
    (failure,) = story.failures
    assert failure.kind == pb.FAILURE_KIND_UPSTREAM_ERROR
    assert "vendor" not in failure.message
    check_bill(gateway, story, Outcome.UPSTREAM_CUT, None)
    assert story.settlement.estimated
    assert story.settlement.units.output == estimate_tokens(6)
    assert gateway.ledger.events[0].status == 200


@pytest.mark.parametrize("stream", [True, False])
async def test_a_2xx_with_nothing_usable_costs_its_input(
    gateway: Gateway, vendor: Vendor, stream: bool
) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>", content_type="text/html")

    vendor.respond = respond
    edge = gateway.edge()
    edge.open(stream=stream)
    story = await edge.to_the_end()
    assert story.data == b""
    assert story.failures
    check_bill(gateway, story, Outcome.UPSTREAM_CUT, None)
    assert story.settlement.units.input > 0
    assert story.settlement.units.output == 0
    assert gateway.ledger.events[0].status == 502


async def test_an_answer_larger_than_memory_allows_is_dropped(
    gateway: Gateway, vendor: Vendor
) -> None:
    vendor.says(completion("x" * (1 << 20)))
    edge = gateway.edge()
    edge.open()
    story = await edge.to_the_end()
    assert story.failures[0].kind == pb.FAILURE_KIND_UPSTREAM_ERROR


@pytest.mark.parametrize(
    ("status", "kind", "shown"),
    [
        (400, pb.FAILURE_KIND_INVALID_REQUEST, 400),
        (401, pb.FAILURE_KIND_UPSTREAM_ERROR, 502),
        (404, pb.FAILURE_KIND_INVALID_REQUEST, 400),
        (429, pb.FAILURE_KIND_RATE_LIMITED, 429),
        (500, pb.FAILURE_KIND_UPSTREAM_ERROR, 502),
        (307, pb.FAILURE_KIND_UPSTREAM_ERROR, 502),
    ],
)
async def test_a_refusal_costs_nothing(
    gateway: Gateway, vendor: Vendor, status: int, kind: int, shown: int
) -> None:
    text = f"Wrong: {KEY} at https://api.vendor.com"
    vendor.says({"error": {"message": text}}, status, **{"Retry-After": "7", "Location": "/x"})
    edge = gateway.edge()
    edge.open(stream=True)
    story = await edge.to_the_end()
    assert story.heads == []
    (failure,) = story.failures
    assert failure.kind == kind
    assert KEY not in failure.message
    assert "vendor" not in failure.message
    assert failure.retry_after_s == (7 if status == 429 else 0)
    check_bill(gateway, story, Outcome.FAILED, Units())
    assert story.settlement.cost_nano == 0
    assert gateway.ledger.events[0].status == shown
    assert len(vendor.bodies) == 1


async def test_a_slow_first_byte_times_out(make_gateway: MakeGateway, vendor: Vendor) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    vendor.respond = respond
    gateway = await make_gateway(vendor.url, first_byte=0.05)
    edge = gateway.edge()
    edge.open()
    story = await edge.to_the_end()
    assert story.failures[0].kind == pb.FAILURE_KIND_TIMEOUT
    check_bill(gateway, story, Outcome.FAILED, Units())
    assert gateway.ledger.events[0].status == 504
    await asyncio.wait_for(vendor.dropped.wait(), 5)


@pytest.mark.parametrize("limit", ["idle", "total"])
async def test_a_stream_that_stands_still_times_out(
    make_gateway: MakeGateway, vendor: Vendor, limit: str
) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(chunk("Hi"))
        await asyncio.Event().wait()
        raise AssertionError

    vendor.respond = respond
    gateway = await make_gateway(vendor.url, **{"idle": 0.2, limit: 0.05})
    edge = gateway.edge()
    edge.open(stream=True)
    story = await edge.to_the_end()
    assert story.failures[0].kind == pb.FAILURE_KIND_TIMEOUT
    check_bill(gateway, story, Outcome.UPSTREAM_CUT, None)
    assert story.settlement.units.output == 1
    await asyncio.wait_for(vendor.dropped.wait(), 5)


async def test_a_window_holds_the_provider_back(make_gateway: MakeGateway, vendor: Vendor) -> None:
    many = chunk("x" * 1000) * 4000
    written = asyncio.Event()

    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(many)
        written.set()
        await response.write(DONE)
        return response

    vendor.respond = respond
    gateway = await make_gateway(vendor.url, idle=0.3)
    edge = gateway.edge()
    edge.open(stream=True, window=4000)
    await edge.until(lambda _: sum(len(frame.data) for frame in edge.heard) > 2000)
    # Longer than the idle time-out, which is not for slow clients.
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(edge.relay.batch(), 0.4)
    assert sum(len(frame.data) for frame in edge.heard) < 4000 + len(many) // 4000
    assert not written.is_set()
    edge.grant(len(many) * 2)
    story = await edge.to_the_end()
    assert story.data.endswith(DONE)
    assert written.is_set()
    assert not story.failures


async def test_a_window_of_nothing_waits_for_a_grant(gateway: Gateway, vendor: Vendor) -> None:
    vendor.streams(*HELLO, DONE)
    edge = gateway.edge()
    edge.open(stream=True, window=0)
    await edge.until(lambda frame: frame.HasField("head"))
    edge.grant(65536)
    assert (await edge.to_the_end()).data.endswith(DONE)


async def test_cancel_stops_the_provider_and_bills_what_was_counted(
    gateway: Gateway, vendor: Vendor
) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(chunk("Hello"))
        await asyncio.Event().wait()
        raise AssertionError

    vendor.respond = respond
    edge = gateway.edge()
    edge.open(stream=True)
    await edge.until(lambda frame: bool(frame.data))
    edge.cancel()
    edge.cancel()
    story = await edge.to_the_end()
    assert not story.failures
    check_bill(gateway, story, Outcome.CLIENT_CANCELLED, None)
    assert story.settlement.estimated
    assert story.settlement.units.output == estimate_tokens(5)
    await asyncio.wait_for(vendor.dropped.wait(), 5)


async def test_cancel_before_the_provider_answers_costs_nothing(
    gateway: Gateway, vendor: Vendor
) -> None:
    asked = asyncio.Event()

    async def respond(request: web.Request) -> web.StreamResponse:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    vendor.respond = respond
    edge = gateway.edge()
    edge.open()
    await asyncio.wait_for(asked.wait(), 5)
    edge.cancel()
    check_bill(gateway, await edge.to_the_end(), Outcome.CLIENT_CANCELLED, Units())
    assert gateway.ledger.events[0].status == 0


async def test_cancel_in_the_same_turn_as_open_still_settles(gateway: Gateway) -> None:
    edge = gateway.edge()
    edge.open()
    edge.cancel()
    check_bill(gateway, await edge.to_the_end(), Outcome.CLIENT_CANCELLED, Units())


async def test_cancel_after_the_settlement_does_not_lose_the_event(
    gateway: Gateway, vendor: Vendor
) -> None:
    vendor.says(completion())
    gateway.ledger.gate.clear()
    edge = gateway.edge()
    edge.open()
    await edge.until(lambda frame: frame.HasField("settlement"))
    edge.cancel()
    gateway.ledger.gate.set()
    check_bill(gateway, await edge.to_the_end(), Outcome.COMPLETED, BILLED)


async def test_when_the_relay_breaks_every_lane_is_settled(
    gateway: Gateway, vendor: Vendor
) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(chunk("Hello"))
        await asyncio.Event().wait()
        raise AssertionError

    vendor.respond = respond
    edge = gateway.edge()
    for lane in (1, 2, 3):
        edge.open(lane, stream=True)
    await edge.until(lambda _: len({f.lane for f in edge.heard if f.data}) == 3)
    edge.relay.close()
    await gateway.lanes.close()
    events = {event.request_id: event for event in gateway.ledger.events}
    assert sorted(events) == ["R1", "R2", "R3"]
    assert {event.outcome for event in events.values()} == {Outcome.CLIENT_CANCELLED}
    assert all(event.units.output == 2 and event.cost_nano > 0 for event in events.values())


async def test_an_answer_that_outgrows_its_hold_ends_like_one_that_reached_its_limit(
    gateway: Gateway, vendor: Vendor
) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(chunk("x" * 800))

    vendor.respond = respond
    edge = gateway.edge()
    edge.open(stream=True, hold_nano=1_000_000, window=1 << 24)
    story = await edge.to_the_end()
    assert story.data.endswith(DONE)
    last = json.loads(story.data.split(b"\n\n")[-3][6:])
    assert last["choices"] == [{"index": 0, "delta": {}, "finish_reason": "length"}]
    assert (last["id"], last["created"], last["model"]) == ("c-1", 1, "m")
    assert story.settlement.outcome == usage_pb2.OUTCOME_BUDGET_EXHAUSTED
    assert not story.failures
    await asyncio.wait_for(vendor.dropped.wait(), 5)


async def test_true_usage_is_charged_even_above_the_hold(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says(completion())
    edge = gateway.edge()
    edge.open(hold_nano=1)
    story = await edge.to_the_end()
    assert story.settlement.cost_nano > 1


async def test_an_event_that_cannot_be_kept_is_left_to_the_edge(
    gateway: Gateway, vendor: Vendor
) -> None:
    vendor.says(completion())
    gateway.ledger.full = True
    edge = gateway.edge()
    edge.open()
    await edge.until(lambda frame: frame.HasField("settlement"))
    edge.relay.finish()
    while batch := await asyncio.wait_for(edge.relay.batch(), 5):
        edge.heard += batch
    assert not any(frame.recorded for frame in edge.heard)
    assert gateway.ledger.events == []


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "nothing"},
        {"price_version": "gpt-4o-mini@1999-01-01"},
        {"dialect": "morse"},
        {"operation": "videos"},
        {"model": "glm-4.7", "price_version": "glm-4.7@2025-12-22"},
    ],
)
async def test_what_cannot_be_served_is_unavailable_and_recorded(
    gateway: Gateway, vendor: Vendor, fields: dict[str, str]
) -> None:
    edge = gateway.edge()
    edge.open(1, **fields)
    story = await edge.to_the_end()
    assert story.failures[0].kind == pb.FAILURE_KIND_UNAVAILABLE
    (event,) = gateway.ledger.events
    assert (event.outcome, event.cost_nano, event.status) == (Outcome.FAILED, 0, 503)
    assert vendor.bodies == []


async def test_beyond_the_limit_of_lanes_requests_are_shed(
    make_gateway: MakeGateway, vendor: Vendor
) -> None:
    gateway = await make_gateway(vendor.url, lanes_max=0)
    edge = gateway.edge()
    edge.open()
    story = await edge.to_the_end()
    assert story.failures[0].kind == pb.FAILURE_KIND_UNAVAILABLE
    assert len(gateway.ledger.events) == 1


async def test_frames_of_one_turn_are_one_batch(gateway: Gateway, vendor: Vendor) -> None:
    edge: Edge = gateway.edge()
    for lane in range(1, 9):
        edge.open(lane, model="nothing")
    await edge.until(lambda frame: frame.HasField("settlement"))
    assert len(edge.batches) == 1


async def test_a_connection_is_used_again(gateway: Gateway, vendor: Vendor) -> None:
    peers = []

    async def respond(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        peers.append(request.transport.get_extra_info("peername"))
        if (await request.json())["stream"]:
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(DONE)
            return response
        return web.json_response(completion())

    vendor.respond = respond
    edge = gateway.edge()
    for lane in range(1, 5):
        stream = lane % 2 == 0
        body = json.dumps({"stream": stream, "messages": []}).encode()
        edge.open(lane, stream=stream, body=body)
        await edge.to_the_end(lane)
    assert len(set(peers)) == 1
