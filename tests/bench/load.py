"""The load generator, a process of its own: `... .load JSON` prints one JSON object of figures.

Shapes: `closed` keeps each connection busy; `open` sends at a fixed rate and counts from the
intended start, so that a slow answer cannot hide the wait of those behind it; `streams` reads
events and compares them with their stamps; `hold` opens streams and keeps them until a line comes
in. Every shape has a deadline; what is unfinished then has failed.
"""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import orjson
import uvloop

from tests.bench.connection import Connection, Stream, Unary
from tests.bench.dialects import DIALECTS, request

FAILED_MAX = 500


@dataclass(frozen=True, slots=True)
class Spec:
    """What to do, and to whom: seconds is for closed and open, events and gap_ms for streams."""

    shape: str
    port: int
    model: str
    headers: dict[str, str]
    client: str
    connections: int
    deadline_s: float
    seconds: float = 0.0
    rate: float = 0.0
    events: int = 0
    gap_ms: int = 0
    ramp_s: float = 0.0

    def request(self) -> bytes:
        """About 200 bytes of prompt, which also tell the mock provider how to answer."""
        prompt = (
            f"bench-{self.events or 16}x{self.gap_ms} Please tell me in a few plain words what the "
            "quick brown fox did after it had jumped over the lazy dog, why it did so, who saw it, "
            "and what the dog said."
        )
        dialect = DIALECTS[self.client]
        path, payload = request(dialect, self.model, prompt, stream=bool(self.events))
        headers = {
            "host": f"127.0.0.1:{self.port}",
            "content-type": "application/json",
            "content-length": str(len(payload)),
            **self.headers,
        }
        lines = [
            f"POST {path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + payload


class Tally:
    """What has been seen so far; times in nanoseconds."""

    def __init__(self) -> None:
        self.done = self.failed = 0
        self.latencies: list[int] = []
        self.first_failure = ""
        self.begun_ns = self.ended_ns = time.monotonic_ns()

    def count(self, connection: Connection, since_ns: int) -> None:
        self.ended_ns = time.monotonic_ns()
        if connection.failure:
            self.failed += 1
            self.first_failure = self.first_failure or connection.failure
        else:
            self.done += 1
            self.latencies.append(self.ended_ns - since_ns)

    def figures(self) -> dict[str, float | str]:
        seconds = max(self.ended_ns - self.begun_ns, 1) / 1e9
        return {
            "requests": self.done,
            "failed": self.failed,
            "first_failure": self.first_failure,
            "per_s": self.done / seconds,
            **percentiles("latency", self.latencies),
        }


def percentiles(name: str, values_ns: list[int]) -> dict[str, float | str]:
    """Median and 99th percentile, in milliseconds; nothing when nothing was seen."""
    if not values_ns:
        return {}
    ordered = sorted(values_ns)
    return {
        f"{name}_p{percent}_ms": ordered[min(len(ordered) * percent // 100, len(ordered) - 1)] / 1e6
        for percent in (50, 99)
    }


class Load:
    """Runs one shape over connections to one server."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.request = spec.request()
        self.loop = asyncio.get_running_loop()
        self.tally = Tally()
        self.finished = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()

    async def connect(self, connection: Connection) -> None:
        await self.loop.create_connection(lambda: connection, "127.0.0.1", self.spec.port)

    async def wait(self) -> bool:
        try:
            await asyncio.wait_for(self.finished.wait(), self.spec.deadline_s)
        except TimeoutError:
            return False
        return True

    def spawn(self, done: Callable[[Connection], None]) -> None:
        """Opens one more connection in the background, for one that was lost."""
        connection = Unary(self.request, done)

        async def replace() -> None:
            try:
                await self.connect(connection)
            except OSError as error:
                connection.failure = str(error)
            done(connection)

        task = self.loop.create_task(replace())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def closed(self) -> dict[str, float | str]:
        open_connections = [Unary(self.request, self.again) for _ in range(self.spec.connections)]
        await asyncio.gather(*map(self.connect, open_connections))
        self.tally = Tally()
        self.until_ns = self.tally.begun_ns + int(self.spec.seconds * 1e9)
        self.busy = len(open_connections)
        for connection in open_connections:
            connection.send()
        await self.wait()
        self.tally.failed += self.busy
        return self.tally.figures()

    def again(self, connection: Connection) -> None:
        if connection.sent_ns or connection.failure:
            self.tally.count(connection, connection.sent_ns)
        if time.monotonic_ns() > self.until_ns or self.tally.failed > FAILED_MAX:
            self.busy -= 1
            if not self.busy:
                self.finished.set()
        elif connection.usable():
            connection.send()
        else:
            self.spawn(self.again)

    async def open(self) -> dict[str, float | str]:
        self.idle: deque[Connection] = deque()
        self.waiting: deque[int] = deque()
        self.begun: dict[Connection, int] = {}
        connections = [Unary(self.request, self.release) for _ in range(self.spec.connections)]
        await asyncio.gather(*map(self.connect, connections))
        self.idle.extend(connections)
        self.tally = Tally()
        self.expected = int(self.spec.rate * self.spec.seconds)
        await self.loop.run_in_executor(None, self.clock)
        await self.wait()
        self.tally.failed = self.expected - self.tally.done
        return self.tally.figures()

    def clock(self) -> None:
        """Calls arrivals from a thread, since the loop's timers are off by up to 1 ms."""
        for number in range(self.expected):
            intended_ns = self.tally.begun_ns + int(number * 1e9 / self.spec.rate)
            time.sleep(max(intended_ns - time.monotonic_ns(), 0) / 1e9)
            self.loop.call_soon_threadsafe(self.arrive, intended_ns)

    def arrive(self, intended_ns: int) -> None:
        self.waiting.append(intended_ns)
        self.dispatch()

    def dispatch(self) -> None:
        while self.waiting and self.idle:
            connection = self.idle.popleft()
            if connection.usable():
                self.begun[connection] = self.waiting.popleft()
                connection.send()
            else:
                self.spawn(self.release)

    def release(self, connection: Connection) -> None:
        if connection in self.begun:
            self.tally.count(connection, self.begun.pop(connection))
        elif connection.failure:
            self.tally.count(connection, 0)
        if self.tally.done + self.tally.failed >= self.expected:
            self.finished.set()
        elif connection.usable():
            self.idle.append(connection)
            self.dispatch()
        elif self.tally.failed <= FAILED_MAX:
            self.spawn(self.release)

    async def open_streams(self) -> list[Stream]:
        """Connects all first, then starts them evenly over the ramp."""
        spec, mark = self.spec, DIALECTS[self.spec.client].done
        streams = [
            Stream(self.request, self.ended, spec.events, mark) for _ in range(spec.connections)
        ]
        for start in range(0, len(streams), 128):
            await asyncio.gather(*map(self.connect, streams[start : start + 128]))
        self.tally = Tally()
        self.open_count = len(streams)
        begin_s = self.loop.time()
        for number, stream in enumerate(streams):
            self.loop.call_at(begin_s + self.spec.ramp_s * number / len(streams), stream.send)
        return streams

    def ended(self, connection: Connection) -> None:
        self.tally.count(connection, connection.sent_ns)
        self.open_count -= 1
        if not self.open_count:
            self.finished.set()

    async def streams(self) -> dict[str, float | str]:
        streams = await self.open_streams()
        await self.wait()
        self.tally.failed += self.open_count
        firsts = [stream.first_ns - stream.sent_ns for stream in streams if stream.first_ns]
        transits = [transit for stream in streams for transit in stream.transits]
        ended_ns = max(stream.last_ns for stream in streams)
        seconds = max(ended_ns - self.tally.begun_ns, 1) / 1e9
        return {
            **self.tally.figures(),
            "events": sum(stream.seen for stream in streams),
            "events_per_s": sum(stream.seen for stream in streams) / seconds,
            "lost": sum(stream.events - stream.seen for stream in streams),
            "reordered": sum(stream.reordered for stream in streams),
            **percentiles("first", firsts),
            **percentiles("transit", transits),
        }

    async def hold(self) -> dict[str, float | str]:
        streams = await self.open_streams()
        firsts = [stream.first.wait() for stream in streams]
        try:
            await asyncio.wait_for(asyncio.gather(*firsts), self.spec.deadline_s)
        except TimeoutError:
            pass
        held = sum(1 for stream in streams if stream.first_ns)
        print(held, flush=True)
        await self.loop.run_in_executor(None, sys.stdin.readline)
        for stream in streams:
            stream.close()
        return {
            "held": held,
            "failed": len(streams) - held,
            "first_failure": self.tally.first_failure,
        }


async def run(spec: Spec) -> dict[str, float | str]:
    load = Load(spec)
    match spec.shape:
        case "closed":
            return await load.closed()
        case "open":
            return await load.open()
        case "streams":
            return await load.streams()
        case "hold":
            return await load.hold()
    raise ValueError(spec.shape)


if __name__ == "__main__":
    figures = uvloop.run(run(Spec(**orjson.loads(sys.argv[1]))))
    print(orjson.dumps(figures).decode())
