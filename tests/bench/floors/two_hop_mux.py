"""Floor: two processes, and one long-lived stream between them that carries all requests.

`... .floors.two_hop_mux provider PORT URL`, and `... edge PORT 127.0.0.1:PROVIDER_PORT`.
Each request has a lane. Frames that are ready in one turn of the loop travel as one message;
with --batch-ms, those of that time. A lane's window bounds what a slow client can pile up, and a
client that leaves cancels its lane. A link that breaks is not made again.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from typing import Generic, TypeVar

import aiohttp
import grpc
import uvloop
from tollgate.providers.v1.providers_pb2 import (
    EdgeFrame,
    EdgeFrames,
    Failure,
    Head,
    Open,
    ProviderFrame,
    ProviderFrames,
)
from tollgate.providers.v1.providers_pb2_grpc import ProvidersStub

from tests.bench.floors.asgi import (
    EVENT_STREAM,
    HEADERS,
    Client,
    Relay,
    arguments,
    provider_session,
    run_edge,
)

SERVICE = "tollgate.providers.v1.Providers"
WINDOW_BYTES = 256 * 1024
MESSAGE_BYTES_MAX = 1024 * 1024

Frame = TypeVar("Frame")


class Outbox(Generic[Frame]):
    """Frames that wait for the next message. Bounded by the windows of the lanes that fill it."""

    def __init__(self, batch_ms: float) -> None:
        self.batch_s = batch_ms / 1000
        self.frames: deque[tuple[int, Frame]] = deque()
        self.filled = asyncio.Event()

    def put(self, frame: Frame, size_bytes: int = 0) -> None:
        self.frames.append((size_bytes, frame))
        self.filled.set()

    def take(self) -> list[Frame]:
        batch: list[Frame] = []
        size_bytes = 0
        while self.frames and size_bytes < MESSAGE_BYTES_MAX:
            frame_bytes, frame = self.frames.popleft()
            batch.append(frame)
            size_bytes += frame_bytes
        return batch

    async def drain(self, write: Callable[[list[Frame]], Awaitable[None]]) -> None:
        while True:
            await self.filled.wait()
            # Even a sleep of zero lets the loop poll once more: under load that doubles what one
            # message carries, and an idle loop does not notice.
            await asyncio.sleep(self.batch_s)
            while batch := self.take():
                await write(batch)
            self.filled.clear()


class ProviderLane:
    """One request at the provider's side: it reads the answer only as far as the window allows."""

    def __init__(self, lane: int, window: int, put: Callable[[ProviderFrame, int], None]) -> None:
        self.lane = lane
        self.window = window
        self.put = put
        self.granted = asyncio.Event()

    def grant(self, window: int) -> None:
        self.window += window
        self.granted.set()

    async def run(self, session: aiohttp.ClientSession, url: str, body: bytes) -> None:
        try:
            async with session.post(url, data=body, headers=HEADERS) as answer:
                await self.relay(answer)
        except aiohttp.ClientError as error:
            failure = Failure(message=str(error))
            self.put(ProviderFrame(lane=self.lane, failure=failure, recorded=True), 0)

    async def relay(self, answer: aiohttp.ClientResponse) -> None:
        head: Head | None = Head(content_type=answer.content_type)
        if answer.content_type != EVENT_STREAM:
            body = await answer.read()
            self.put(ProviderFrame(lane=self.lane, head=head, data=body, recorded=True), len(body))
            return
        async for data in answer.content.iter_any():
            self.put(ProviderFrame(lane=self.lane, head=head, data=data), len(data))
            head = None
            self.window -= len(data)
            while self.window <= 0:
                self.granted.clear()
                await self.granted.wait()
        self.put(ProviderFrame(lane=self.lane, recorded=True), 0)


class Provider:
    """Serves the links of all edges; a link that breaks cancels its lanes."""

    def __init__(self, session: aiohttp.ClientSession, url: str, batch_ms: float) -> None:
        self.session = session
        self.url = url
        self.batch_ms = batch_ms

    async def relay(
        self,
        request_iterator: AsyncIterator[EdgeFrames],
        context: grpc.aio.ServicerContext[EdgeFrames, ProviderFrames],
    ) -> None:
        outbox: Outbox[ProviderFrame] = Outbox(self.batch_ms)

        async def write(frames: list[ProviderFrame]) -> None:
            await context.write(ProviderFrames(frames=frames))

        lanes: dict[int, tuple[ProviderLane, asyncio.Task[None]]] = {}
        writer = asyncio.create_task(outbox.drain(write))
        try:
            async for frames in request_iterator:
                for frame in frames.frames:
                    self.take(frame, lanes, outbox)
        finally:
            for task in (writer, *(task for _, task in lanes.values())):
                task.cancel()

    def take(
        self,
        frame: EdgeFrame,
        lanes: dict[int, tuple[ProviderLane, asyncio.Task[None]]],
        outbox: Outbox[ProviderFrame],
    ) -> None:
        number = frame.lane
        if frame.HasField("open"):
            lane = ProviderLane(number, frame.open.window, outbox.put)
            task = asyncio.create_task(lane.run(self.session, self.url, frame.open.body))
            lanes[number] = lane, task
            task.add_done_callback(lambda _: lanes.pop(number))
        elif number in lanes:
            lane, task = lanes[number]
            if frame.cancel:
                task.cancel()
            else:
                lane.grant(frame.window)


async def serve(port: int, url: str, batch_ms: float) -> None:
    handler = grpc.stream_stream_rpc_method_handler(
        Provider(provider_session(), url, batch_ms).relay,
        request_deserializer=EdgeFrames.FromString,
        response_serializer=ProviderFrames.SerializeToString,
    )
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(SERVICE, {"Relay": handler}),)
    )
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


class Link:
    """The edge's end of the stream: it gives out lanes, and sorts what comes back into them."""

    def __init__(self, provider: str, batch_ms: float) -> None:
        self.numbers = count(1)
        self.lanes: dict[int, asyncio.Queue[ProviderFrame]] = {}
        self.outbox: Outbox[EdgeFrame] = Outbox(batch_ms)
        self.call = ProvidersStub(grpc.aio.insecure_channel(provider)).Relay()
        self.tasks = [
            asyncio.create_task(self.outbox.drain(self.write)),
            asyncio.create_task(self.read()),
        ]

    async def write(self, frames: list[EdgeFrame]) -> None:
        await self.call.write(EdgeFrames(frames=frames))

    async def read(self) -> None:
        async for frames in self.call:
            for frame in frames.frames:
                if lane := self.lanes.get(frame.lane):
                    lane.put_nowait(frame)

    async def relay(self, body: bytes, client: Client) -> None:
        number = next(self.numbers)
        lane: asyncio.Queue[ProviderFrame] = asyncio.Queue()
        self.lanes[number] = lane
        opening = Open(body=body, window=WINDOW_BYTES)
        self.outbox.put(EdgeFrame(lane=number, open=opening), len(body))
        ended = False
        try:
            await self.carry(number, lane, client)
            ended = True
        finally:
            del self.lanes[number]
            if not ended:
                self.outbox.put(EdgeFrame(lane=number, cancel=True))

    async def carry(self, number: int, lane: asyncio.Queue[ProviderFrame], client: Client) -> None:
        """Writes frames to the client, and grants more once half of the window has reached it."""
        taken = 0
        recorded = False
        while not recorded:
            frame = await lane.get()
            recorded = frame.recorded
            if frame.HasField("failure"):
                raise ConnectionError(frame.failure.message)
            if frame.HasField("head"):
                if frame.head.content_type != EVENT_STREAM:
                    await client.answer(frame.data)
                    return
                await client.start()
            if frame.data:
                await client.write(frame.data)
                taken += len(frame.data)
            if taken >= WINDOW_BYTES // 2:
                self.outbox.put(EdgeFrame(lane=number, window=taken))
                taken = 0
        await client.end()


async def startup(provider: str, batch_ms: float) -> Relay:
    return Link(provider, batch_ms).relay


if __name__ == "__main__":
    options = arguments("edge", "provider")
    if options.role == "provider":
        uvloop.run(serve(options.port, options.target, options.batch_ms))
    else:
        run_edge(options.port, lambda: startup(options.target, options.batch_ms))
