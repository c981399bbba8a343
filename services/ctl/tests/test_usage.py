import json

import pytest
from tollgate.events.v1 import usage_pb2
from tollgate.metering.v1 import metering_pb2

from .conftest import Deployment
from .fakes import NOW_MS


@pytest.fixture
async def acme(deployment: Deployment) -> Deployment:
    deployment.auth.add_account("acme")
    deployment.metering.records.append(
        usage_pb2.UsageEvent(
            request_id="01K",
            account_id="acc_1",
            model="deepseek-chat",
            units=usage_pb2.Units(input=10, cached_read=5, cache_write_5m=1, output=7, reasoning=2),
            cost_nano=1_234,
            started_at_ms=NOW_MS,
            outcome=usage_pb2.OUTCOME_CLIENT_CANCELLED,
            agent="curl\x1b[31m",
        )
    )
    return deployment


async def test_records_are_listed_with_sums_of_tokens_and_cost(acme: Deployment) -> None:
    listed = await acme.ctl("usage", "list")
    assert listed.stdout.splitlines()[1].split() == [
        *("2027-01-15T08:00:00Z", "01K", "acc_1", "deepseek-chat"),
        *("16", "9", "0.000001234", "0", "client_cancelled"),
    ]
    record = json.loads((await acme.ctl("usage", "list", "-o", "json")).stdout)[0]
    assert record["cost_nano"] == 1_234
    assert record["units"]["cached_read"] == 5
    assert record["prompt_tokens"] == 16


async def test_filters_reach_metering(acme: Deployment) -> None:
    await acme.ctl(
        *("usage", "list", "--account", "acme", "--key", "key_1", "--model", "m"),
        *("--request-id", "r", "--since", "2026-11-01", "--limit", "7"),
    )
    asked = acme.metering.asked[0]
    assert (asked.account_id, asked.key_id, asked.model) == ("acc_1", "key_1", "m")
    assert (asked.request_id, asked.from_ms, asked.page_size) == ("r", 1_793_491_200_000, 7)


async def test_records_are_listed_oldest_first_when_asked(acme: Deployment) -> None:
    await acme.ctl("usage", "list", "--oldest-first")
    await acme.ctl("usage", "list")
    assert [asked.ascending for asked in acme.metering.asked] == [True, False]


async def test_keys_last_used_first(acme: Deployment) -> None:
    listed = await acme.ctl("usage", "keys", "acme", "--since", "2026-11-01")
    assert [line.split() for line in listed.stdout.splitlines()[1:]] == [
        ["key_2", "2027-01-15T08:00:00Z", "3", "0.000001500"],
        ["key_1", "2027-01-15T07:59:59Z", "0", "0.000000000"],
    ]
    asked = acme.metering.of_keys[0]
    assert (asked.account_id, asked.from_ms) == ("acc_1", 1_793_491_200_000)


async def test_summary(acme: Deployment) -> None:
    summed = await acme.ctl(
        *("usage", "summary", "--account", "acme", "--from", "2026-11-01", "--to", "2026-11-30")
    )
    assert summed.stdout.splitlines()[1].split() == [
        *("2026-11-24", "acc_1", "deepseek-chat", "3", "0", "15", "9", "0.000001500")
    ]
    asked = acme.metering.summed[0]
    assert (asked.account_id, asked.from_day, asked.to_day) == ("acc_1", "2026-11-01", "2026-11-30")


async def test_series_in_the_reader_s_zone(acme: Deployment) -> None:
    added = await acme.ctl(
        *("usage", "series", "--account", "acme", "--key", "key_1", "--model", "m"),
        *("--step", "hour", "--by", "model", "--since", "2h", "--utc-offset", "-5"),
    )
    first, idle = (line.split() for line in added.stdout.splitlines()[1:])
    assert first == [
        *("2027-01-15T03:00-05:00", "deepseek-chat", "3", "1", "15", "9"),
        *("0.000001500", "250", "1000"),
    ]
    assert idle[1:] == ["m", "1", "1", "0", "0", "0.000000000", "0", "0"]
    asked = acme.metering.series[0]
    assert (asked.account_id, asked.key_id, asked.model) == ("acc_1", "key_1", "m")
    assert asked.to_ms - asked.from_ms == 7_200_000
    assert (asked.step, asked.group_by) == (metering_pb2.STEP_HOUR, metering_pb2.GROUP_BY_MODEL)
    assert asked.utc_offset_minutes == -300


async def test_series_are_of_thirty_days_of_all_unless_told_otherwise(acme: Deployment) -> None:
    added = await acme.ctl("usage", "series", "-o", "json")
    row = json.loads(added.stdout)[0]
    assert (row["start_ms"], row["start"]) == (NOW_MS, "2027-01-15T08:00+00:00")
    assert (row["cost_nano"], row["answered"], row["first_byte_ms_sum"]) == (1_500, 2, 500)
    asked = acme.metering.series[0]
    assert (asked.account_id, asked.to_ms - asked.from_ms) == ("", 30 * 86_400_000)
    assert asked.step == metering_pb2.STEP_DAY
    assert asked.group_by == metering_pb2.GROUP_BY_UNSPECIFIED


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["list", "--since", "yesterday"], "--since: 'yesterday'"),
        (["list", "--since", "2999-01-01"], "--since: 2999-01-01 is in the future"),
        (["summary", "--from", "2026-13-01"], "--from: '2026-13-01'"),
        (["summary", "--to", "soon"], "--to: 'soon'"),
        (["summary", "--from", "2026-11-02", "--to", "2026-11-01"], "--from: is after --to"),
        (["list", "--limit", "0"], "--limit"),
        (["series", "--since", "tomorrow"], "--since: 'tomorrow'"),
        (["keys", "acme", "--since", "tomorrow"], "--since: 'tomorrow'"),
        (["series", "--utc-offset", "15"], "--utc-offset"),
    ],
)
async def test_bad_period_names_the_option(
    acme: Deployment, arguments: list[str], says: str
) -> None:
    refused = await acme.ctl("usage", *arguments)
    assert refused.exit_code == 2
    assert says in refused.stderr
    assert acme.metering.asked == []
    assert acme.metering.series == []
    assert acme.metering.of_keys == []


async def test_unknown_account_is_not_found(acme: Deployment) -> None:
    assert (await acme.ctl("usage", "list", "--account", "acmee")).exit_code == 3
