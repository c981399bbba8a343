"""Deadlines of lanes: silence, a record that does not come, and a request without end."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.clock import ManualClock
from tollgate_common.errors import Unavailable
from tollgate_edge.relay import Link

from .conftest import HELLO, in_memory, on_socket
from .fakes import DONE, EVENTS, SETTLEMENT, Edge, chunk, failing, silent, soon

STREAM = {**HELLO, "stream": True}


def sweep(edge: Edge) -> None:
    """What the relay does once a second."""
    links: list[Link] = list(edge.relay._links)
    for link in links:
        link.sweep(edge.times, edge.clock.monotonic())


async def test_silence_is_filled_once_the_provider_has_begun() -> None:
    clock = ManualClock()
    edge = Edge(script=silent, clock=clock)
    async with on_socket(edge) as http:
        call = asyncio.create_task(http.post("/v1/chat/completions", json=STREAM))
        await edge.providers.until(lambda: len(edge.providers.opened) == 1)
        clock.advance(16)
        sweep(edge)  # no head yet: the status is still open
        edge.providers.say(pb.ProviderFrame(lane=1, head=EVENTS))
        await asyncio.sleep(0.01)
        clock.advance(16)
        sweep(edge)
        edge.providers.say(pb.ProviderFrame(lane=1, data=chunk(1)))
        await asyncio.sleep(0.01)
        edge.providers.say(pb.ProviderFrame(lane=1, data=DONE, settlement=SETTLEMENT))
        answer = await call
    assert answer.content == b": keepalive\n\n" + chunk(1) + DONE


async def test_silence_is_filled_before_that_for_whoever_asks() -> None:
    """The status is sent with it, so a failure is an event."""
    clock = ManualClock()
    edge = Edge(script=silent, clock=clock)
    async with on_socket(edge) as http:
        headers = {"x-tollgate-keep-alive": "early"}
        call = asyncio.create_task(http.post("/v1/chat/completions", json=STREAM, headers=headers))
        await edge.providers.until(lambda: len(edge.providers.opened) == 1)
        clock.advance(16)
        sweep(edge)
        failing(pb.FAILURE_KIND_TIMEOUT)(edge.providers, pb.EdgeFrame(lane=1))
        answer = await call
    assert answer.status_code == 200
    comment, event, rest = answer.text.split("\n\n")
    assert comment == ": keepalive"
    assert json.loads(event.removeprefix("data: "))["error"]["code"] == "upstream_timeout"
    assert rest == ""


async def test_a_record_that_does_not_come_is_made_here() -> None:
    clock = ManualClock()
    edge = Edge(script=silent, clock=clock)
    async with edge.running(), in_memory(edge) as http:
        call = asyncio.create_task(http.post("/v1/chat/completions", json=HELLO))
        await edge.providers.until(lambda: len(edge.providers.opened) == 1)
        edge.providers.say(pb.ProviderFrame(lane=1, data=b"{}", settlement=SETTLEMENT))
        assert (await call).status_code == 200
        clock.advance(21)
        sweep(edge)
        await soon(lambda: len(edge.recorder.events) == 1)
    [event] = edge.recorder.events
    assert event.cost_nano == SETTLEMENT.cost_nano
    assert edge.spent_nano() == SETTLEMENT.cost_nano


async def test_a_request_does_not_last_for_ever() -> None:
    clock = ManualClock()
    edge = Edge(script=silent, clock=clock)
    async with edge.running(), in_memory(edge) as http:
        call = asyncio.create_task(http.post("/v1/chat/completions", json=HELLO))
        await edge.providers.until(lambda: len(edge.providers.opened) == 1)
        clock.advance(901)
        sweep(edge)
        answer = await call
        await edge.providers.until(lambda: edge.providers.cancelled == [1])
        clock.advance(21)
        sweep(edge)
        await soon(lambda: edge.relay.lanes == 0)
    assert answer.status_code == 504
    assert edge.held_nano() == 0


class Broken:
    """A stream that breaks at once, and leaves its writer alone, as gRPC does."""

    def __init__(self) -> None:
        self.writing: asyncio.Task[None] | None = None

    async def dial(self, outgoing: AsyncIterator[pb.EdgeFrames]) -> "Broken":
        async def write() -> None:
            async for _ in outgoing:
                pass

        self.writing = asyncio.create_task(write())
        return self

    async def frames(self) -> AsyncIterator[pb.ProviderFrames]:
        await asyncio.sleep(0)  # the writer is waiting now
        raise Unavailable("the stream broke")
        yield

    async def leaving(self) -> None:
        await asyncio.Event().wait()


async def test_nobody_goes_on_writing_to_a_stream_that_broke() -> None:
    stream = Broken()
    edge = Edge()
    link = Link(edge.settler, edge.clock, window_bytes=1024)
    with pytest.raises(Unavailable):
        await link.run(stream.dial, asyncio.Event())
    assert stream.writing
    await asyncio.wait_for(stream.writing, 1)
