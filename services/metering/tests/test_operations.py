from collections.abc import Callable
from dataclasses import replace

import pytest
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import UNIT_NAMES, UNITS_MAX, Units
from tollgate_common.usage import Outcome, UsageEvent
from tollgate_metering.keys import KeyUsage
from tollgate_metering.operations import Metering
from tollgate_metering.records import Filter, Period, Summary

Make = Callable[..., UsageEvent]
NOON_MS = 1_800_000_000_000
DAY_MS = 86_400_000
ALL = Filter()


async def ids(metering: Metering, which: Filter) -> list[str]:
    events, _ = await metering.list_usage(which, 100, "")
    return [event.request_id for event in events]


async def test_a_record_comes_back_as_the_event_was(metering: Metering, make_event: Make) -> None:
    events = [
        make_event("r1"),
        make_event(
            "r2",
            units=Units(1, 2, 3, 4, 5, UNITS_MAX),
            cost_nano=2**53 - 1,
            outcome=Outcome.PROVIDERS_LOST,
            estimated=True,
            stream=False,
            agent="ünï \U0001f600",
            started_at_ms=NOON_MS - 1,
        ),
    ]
    assert await metering.record(events) == 2
    assert await metering.list_usage(ALL, 10, "") == (events, "")


async def test_the_first_event_of_a_request_counts(metering: Metering, make_event: Make) -> None:
    first, second = make_event("r1", cost_nano=1), make_event("r1", cost_nano=2)
    assert await metering.record([first, second, first]) == 1
    assert await metering.record([second, make_event("r2")]) == 1
    stored, _ = await metering.list_usage(Filter(request_id="r1"), 10, "")
    assert stored == [first]


async def test_more_events_than_one_write_holds(metering: Metering, make_event: Make) -> None:
    events = [make_event(f"r{i}") for i in range(1201)]
    assert await metering.record(events) == 1201
    assert await metering.record(events) == 0


async def test_records_are_listed_newest_first_whatever_the_order_of_arrival(
    metering: Metering, make_event: Make
) -> None:
    events = [make_event(f"r{i}", started_at_ms=NOON_MS + i) for i in range(7)]
    await metering.record([events[i] for i in (3, 6, 0, 5, 1, 4, 2)])
    listed: list[UsageEvent] = []
    after, pages = "", 0
    while pages == 0 or after:
        page, after = await metering.list_usage(ALL, 3, after)
        listed += page
        pages += 1
    assert listed == events[::-1]
    assert pages == 3


async def test_records_are_listed_oldest_first_when_asked(
    metering: Metering, make_event: Make
) -> None:
    events = [make_event(f"r{i}", started_at_ms=NOON_MS + i // 2) for i in range(5)]
    await metering.record(events[::-1])
    first, after = await metering.list_usage(ALL, 3, "", ascending=True)
    await metering.record([make_event("newest", started_at_ms=NOON_MS + 9)])
    rest, end = await metering.list_usage(ALL, 3, after, ascending=True)
    assert [event.request_id for event in first + rest] == ["r0", "r1", "r2", "r3", "r4", "newest"]
    assert end == ""
    with pytest.raises(InvalidArgument):
        await metering.list_usage(ALL, 3, after)


async def test_a_page_continues_where_it_ended_although_newer_records_arrive(
    metering: Metering, make_event: Make
) -> None:
    await metering.record([make_event(f"r{i}", started_at_ms=NOON_MS + i) for i in range(4)])
    first, after = await metering.list_usage(ALL, 2, "")
    await metering.record([make_event("new", started_at_ms=NOON_MS + 9)])
    rest, _ = await metering.list_usage(ALL, 2, after)
    assert [event.request_id for event in first + rest] == ["r3", "r2", "r1", "r0"]


async def test_filters(metering: Metering, make_event: Make) -> None:
    await metering.record(
        [
            make_event("r1"),
            make_event("r2", account_id="acc_2", started_at_ms=NOON_MS - 1),
            make_event("r3", key_id="key_2", started_at_ms=NOON_MS - 2),
            make_event("r4", model="m2", started_at_ms=NOON_MS - 3),
        ]
    )
    assert await ids(metering, Filter(account_id="acc_2")) == ["r2"]
    assert await ids(metering, Filter(key_id="key_2")) == ["r3"]
    assert await ids(metering, Filter(model="m2")) == ["r4"]
    assert await ids(metering, Filter(request_id="r1")) == ["r1"]
    assert await ids(metering, Filter(request_id="r1", account_id="acc_2")) == []
    period = Period(from_ms=NOON_MS - 2, to_ms=NOON_MS)
    assert await ids(metering, Filter(period=period)) == ["r2", "r3"]
    assert await ids(metering, Filter(account_id="acc_1", period=period)) == ["r3"]


@pytest.mark.parametrize("value", ["%", "m_", '{"$gt":""}', "m.*", "M1"])
async def test_a_filter_is_text_and_never_a_pattern(
    metering: Metering, make_event: Make, value: str
) -> None:
    await metering.record([make_event("r1")])
    assert await ids(metering, Filter(model=value)) == []


@pytest.mark.parametrize("token", ["x", "W10=", "bnVsbA==", "💥"])
async def test_a_bad_page_token_is_refused(metering: Metering, token: str) -> None:
    with pytest.raises(InvalidArgument):
        await metering.list_usage(ALL, 10, token)


async def test_each_key_s_use_since_an_hour_and_the_last_one_ever(
    metering: Metering, make_event: Make
) -> None:
    long_ago = NOON_MS - 1_000 * DAY_MS
    await metering.record(
        [
            make_event("r1", key_id="new", started_at_ms=NOON_MS - 2),
            make_event("r2", key_id="new", started_at_ms=NOON_MS - 1),
            make_event("r3", key_id="new", started_at_ms=NOON_MS - DAY_MS),
            make_event("r4", key_id="old", started_at_ms=long_ago),
            make_event("r5", key_id="other", account_id="acc_2"),
            make_event("r6", key_id=""),
        ]
    )
    # Before and after sums are written.
    for _ in range(2):
        usages = {usage.key_id: usage for usage in await metering.key_usage("acc_1", NOON_MS - 1)}
        assert usages == {
            "new": KeyUsage(key_id="new", last_used_ms=NOON_MS - 1, requests=2, cost_nano=2_000),
            "old": KeyUsage(key_id="old", last_used_ms=long_ago, requests=0, cost_nano=0),
        }
        await metering.write_sums()
    assert await metering.key_usage("acc_3", NOON_MS) == []


async def test_a_summary_has_a_row_for_each_day_account_and_model(
    metering: Metering, make_event: Make
) -> None:
    units = Units(input=10, output=5)
    events = [
        make_event("r1", units=units),
        make_event("r2", units=units, started_at_ms=NOON_MS + 1),
        make_event("r3", units=Units(), cost_nano=0, outcome=Outcome.FAILED),
        make_event("r4", units=units, model="m2"),
        make_event("r5", units=units, account_id="acc_2"),
        make_event("r6", units=units, started_at_ms=NOON_MS - DAY_MS),
    ]
    await metering.record(events)
    rows = await metering.summarize_usage("", "", "", "")
    assert [(row.day, row.account_id, row.model) for row in rows] == [
        ("2027-01-14", "acc_1", "m1"),
        ("2027-01-15", "acc_1", "m1"),
        ("2027-01-15", "acc_1", "m2"),
        ("2027-01-15", "acc_2", "m1"),
    ]
    zero = dict.fromkeys(UNIT_NAMES, 0)
    assert rows[1] == Summary(
        day="2027-01-15",
        account_id="acc_1",
        model="m1",
        requests=3,
        failures=1,
        units=zero | {"input": 20, "output": 10},
        cost_nano=2000,
    )


async def test_a_summary_is_narrowed_by_account_model_and_inclusive_days(
    metering: Metering, make_event: Make
) -> None:
    midnight = NOON_MS - 8 * 3_600_000
    await metering.record(
        [
            make_event("before", started_at_ms=midnight - 1),
            make_event("first", started_at_ms=midnight),
            make_event("last", started_at_ms=midnight + DAY_MS - 1),
            make_event("after", started_at_ms=midnight + DAY_MS),
            make_event("other", account_id="acc_2"),
            make_event("model", model="m2"),
        ]
    )
    (row,) = await metering.summarize_usage("acc_1", "m1", "2027-01-15", "2027-01-15")
    assert row.requests == 2


async def test_sums_are_exact_beyond_one_request_s_largest_counts(
    metering: Metering, make_event: Make
) -> None:
    big = make_event("r0", units=Units(input=UNITS_MAX), cost_nano=2**53 - 1)
    await metering.record([replace(big, request_id=f"r{i}") for i in range(5)])
    (row,) = await metering.summarize_usage("", "", "", "")
    assert row.units["input"] == 5 * UNITS_MAX
    assert row.cost_nano == 5 * (2**53 - 1)
