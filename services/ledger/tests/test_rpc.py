from collections.abc import Callable

import pytest
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.clock import ManualClock
from tollgate_common.errors import AlreadyExists, InvalidArgument
from tollgate_ledger.charges import Charge
from tollgate_ledger.history import History
from tollgate_ledger.operations import TAIL_MAX, Ledger
from tollgate_ledger.rpc import LedgerServicer


@pytest.fixture
def service(ledger: Ledger, history: History, clock: ManualClock) -> LedgerServicer:
    return LedgerServicer(ledger, history, clock)


def top_up(**change: str | int) -> ledger_pb2.TopUpRequest:
    request = ledger_pb2.TopUpRequest(account_id="acc", amount_nano=1_000, request_id="order-1")
    for field, value in change.items():
        setattr(request, field, value)
    return request


async def test_top_up_shows_the_entry(service: LedgerServicer) -> None:
    reply = await service.TopUp(top_up(memo="from a friend"), None)
    entry = reply.entry
    assert (entry.id, entry.sequence, entry.kind) == ("top-up:acc:order-1", 1, "top-up")
    assert (entry.amount_nano, entry.balance_nano, entry.counterpart) == (1_000, 1_000, "cash_in")
    assert entry.memo == "from a friend"
    assert (await service.TopUp(top_up(), None)).repeated


async def test_promo_has_a_kind_of_its_own(service: LedgerServicer) -> None:
    reply = await service.TopUp(top_up(source=ledger_pb2.SOURCE_PROMO), None)
    assert (reply.entry.kind, reply.entry.counterpart) == ("promo", "promo")
    with pytest.raises(AlreadyExists, match="order-1"):
        await service.TopUp(top_up(source=ledger_pb2.SOURCE_CASH), None)
    with pytest.raises(InvalidArgument, match="source"):
        await service.TopUp(top_up(source=7), None)


async def test_wallet_shows_its_totals_and_limit(
    service: LedgerServicer, ledger: Ledger, make_charge: Callable[..., Charge]
) -> None:
    request = ledger_pb2.SetLowBalanceRequest(account_id="acc", low_balance_nano=500)
    assert (await service.SetLowBalance(request, None)).low_balance_nano == 500
    await service.TopUp(top_up(), None)
    await ledger.post("acc", [make_charge("R1", 7)])
    wallet = await service.GetWallet(ledger_pb2.GetWalletRequest(account_id="acc"), None)
    assert (wallet.credited_nano, wallet.used_nano, wallet.posted_nano) == (1_000, 7, 993)
    assert wallet.low_balance_nano == 500


async def test_statement_is_opening_lines_and_closing(
    service: LedgerServicer, ledger: Ledger, clock: ManualClock, make_charge: Callable[..., Charge]
) -> None:
    await service.TopUp(top_up(), None)
    clock.advance(1)
    begin = clock.now_ms()
    await ledger.post("acc", [make_charge("R1", 7), make_charge("R2", 0)])
    await service.TopUp(top_up(request_id="welcome", source=ledger_pb2.SOURCE_PROMO), None)
    request = ledger_pb2.GetStatementRequest(account_id="acc", from_ms=begin, to_ms=begin + 1)
    statement = await service.GetStatement(request, None)
    assert (statement.opening_nano, statement.closing_nano) == (1_000, 1_993)
    lines = [(line.kind, line.entries, line.amount_nano) for line in statement.lines]
    assert lines == [("usage", 2, -7), ("promo", 1, 1_000)]


async def test_wallet_shows_its_leases(service: LedgerServicer, clock: ManualClock) -> None:
    await service.TopUp(top_up(), None)
    acquire = ledger_pb2.AcquireRequest(
        account_id="acc", edge_id="edge-1", lease_id="L1", need_nano=10, want_nano=100
    )
    reply = await service.Acquire(acquire, None)
    assert (reply.granted_nano, reply.ttl_ms, reply.available_nano) == (100, 30_000, 900)

    clock.advance(40)
    wallet = await service.GetWallet(ledger_pb2.GetWalletRequest(account_id="acc"), None)
    assert (wallet.posted_nano, wallet.leased_nano, wallet.available_nano) == (1_000, 100, 900)
    [lease] = wallet.leases
    assert (lease.id, lease.edge_id, lease.remaining_nano) == ("L1", "edge-1", 100)
    assert lease.state == ledger_pb2.LEASE_STATE_ORPHANED

    closing = ledger_pb2.LeaseClosing(lease_id="L1", held_total_nano=30)
    close = ledger_pb2.AcquireRequest(account_id="acc", edge_id="edge-1", closing=[closing])
    assert (await service.Acquire(close, None)).available_nano == 970


async def test_entries_come_in_pages(
    service: LedgerServicer, ledger: Ledger, make_charge: Callable[..., Charge]
) -> None:
    count = TAIL_MAX + 10
    for number in range(count):
        await ledger.post("acc", [make_charge(f"R{number}", 1)])
    request = ledger_pb2.ListEntriesRequest(account_id="acc", page_size=7)
    listed = []
    while True:
        page = await service.ListEntries(request, None)
        listed += [entry.sequence for entry in page.entries]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert listed == list(range(count, 0, -1))


@pytest.mark.parametrize(
    "change",
    [{"page_size": -1}, {"page_size": 1001}, {"page_token": "x"}, {"from_ms": -1}, {"to_ms": -1}],
)
async def test_page_out_of_range_is_refused(
    service: LedgerServicer, change: dict[str, str | int]
) -> None:
    request = ledger_pb2.ListEntriesRequest(account_id="acc")
    for field, value in change.items():
        setattr(request, field, value)
    with pytest.raises(InvalidArgument, match=next(iter(change))):
        await service.ListEntries(request, None)


@pytest.mark.parametrize("account_id", ["", "acc"])
async def test_verify(service: LedgerServicer, account_id: str) -> None:
    await service.TopUp(top_up(), None)
    request = ledger_pb2.VerifyRequest(account_id=account_id)
    [verdict] = [verdict async for verdict in service.Verify(request, None)]
    assert (verdict.account_id, verdict.entries, verdict.posted_nano) == ("acc", 1, 1_000)
    assert list(verdict.violations) == []
