"""Answers kept under idempotency keys: the same request again has the same answer, and one bill.

A lane claims its key before it asks a provider, and its process renews the claim as long as the
lane runs. A claim that nobody renews is lost: the process died, and its edge billed the request.
"""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Protocol

from tollgate_common.clock import Clock

from .failures import FailureKind


class State(IntEnum):
    """How far the first request under a key has come; the numbers are the contract's."""

    ABSENT = 1
    RUNNING = 2
    # It was another request.
    OTHER = 3
    KEPT = 4
    # It was billed, but its answer could not be kept.
    LOST = 5


@dataclass(frozen=True, slots=True)
class Failed:
    """Why an answer ended early: AnswerFailed as a value."""

    kind: FailureKind
    message: str
    param: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One key's row: who claimed it, for which request, and how that ended."""

    id: str
    fingerprint: str
    request_id: str
    state: State
    # When it is given up as lost while it is still RUNNING.
    running_until_ms: int
    # When it is forgotten.
    until_ms: int
    content_type: str = ""
    cost_nano: int = 0
    failure: Failed | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What is known; `data` is the answer's bytes once it is KEPT."""

    state: State
    slip: Slip | None = None
    data: bytes = b""


class Shelf(Protocol):
    """Where slips and answers lie. Every method may raise Unavailable."""

    async def get(self, id: str) -> Slip | None: ...

    async def put_first(self, slip: Slip) -> bool:
        """False when the id is taken."""
        ...

    async def put_again(self, slip: Slip, instead_of: Slip) -> bool:
        """False when the id holds another slip by now."""
        ...

    async def remove(self, slip: Slip) -> None:
        """Only if it is still there as it is."""
        ...

    async def put_data(self, slip: Slip, data: bytes) -> None:
        """The answer, before its slip says that it is KEPT."""
        ...

    async def data(self, slip: Slip) -> bytes: ...

    async def sweep(self, now_ms: int) -> int:
        """Forgets what is over; how much it was."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """For how long answers are kept, and how much of one."""

    kept_ms: int
    # A claim that was not renewed for so long is lost.
    running_ms: int
    bytes_max: int


class Claim:
    """A lane's right to answer for its key. Exactly one of its ends is to be called."""

    def __init__(
        self, shelf: Shelf, clock: Clock, keeping: Keeping, slip: Slip, running: "set[Claim]"
    ) -> None:
        self._shelf = shelf
        self._clock = clock
        self._keeping = keeping
        self._slip = slip
        self._running = running
        self._running.add(self)
        # Its end must not meet its renewal.
        self._lock = asyncio.Lock()
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, data: bytes) -> None:
        """More of the answer, as the client gets it."""
        self._size += len(data)
        if self._size <= self._keeping.bytes_max:
            self._parts.append(data)

    async def keep(self, content_type: str, cost_nano: int, failure: Failed | None) -> None:
        """The answer is complete, or has failed after it had begun to cost."""
        if self._size > self._keeping.bytes_max:
            await self.lose(cost_nano)
            return
        await self._shelf.put_data(self._slip, b"".join(self._parts))
        await self._end(State.KEPT, content_type, cost_nano, failure)

    async def lose(self, cost_nano: int) -> None:
        """It was billed, but nobody will ever have its answer."""
        await self._end(State.LOST, "", cost_nano, None)

    async def release(self) -> None:
        """It cost nothing: the key is free again."""
        self._running.discard(self)
        async with self._lock:
            await self._shelf.remove(self._slip)

    async def renew(self) -> None:
        """The lane still runs."""
        async with self._lock:
            if self not in self._running:
                return
            renewed = running(self._slip, self._clock.now_ms(), self._keeping)
            if await self._shelf.put_again(renewed, self._slip):
                self._slip = renewed

    async def _end(
        self, state: State, content_type: str, cost_nano: int, failure: Failed | None
    ) -> None:
        self._running.discard(self)
        async with self._lock:
            ended = replace(
                self._slip,
                state=state,
                until_ms=self._clock.now_ms() + self._keeping.kept_ms,
                content_type=content_type,
                cost_nano=cost_nano,
                failure=failure,
            )
            await self._shelf.put_again(ended, self._slip)


def running(slip: Slip, now_ms: int, keeping: Keeping) -> Slip:
    """The slip of a lane that runs now. Once given up, it is remembered like an answer."""
    until_ms = now_ms + keeping.running_ms
    return replace(slip, running_until_ms=until_ms, until_ms=until_ms + keeping.kept_ms)


class Answers:
    """Every key's first request."""

    def __init__(self, shelf: Shelf, clock: Clock, keeping: Keeping) -> None:
        self._shelf = shelf
        self._clock = clock
        self._keeping = keeping
        self._running: set[Claim] = set()

    async def find(self, account_id: str, key: str, fingerprint: bytes) -> Found:
        """Unavailable when nobody can say."""
        slip = await self._shelf.get(_id(account_id, key))
        now_ms = self._clock.now_ms()
        if slip is None or slip.until_ms <= now_ms:
            return Found(State.ABSENT)
        if slip.fingerprint != fingerprint.hex():
            return Found(State.OTHER, slip)
        if slip.state is State.RUNNING and slip.running_until_ms <= now_ms:
            return Found(State.LOST, slip)
        data = await self._shelf.data(slip) if slip.state is State.KEPT else b""
        return Found(slip.state, slip, data)

    async def claim(
        self, account_id: str, key: str, fingerprint: bytes, request_id: str
    ) -> Claim | None:
        """None when another request has it. Unavailable when nobody can say."""
        now_ms = self._clock.now_ms()
        slip = Slip(
            id=_id(account_id, key),
            fingerprint=fingerprint.hex(),
            request_id=request_id,
            state=State.RUNNING,
            running_until_ms=0,
            until_ms=0,
        )
        slip = running(slip, now_ms, self._keeping)
        if not await self._shelf.put_first(slip):
            former = await self._shelf.get(slip.id)
            if former is None or former.until_ms > now_ms:
                return None
            if not await self._shelf.put_again(slip, former):
                return None
        return Claim(self._shelf, self._clock, self._keeping, slip, self._running)

    async def renew(self) -> None:
        """To be called several times while a claim would live without it."""
        for claim in list(self._running):
            await claim.renew()

    async def sweep(self) -> int:
        """Forgets what is over."""
        return await self._shelf.sweep(self._clock.now_ms())


def _id(account_id: str, key: str) -> str:
    return hashlib.sha256(f"{account_id}\0{key}".encode()).hexdigest()
