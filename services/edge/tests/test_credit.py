"""Leases in use: asked for once, kept supplied, given back, and never more than the wallet has."""

import asyncio

import pytest
from tollgate_common.clock import ManualClock, SystemClock
from tollgate_common.errors import Unavailable
from tollgate_edge.credit import Credit
from tollgate_edge.refusals import Cause, Refusal

from .fakes import ACCOUNT, FakeLedger, soon


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger()


@pytest.fixture
def credit(ledger: FakeLedger, clock: ManualClock) -> Credit:
    return Credit(ledger, clock, wait_seconds=3)


async def test_calls_one_after_another_need_no_call_each(
    credit: Credit, ledger: FakeLedger
) -> None:
    for _ in range(50):
        lease = await credit.admit(ACCOUNT, 1_000)
        credit.finish(ACCOUNT, lease, 1_000, 10)
    assert ledger.calls == 1


async def test_many_that_wait_share_a_question(credit: Credit, ledger: FakeLedger) -> None:
    await asyncio.gather(*(credit.admit(ACCOUNT, 100) for _ in range(64)))
    assert ledger.calls <= 3


async def test_who_comes_while_an_answer_arrives_does_not_hold_up_the_rest(
    ledger: FakeLedger,
) -> None:
    credit = Credit(ledger, SystemClock(), wait_seconds=1)
    ledger.lease_nano_max = 100  # what arrives is taken by the first
    coming = []
    for _ in range(20):
        coming += [asyncio.create_task(credit.admit(ACCOUNT, 100)) for _ in range(3)]
        await asyncio.sleep(0)
    await asyncio.gather(*coming)


async def test_credit_is_fetched_before_it_is_needed(credit: Credit, ledger: FakeLedger) -> None:
    await credit.admit(ACCOUNT, 100)
    await credit.admit(ACCOUNT, 100)
    await soon(lambda: len(ledger.granted) == 2)


async def test_a_wallet_never_lends_more_than_it_has(credit: Credit, ledger: FakeLedger) -> None:
    ledger.available_nano = 1_000
    results = await asyncio.gather(
        *(credit.admit(ACCOUNT, 100) for _ in range(30)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, Refusal)]
    assert len(results) - len(refused) == 10
    assert {refusal.cause for refusal in refused} == {Cause.INSUFFICIENT_FUNDS}


async def test_a_large_refusal_says_nothing_about_small_ones(
    credit: Credit, ledger: FakeLedger
) -> None:
    ledger.available_nano = 500
    large, small = await asyncio.gather(
        credit.admit(ACCOUNT, 501), credit.admit(ACCOUNT, 500), return_exceptions=True
    )
    assert isinstance(large, Refusal)
    assert isinstance(small, str)


async def test_top_up_works_at_once(credit: Credit, ledger: FakeLedger) -> None:
    ledger.available_nano = 0
    with pytest.raises(Refusal):
        await credit.admit(ACCOUNT, 100)
    ledger.available_nano = 100
    assert await credit.admit(ACCOUNT, 100)


async def test_small_leases_go_back_for_a_large_request(credit: Credit, ledger: FakeLedger) -> None:
    """Credit that this edge itself holds must not become a 402."""
    ledger.available_nano = 400
    lease = await credit.admit(ACCOUNT, 100)
    credit.finish(ACCOUNT, lease, 100, 0)
    assert await credit.admit(ACCOUNT, 300)
    assert ledger.closed == {lease: 100}


async def test_ledger_away_spends_what_there_is(credit: Credit, ledger: FakeLedger) -> None:
    await credit.admit(ACCOUNT, 100)
    ledger.away = True
    assert await credit.admit(ACCOUNT, 100)
    with pytest.raises(Unavailable):
        await credit.admit(ACCOUNT, 100)


async def test_a_lost_reply_is_asked_for_again(credit: Credit, ledger: FakeLedger) -> None:
    ledger.lose_reply = True
    with pytest.raises(Unavailable):
        await credit.admit(ACCOUNT, 100)
    assert await credit.admit(ACCOUNT, 100) in ledger.granted
    assert len(ledger.granted) == 1


async def test_an_expired_lease_admits_nothing(
    credit: Credit, ledger: FakeLedger, clock: ManualClock
) -> None:
    first = await credit.admit(ACCOUNT, 100)
    credit.finish(ACCOUNT, first, 100, 0)
    clock.advance(30)
    second = await credit.admit(ACCOUNT, 100)
    assert second != first
    assert ledger.closed == {first: 100}


async def test_idle_leases_go_back(credit: Credit, ledger: FakeLedger, clock: ManualClock) -> None:
    lease = await credit.admit(ACCOUNT, 100)
    clock.advance(11)
    running = asyncio.create_task(credit.run())
    await soon(lambda: ledger.closed == {lease: 100})
    credit.finish(ACCOUNT, lease, 100, 40)  # what was admitted goes on
    credit.recall(ACCOUNT)
    await soon(lambda: not credit._wallets)
    running.cancel()


async def test_a_recall_sends_leases_back_at_once(credit: Credit, ledger: FakeLedger) -> None:
    running = asyncio.create_task(credit.run())
    lease = await credit.admit(ACCOUNT, 100)
    credit.recall(ACCOUNT)
    await soon(lambda: ledger.closed == {lease: 100})
    running.cancel()


async def test_closings_are_repeated_until_they_are_heard(
    credit: Credit, ledger: FakeLedger
) -> None:
    lease = await credit.admit(ACCOUNT, 100)
    ledger.away = True
    await credit.close_all()
    assert ledger.closed == {}
    ledger.away = False
    await credit.close_all()
    assert ledger.closed == {lease: 100}


async def test_what_was_never_sent_is_not_in_the_sum(credit: Credit, ledger: FakeLedger) -> None:
    lease = await credit.admit(ACCOUNT, 100)
    again = await credit.admit(ACCOUNT, 70)
    assert again == lease
    credit.take_back(ACCOUNT, lease, 70)
    await credit.close_all()
    assert ledger.closed[lease] == 100
