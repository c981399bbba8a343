"""Hand-written stand-ins for what is behind the edge, and one edge in front of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256

from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp
from tollgate.events.v1 import usage_pb2
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.addresses import Networks
from tollgate_common.clock import Clock, ManualClock
from tollgate_common.errors import NotFound, Unavailable
from tollgate_common.ids import AccountId, KeyId, LeaseId
from tollgate_common.rating import Price
from tollgate_common.usage import UsageEvent
from tollgate_edge.billing import Totals
from tollgate_edge.catalogue import Catalogue, Model
from tollgate_edge.credit import Credit
from tollgate_edge.grants import Grant, Grants, GrantTimes, KeyState
from tollgate_edge.idempotency import Answer, Idempotency
from tollgate_edge.leases import Closing
from tollgate_edge.limits import Limiter, Limits
from tollgate_edge.metrics import Metrics
from tollgate_edge.operations import Operations
from tollgate_edge.ports import Granted
from tollgate_edge.relay import LaneTimes, Relay
from tollgate_edge.routes.ask import BodyLimits, ModelRoute
from tollgate_edge.routes.front import Front
from tollgate_edge.routes.rest import Rest
from tollgate_edge.settling import Settler

KEY = "sk-" + "k" * 48
ACCOUNT = AccountId("acc_1")
NO_PROXIES = Networks()
PRICE = Price("p1", 1_000_000, 100_000, 1_250_000, 2_000_000, 2_000_000, 2_000_000)


def model(name: str, **changes: object) -> Model:
    fields: dict[str, object] = {
        "name": name,
        "aliases": (),
        "owned_by": "someone",
        "context_tokens": 100_000,
        "max_output_tokens": 8_000,
        "default_output_tokens": 1_000,
        "extra_reasoning_tokens": 0,
        "image_tokens": 0,
        "audio_second_tokens": 0,
        "operations": ("chat",),
        "price": PRICE,
        "created_at_s": 1_750_000_000,
        "served": True,
    }
    return Model(**(fields | changes))  # type: ignore[arg-type]


MODELS = [
    model("small", aliases=("small-latest",)),
    model("seeing", image_tokens=1_500),
    model("acme/dark", served=False),
]


def grant(**changes: object) -> Grant:
    fields: dict[str, object] = {
        "account_id": ACCOUNT,
        "key_id": KeyId("key_1"),
        "state": KeyState.ACTIVE,
        "models": frozenset(),
        "expires_at_ms": 0,
    }
    return Grant(**(fields | changes))  # type: ignore[arg-type]


def digest(key: str) -> bytes:
    return sha256(key.removeprefix("sk-").encode()).digest()


class FakeAuth:
    """Knows some keys; can be away, or held up."""

    def __init__(self) -> None:
        self.grants: dict[bytes, Grant] = {}
        self.away = False
        self.asked = 0
        self.free = asyncio.Event()
        self.free.set()

    async def resolve(self, key_sha256: bytes) -> Grant:
        self.asked += 1
        known = self.grants.get(key_sha256)
        await self.free.wait()
        if self.away:
            raise Unavailable("auth is away")
        if known is None:
            raise NotFound("no such key")
        return known


class FakeLedger:
    """One wallet for everybody, with the ledger's rules for closed leases left out."""

    def __init__(self, available_nano: int = 10**12) -> None:
        self.available_nano = available_nano
        self.used_nano = 0
        self.lease_nano_max = available_nano
        self.ttl_seconds = 30.0
        self.away = False
        self.lose_reply = False
        self.granted: dict[LeaseId, int] = {}
        self.closed: dict[LeaseId, int] = {}
        self.calls = 0

    async def acquire(
        self,
        account_id: AccountId,
        lease_id: LeaseId | None,
        *,
        need_nano: int,
        want_nano: int,
        closing: Sequence[Closing],
    ) -> Granted:
        self.calls += 1
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable("ledger is away")
        for each in closing:
            if each.lease_id not in self.closed:
                self.closed[each.lease_id] = each.held_total_nano
                self.available_nano += self.granted.get(each.lease_id, 0) - each.held_total_nano
        if lease_id is None:
            return Granted(0, 0.0)
        if lease_id not in self.granted:
            amount = min(want_nano, self.available_nano, self.lease_nano_max)
            if amount < need_nano:
                return Granted(0, 0.0)
            self.granted[lease_id] = amount
            self.available_nano -= amount
        if self.lose_reply:
            self.lose_reply = False
            raise Unavailable("the reply was lost")
        return Granted(self.granted[lease_id], self.ttl_seconds)

    async def totals(self, account_id: AccountId) -> Totals:
        if self.away:
            raise Unavailable("ledger is away")
        posted_nano = self.available_nano + sum(self.granted.values())
        return Totals(posted_nano + self.used_nano, self.used_nano)


class FakeRecorder:
    """Keeps what is recorded; can be full."""

    def __init__(self) -> None:
        self.events: list[UsageEvent] = []
        self.full = False

    async def ready(self) -> None:
        if self.full:
            raise Unavailable("the spool is full")

    async def record(self, event: UsageEvent) -> None:
        await self.ready()
        self.events.append(event)


Script = Callable[["FakeProviders", pb.EdgeFrame], None]


class FakeProviders:
    """The other end of a relay stream: answers each opened lane by a script."""

    def __init__(self, script: Script | None = None) -> None:
        self.script: Script = script or unary
        self.opened: list[pb.Open] = []
        self.cancelled: list[int] = []
        self.windows: list[tuple[int, int]] = []
        self.away = False
        self.dialled = 0
        self.seen = asyncio.Event()
        self._frames: asyncio.Queue[pb.ProviderFrames | None] = asyncio.Queue()
        self._leaving = asyncio.Event()

    async def dial(self, outgoing: AsyncIterator[pb.EdgeFrames]) -> "FakeProviders":
        if self.away:
            raise Unavailable("providers is away")
        self.dialled += 1
        self._frames = asyncio.Queue()
        self._leaving = asyncio.Event()
        self._reading = asyncio.create_task(self._read(outgoing))
        return self

    async def leaving(self) -> None:
        await self._leaving.wait()

    def leave(self) -> None:
        self._leaving.set()

    async def frames(self) -> AsyncIterator[pb.ProviderFrames]:
        try:
            while (batch := await self._frames.get()) is not None:
                yield batch
            raise Unavailable("the stream broke")
        finally:
            self._reading.cancel()

    def say(self, *frames: pb.ProviderFrame) -> None:
        self._frames.put_nowait(pb.ProviderFrames(frames=frames))

    def die(self) -> None:
        self._frames.put_nowait(None)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns when what has been heard satisfies the condition."""
        async with asyncio.timeout(5):
            while not condition():
                self.seen.clear()
                await self.seen.wait()

    async def _read(self, outgoing: AsyncIterator[pb.EdgeFrames]) -> None:
        async for batch in outgoing:
            for frame in batch.frames:
                if frame.HasField("open"):
                    self.opened.append(frame.open)
                    self.script(self, frame)
                elif frame.cancel:
                    self.cancelled.append(frame.lane)
                else:
                    self.windows.append((frame.lane, frame.window))
                self.seen.set()


ANSWER = b'{"object":"chat.completion","choices":[]}'
UNITS = usage_pb2.Units(input=10, output=5)
COST_NANO = 20


def head(content_type: str) -> pb.Head:
    return pb.Head(provider="acme", channel_id="ch_1", content_type=content_type)


JSON = head("application/json")
EVENTS = head("text/event-stream")
SETTLEMENT = pb.Settlement(units=UNITS, cost_nano=COST_NANO, outcome=usage_pb2.OUTCOME_COMPLETED)
DONE = b"data: [DONE]\n\n"


def chunk(number: int) -> bytes:
    return b'data: {"object":"chat.completion.chunk","id":"c","choices":[],"n":%d}\n\n' % number


def unary(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
    """The whole answer in one frame, as providers sends it."""
    lane = frame.lane
    providers.say(pb.ProviderFrame(lane=lane, head=JSON, data=ANSWER, settlement=SETTLEMENT))
    providers.say(pb.ProviderFrame(lane=lane, recorded=True))


def stream(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
    """Three events and the end."""
    lane = frame.lane
    providers.say(pb.ProviderFrame(lane=lane, head=EVENTS, data=chunk(1), counted=UNITS))
    providers.say(pb.ProviderFrame(lane=lane, data=chunk(2)))
    providers.say(pb.ProviderFrame(lane=lane, data=chunk(3) + DONE, settlement=SETTLEMENT))
    providers.say(pb.ProviderFrame(lane=lane, recorded=True))


def silent(_providers: FakeProviders, _frame: pb.EdgeFrame) -> None:
    """Says nothing by itself: the test does."""


def failing(kind: "pb.FailureKind.ValueType", **fields: object) -> Script:
    """Refuses before any answer."""

    def script(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        failure = pb.Failure(kind=kind, message="Upstream says no.", **fields)  # type: ignore[arg-type]
        settled = pb.Settlement(outcome=usage_pb2.OUTCOME_FAILED)
        providers.say(pb.ProviderFrame(lane=frame.lane, failure=failure, settlement=settled))
        providers.say(pb.ProviderFrame(lane=frame.lane, recorded=True))

    return script


class FakeAnswers:
    """The port Answers: what the test says is known of a key."""

    def __init__(self) -> None:
        self.known: dict[str, Answer | Exception] = {}
        self.asked: list[Idempotency] = []

    async def find(self, account_id: str, idempotency: Idempotency) -> Answer | None:
        self.asked.append(idempotency)
        answer = self.known.get(idempotency.key)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Edge:
    """An edge on fakes; `app` is its ASGI app."""

    def __init__(
        self,
        *,
        script: Script | None = None,
        clock: Clock | None = None,
        limits: tuple[tuple[str, Limits], ...] = (),
        requests_max: int = 100,
        body_seconds: float = 5.0,
        window_bytes: int = 64 * 1024,
        networks: Networks | None = None,
        proxies: Networks = NO_PROXIES,
    ) -> None:
        self.clock = clock or ManualClock()
        self.auth = FakeAuth()
        self.auth.grants[digest(KEY)] = grant(limits=limits, networks=networks)
        self.ledger = FakeLedger()
        self.recorder = FakeRecorder()
        self.providers = FakeProviders(script)
        self.answers = FakeAnswers()
        self.catalogue = Catalogue()
        self.catalogue.replace("1", MODELS)
        self.grants = Grants(
            self.auth, self.clock, GrantTimes(), entries_max=1_000, lookups_max=100
        )
        self.limiter = Limiter()
        self.credit = Credit(self.ledger, self.clock, wait_seconds=3)
        self.settler = Settler(self.credit, self.limiter, self.recorder, self.clock)
        self.times = LaneTimes(quiet=15, settle=20, life=900)
        self.relay = Relay(
            [self.providers.dial],
            self.settler,
            self.clock,
            self.times,
            window_bytes=window_bytes,
        )
        operations = Operations(
            self.grants,
            self.catalogue,
            self.limiter,
            self.credit,
            self.relay,
            self.recorder,
            self.answers,
            self.clock,
            proxies,
        )
        self.registry = CollectorRegistry()
        metrics = Metrics(self.registry)
        body = BodyLimits(20 * 1024**2, body_seconds, 32 * 1024**2)
        self.app: ASGIApp = Front(
            ModelRoute(operations, body, metrics, self.clock),
            Rest(operations, body, self.ledger),
            metrics,
            self.clock,
            requests_max=requests_max,
            tracing=False,
            debugging=False,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Edge"]:
        """With its relay up."""
        relay = asyncio.create_task(self.relay.run())
        try:
            if not self.providers.away:
                await soon(lambda: self.relay.up)
            yield self
        finally:
            relay.cancel()
            await asyncio.gather(relay, return_exceptions=True)

    def spent_nano(self) -> int:
        """What this edge thinks was spent of its open leases."""
        books = [wallet.book for wallet in self.credit._wallets.values()]
        return sum(lease.spent_nano for book in books for lease in book.open.values())

    def held_nano(self) -> int:
        return sum(wallet.book.in_flight_nano for wallet in self.credit._wallets.values())


async def soon(condition: Callable[[], bool]) -> None:
    """Returns when the condition holds, which it must within some turns of the loop."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0)
