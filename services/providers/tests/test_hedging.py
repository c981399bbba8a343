"""The next way is asked when the first is slow; one answer comes of it, and one bill."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from tollgate.events.v1 import usage_pb2
from tollgate_providers.failures import AnswerFailed, FailureKind
from tollgate_providers.hedging import race

from .conftest import DONE, USAGE_CHUNK, MakeGateway, Vendor, chunk, completion

MakeVendor = Callable[[], Awaitable[Vendor]]
BROKEN = AnswerFailed(FailureKind.UPSTREAM_ERROR, "broken", elsewhere=True)
WRONG = AnswerFailed(FailureKind.INVALID_REQUEST, "wrong")


def hangs(vendor: Vendor) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    vendor.respond = respond


async def test_a_silent_way_loses_and_is_dropped_at_once(
    make_gateway: MakeGateway, make_vendor: MakeVendor
) -> None:
    slow, quick = await make_vendor(), await make_vendor()
    hangs(slow)
    quick.streams(chunk("Hi"), USAGE_CHUNK, DONE)
    gateway = await make_gateway(slow.url, quick.url, hedge_seconds=0.05)
    edge = gateway.edge()
    edge.open(stream=True)
    story = await edge.to_the_end()
    assert story.heads[0].channel_id == "openai-2"
    await asyncio.wait_for(slow.dropped.wait(), 5)
    assert [event.channel_id for event in gateway.ledger.events] == ["openai-2"]


async def test_a_way_that_answers_in_time_is_the_only_one(
    make_gateway: MakeGateway, make_vendor: MakeVendor
) -> None:
    first, second = await make_vendor(), await make_vendor()
    first.streams(chunk("Hi"), USAGE_CHUNK, DONE)
    gateway = await make_gateway(first.url, second.url, hedge_seconds=5)
    edge = gateway.edge()
    edge.open(stream=True)
    await edge.to_the_end()
    assert second.bodies == []


async def test_an_answer_that_is_no_stream_takes_its_time(
    make_gateway: MakeGateway, make_vendor: MakeVendor
) -> None:
    first, second = await make_vendor(), await make_vendor()
    thinking = asyncio.Event()

    async def respond(request: web.Request) -> web.StreamResponse:
        await thinking.wait()
        return web.json_response(completion())

    first.respond = respond
    gateway = await make_gateway(first.url, second.url, hedge_seconds=0.001)
    edge = gateway.edge()
    edge.open()
    asyncio.get_running_loop().call_later(0.05, thinking.set)
    assert (await edge.to_the_end()).heads[0].channel_id == "openai-1"
    assert second.bodies == []


async def test_a_failing_way_is_replaced_without_waiting(
    make_gateway: MakeGateway, make_vendor: MakeVendor
) -> None:
    bad, good = await make_vendor(), await make_vendor()
    bad.says({}, 503)
    good.streams(chunk("Hi"), USAGE_CHUNK, DONE)
    gateway = await make_gateway(bad.url, good.url, hedge_seconds=60)
    edge = gateway.edge()
    edge.open(stream=True)
    assert (await edge.to_the_end()).heads[0].channel_id == "openai-2"


async def test_a_client_that_leaves_drops_every_way(
    make_gateway: MakeGateway, make_vendor: MakeVendor
) -> None:
    one, two = await make_vendor(), await make_vendor()
    asked = asyncio.Event()
    hangs(one)

    async def respond(request: web.Request) -> web.StreamResponse:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    two.respond = respond
    gateway = await make_gateway(one.url, two.url, hedge_seconds=0.01)
    edge = gateway.edge()
    edge.open(stream=True)
    await asyncio.wait_for(asked.wait(), 5)
    edge.cancel()
    story = await edge.to_the_end()
    assert story.settlement.cost_nano == 0
    assert story.settlement.outcome == usage_pb2.OUTCOME_CLIENT_CANCELLED
    await asyncio.wait_for(one.dropped.wait(), 5)
    await asyncio.wait_for(two.dropped.wait(), 5)


def forget(answer: str) -> None:
    raise AssertionError(answer)


async def fails(error: Exception) -> str:
    raise error


async def test_answers_of_the_same_moment_are_dropped_but_one() -> None:
    dropped: list[str] = []
    everybody = asyncio.Barrier(2)

    async def wins(word: str) -> str:
        await everybody.wait()
        return word

    won = await race((wins(word) for word in "ab"), 0.01, dropped.append)
    assert sorted([str(won), *dropped]) == ["a", "b"]


async def test_the_last_failure_is_told() -> None:
    assert await race((fails(BROKEN) for _ in range(2)), 1, forget) is BROKEN
    assert await race((fails(BROKEN) for _ in range(0)), 1, forget) is None


async def test_what_no_other_way_mends_ends_the_race() -> None:
    with pytest.raises(AnswerFailed) as caught:
        await race((fails(WRONG) for _ in range(2)), 1, forget)
    assert caught.value is WRONG
