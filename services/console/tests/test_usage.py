"""Records, receipts and their CSV: always of the caller's own account."""

import csv
from typing import Any

import pytest
from desk import NOW_MS, Fake, browser
from tollgate.events.v1 import usage_pb2
from tollgate.metering.v1 import metering_pb2
from tollgate.providers.v1 import providers_pb2
from tollgate_common.errors import Unavailable


def record(number: int, account: str = "acc_ann", **more: Any) -> usage_pb2.UsageEvent:
    values: dict[str, Any] = {
        "request_id": f"req_{number}",
        "account_id": account,
        "key_id": "key_1",
        "model": "m-1",
        "dialect": "openai",
        "operation": "chat",
        "channel_id": "the-operators-own",
        "units": usage_pb2.Units(input=10, output=3),
        "price_version": "m-1@1",
        "cost_nano": 16,
        "started_at_ms": NOW_MS - number,
        "first_byte_ms": 5,
        "duration_ms": 9,
        "outcome": usage_pb2.OUTCOME_COMPLETED,
        "status": 200,
        **more,
    }
    return usage_pb2.UsageEvent(**values)


class Metering(Fake):
    """Knows records of some accounts, newest first, and pages of them."""

    def __init__(self, *records: usage_pb2.UsageEvent) -> None:
        self.records = records
        self.asked: list[metering_pb2.ListUsageRequest] = []

    async def ListUsage(
        self, request: metering_pb2.ListUsageRequest
    ) -> metering_pb2.ListUsageResponse:
        self.asked.append(request)
        found = [
            one
            for one in self.records
            if one.account_id == request.account_id and request.request_id in ("", one.request_id)
        ]
        start = int(request.page_token or "0")
        end = start + min(request.page_size, 2)
        token = str(end) if end < len(found) else ""
        return metering_pb2.ListUsageResponse(records=found[start:end], next_page_token=token)


class Catalogue(Fake):
    """One model that was dearer once."""

    async def GetCatalogue(
        self, request: providers_pb2.GetCatalogueRequest
    ) -> providers_pb2.Catalogue:
        price = providers_pb2.Price(version="m-1@2", input_nano=500_000, output_nano=1_000_000)
        former = providers_pb2.Price(version="m-1@1", input_nano=1_000_000, output_nano=2_000_000)
        model = providers_pb2.Model(name="m-1", price=price, former_prices=[former])
        return providers_pb2.Catalogue(models=[model])


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_records_are_the_callers_own() -> None:
    metering = Metering(record(1), record(2, "acc_bob"))
    page = browser(logged_in="ann", metering=metering).get("/api/usage").json()
    assert [one["request_id"] for one in page["records"]] == ["req_1"]
    assert "channel_id" not in page["records"][0]


@pytest.mark.parametrize("path", ["/api/usage", "/api/usage.csv"])
def test_no_account_can_be_asked_for(path: str) -> None:
    client = browser(logged_in="ann", metering=Metering())
    answer = client.get(path, params={"account_id": "acc_bob"})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "account_id"


def test_filters_are_passed_on() -> None:
    metering = Metering()
    client = browser(logged_in="ann", metering=metering)
    filters: dict[str, Any] = {
        "key_id": "key_1",
        "model": "m-1",
        "operation": "chat",
        "request_id": "req_1",
        "from_ms": 5,
        "to_ms": 7,
    }
    paging: dict[str, Any] = {"ascending": True, "page_size": 20, "page_token": "2"}
    client.get("/api/usage", params={**filters, **paging, "outcomes": "failed"})
    client.get("/api/usage.csv", params={**filters, "outcomes": "answered"})
    listed, exported = metering.asked
    mine: dict[str, Any] = {**filters, "account_id": "acc_ann"}
    assert listed == metering_pb2.ListUsageRequest(
        **mine, **paging, outcomes=metering_pb2.OUTCOMES_FAILED
    )
    assert exported == metering_pb2.ListUsageRequest(
        **mine, page_size=1000, outcomes=metering_pb2.OUTCOMES_ANSWERED
    )


def test_pages_follow_each_other() -> None:
    client = browser(logged_in="ann", metering=Metering(*map(record, range(5))))
    seen: list[str] = []
    token = ""
    while True:
        page = client.get("/api/usage", params={"page_token": token}).json()
        seen += [one["request_id"] for one in page["records"]]
        token = page["next_page_token"]
        if not token:
            break
    assert seen == [f"req_{number}" for number in range(5)]


@pytest.mark.parametrize("wrong", [{"page_size": 0}, {"page_size": 201}, {"outcomes": "odd"}])
def test_what_cannot_be_asked_is_refused_by_name(wrong: dict[str, Any]) -> None:
    answer = browser(logged_in="ann", metering=Metering()).get("/api/usage", params=wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] in wrong


def test_a_receipt_has_the_price_of_its_time() -> None:
    client = browser(logged_in="ann", metering=Metering(record(1)), providers=Catalogue())
    receipt = client.get("/api/usage/req_1/receipt").json()
    units, price = receipt["record"]["units"], receipt["price"]
    assert price["version"] == "m-1@1"
    total = sum(count * price[f"{name}_nano"] for name, count in units.items())
    assert -(-total // 1_000_000) == receipt["record"]["cost_nano"]


def test_a_receipt_of_no_known_price_says_so() -> None:
    metering = Metering(record(1, price_version="gone"))
    client = browser(logged_in="ann", metering=metering, providers=Catalogue())
    assert client.get("/api/usage/req_1/receipt").json()["price"] is None


def test_anothers_request_is_not_there() -> None:
    client = browser(logged_in="ann", metering=Metering(record(1, "acc_bob")))
    answer = client.get("/api/usage/req_1/receipt")
    assert answer.status_code == 404
    assert answer.json()["error"]["field"] == "request_id"


def test_csv_has_every_page_and_both_clocks() -> None:
    metering = Metering(*map(record, range(5)))
    client = browser(logged_in="ann", metering=metering)
    answer = client.get("/api/usage.csv", params={"utc_offset_minutes": 330})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="tollgate-usage.csv"'
    rows = rows_of(answer.text)
    assert [row["request_id"] for row in rows] == [f"req_{number}" for number in range(5)]
    assert [ask.page_token for ask in metering.asked] == ["", "2", "4"]
    assert rows[0]["time_utc"] == "2026-09-21T14:13:20.000Z"
    assert rows[0]["time_local"] == "2026-09-21T19:43:20.000+05:30"
    assert rows[0]["cost_usd"] == "0.000000016"
    assert rows[0]["input"] == "10"


@pytest.mark.parametrize("agent", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"])
def test_csv_runs_nothing(agent: str) -> None:
    client = browser(logged_in="ann", metering=Metering(record(1, agent=agent)))
    [row] = rows_of(client.get("/api/usage.csv").text)
    assert row["agent"] == f"'{agent}"


class Away(Fake):
    async def ListUsage(self, request: metering_pb2.ListUsageRequest) -> None:
        raise Unavailable("10.1.2.3")


def test_csv_of_an_outage_is_no_empty_file() -> None:
    assert browser(logged_in="ann", metering=Away()).get("/api/usage.csv").status_code == 503
