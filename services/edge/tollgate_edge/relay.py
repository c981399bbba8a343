"""The edge's end of the streams to providers: gives out lanes, and sorts what comes back into them.

Frames that are ready in one turn of the loop travel as one message: under load, a message serves
many requests; without load, nobody waits.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Protocol

from tollgate.events.v1 import usage_pb2
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.clock import Clock
from tollgate_common.errors import Unavailable
from tollgate_common.telemetry import logger
from tollgate_common.usage import Outcome
from tollgate_common.wire import units_of

from .lanes import Admission, Head, Lane, LaneEnds, Settlement
from .refusals import Cause, Refusal
from .wishes import NO_WISHES

# One message stays far below what the other side accepts, whatever the requests' size.
_MESSAGE_BYTES = 1024 * 1024
_BACKOFF_SECONDS = (0.1, 2.0)
_SWEEP_SECONDS = 1.0

_CAUSES = {
    pb.FAILURE_KIND_INVALID_REQUEST: Cause.INVALID_REQUEST,
    pb.FAILURE_KIND_UNAVAILABLE: Cause.UNAVAILABLE,
    pb.FAILURE_KIND_RATE_LIMITED: Cause.UPSTREAM_RATE_LIMITED,
    pb.FAILURE_KIND_TIMEOUT: Cause.UPSTREAM_TIMEOUT,
    pb.FAILURE_KIND_BUDGET_EXHAUSTED: Cause.BUDGET_EXHAUSTED,
    pb.FAILURE_KIND_IN_USE: Cause.KEY_IN_USE,
}


class Stream(Protocol):
    """One open stream."""

    def frames(self) -> AsyncIterator[pb.ProviderFrames]:
        """What providers says, to the stream's end. Unavailable when it breaks."""
        ...

    async def leaving(self) -> None:
        """Returns when the other side takes no new streams: it is about to end."""
        ...


Dial = Callable[[AsyncIterator[pb.EdgeFrames]], Awaitable[Stream]]


@dataclass(frozen=True, slots=True)
class LaneTimes:
    """Seconds: of silence, from an answer's end to its record, and of a request's whole life."""

    quiet: float
    settle: float
    life: float


class Link:
    """One stream, from its dialling to its end. Lanes that it loses are told."""

    def __init__(self, ends: LaneEnds, clock: Clock, *, window_bytes: int) -> None:
        self._ends = ends
        self._clock = clock
        self._window_bytes = window_bytes
        self._numbers = count(1)
        self._batches: deque[pb.EdgeFrames] = deque()
        self._batch_bytes = 0
        self._idle: asyncio.Future[None] | None = None
        self.lanes: dict[int, Lane] = {}
        # Each lane's last count, packed as it came: nobody reads it unless the lane is lost.
        self._counted: dict[int, bytes] = {}
        self._ended = False
        # Takes new lanes.
        self.up = False
        self.answered = False

    async def run(self, dial: Dial, closing: asyncio.Event) -> None:
        """Serves to the end; sets `closing` when a successor is wanted. Unavailable if broken."""
        leaving: asyncio.Task[None] | None = None
        try:
            stream = await dial(self._outgoing())
            self.up = True
            leaving = asyncio.create_task(self._watch(stream, closing), name="relay-leaving")
            async for batch in stream.frames():
                self.answered = True
                self._deliver(batch)
        finally:
            self.up = False
            closing.set()
            if leaving:
                leaving.cancel()
            self._hang_up()
            self._lose_all()

    def open(self, admission: Admission, body: bytes) -> Lane:
        now = self._clock.monotonic()
        number = next(self._numbers)
        lane = Lane(admission, number, self, self._ends, window_bytes=self._window_bytes, now=now)
        self.lanes[number] = lane
        frame = self._frame(number, len(body))
        opening = frame.open
        opening.request_id = admission.request_id
        opening.account_id = admission.account_id
        opening.key_id = admission.key_id
        opening.dialect = admission.dialect
        opening.operation = admission.operation
        opening.model = admission.model.name
        opening.price_version = admission.model.price.version
        opening.lease_id = admission.lease_id
        opening.hold_nano = admission.hold_nano
        opening.started_at_ms = admission.started_at_ms
        opening.body = body
        opening.stream = admission.stream
        opening.include_usage = admission.include_usage
        opening.max_output_tokens = admission.max_output_tokens
        opening.window = self._window_bytes
        opening.traceparent = admission.traceparent
        opening.agent = admission.agent
        opening.variant = admission.variant
        opening.content_type = admission.content_type
        opening.idempotency_key = admission.idempotency.key
        opening.fingerprint = admission.idempotency.fingerprint
        if admission.headers:
            opening.headers.update(admission.headers)
        if admission.wishes is not NO_WISHES:
            opening.order.extend(admission.wishes.order)
            opening.only.extend(admission.wishes.only)
        return lane

    def grant(self, number: int, window_bytes: int) -> None:
        if number in self.lanes:
            self._frame(number).window = window_bytes

    def cancel(self, number: int) -> None:
        if number in self.lanes:
            self._frame(number).cancel = True

    def sweep(self, times: LaneTimes, now: float) -> None:
        """Every deadline of every lane, looked at once a second: no timer a request or a chunk."""
        for number, lane in list(self.lanes.items()):
            if lane.ended_at:
                if now - lane.ended_at > times.settle:
                    self._lose(number, now)
            elif now - lane.opened_at > times.life:
                self.cancel(number)
                lane.refuse(Refusal(Cause.UPSTREAM_TIMEOUT, "The answer took too long."), now)
            elif now - lane.active_at > times.quiet:
                lane.hush(now)

    def _frame(self, number: int, size_bytes: int = 0) -> pb.EdgeFrame:
        if not self._batches or self._batch_bytes > _MESSAGE_BYTES:
            self._batches.append(pb.EdgeFrames())
            self._batch_bytes = 0
        self._batch_bytes += size_bytes
        if self._idle and not self._idle.done():
            self._idle.set_result(None)
        return self._batches[-1].frames.add(lane=number)

    async def _outgoing(self) -> AsyncIterator[pb.EdgeFrames]:
        while not self._ended:
            if self._batches:
                # One more look at what has arrived: under load a message then carries many times
                # as much, and an idle loop does not notice.
                await asyncio.sleep(0)
                yield self._batches.popleft()
            else:
                self._idle = asyncio.get_running_loop().create_future()
                await self._idle

    def _hang_up(self) -> None:
        """The call's writer, which has nobody to write to any more, would wait for ever."""
        self._ended = True
        if self._idle and not self._idle.done():
            self._idle.set_result(None)

    async def _watch(self, stream: Stream, closing: asyncio.Event) -> None:
        await stream.leaving()
        self.up = False
        closing.set()

    def _deliver(self, batch: pb.ProviderFrames) -> None:
        now = self._clock.monotonic()
        lanes = self.lanes
        for frame in batch.frames:
            number = frame.lane
            lane = lanes.get(number)
            if lane is None:
                continue
            if frame.HasField("head"):
                lane.began(_head(frame.head))
            if frame.HasField("counted"):
                self._counted[number] = frame.counted.SerializeToString()
            if data := frame.data:
                lane.feed(data, now)
            if frame.HasField("failure"):
                lane.refuse(refusal_in(frame.failure), now)
            if frame.HasField("settlement"):
                lane.settle(_settlement(frame.settlement), now)
            if frame.recorded:
                if lane.settlement:
                    del lanes[number]
                    self._counted.pop(number, None)
                else:
                    self._lose(number, now)

    def _lose(self, number: int, now: float) -> None:
        lane = self.lanes.pop(number)
        counted = self._counted.pop(number, None)
        if counted is not None:
            lane.counted = units_of(usage_pb2.Units.FromString(counted))
        lane.lose(now)

    def _lose_all(self) -> None:
        now = self._clock.monotonic()
        for number in list(self.lanes):
            self._lose(number, now)


def _head(head: pb.Head) -> Head:
    return Head(head.provider, head.channel_id, head.content_type)


def refusal_in(failure: pb.Failure) -> Refusal:
    return Refusal(
        _CAUSES.get(failure.kind, Cause.UPSTREAM_ERROR),
        failure.message,
        field=failure.param,
        retry_after_s=failure.retry_after_s,
    )


def _settlement(settlement: pb.Settlement) -> Settlement:
    return Settlement(
        units_of(settlement.units),
        settlement.cost_nano,
        settlement.estimated,
        Outcome(settlement.outcome),
    )


class Relay:
    """The links to all targets; a new request takes the one with the fewest lanes."""

    def __init__(
        self,
        dials: Sequence[Dial],
        ends: LaneEnds,
        clock: Clock,
        times: LaneTimes,
        *,
        window_bytes: int,
    ) -> None:
        self._dials = dials
        self._ends = ends
        self._clock = clock
        self._times = times
        self._window_bytes = window_bytes
        self._links: dict[Link, asyncio.Task[None]] = {}

    def open(self, admission: Admission, body: bytes) -> Lane:
        """Unavailable when no link is up: then nothing was sent."""
        up = [link for link in self._links if link.up]
        if not up:
            raise Unavailable("no stream to providers is up", retry_after_s=1)
        link = up[0] if len(up) == 1 else min(up, key=lambda link: len(link.lanes))
        return link.open(admission, body)

    @property
    def up(self) -> bool:
        return any(link.up for link in self._links)

    @property
    def lanes(self) -> int:
        """Requests whose record is not stored yet."""
        return sum(len(link.lanes) for link in self._links)

    async def run(self) -> None:
        """Keeps a link to each target, for ever."""
        try:
            async with asyncio.TaskGroup() as group:
                for dial in self._dials:
                    group.create_task(self._keep(dial))
                group.create_task(self._sweep())
        finally:
            for task in self._links.values():
                task.cancel()
            await asyncio.gather(*self._links.values(), return_exceptions=True)

    async def _keep(self, dial: Dial) -> None:
        least, most = _BACKOFF_SECONDS
        delay = least
        while True:
            link = Link(self._ends, self._clock, window_bytes=self._window_bytes)
            closing = asyncio.Event()
            task = asyncio.create_task(link.run(dial, closing), name="relay-link")
            self._links[link] = task
            task.add_done_callback(partial(self._ended, link))
            await closing.wait()
            delay = least if link.answered else min(2 * delay, most)
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311

    def _ended(self, link: Link, task: asyncio.Task[None]) -> None:
        del self._links[link]
        if not task.cancelled() and (error := task.exception()):
            logger().warning("relay_link_ended", error=repr(error))

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            now = self._clock.monotonic()
            for link, task in list(self._links.items()):
                link.sweep(self._times, now)
                if link.answered and not link.up and not link.lanes:
                    task.cancel()
