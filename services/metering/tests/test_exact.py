"""Whatever is delivered, repeated or broken off, sums over time are those of the records."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tollgate_common.clock import ManualClock
from tollgate_common.errors import Unavailable
from tollgate_common.rating import UNIT_NAMES, Units
from tollgate_common.store import Store
from tollgate_common.usage import Outcome, UsageEvent
from tollgate_metering.operations import Metering
from tollgate_metering.records import Filter, Period
from tollgate_metering.series import GroupBy, Series, Step
from tollgate_metering.store import StoredRecords

from .faulty_store import Failure, Fault, FaultyStore, nobody_looks

Make = Callable[..., UsageEvent]
Totals = dict[tuple[int, str], dict[str, int]]
NOON_MS = 1_800_000_000_000
HOUR_MS = 3_600_000
CONSUMERS = 3


@dataclass(frozen=True)
class Turn:
    """A consumer is handed some events; `failure` breaks it off, and `killed` ends it, too."""

    consumer: int
    numbers: list[int]
    failure: Failure | None
    killed: bool
    written: bool
    mended: bool


failures = st.none() | st.builds(Failure, st.integers(1, 5), st.sampled_from(Fault))
turns = st.lists(
    st.builds(
        Turn,
        st.integers(0, CONSUMERS - 1),
        st.lists(st.integers(0, 11), min_size=1, max_size=8),
        failures,
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)
windows = st.builds(
    Series,
    account_id=st.sampled_from(["", "a", "b"]),
    key_id=st.sampled_from(["", "", "", "a1", "b1"]),
    model=st.sampled_from(["", "", "m1", "m2"]),
    from_ms=st.integers(-80, -1).map(lambda hours: NOON_MS + hours * HOUR_MS),
    to_ms=st.integers(0, 80).map(lambda hours: NOON_MS + hours * HOUR_MS),
    step=st.sampled_from(Step),
    utc_offset_minutes=st.integers(-12, 14).map(lambda hours: hours * 60),
    group_by=st.sampled_from(GroupBy),
)


def an_event(make: Make, number: int, prefix: str = "r") -> UsageEvent:
    """Always the same for a number; a few of them share a place, an hour or a day."""
    account = "ab"[number % 2]
    return make(
        f"{prefix}{number}",
        account_id=account,
        key_id=f"{account}{number % 3}" if number != 5 else "",
        model=f"m{number % 4 // 2 + 1}",
        started_at_ms=NOON_MS + (number * 7 - 40) * HOUR_MS // 2 + number,
        cost_nano=10**number,
        first_byte_ms=number,
        duration_ms=number * 10,
        units=Units(input=number, output=1, calls=number % 2),
        outcome=Outcome.FAILED if number % 5 == 4 else Outcome.COMPLETED,
    )


async def records_of(metering: Metering, series: Series) -> list[UsageEvent]:
    """What the logs show for the same window."""
    which = Filter(
        account_id=series.account_id,
        key_id=series.key_id,
        model=series.model,
        period=Period(from_ms=series.from_ms, to_ms=series.to_ms),
    )
    listed, after = await metering.list_usage(which, 1000, "")
    assert not after
    return listed


def added_up(series: Series, records: list[UsageEvent]) -> Totals:
    """The sums as a person with a calendar would make them."""
    zone = timezone(timedelta(minutes=series.utc_offset_minutes))
    totals: Totals = {}
    for record in records:
        start = datetime.fromtimestamp(record.started_at_ms / 1000, UTC).astimezone(zone)
        start = start.replace(minute=0, second=0, microsecond=0)
        if series.step is Step.DAY:
            start = start.replace(hour=0)
        group = {GroupBy.MODEL: record.model, GroupBy.KEY: record.key_id}.get(series.group_by, "")
        answered = record.outcome is not Outcome.FAILED
        total = totals.setdefault((round(start.timestamp() * 1000), group), {})
        for name, value in {
            "requests": 1,
            "failures": int(not answered),
            "answered": int(answered),
            "cost_nano": record.cost_nano,
            "first_byte_ms_sum": record.first_byte_ms * answered,
            "duration_ms_sum": record.duration_ms * answered,
            **dict(zip(UNIT_NAMES, record.units.counts(), strict=True)),
        }.items():
            total[name] = total.get(name, 0) + value
    return totals


async def assert_exact(metering: Metering, series: Series) -> None:
    rows = await metering.usage_series(series)
    assert [(row.start_ms, row.group) for row in rows] == sorted(
        (row.start_ms, row.group) for row in rows
    )
    expected = added_up(series, await records_of(metering, series))
    assert {(row.start_ms, row.group): dict(row.sums) for row in rows} == expected


async def assert_exact_keys(metering: Metering, account_id: str, from_ms: int) -> None:
    usages = await metering.key_usage(account_id, from_ms)
    records, _ = await metering.list_usage(Filter(account_id=account_id), 1000, "")
    expected: dict[str, tuple[int, int, int]] = {}
    for record in records:
        last_used_ms, requests, cost_nano = expected.get(record.key_id, (0, 0, 0))
        since = record.started_at_ms >= from_ms
        expected[record.key_id] = (
            max(last_used_ms, record.started_at_ms),
            requests + since,
            cost_nano + record.cost_nano * since,
        )
    expected.pop("", None)
    assert {u.key_id: (u.last_used_ms, u.requests, u.cost_nano) for u in usages} == expected


async def empty(store: Store) -> None:
    for collection in ("records", "hours", "batches"):
        while documents := (await store.find(collection, {}, limit=1000)).documents:
            for document in documents:
                await store.delete(collection, str(document["_id"]))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(turns=turns, series=windows)
async def test_series_are_exact_at_every_moment_whatever_breaks(
    store: Store, make_event: Make, turns: list[Turn], series: Series
) -> None:
    await empty(store)
    clock, faulty = ManualClock(), FaultyStore(store)
    reader = Metering(StoredRecords(store, clock), clock)
    consumers = [Metering(StoredRecords(faulty, clock), clock) for _ in range(CONSUMERS)]

    async def look() -> None:
        await assert_exact(reader, series)
        await assert_exact_keys(reader, "a", series.from_ms)

    faulty.look = look
    for turn in turns:
        faulty.fail(turn.failure)
        with suppress(Unavailable):
            await consumers[turn.consumer].record([an_event(make_event, n) for n in turn.numbers])
        if turn.killed:
            consumers[turn.consumer] = Metering(StoredRecords(faulty, clock), clock)
        if turn.written:
            with suppress(Unavailable):
                await consumers[turn.consumer].write_sums()
        if turn.mended:
            await faulty.land()
            clock.advance(7_200)
            with suppress(Unavailable):
                await consumers[turn.consumer].mend()
        await look()
    faulty.fail(None)
    await faulty.land()
    clock.advance(7_200)
    await reader.mend()
    assert await reader.mend() == 0
    await look()


async def test_consumers_at_once_and_readers_between_them(store: Store, make_event: Make) -> None:
    clock, dice = ManualClock(), random.Random(7)
    consumers = [Metering(StoredRecords(store, clock), clock) for _ in range(CONSUMERS)]
    series = Series(from_ms=NOON_MS - 80 * HOUR_MS, to_ms=NOON_MS + 80 * HOUR_MS, step=Step.DAY)
    seen: list[int] = []

    async def consume(metering: Metering) -> None:
        for _ in range(12):
            await metering.record(
                [
                    an_event(make_event, dice.randrange(12), f"{dice.randrange(9)}-")
                    for _ in "abcdefgh"
                ]
            )

    async def read() -> None:
        while len(seen) < 20:
            rows = await consumers[0].usage_series(series)
            seen.append(sum(row.sums["requests"] for row in rows))

    await asyncio.gather(*map(consume, consumers), read())
    assert seen == sorted(seen)
    for group_by in GroupBy:
        await assert_exact(
            consumers[1],
            Series(from_ms=series.from_ms, to_ms=series.to_ms, step=Step.HOUR, group_by=group_by),
        )


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("at", [1, 2, 3, 4])
async def test_a_consumer_goes_on_after_a_failure(
    store: Store, make_event: Make, at: int, fault: Fault
) -> None:
    faulty = FaultyStore(store)
    metering = Metering(StoredRecords(faulty, ManualClock()), ManualClock())
    series = Series(from_ms=NOON_MS, to_ms=NOON_MS + 1, step=Step.HOUR)
    await metering.record([make_event("r0")])
    faulty.fail(Failure(at, fault))
    with suppress(Unavailable):
        await metering.record([make_event("r1"), make_event("r2")])
        await metering.write_sums()
    await assert_exact(metering, series)
    await metering.record([make_event("r3")])
    await metering.record([make_event(f"r{number}") for number in range(5)])
    await assert_exact(metering, series)
    await metering.write_sums()
    await assert_exact(metering, series)


async def test_more_places_than_a_writer_keeps_at_hand(store: Store, make_event: Make) -> None:
    metering = Metering(StoredRecords(store, ManualClock()), ManualClock())
    for turn in range(2):
        await metering.record(
            [make_event(f"r{turn}-{n}", key_id=f"key_{n}", model=f"m{n}") for n in range(1_300)]
        )
    await metering.write_sums()
    for n in (0, 700, 1_299):
        series = Series(from_ms=NOON_MS, to_ms=NOON_MS + 1, step=Step.HOUR, model=f"m{n}")
        (row,) = await metering.usage_series(series)
        assert row.sums["requests"] == 2


async def test_many_repeated_events_that_are_not_written_down_yet(
    store: Store, make_event: Make
) -> None:
    metering = Metering(StoredRecords(store, ManualClock()), ManualClock())
    events = [make_event(f"r{number}") for number in range(1_200)]
    assert await metering.record(events) == 1_200
    assert await metering.record(events[::-1]) == 0
    (row,) = await metering.summarize_usage("", "", "", "")
    assert row.requests == 1_200


async def test_summaries_are_exact_after_a_failure(store: Store, make_event: Make) -> None:
    faulty = FaultyStore(store)
    metering = Metering(StoredRecords(faulty, ManualClock()), ManualClock())
    faulty.fail(Failure(3, Fault.NOTHING_WRITTEN))
    await metering.record([make_event("r1"), make_event("r2")])
    with pytest.raises(Unavailable):
        await metering.write_sums()
    (row,) = await metering.summarize_usage("", "", "", "")
    assert (row.requests, row.cost_nano) == (2, 2_000)


async def test_a_batch_that_took_too_long_is_left_to_others(store: Store, make_event: Make) -> None:
    clock, faulty = ManualClock(), FaultyStore(store)
    slow, other = (Metering(StoredRecords(faulty, clock), clock) for _ in range(2))

    async def stall() -> None:
        clock.advance(3_601)

    faulty.look = stall
    with pytest.raises(Unavailable):
        await slow.record([make_event("r1")])
    faulty.look = nobody_looks
    assert await other.mend() == 1
    assert await slow.record([make_event("r1")]) == 0
    (row,) = await slow.summarize_usage("", "", "", "")
    assert row.requests == 1


async def test_records_from_before_there_were_sums_are_counted_once(
    store: Store, make_event: Make
) -> None:
    await Metering(StoredRecords(store, ManualClock()), ManualClock()).record(
        [an_event(make_event, number) for number in range(12)]
    )
    old = [
        {name: value for name, value in document.items() if name != "batch"}
        for document in (await store.find("records", {})).documents
    ]
    await empty(store)
    await store.insert_many("records", old)
    records = StoredRecords(store, ManualClock())
    await records.adopt()
    await records.adopt()
    metering = Metering(records, ManualClock())
    await metering.record([an_event(make_event, number) for number in range(14)])
    start_ms, end_ms = NOON_MS - 80 * HOUR_MS, NOON_MS + 80 * HOUR_MS
    for group_by in GroupBy:
        series = Series(from_ms=start_ms, to_ms=end_ms, step=Step.HOUR, group_by=group_by)
        await assert_exact(metering, series)
    await assert_exact_keys(metering, "a", NOON_MS)
