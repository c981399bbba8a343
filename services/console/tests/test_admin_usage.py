"""Everybody's usage and the catalogue, for staff."""

from typing import Any

from desk import Fake, FakeUsers, browser, user
from starlette.testclient import TestClient
from tollgate.events.v1 import usage_pb2
from tollgate.metering.v1 import metering_pb2
from tollgate.providers.v1 import providers_pb2


class Meter(Fake):
    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def ListUsage(self, request: Any) -> metering_pb2.ListUsageResponse:
        self.asked.append(request)
        record = usage_pb2.UsageEvent(
            request_id="01X",
            account_id="acc_ann",
            provider="deepseek",
            channel_id="mine",
            outcome=usage_pb2.OUTCOME_COMPLETED,
            cost_nano=5,
        )
        return metering_pb2.ListUsageResponse(records=[record], next_page_token="more")

    async def SeriesUsage(self, request: Any) -> metering_pb2.SeriesUsageResponse:
        self.asked.append(request)
        row = metering_pb2.SeriesRow(group="m", requests=3, failures=1)
        return metering_pb2.SeriesUsageResponse(rows=[row])


class Shelf(Fake):
    async def GetCatalogue(self, _request: Any) -> providers_pb2.Catalogue:
        prices = [providers_pb2.Price(version=f"m@{day}", input_nano=day) for day in (1, 2, 3)]
        model = providers_pb2.Model(
            name="m", provider="kimi", price=prices[2], former_prices=prices[:2]
        )
        return providers_pb2.Catalogue(version="v", models=[model], providers=["glm", "kimi"])


def desk(metering: Fake | None = None, providers: Fake | None = None) -> TestClient:
    users = FakeUsers(user("support", "sue"))
    return browser(logged_in="sue", users=users, metering=metering, providers=providers)


def test_staff_sees_records_of_all_with_what_answered_them() -> None:
    meter = Meter()
    answer = desk(metering=meter).get("/api/admin/usage?outcomes=failed&model=m").json()
    [record] = answer["records"]
    shown = (record["account_id"], record["provider"], record["channel_id"], record["cost_nano"])
    assert shown == ("acc_ann", "deepseek", "mine", 5)
    assert answer["next_page_token"] == "more"
    assert (meter.asked[0].account_id, meter.asked[0].model) == ("", "m")
    assert meter.asked[0].outcomes == metering_pb2.OUTCOMES_FAILED


def test_staff_chooses_an_account() -> None:
    meter = Meter()
    client = desk(metering=meter)
    client.get("/api/admin/usage?account_id=acc_ann")
    window = "from_ms=0&to_ms=3600000&step=hour&group_by=model"
    series = client.get(f"/api/admin/usage/series?{window}&account_id=acc_ann").json()
    assert [asked.account_id for asked in meter.asked] == ["acc_ann", "acc_ann"]
    assert [(row["group"], row["failures"]) for row in series["rows"]] == [("m", 1)]


def test_former_prices_are_there_newest_first() -> None:
    answer = desk(providers=Shelf()).get("/api/admin/models").json()
    [model] = answer["models"]
    assert (model["served"], model["price"]["version"]) == (False, "m@3")
    assert [price["version"] for price in model["former_prices"]] == ["m@2", "m@1"]
    assert answer["version"] == "v"


def test_a_model_s_provider_is_one_that_channels_can_be_for() -> None:
    answer = desk(providers=Shelf()).get("/api/admin/models").json()
    assert [model["provider"] for model in answer["models"]] == ["kimi"]
    assert answer["providers"] == ["glm", "kimi"]


def test_unknown_filters_are_refused() -> None:
    answer = desk().get("/api/admin/usage?channel=mine")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "channel"
