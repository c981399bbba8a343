"""A mock provider of three chat APIs that costs next to nothing: `... .upstream PORT`.

The prompt says how to answer a stream: "bench-100x10" asks for 100 events, one every 10 ms. Each
event's content is "@SEQUENCE@NANOSECONDS@" by the monotonic clock, which all processes of the
machine share, so that the reader can tell transit times, losses and swaps. A unary request is
answered at once.
"""

import asyncio
import re
import sys
import time
from typing import cast

import httptools
import orjson
import uvloop

from tests.bench.dialects import DIALECTS, Dialect, totals

OPENAI = DIALECTS["openai"]
PLAN = re.compile(rb"bench-(\d{1,5})x(\d{1,6})")
BODY_BYTES_MAX = 1 << 20

UNARY_BODY = (
    b'{"id":"chatcmpl-bench","object":"chat.completion","created":1750000000,"model":"bench",'
    b'"choices":[{"index":0,"message":{"role":"assistant","content":"The brown fox jumped over '
    b'the lazy dog, and the dog slept on."},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":40,"completion_tokens":16,"total_tokens":56}}'
)
UNARY = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    % len(UNARY_BODY)
    + UNARY_BODY
)
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """A chunk of HTTP/1.1."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class Answers(asyncio.Protocol):
    """One connection: a request at a time, as proxies pool them."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.parser = httptools.HttpRequestParser(self)
        self.body = b""
        self.path = b""
        self.timer: asyncio.TimerHandle | None = None
        self.paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.timer:
            self.timer.cancel()

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        self.step()

    def on_url(self, url: bytes) -> None:
        self.path, self.body = url, b""

    def on_body(self, data: bytes) -> None:
        self.body += data
        if len(self.body) > BODY_BYTES_MAX:
            self.transport.close()

    def on_message_complete(self) -> None:
        dialect = next((d for d in DIALECTS.values() if d.mark in self.path), None)
        if dialect is None:
            self.transport.write(NOT_FOUND)
        elif dialect is OPENAI and not orjson.loads(self.body).get("stream"):
            self.transport.write(UNARY)
        else:
            self.begin(dialect)

    def begin(self, dialect: Dialect) -> None:
        self.dialect = dialect
        plan = PLAN.search(self.body)
        self.events, gap_ms = (int(plan[1]), int(plan[2])) if plan else (16, 0)
        self.gap_s = gap_ms / 1000
        self.begun_s = self.loop.time()
        self.sent = 0
        self.pending = STREAM_HEAD + (chunk(dialect.first) if dialect.first else b"")
        self.step()

    def step(self) -> None:
        """Writes each event that is due, then sleeps until the next, or until a slow reader."""
        if self.paused or self.sent == self.events:
            return
        now_s = self.loop.time()
        due = int((now_s - self.begun_s) / self.gap_s) + 1 if self.gap_s else self.events
        due = min(max(due, self.sent + 1), self.events)  # a timer may fire a little early
        out = [self.pending]
        while self.sent < due:
            out.append(chunk(self.dialect.event % (self.sent, time.monotonic_ns())))
            self.sent += 1
        self.pending = b""
        if self.sent == self.events:
            out += [chunk(self.dialect.last % totals(self.events)), b"0\r\n\r\n"]
        else:
            self.timer = self.loop.call_at(self.begun_s + self.sent * self.gap_s, self.step)
        self.transport.write(b"".join(out))


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answers, "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
