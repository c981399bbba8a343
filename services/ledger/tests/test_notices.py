"""Every fall of a balance below its limit is noticed once, and published whatever happens."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.errors import Unavailable
from tollgate_ledger.charges import Charge, post
from tollgate_ledger.entries import Kind, Movement
from tollgate_ledger.notices import NOTICES_MAX, LowBalance
from tollgate_ledger.notifier import Notifier
from tollgate_ledger.operations import Ledger
from tollgate_ledger.wallets import Wallet

Charges = Callable[..., Charge]


@dataclass
class Published:
    """JetStream: keeps one message an id, and may be away, or gone before it answers."""

    messages: dict[str, LowBalance] = field(default_factory=dict)
    deliveries: int = 0
    away: bool = False
    silent: bool = False

    async def __call__(self, notice: LowBalance) -> None:
        if self.away:
            raise Unavailable("NATS is away")
        self.deliveries += 1
        assert self.messages.setdefault(notice.id, notice) == notice
        if self.silent:
            raise Unavailable("NATS did not answer")


@pytest.fixture
def published() -> Published:
    return Published()


@pytest.fixture
def notifier(wallets: Any, ledger: Ledger, published: Published) -> Notifier:
    return Notifier(wallets, ledger, published)


def moved(wallet: Wallet, amount_nano: int) -> Wallet:
    kind = Kind.TOP_UP if amount_nano > 0 else Kind.USAGE
    return wallet.moved(Movement(f"{kind}:{wallet.sequence}", kind, amount_nano, ""), 0)


movements = st.integers(-20, 20)
limits = st.tuples(st.integers(0, 15))


@given(st.lists(movements | limits, max_size=60))
def test_notices_are_the_falls_below_the_limit(steps: list[int | tuple[int]]) -> None:
    wallet = Wallet(account_id="acc")
    falls, limit_nano, posted_nano, sequence = [], 0, 0, 0
    for step in steps:
        if isinstance(step, tuple):
            [limit_nano] = step
            wallet = wallet.watched(limit_nano)
            continue
        wallet = moved(wallet, step)
        sequence += 1
        was_nano, posted_nano = posted_nano, posted_nano + step
        if limit_nano and was_nano >= limit_nano > posted_nano:
            falls.append(LowBalance("acc", sequence, posted_nano, limit_nano))
    assert list(wallet.notices) == falls


def test_charges_of_one_write_make_one_notice(make_charge: Charges) -> None:
    wallet = moved(Wallet(account_id="acc"), 100).watched(50)
    charges = [make_charge(f"R{number}", 30) for number in range(4)]
    assert post(wallet, charges, {}, 0).wallet.notices == (LowBalance("acc", 3, 40, 50),)


def test_limit_above_the_balance_makes_no_notice_until_the_next_fall() -> None:
    wallet = moved(moved(Wallet(account_id="acc"), 100).watched(200), -10)
    assert wallet.notices == ()
    assert moved(moved(wallet, 150), -100).notices == (LowBalance("acc", 4, 140, 200),)


def test_number_of_notices_is_bounded_and_the_newest_stay() -> None:
    wallet = Wallet(account_id="acc").watched(5)
    for _ in range(NOTICES_MAX + 1):
        wallet = moved(moved(wallet, 10), -10)
    assert [notice.sequence for notice in wallet.notices] == [
        2 * number for number in range(2, NOTICES_MAX + 2)
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_each_fall_is_published_once_though_nats_comes_and_goes(
    ledger: Ledger, notifier: Notifier, published: Published, make_charge: Charges, seed: int
) -> None:
    chance = random.Random(seed)
    falls, limit_nano, posted_nano = [], 0, 0
    for number in range(100):
        published.away, published.silent = chance.random() < 0.3, chance.random() < 0.3
        match chance.choice(["limit", "top-up", "usage", "usage", "publish"]):
            case "limit":
                limit_nano = chance.choice([0, 20, 40, 60])
                await ledger.set_low_balance("acc", limit_nano)
            case "top-up":
                amount_nano = max(1, chance.randint(20, 80) - posted_nano)
                posted_nano += amount_nano
                await ledger.top_up("acc", amount_nano, f"order-{number}", "")
            case "usage":
                cost_nano = chance.randint(0, 50)
                was_nano, posted_nano = posted_nano, posted_nano - cost_nano
                posting = await ledger.post("acc", [make_charge(f"R{number}", cost_nano)])
                if limit_nano and was_nano >= limit_nano > posted_nano:
                    sequence = posting.wallet.sequence
                    falls.append(LowBalance("acc", sequence, posted_nano, limit_nano))
            case "publish":
                try:
                    await notifier.publish()
                except Unavailable:
                    assert published.away or published.silent
    published.away = published.silent = False
    await notifier.publish()
    assert len(falls) > 2
    assert list(published.messages.values()) == falls
    assert (await ledger.wallet("acc")).notices == ()
    assert (await ledger.verify("acc")).violations == ()
    deliveries = published.deliveries
    await notifier.publish()
    assert published.deliveries == deliveries


async def test_notices_of_many_wallets_are_found_among_others(
    ledger: Ledger, notifier: Notifier, published: Published, make_charge: Charges
) -> None:
    for number in range(5):
        account_id = f"acc{number}"
        await ledger.top_up(account_id, 100, "order-1", "")
        await ledger.set_low_balance(account_id, 50 if number % 2 else 0)
        await ledger.post(account_id, [make_charge("R1", 60, account_id=account_id)])
    await notifier.publish()
    assert list(published.messages) == ["acc1:2", "acc3:2"]


async def test_fall_while_another_is_published_is_kept(
    wallets: Any, ledger: Ledger, make_charge: Charges
) -> None:
    published = Published()

    async def publish(notice: LowBalance) -> None:
        await published(notice)
        if published.deliveries == 1:
            await ledger.top_up("acc", 100, "order-2", "")
            await ledger.post("acc", [make_charge("R2", 100)])

    await ledger.set_low_balance("acc", 50)
    await ledger.top_up("acc", 60, "order-1", "")
    await ledger.post("acc", [make_charge("R1", 20)])
    await Notifier(wallets, ledger, publish).publish()
    assert [notice.sequence for notice in published.messages.values()] == [2, 4]
    assert (await ledger.wallet("acc")).notices == ()
