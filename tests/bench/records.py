"""Dashboards and logs over a million usage records on the embedded engine.

`python -m tests.bench.records` writes the records the way that the service does, asks what the
console asks, and prints how long each answer took. `--records 100000` is a shorter run.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median

from tollgate.metering.v1 import metering_pb2
from tollgate_common.clock import ManualClock, SystemClock
from tollgate_common.rating import Units
from tollgate_common.store import open_store
from tollgate_common.usage import Outcome, UsageEvent
from tollgate_metering.operations import Metering
from tollgate_metering.rpc import MeteringServicer
from tollgate_metering.store import COLLECTIONS, StoredRecords

HOUR_MS = 3_600_000
DAYS = 30
TO_MS = 1_800_000_000_000
FROM_MS = TO_MS - DAYS * 24 * HOUR_MS
EVENTS_PER_BATCH = 500
ACCOUNTS, KEYS_PER_ACCOUNT = 50, 3
MODELS = tuple(f"vendor/model-{number}" for number in range(8))
ROUNDS = 7
TARGET_MS = 300
# How many records lie before a deep page.
DEPTH = 100_000
ALL = ""
ACCOUNT = "acc_0"
SPAN = {"from_ms": FROM_MS, "to_ms": TO_MS}
LAST_DAY = {"from_ms": TO_MS - 24 * HOUR_MS, "to_ms": TO_MS}


def events(count: int) -> Iterator[UsageEvent]:
    """In the order of time; every second one is of the largest account, one in fifty fails."""
    dice = random.Random(1)
    for number in range(count):
        account = int(ACCOUNTS * dice.random() ** 5.6)
        model = MODELS[int(len(MODELS) * dice.random() ** 2)]
        failed = dice.random() < 0.02
        units = Units() if failed else Units(input=dice.randrange(9_000), output=number % 900)
        yield UsageEvent(
            request_id=f"01KB{number:022}",
            account_id=f"acc_{account}",
            key_id=f"key_{account}_{dice.randrange(KEYS_PER_ACCOUNT)}",
            model=model,
            provider="vendor",
            channel_id="vendor-1",
            dialect="openai",
            operation="chat",
            units=units,
            price_version="2026-11-24",
            cost_nano=units.input * 270 + units.output * 1_100,
            hold_nano=9_000_000,
            lease_id="lease_01KB0000000000000000000000",
            started_at_ms=FROM_MS + number * DAYS * 24 * HOUR_MS // count,
            first_byte_ms=300 + number % 500,
            duration_ms=2_000 + number % 3_000,
            outcome=Outcome.FAILED if failed else Outcome.COMPLETED,
            estimated=False,
            observer="providers",
            status=502 if failed else 200,
            stream=True,
            agent="OpenAI/Python 2.8.1",
        )


async def generate(metering: Metering, count: int) -> float:
    """Seconds that writing took, without the making of events."""
    seconds = 0.0
    rest = events(count)
    while batch := list(islice(rest, EVENTS_PER_BATCH)):
        begin = time.perf_counter()
        await metering.record(batch)
        seconds += time.perf_counter() - begin
    await metering.write_sums()
    return seconds


Ask = Callable[[], Awaitable[int]]


def series(service: MeteringServicer, **fields: object) -> Ask:
    """Says how many rows came."""

    async def ask() -> int:
        request = metering_pb2.SeriesUsageRequest(**fields)  # type: ignore[arg-type]
        return len((await service.SeriesUsage(request, None)).rows)

    return ask


def page(service: MeteringServicer, **fields: object) -> Ask:
    """Says how many records came."""

    async def ask() -> int:
        request = metering_pb2.ListUsageRequest(**fields)  # type: ignore[arg-type]
        return len((await service.ListUsage(request, None)).records)

    return ask


async def deep(service: MeteringServicer, **fields: object) -> Ask:
    """A page that DEPTH records come before, or the last page."""
    token, passed = "", 0
    while passed < DEPTH:
        request = metering_pb2.ListUsageRequest(page_size=1_000, page_token=token, **fields)  # type: ignore[arg-type]
        reply = await service.ListUsage(request, None)
        if not reply.next_page_token:
            break
        token, passed = reply.next_page_token, passed + 1_000
    return page(service, page_token=token, **fields)


def keys(service: MeteringServicer, **fields: object) -> Ask:
    """Says how many keys came."""

    async def ask() -> int:
        request = metering_pb2.ListKeyUsageRequest(**fields)  # type: ignore[arg-type]
        return len((await service.ListKeyUsage(request, None)).keys)

    return ask


async def questions(service: MeteringServicer) -> dict[str, Ask]:
    """What the console asks, by name."""
    day, hour = metering_pb2.STEP_DAY, metering_pb2.STEP_HOUR
    by_model, by_key = metering_pb2.GROUP_BY_MODEL, metering_pb2.GROUP_BY_KEY
    asks: dict[str, Ask] = {}
    for whose, account in (("account", ACCOUNT), ("all", ALL)):
        mine = {"account_id": account}
        asks |= {
            f"{whose}: 30 days by day": series(service, **mine, **SPAN, step=day),
            f"{whose}: 30 days by day and model": series(
                service, **mine, **SPAN, step=day, group_by=by_model, utc_offset_minutes=480
            ),
            f"{whose}: 24 h by hour and key": series(
                service, **mine, **LAST_DAY, step=hour, group_by=by_key
            ),
            f"{whose}: 24 h by hour": series(service, **mine, **LAST_DAY, step=hour),
            f"{whose}: 24 h by hour and model": series(
                service, **mine, **LAST_DAY, step=hour, group_by=by_model
            ),
            f"{whose}: first page": page(service, **mine),
            f"{whose}: deep page": await deep(service, **mine),
            f"{whose}: failed": page(service, **mine, outcomes=metering_pb2.OUTCOMES_FAILED),
            f"{whose}: a model": page(service, **mine, model=MODELS[-1]),
            f"{whose}: a key": page(service, **mine, key_id="key_0_1"),
            f"{whose}: a day": page(service, **mine, **LAST_DAY),
            f"{whose}: oldest first": page(service, **mine, ascending=True),
            f"{whose}: oldest first, deep": await deep(service, **mine, ascending=True),
        }
    other = {"account_id": f"acc_{ACCOUNTS - 1}"}
    return asks | {
        "account: 30 days by day and key": series(
            service, account_id=ACCOUNT, **SPAN, step=day, group_by=by_key
        ),
        "account: keys": keys(service, account_id=ACCOUNT, from_ms=FROM_MS),
        "account: a key, oldest first": page(
            service, account_id=ACCOUNT, key_id="key_0_1", ascending=True
        ),
        "account: a key, deep": await deep(service, account_id=ACCOUNT, key_id="key_0_1"),
        "account: failed, on a day": page(
            service, account_id=ACCOUNT, outcomes=metering_pb2.OUTCOMES_FAILED, **LAST_DAY
        ),
        "account: a request": page(service, account_id=ACCOUNT, request_id=f"01KB{500:022}"),
        "small account: first page": page(service, **other),
        "small account: another's key": page(service, **other, key_id="key_0_1"),
        "small account: 30 days by day and model": series(
            service, **other, **SPAN, step=day, group_by=by_model
        ),
    }


async def measure(name: str, ask: Ask) -> bool:
    """Prints a line, and says whether every round was within the target."""
    rows, times_ms = 0, []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        rows = await ask()
        times_ms.append((time.perf_counter() - begin) * 1_000)
    print(f"{name:44} {rows:6} {median(times_ms):9.1f} {max(times_ms):9.1f}", flush=True)
    return max(times_ms) <= TARGET_MS


async def run(count: int, home: Path) -> bool:
    path = home / "metering.db"
    store = await open_store(f"sqlite:///{path}", COLLECTIONS)
    try:
        metering = Metering(StoredRecords(store, SystemClock()), ManualClock(TO_MS))
        seconds = await generate(metering, count)
        size_mb = path.stat().st_size // 2**20
        print(f"{count} records in {seconds:.0f} s: {count / seconds:.0f}/s, {size_mb} MB")
        print(f"{'question':44} {'rows':>6} {'median ms':>9} {'worst ms':>9}")
        asks = await questions(MeteringServicer(metering))
        return all([await measure(name, ask) for name, ask in asks.items()])
    finally:
        await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=1_000_000, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tollgate-records-") as home:
        within = asyncio.run(run(options.records, Path(home)))
    print(f"every answer within {TARGET_MS} ms: {'yes' if within else 'NO'}")
    raise SystemExit(not within)


if __name__ == "__main__":
    main()
