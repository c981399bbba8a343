import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from tollgate_common.clock import ManualClock
from tollgate_common.errors import AlreadyExists, InvalidArgument, NotFound, Unavailable
from tollgate_ledger.charges import Charge
from tollgate_ledger.entries import Kind
from tollgate_ledger.operations import CHARGES_MAX, TAIL_MAX, Ledger
from tollgate_ledger.ports import Wallets
from tollgate_ledger.wallets import Ask, Wallet

Asks = Callable[..., Ask]
Charges = Callable[..., Charge]


async def post_many(ledger: Ledger, make_charge: Charges, count: int) -> None:
    for number in range(count):
        await ledger.post("acc", [make_charge(f"R{number}", 1)])


async def test_top_up_creates_the_wallet(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        await ledger.wallet("acc")
    topped_up = await ledger.top_up("acc", 1_000, "order-1", "first")
    assert not topped_up.repeated
    assert (await ledger.wallet("acc")).available_nano == 1_000


async def test_repeated_top_up_credits_once(ledger: Ledger) -> None:
    first = await ledger.top_up("acc", 1_000, "order-1", "first")
    again = await ledger.top_up("acc", 1_000, "order-1", "again")
    assert again.repeated
    assert again.entry == first.entry


async def test_repeated_top_up_is_known_when_its_entry_is_archived(
    ledger: Ledger, make_charge: Charges
) -> None:
    first = await ledger.top_up("acc", 1_000, "order-1", "")
    await post_many(ledger, make_charge, TAIL_MAX + 2)
    again = await ledger.top_up("acc", 1_000, "order-1", "")
    assert again.repeated
    assert again.entry == first.entry


async def test_top_up_of_another_amount_is_refused(ledger: Ledger) -> None:
    await ledger.top_up("acc", 1_000, "order-1", "")
    with pytest.raises(AlreadyExists, match="order-1"):
        await ledger.top_up("acc", 2_000, "order-1", "")


async def test_promo_credits_against_an_account_of_its_own(ledger: Ledger) -> None:
    topped_up = await ledger.top_up("acc", 1_000, "order-1", "welcome", Kind.PROMO)
    assert (topped_up.entry.kind, topped_up.entry.counterpart) == ("promo", "promo")
    assert (await ledger.top_up("acc", 1_000, "order-1", "", Kind.PROMO)).repeated
    assert (await ledger.verify("acc")).violations == ()


@pytest.mark.parametrize(("first", "other"), [(Kind.TOP_UP, Kind.PROMO), (Kind.PROMO, Kind.TOP_UP)])
async def test_top_up_from_another_source_is_refused(
    ledger: Ledger, first: Kind, other: Kind
) -> None:
    await ledger.top_up("acc", 1_000, "order-1", "", first)
    with pytest.raises(AlreadyExists, match="order-1"):
        await ledger.top_up("acc", 1_000, "order-1", "", other)


async def test_wallet_knows_what_was_credited_and_used(
    ledger: Ledger, make_charge: Charges
) -> None:
    await ledger.top_up("acc", 1_000, "order-1", "")
    await ledger.top_up("acc", 500, "order-2", "", Kind.PROMO)
    await post_many(ledger, make_charge, TAIL_MAX + 2)
    wallet = await ledger.wallet("acc")
    assert (wallet.credited_nano, wallet.used_nano) == (1_500, TAIL_MAX + 2)
    assert wallet.posted_nano == 1_500 - (TAIL_MAX + 2)


async def test_limit_for_a_low_balance_makes_the_wallet(ledger: Ledger) -> None:
    for limit in (0, 700):
        assert (await ledger.set_low_balance("acc", limit)).low_balance_nano == limit
        assert (await ledger.wallet("acc")).low_balance_nano == limit


@pytest.mark.parametrize("limit", [-1, 2**53])
async def test_limit_for_a_low_balance_is_an_amount(ledger: Ledger, limit: int) -> None:
    with pytest.raises(InvalidArgument, match="low_balance_nano"):
        await ledger.set_low_balance("acc", limit)


async def test_same_request_id_credits_each_account(ledger: Ledger) -> None:
    await ledger.top_up("acc", 1_000, "order-1", "")
    assert not (await ledger.top_up("other", 1_000, "order-1", "")).repeated


@pytest.mark.parametrize(
    "change",
    [
        {"amount_nano": 0},
        {"amount_nano": 2**53},
        {"request_id": ""},
        {"request_id": "x" * 65},
        {"account_id": ""},
        {"memo": "x" * 257},
        {"memo": "\0"},
    ],
)
async def test_top_up_out_of_range_is_refused(ledger: Ledger, change: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "account_id": "acc",
        "amount_nano": 1,
        "request_id": "order-1",
        "memo": "",
    }
    with pytest.raises(InvalidArgument, match=next(iter(change))):
        await ledger.top_up(**(good | change))


async def test_usage_is_debited_without_a_wallet(ledger: Ledger, make_charge: Charges) -> None:
    await ledger.post("acc", [make_charge("R1", 7)])
    assert (await ledger.wallet("acc")).posted_nano == -7


async def test_usage_is_debited_once_even_after_it_was_archived(
    ledger: Ledger, make_charge: Charges
) -> None:
    await post_many(ledger, make_charge, TAIL_MAX + 2)
    await post_many(ledger, make_charge, TAIL_MAX + 2)
    wallet = await ledger.wallet("acc")
    assert wallet.posted_nano == -(TAIL_MAX + 2)
    assert wallet.archived_sequence > 0


async def test_one_write_takes_a_bounded_number_of_charges(
    ledger: Ledger, make_charge: Charges
) -> None:
    with pytest.raises(InvalidArgument):
        await ledger.post("acc", [make_charge()] * (CHARGES_MAX + 1))


async def test_every_account_is_verified(ledger: Ledger, make_charge: Charges) -> None:
    await post_many(ledger, make_charge, TAIL_MAX + 2)
    await ledger.top_up("other", 5, "order-1", "")
    verdicts = [verdict async for verdict in ledger.verify_all()]
    assert [(v.account_id, v.entries, v.posted_nano, v.violations) for v in verdicts] == [
        ("acc", TAIL_MAX + 2, -(TAIL_MAX + 2), ()),
        ("other", 1, 5, ()),
    ]


async def test_concurrent_writers_of_one_wallet_lose_nothing(
    ledger: Ledger, make_charge: Charges
) -> None:
    await asyncio.gather(
        *(ledger.top_up("acc", 10, f"order-{number}", "") for number in range(8)),
        *(ledger.post("acc", [make_charge(f"R{number}", 1)]) for number in range(8)),
        *(ledger.post("acc", [make_charge(f"R{number}", 1)]) for number in range(8)),
    )
    assert (await ledger.wallet("acc")).posted_nano == 8 * 10 - 8
    assert (await ledger.verify("acc")).violations == ()


async def test_lease_is_granted_once_an_id(
    ledger: Ledger, make_ask: Asks, clock: ManualClock
) -> None:
    await ledger.top_up("acc", 1_000, "order-1", "")
    first = await ledger.acquire(make_ask("L1", 10, 100))
    clock.advance(10)
    again = await ledger.acquire(make_ask("L1", 10, 100))
    assert (first.granted_nano, first.ttl_ms, first.available_nano) == (100, 30_000, 900)
    assert (again.granted_nano, again.ttl_ms, again.available_nano) == (100, 20_000, 900)


async def test_lease_is_refused_without_a_wallet(ledger: Ledger, make_ask: Asks) -> None:
    grant = await ledger.acquire(make_ask("L1"))
    assert (grant.granted_nano, grant.available_nano) == (0, 0)


async def test_closing_and_opening_are_one_step(ledger: Ledger, make_ask: Asks) -> None:
    await ledger.top_up("acc", 100, "order-1", "")
    await ledger.acquire(make_ask("L1", 100))
    grant = await ledger.acquire(make_ask("L2", 70, closing={"L1": 30, "never seen": 5}))
    assert (grant.granted_nano, grant.available_nano) == (70, 0)


async def test_refused_lease_still_closes_others(ledger: Ledger, make_ask: Asks) -> None:
    await ledger.top_up("acc", 100, "order-1", "")
    await ledger.acquire(make_ask("L1", 100))
    grant = await ledger.acquire(make_ask("L2", 71, closing={"L1": 30}))
    assert (grant.granted_nano, grant.available_nano) == (0, 70)
    assert (await ledger.wallet("acc")).leased_nano == 30


async def test_credit_is_called_back_from_other_edges(
    ledger: Ledger, make_ask: Asks, recalls: Any
) -> None:
    await ledger.top_up("acc", 100, "order-1", "")
    await ledger.acquire(make_ask("L1", 80))
    tasks = []

    def close() -> None:
        closing = ledger.acquire(make_ask(closing={"L1": 10}))
        tasks.append(asyncio.create_task(closing))

    recalls.answer = close
    grant = await ledger.acquire(make_ask("L2", 90, edge_id="edge-2"))
    assert (grant.granted_nano, recalls) == (90, ["acc"])
    await asyncio.gather(*tasks)


async def test_lease_is_refused_when_nobody_gives_credit_back(
    ledger: Ledger, make_ask: Asks, recalls: Any
) -> None:
    await ledger.top_up("acc", 100, "order-1", "")
    await ledger.acquire(make_ask("L1", 80))
    waiting = [ledger.acquire(make_ask(f"M{n}", 90, edge_id="edge-2")) for n in range(5)]
    grants = await asyncio.gather(*waiting)
    assert {grant.granted_nano for grant in grants} == {0}
    assert recalls == ["acc"]


async def test_dead_edge_is_not_asked_for_its_credit(
    ledger: Ledger, make_ask: Asks, recalls: Any, clock: ManualClock
) -> None:
    await ledger.top_up("acc", 100, "order-1", "")
    await ledger.acquire(make_ask("L1", 80))
    clock.advance(36)
    assert (await ledger.acquire(make_ask("L2", 90, edge_id="edge-2"))).granted_nano == 0
    assert recalls == []
    clock.advance(900)
    assert (await ledger.acquire(make_ask("L2", 90, edge_id="edge-2"))).granted_nano == 90


async def test_late_closing_of_an_orphan_frees_its_credit(
    ledger: Ledger, make_ask: Asks, clock: ManualClock
) -> None:
    await ledger.top_up("acc", 100, "order-1", "")
    await ledger.acquire(make_ask("L1", 80))
    clock.advance(60)
    assert (await ledger.acquire(make_ask(closing={"L1": 5}))).available_nano == 95


class Refusing:
    """The store loses every race."""

    def __init__(self, wallets: Wallets) -> None:
        self._wallets = wallets

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wallets, name)

    async def write(self, wallet: Wallet, version: int) -> bool:
        return False


async def test_retries_are_bounded(
    wallets: Wallets, clock: ManualClock, terms: Any, recalls: Any, make_charge: Charges
) -> None:
    ledger = Ledger(Refusing(wallets), clock, terms, recalls)
    with pytest.raises(Unavailable):
        await ledger.post("acc", [make_charge()])
