"""The latest requests and what became of them, so that a test can ask the provider's side."""

import asyncio
import itertools
import secrets
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from .asgi import RawHeaders

ENTRIES_MAX = 2048
# Longer bodies are only counted: the ring stays below 128 MB.
BODY_BYTES_MAX = 64 << 10
# Enough of the key to tell one channel from another.
_KEY_TAIL = 4
_SECRETS = frozenset({b"authorization", b"x-api-key", b"x-goog-api-key"})


class State(StrEnum):
    """What became of a request. `finished` includes cuts and refusals: we ended it."""

    STARTED = "started"
    FINISHED = "finished"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Entry:
    """One request. `writes` counts the events, or parts of a body, that were sent."""

    number: int
    id: str
    path: str
    headers: RawHeaders
    body: bytes
    body_bytes: int
    model: str = ""
    tag: str = ""
    status: int = 0
    writes: int = 0
    state: State = State.STARTED

    def as_json(self) -> dict[str, Any]:
        try:
            body = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            body = None
        return {
            "number": self.number,
            "id": self.id,
            "path": self.path,
            "headers": dict(_shown(self.headers)),
            "body": body,
            "body_bytes": self.body_bytes,
            "model": self.model,
            "tag": self.tag,
            "status": self.status,
            "writes": self.writes,
            "state": self.state,
        }


def _shown(headers: RawHeaders) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        text = value.decode("latin-1")
        yield (
            name.decode("latin-1"),
            f"…{text[-_KEY_TAIL:]}" if name in _SECRETS else text,
        )


class Journal:
    """A bounded ring of entries, and those who wait for one of them to change."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=ENTRIES_MAX)
        self._numbers = itertools.count(1)
        self._ids = itertools.count(1)
        self._run = secrets.token_hex(8)
        self._waiters: set[asyncio.Future[None]] = set()

    def next_id(self) -> str:
        """An id for a request, recorded or not."""
        return f"req_{self._run}{next(self._ids):016x}"

    def open(self, request_id: str, path: str, headers: RawHeaders, body: bytes) -> Entry:
        kept = body if len(body) <= BODY_BYTES_MAX else b""
        entry = Entry(next(self._numbers), request_id, path, headers, kept, len(body))
        self._entries.append(entry)
        return entry

    def describe(self, entry: Entry, body: bytes) -> None:
        """What the body is as JSON, once it was decoded."""
        entry.body = body if len(body) <= BODY_BYTES_MAX else b""

    def name(self, entry: Entry, model: str, tag: str) -> None:
        """What the body says about the request, once it was read."""
        entry.model, entry.tag = model, tag
        self._wake()

    def close(self, entry: Entry, state: State) -> None:
        entry.state = state
        self._wake()

    def since(self, number: int, tag: str) -> list[Entry]:
        """Entries after this number, oldest first; of this tag, when one is given."""
        return [e for e in self._entries if e.number > number and tag in ("", e.tag)]

    async def wait(self, name: str, state: State, timeout_s: float) -> Entry | None:
        """The latest request of this id or tag, when it is in this state. None: not in time.

        Every request has been started, so waiting for `started` waits for its arrival.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    entry = self._find(name)
                    if entry and state in (State.STARTED, entry.state):
                        return entry
                    await self._change()
        except TimeoutError:
            return None

    def _find(self, name: str) -> Entry | None:
        return next((e for e in reversed(self._entries) if name in (e.id, e.tag)), None)

    async def _change(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
