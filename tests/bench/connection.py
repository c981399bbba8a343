"""Connections of the load generator: as little as can be between the socket and the clock."""

import asyncio
import re
import time
from collections.abc import Callable
from typing import Any, cast

import httptools

EVENT = re.compile(rb"@(\d+)@(\d+)@")


class Connection(asyncio.Protocol):
    """Sends the same request again and again, one at a time; `done` hears how each one ended."""

    def __init__(self, request: bytes, done: Callable[[Any], None]) -> None:
        self.request = request
        self.done = done
        self.transport: asyncio.Transport | None = None
        self.busy = False
        self.failure = ""
        self.sent_ns = 0

    def usable(self) -> bool:
        return self.transport is not None and not self.transport.is_closing()

    def send(self) -> None:
        assert self.transport
        self.busy, self.failure = True, ""
        self.sent_ns = time.monotonic_ns()
        self.transport.write(self.request)

    def close(self) -> None:
        self.busy = False
        if self.transport:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.parser = httptools.HttpResponseParser(self)
        self.error_body = b""

    def connection_lost(self, exc: Exception | None) -> None:
        if self.busy:
            self.end(f"connection lost: {exc}")

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.end(f"not HTTP: {error}")
            self.close()

    def on_body(self, data: bytes) -> None:
        if self.parser.get_status_code() == 200:
            self.read(data)
        else:
            self.error_body = (self.error_body + data)[:300]

    def read(self, data: bytes) -> None:
        """Takes part of a good answer."""

    def problem(self) -> str:
        """Why a whole answer is not a good one; empty when it is."""
        status = self.parser.get_status_code()
        return "" if status == 200 else f"{status} {self.error_body.decode(errors='replace')}"

    def on_message_complete(self) -> None:
        problem, self.error_body = self.problem(), b""
        if self.busy:
            if not self.parser.should_keep_alive() and self.transport:
                self.transport.close()
            self.end(problem)

    def end(self, failure: str) -> None:
        self.busy, self.failure = False, failure
        self.done(self)


class Unary(Connection):
    """One whole answer a request."""


class Stream(Connection):
    """One stream of stamped events; it is good when the mark of a whole answer came, too."""

    def __init__(
        self, request: bytes, done: Callable[[Any], None], events: int, mark: bytes
    ) -> None:
        super().__init__(request, done)
        self.events = events
        self.mark = mark
        self.seen = self.reordered = self.first_ns = self.last_ns = 0
        self.transits: list[int] = []
        self.tail = b""
        self.complete = False
        self.first = asyncio.Event()

    def read(self, data: bytes) -> None:
        now_ns = self.last_ns = time.monotonic_ns()
        if self.tail:
            data = self.tail + data
        end = data.rfind(b"\n\n") + 2
        self.tail = data[end:] if end > 1 else data
        for sequence, stamp_ns in EVENT.findall(data[:end] if end > 1 else b""):
            if int(sequence) != self.seen:
                self.reordered += 1
            self.seen += 1
            self.transits.append(now_ns - int(stamp_ns))
        if self.seen and not self.first_ns:
            self.first_ns = now_ns
            self.first.set()
        self.complete = self.complete or self.mark in data

    def problem(self) -> str:
        return super().problem() or ("" if self.complete else "the stream was cut")
