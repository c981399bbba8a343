"""A lane: one admitted request on its way through providers, and what has come back so far.

What comes back is kept as state, not as a queue of events: whoever writes the answer takes all
that is there at once. So a slow client gets fewer and larger pieces, and no more than a window's
worth is ever held for it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tollgate_common.ids import AccountId, KeyId, LeaseId, RequestId
from tollgate_common.rating import Units
from tollgate_common.usage import Outcome

from .catalogue import Model
from .idempotency import NONE, Idempotency
from .limits import Scopes
from .refusals import Refusal
from .wishes import NO_WISHES, Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """A request that was admitted: who pays, for what, and how much at most."""

    request_id: RequestId
    account_id: AccountId
    key_id: KeyId
    limits: Scopes
    dialect: str
    operation: str
    model: Model
    lease_id: LeaseId
    hold_nano: int
    started_at_ms: int
    stream: bool
    include_usage: bool
    max_output_tokens: int
    # What limits were charged before anybody counted.
    estimated_tokens: int
    traceparent: str
    agent: str
    # As in Facts.
    variant: str = ""
    # Of the body.
    content_type: str = "application/json"
    idempotency: Idempotency = NONE
    # The client's headers that go on to the provider.
    headers: Mapping[str, str] = field(default_factory=dict)
    # What the client wishes of the providers.
    wishes: Wishes = NO_WISHES


@dataclass(frozen=True, slots=True)
class Head:
    """Who answers."""

    provider: str
    channel_id: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """The exact bill."""

    units: Units
    cost_nano: int
    estimated: bool
    outcome: Outcome


class LaneLink(Protocol):
    """The stream that carries a lane."""

    def grant(self, number: int, window_bytes: int) -> None:
        """Lets providers send so much more."""
        ...

    def cancel(self, number: int) -> None:
        """Tells providers that nobody listens any more."""
        ...


class LaneEnds(Protocol):
    """Who wants to know how lanes end."""

    def settled(self, lane: "Lane") -> None:
        """The bill is known."""
        ...

    def lost(self, lane: "Lane") -> None:
        """Nobody but us can say any more how the request ended."""
        ...


class Lane:
    """Filled by the link, emptied by the route. Refusal, settlement or loss ends the answer."""

    __slots__ = (
        "_data",
        "_ends",
        "_link",
        "_news",
        "_number",
        "_taken_bytes",
        "_waiter",
        "_window_bytes",
        "active_at",
        "admission",
        "counted",
        "ended_at",
        "first_data_at",
        "head",
        "left",
        "lost",
        "opened_at",
        "quiet",
        "refusal",
        "settlement",
    )

    def __init__(
        self,
        admission: Admission,
        number: int,
        link: LaneLink,
        ends: LaneEnds,
        *,
        window_bytes: int,
        now: float,
    ) -> None:
        self.admission = admission
        self.head: Head | None = None
        # The last count, known once the lane is lost.
        self.counted: Units | None = None
        self.refusal: Refusal | None = None
        self.settlement: Settlement | None = None
        self.lost = False
        # The client is gone.
        self.left = False
        # Nothing has come for so long that the client should hear something.
        self.quiet = False
        self.opened_at = self.active_at = now
        self.first_data_at = 0.0
        # When the answer ended; the bill may still be on its way.
        self.ended_at = 0.0
        self._number = number
        self._link = link
        self._ends = ends
        self._window_bytes = window_bytes
        self._taken_bytes = 0
        self._data: list[bytes] = []
        self._news = False
        self._waiter: asyncio.Future[None] | None = None

    async def news(self) -> None:
        """Returns when something has changed since it last returned."""
        if not self._news:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        self._news = False

    def take(self) -> bytes:
        """The answer bytes that have not been taken yet."""
        data = self._data
        if not data:
            return b""
        self._data = []
        return data[0] if len(data) == 1 else b"".join(data)

    def passed_on(self, data_bytes: int) -> None:
        """So much has left for the client; providers hears of it half a window at a time."""
        self._taken_bytes += data_bytes
        if 2 * self._taken_bytes >= self._window_bytes and not self.ended_at:
            self._link.grant(self._number, self._taken_bytes)
            self._taken_bytes = 0

    def leave(self, now: float) -> None:
        """The client is gone: providers stops, and the bill is still waited for."""
        if not self.ended_at:
            self.left = True
            self.ended_at = now
            self._link.cancel(self._number)
            self._wake()

    def began(self, head: Head) -> None:
        self.head = head

    def feed(self, data: bytes, now: float) -> None:
        self.active_at = now
        if self.left:
            return
        if not self.first_data_at:
            self.first_data_at = now
        self._data.append(data)
        self._wake()

    def refuse(self, refusal: Refusal, now: float) -> None:
        self.refusal = refusal
        self.ended_at = self.ended_at or now
        self._wake()

    def settle(self, settlement: Settlement, now: float) -> None:
        self.settlement = settlement
        self.ended_at = self.ended_at or now
        self._ends.settled(self)
        self._wake()

    def lose(self, now: float) -> None:
        self.lost = True
        self.ended_at = self.ended_at or now
        self._ends.lost(self)
        self._wake()

    def hush(self, now: float) -> None:
        """Nothing has come for a while."""
        self.active_at = now
        self.quiet = True
        self._wake()

    def _wake(self) -> None:
        self._news = True
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)
