"""How fast usage becomes debits, a process of its own: `... .posting JSON` prints its figures.

Events are published to NATS as providers publishes them, and have arrived when the ledger counts
their entries. First as many as will go, for the rate; then at the rate that we aim for, for the
lag.
"""

import asyncio
import re
import sys
import time
from dataclasses import dataclass

import aiohttp
import orjson
import uvloop
from tollgate_common.bus import Bus
from tollgate_common.clock import SystemClock
from tollgate_common.ids import ulid
from tollgate_common.rating import Units
from tollgate_common.usage import Outcome, UsageEvent
from tollgate_common.wire import encode_batch

BATCH_EVENTS = 30
STEADY_PER_S = 3000
POLL_SECONDS = 0.02
SECONDS_MAX = 60.0
ENTRIES = re.compile(r'^tollgate_ledger_entries_total\{kind="usage"\} (\S+)', re.M)
LAGS = re.compile(r'^tollgate_ledger_lag_seconds_bucket\{le="(\S+)"\} (\S+)', re.M)


@dataclass(frozen=True, slots=True)
class Spec:
    """How many events over how many accounts, through which NATS to which ledger."""

    nats_url: str
    ledger_ops_port: int
    accounts: int
    burst: int
    steady_seconds: float


class Posting:
    """Publishes, and asks the ledger's metrics for what has arrived."""

    def __init__(self, spec: Spec, bus: Bus, session: aiohttp.ClientSession) -> None:
        self._spec = spec
        self._bus = bus
        self._session = session
        self._clock = SystemClock()
        self._published = 0

    async def figures(self) -> dict[str, float]:
        begun = time.monotonic()
        await self.post(self._spec.burst)
        per_s = self._spec.burst / (time.monotonic() - begun)
        before = self.lags(await self.metrics())
        await self.post(round(STEADY_PER_S * self._spec.steady_seconds), STEADY_PER_S)
        after = self.lags(await self.metrics())
        lags = {bound: count - before.get(bound, 0.0) for bound, count in after.items()}
        within = [bound for bound, count in lags.items() if count >= 0.99 * max(lags.values())]
        return {"per_s": per_s, "lag_p99_s": min(within)}

    async def post(self, events: int, per_s: float = 0.0) -> None:
        """Returns when all have been posted. TimeoutError when that takes too long."""
        due = self.entries(await self.metrics()) + events
        begun = time.monotonic()
        for start in range(0, events, BATCH_EVENTS):
            if per_s:
                await asyncio.sleep(begun + start / per_s - time.monotonic())
            batch = [self.event() for _ in range(min(BATCH_EVENTS, events - start))]
            await self._bus.publish(ulid(self._clock.now_ms()), encode_batch(batch))
        async with asyncio.timeout(SECONDS_MAX):
            while self.entries(await self.metrics()) < due:  # noqa: ASYNC110  # it tells nobody
                await asyncio.sleep(POLL_SECONDS)

    def event(self) -> UsageEvent:
        self._published += 1
        now_ms = self._clock.now_ms()
        return UsageEvent(
            request_id=ulid(now_ms),
            account_id=f"bench-{self._published % self._spec.accounts}",
            key_id="bench",
            model="bench",
            provider="openai",
            channel_id="openai",
            dialect="openai",
            operation="chat",
            units=Units(input=40, output=16),
            price_version="bench",
            cost_nano=1000,
            hold_nano=2000,
            lease_id=ulid(now_ms),
            started_at_ms=now_ms,
            first_byte_ms=0,
            duration_ms=0,
            outcome=Outcome.COMPLETED,
            estimated=False,
            observer="providers",
            status=200,
            stream=False,
        )

    async def metrics(self) -> str:
        url = f"http://127.0.0.1:{self._spec.ledger_ops_port}/metrics"
        async with self._session.get(url) as answer:
            return await answer.text()

    @staticmethod
    def entries(metrics: str) -> float:
        found = ENTRIES.search(metrics)
        return float(found[1]) if found else 0.0

    @staticmethod
    def lags(metrics: str) -> dict[float, float]:
        """Entries by the upper bound of their lag in seconds, each bound with those below it."""
        return {float(bound): float(count) for bound, count in LAGS.findall(metrics)}


async def run(spec: Spec) -> dict[str, float]:
    bus = await Bus.connect(spec.nats_url, "bench")
    try:
        async with asyncio.timeout(SECONDS_MAX):
            while not bus.connected:  # noqa: ASYNC110  # it connects in the background
                await asyncio.sleep(POLL_SECONDS)
        async with aiohttp.ClientSession() as session:
            return await Posting(spec, bus, session).figures()
    finally:
        await bus.close()


if __name__ == "__main__":
    figures = uvloop.run(run(Spec(**orjson.loads(sys.argv[1]))))
    print(orjson.dumps(figures).decode())
