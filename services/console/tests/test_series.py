"""Usage over time: of the caller's own account, in the reader's days."""

from typing import Any

import pytest
from desk import NOW_MS, Fake, browser
from tollgate.events.v1 import usage_pb2
from tollgate.metering.v1 import metering_pb2

DAY_MS = 24 * 3_600_000
ROW: dict[str, Any] = {
    "start_ms": NOW_MS,
    "group": "m-1",
    "requests": 3,
    "failures": 1,
    "cost_nano": 70,
    "answered": 2,
    "first_byte_ms_sum": 500,
    "duration_ms_sum": 900,
}


class Metering(Fake):
    """Has one row, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[metering_pb2.SeriesUsageRequest] = []

    async def SeriesUsage(
        self, request: metering_pb2.SeriesUsageRequest
    ) -> metering_pb2.SeriesUsageResponse:
        self.asked.append(request)
        units = usage_pb2.Units(input=10, output=5)
        return metering_pb2.SeriesUsageResponse(
            rows=[metering_pb2.SeriesRow(**ROW, units=units)],
        )


def ask(metering: Metering, **more: Any) -> Any:
    params = {"from_ms": NOW_MS, "to_ms": NOW_MS + DAY_MS, "step": "hour", **more}
    return browser(logged_in="ann", metering=metering).get("/api/usage/series", params=params)


def test_a_row_has_sums_that_add_up() -> None:
    [row] = ask(Metering()).json()["rows"]
    units = row.pop("units")
    assert row == ROW
    assert {name: count for name, count in units.items() if count} == {"input": 10, "output": 5}


def test_the_account_is_the_callers() -> None:
    metering = Metering()
    assert ask(metering).status_code == 200
    [asked] = metering.asked
    assert asked.account_id == "acc_ann"
    refused = ask(metering, account_id="acc_bob")
    assert refused.status_code == 400
    assert refused.json()["error"]["field"] == "account_id"
    assert len(metering.asked) == 1


def test_days_are_the_readers() -> None:
    metering = Metering()
    ask(metering, step="day", group_by="key", utc_offset_minutes=-210, model="m-1", key_id="key_1")
    assert metering.asked == [
        metering_pb2.SeriesUsageRequest(
            account_id="acc_ann",
            key_id="key_1",
            model="m-1",
            from_ms=NOW_MS,
            to_ms=NOW_MS + DAY_MS,
            step=metering_pb2.STEP_DAY,
            utc_offset_minutes=-210,
            group_by=metering_pb2.GROUP_BY_KEY,
        )
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [("step", "week"), ("group_by", "account"), ("utc_offset_minutes", 900), ("from_ms", "now")],
)
def test_what_is_not_understood_is_named(field: str, value: object) -> None:
    metering = Metering()
    answer = ask(metering, **{field: value})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field
    assert metering.asked == []
