"""Relays: all lanes of one edge over one stream, their frames batched by turns of the loop."""

import asyncio
from collections import deque
from collections.abc import Iterable

from tollgate.providers.v1.providers_pb2 import EdgeFrame, ProviderFrame
from tollgate_common.errors import InvalidArgument

from . import metrics
from .failures import AnswerFailed, FailureKind
from .lane import Lane, Services

# A batch beyond this is split, so that no message comes near gRPC's limit.
MESSAGE_BYTES_MAX = 1 << 20
_CLOSE_SECONDS = 4.0


class Lanes:
    """Every lane of this process. They outlive their relay until they are recorded."""

    def __init__(self, services: Services, lanes_max: int) -> None:
        self._services = services
        self._lanes_max = lanes_max
        self._running: dict[asyncio.Task[None], Lane] = {}
        metrics.LANES.set_function(lambda: len(self._running))

    def open(self, frame: EdgeFrame, relay: "Relay") -> tuple[Lane, asyncio.Task[None]]:
        refusal = None
        if len(self._running) >= self._lanes_max:
            message = "Too many requests are under way."
            refusal = AnswerFailed(FailureKind.UNAVAILABLE, message, retry_after_s=1)
        lane = Lane(frame.lane, frame.open, relay, self._services)
        task = asyncio.create_task(lane.run(refusal))
        self._running[task] = lane
        task.add_done_callback(self._running.pop)
        return lane, task

    async def close(self) -> None:
        """Settles whatever still runs. To be called while usage can still be recorded."""
        for lane in self._running.values():
            lane.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=_CLOSE_SECONDS)


class Relay:
    """One edge's stream: what the edge says goes into `take`, what it hears comes from `batch`."""

    def __init__(self, lanes: Lanes) -> None:
        self._all = lanes
        self._lanes: dict[int, Lane] = {}
        self._frames: deque[ProviderFrame] = deque()
        self._changed = asyncio.Event()
        self._finishing = False
        self._closed = False

    def take(self, frames: Iterable[EdgeFrame]) -> None:
        """InvalidArgument when a lane is opened twice."""
        for frame in frames:
            lane = self._lanes.get(frame.lane)
            if frame.HasField("open"):
                if lane:
                    raise InvalidArgument(f"lane: {frame.lane} is open already", field="lane")
                self._begin(frame)
            elif lane and frame.cancel:
                lane.cancel()
            elif lane:
                lane.grant(frame.window)

    def _begin(self, frame: EdgeFrame) -> None:
        number = frame.lane
        self._lanes[number], task = self._all.open(frame, self)

        def ended(task: asyncio.Task[None]) -> None:
            self._lanes.pop(number, None)
            self._changed.set()

        task.add_done_callback(ended)

    def put(self, frame: ProviderFrame) -> None:
        """Sends with all others of this turn. The lanes' windows and number bound what waits."""
        if not self._closed:
            self._frames.append(frame)
            self._changed.set()

    async def batch(self) -> list[ProviderFrame]:
        """Everything that was put in one turn of the loop; nothing when the relay has finished."""
        while not self._frames:
            if self._finishing and not self._lanes:
                return []
            self._changed.clear()
            await self._changed.wait()
        # One more look at what has arrived: under load a message then carries many times as much,
        # and an idle loop does not notice.
        await asyncio.sleep(0)
        batch: list[ProviderFrame] = []
        size = 0
        while self._frames and size < MESSAGE_BYTES_MAX:
            frame = self._frames.popleft()
            size += len(frame.data)
            batch.append(frame)
        return batch

    def finish(self) -> None:
        """Ends the relay as soon as no lane is open on it."""
        self._finishing = True
        self._changed.set()

    def close(self) -> None:
        """The edge is gone: its lanes end without it."""
        self._closed = True
        self._frames.clear()
        for lane in self._lanes.values():
            lane.leave()
