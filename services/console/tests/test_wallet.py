"""The wallet, its entries and statements: always of the caller's own account."""

import csv
from typing import Any

import pytest
from desk import NOW_MS, Fake, browser
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.errors import NotFound, Unavailable


def entry(sequence: int, **more: Any) -> ledger_pb2.Entry:
    values: dict[str, Any] = {
        "id": f"usage:req_{sequence}",
        "account_id": "acc_ann",
        "sequence": sequence,
        "kind": "usage",
        "amount_nano": -1_500,
        "balance_nano": 10_000 - 1_500 * sequence,
        "posted_at_ms": NOW_MS,
        "memo": "m-1",
        "counterpart": "revenue",
        **more,
    }
    return ledger_pb2.Entry(**values)


class Bank(Fake):
    """Ann's wallet, and nobody else's."""

    def __init__(self, *entries: ledger_pb2.Entry) -> None:
        self.entries = entries
        self.asked: list[Any] = []

    def _note(self, request: Any) -> None:
        self.asked.append(request)
        assert request.account_id == "acc_ann"

    async def GetWallet(self, request: ledger_pb2.GetWalletRequest) -> ledger_pb2.Wallet:
        self._note(request)
        return ledger_pb2.Wallet(
            account_id="acc_ann",
            posted_nano=70,
            leased_nano=20,
            available_nano=50,
            credited_nano=100,
            used_nano=30,
            low_balance_nano=5,
        )

    async def SetLowBalance(self, request: ledger_pb2.SetLowBalanceRequest) -> ledger_pb2.Wallet:
        self._note(request)
        return ledger_pb2.Wallet(low_balance_nano=request.low_balance_nano)

    async def ListEntries(
        self, request: ledger_pb2.ListEntriesRequest
    ) -> ledger_pb2.ListEntriesResponse:
        self._note(request)
        start = int(request.page_token or "0")
        end = start + 2
        token = str(end) if end < len(self.entries) else ""
        return ledger_pb2.ListEntriesResponse(
            entries=self.entries[start:end], next_page_token=token
        )

    async def GetStatement(self, request: ledger_pb2.GetStatementRequest) -> ledger_pb2.Statement:
        self._note(request)
        line = ledger_pb2.StatementLine(kind="usage", entries=2, amount_nano=-30)
        return ledger_pb2.Statement(opening_nano=100, closing_nano=70, lines=[line])


class Unopened(Fake):
    """A ledger that was never credited."""

    async def GetWallet(self, request: Any) -> None:
        raise NotFound("no wallet")

    GetStatement = GetWallet

    async def ListEntries(self, request: Any) -> ledger_pb2.ListEntriesResponse:
        return ledger_pb2.ListEntriesResponse()


SPAN: dict[str, Any] = {"from_ms": 5, "to_ms": 7}
PATHS = ["/api/wallet", "/api/wallet/entries", "/api/wallet/statement", "/api/wallet/entries.csv"]


def test_a_wallet_is_shown_without_its_leases() -> None:
    assert browser(logged_in="ann", ledger=Bank()).get("/api/wallet").json() == {
        "posted_nano": 70,
        "leased_nano": 20,
        "available_nano": 50,
        "credited_nano": 100,
        "used_nano": 30,
        "low_balance_nano": 5,
    }


@pytest.mark.parametrize("path", PATHS)
def test_no_account_can_be_asked_for(path: str) -> None:
    params = {**(SPAN if path != "/api/wallet" else {}), "account_id": "acc_bob"}
    answer = browser(logged_in="ann", ledger=Bank()).get(path, params=params)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "account_id"


def test_before_the_first_credit_all_is_zero() -> None:
    client = browser(logged_in="ann", ledger=Unopened())
    assert set(client.get("/api/wallet").json().values()) == {0}
    assert client.get("/api/wallet/entries").json() == {"entries": [], "next_page_token": ""}
    statement = client.get("/api/wallet/statement", params=SPAN).json()
    assert statement == {"opening_nano": 0, "closing_nano": 0, "lines": []}
    assert len(client.get("/api/wallet/entries.csv").text.splitlines()) == 1


def test_filters_are_passed_on() -> None:
    bank = Bank()
    client = browser(logged_in="ann", ledger=bank)
    filters: dict[str, Any] = {**SPAN, "without_usage": True}
    client.get("/api/wallet/entries", params={**filters, "page_size": 20, "page_token": "4"})
    client.get("/api/wallet/entries.csv", params=filters)
    client.get("/api/wallet/statement", params=SPAN)
    mine: dict[str, Any] = {"account_id": "acc_ann", **filters}
    assert bank.asked == [
        ledger_pb2.ListEntriesRequest(**mine, page_size=20, page_token="4"),
        ledger_pb2.ListEntriesRequest(**mine, page_size=1000),
        ledger_pb2.GetStatementRequest(account_id="acc_ann", **SPAN),
    ]


def test_pages_follow_each_other() -> None:
    client = browser(logged_in="ann", ledger=Bank(*map(entry, (3, 2, 1))))
    first = client.get("/api/wallet/entries").json()
    second = client.get(
        "/api/wallet/entries", params={"page_token": first["next_page_token"]}
    ).json()
    found = [*first["entries"], *second["entries"]]
    assert [one["sequence"] for one in found] == [3, 2, 1]
    assert second["next_page_token"] == ""
    assert "counterpart" not in found[0]


def test_a_statement_is_exact() -> None:
    client = browser(logged_in="ann", ledger=Bank())
    statement = client.get("/api/wallet/statement", params=SPAN).json()
    gained = sum(line["amount_nano"] for line in statement["lines"])
    assert statement["opening_nano"] + gained == statement["closing_nano"]


def test_csv_has_every_page_and_amounts_that_are_numbers() -> None:
    gift = entry(1, id="top-up:x", kind="promo", amount_nano=10_000, memo='=HYPERLINK("//evil")')
    client = browser(logged_in="ann", ledger=Bank(entry(3), entry(2), gift))
    answer = client.get("/api/wallet/entries.csv", params={"utc_offset_minutes": -300})
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [row["sequence"] for row in rows] == ["3", "2", "1"]
    assert [row["amount_usd"] for row in rows] == ["-0.000001500", "-0.000001500", "0.000010000"]
    assert rows[0]["time_local"] == "2026-09-21T09:13:20.000-05:00"
    assert rows[2]["memo"] == '\'=HYPERLINK("//evil")'


def test_the_limit_of_a_low_balance_is_the_accounts_own() -> None:
    bank = Bank()
    client = browser(logged_in="ann", ledger=bank)
    answer = client.put("/api/wallet/low-balance", json={"low_balance_nano": 9})
    assert answer.json()["low_balance_nano"] == 9
    assert client.put("/api/wallet/low-balance", json={"low_balance_nano": -1}).status_code == 400
    assert len(bank.asked) == 1


class Away(Fake):
    async def ListEntries(self, request: Any) -> None:
        raise Unavailable("10.1.2.3")


def test_csv_of_an_outage_is_no_empty_file() -> None:
    client = browser(logged_in="ann", ledger=Away())
    assert client.get("/api/wallet/entries.csv").status_code == 503
