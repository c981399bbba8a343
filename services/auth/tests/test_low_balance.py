"""The ledger says that a balance is low; the account's users read it in a mail, once."""

import asyncio
from dataclasses import dataclass, field

import pytest
from tollgate.ledger.v1 import ledger_pb2
from tollgate_auth.consumer import LowBalanceConsumer
from tollgate_auth.notices import Notices
from tollgate_auth.registration import NewUser
from tollgate_auth.users import User
from tollgate_common.errors import Unavailable

from .world import CLIENT, CONSOLE, EMAIL, PASSWORD, World

DOLLAR = 1_000_000_000


@dataclass
class FakeDelivery:
    payload: bytes
    acked: list[bool] = field(default_factory=list)

    async def ack(self) -> None:
        self.acked.append(True)


def low(account_id: str, sequence: int = 7, posted_nano: int = DOLLAR) -> FakeDelivery:
    message = ledger_pb2.LowBalance(
        account_id=account_id,
        sequence=sequence,
        posted_nano=posted_nano,
        low_balance_nano=5 * DOLLAR,
    )
    return FakeDelivery(message.SerializeToString())


async def handle(world: World, *deliveries: FakeDelivery) -> None:
    notices = Notices(world.cases.users.people, world.cases.users.post)
    await LowBalanceConsumer(notices).handle(deliveries)
    assert all(delivery.acked == [True] for delivery in deliveries)


async def user_of(world: World, email: str, account_id: str = "", locale: str = "") -> User:
    new = NewUser(email=email, password=PASSWORD, account_id=account_id, locale=locale)
    return await world.cases.registration.create_user(new, "operator")


async def test_every_user_of_the_account_and_nobody_else_is_told(worlds: World) -> None:
    ada = await user_of(worlds, EMAIL)
    await user_of(worlds, "bob@example.com", ada.account_id, "zh")
    await user_of(worlds, "cora@example.com")
    await handle(worlds, low(ada.account_id, posted_nano=4_999_999_999))
    mails = {mail.to: mail for mail in await worlds.mails()}
    assert set(mails) == {EMAIL, "bob@example.com"}
    english, chinese = mails[EMAIL], mails["bob@example.com"]
    assert english.subject == "Tollgate: Your balance is low"
    assert "Your balance is $4.99, which is below $5.00." in english.text
    assert "您的余额为 $4.99" in chinese.text
    assert "已低于 $5.00。" in chinese.text
    for mail in mails.values():
        assert f"{CONSOLE}/wallet" in mail.text.splitlines()
        assert f'href="{CONSOLE}/wallet"' in mail.html


async def test_a_repetition_tells_nothing_new_and_the_next_time_does(worlds: World) -> None:
    ada = await user_of(worlds, EMAIL)
    await handle(worlds, low(ada.account_id, 7), low(ada.account_id, 7))
    assert len(await worlds.mails()) == 1
    await handle(worlds, low(ada.account_id, 7), low(ada.account_id, 6))
    assert await worlds.mails() == []
    await handle(worlds, low(ada.account_id, 8))
    assert len(await worlds.mails()) == 1


async def test_two_processes_that_are_given_the_same_one_tell_it_once(worlds: World) -> None:
    ada = await user_of(worlds, EMAIL)
    await asyncio.gather(*(handle(worlds, low(ada.account_id)) for _ in range(4)))
    assert len(await worlds.mails()) == 1


@pytest.mark.parametrize("writes", range(3))
async def test_what_the_database_cut_short_comes_again_and_is_told_once(
    world: World, writes: int
) -> None:
    ada = await user_of(world, EMAIL)
    await world.cut(handle(world, low(ada.account_id)), after_writes=writes)
    await handle(world, low(ada.account_id))
    assert len(await world.mails()) == 1


async def test_what_was_not_kept_is_not_acknowledged(world: World) -> None:
    ada = await user_of(world, EMAIL)
    delivery = low(ada.account_id)
    assert await world.cut(handle(world, delivery), after_writes=0)
    assert delivery.acked == []


async def test_what_is_for_nobody_or_is_no_message_is_dropped(world: World) -> None:
    await user_of(world, EMAIL)
    for delivery in (
        low("acc_nobody"),
        low(""),
        low("acc_1", sequence=0),
        FakeDelivery(b""),
        FakeDelivery(b"\xff\xff"),
    ):
        await handle(world, delivery)
    assert await world.mails() == []


async def test_who_was_deleted_before_the_mail_was_sent_gets_none(world: World) -> None:
    ada = await user_of(world, EMAIL)
    world.mailer.failures.append(Unavailable("the mail server is away"))
    await handle(world, low(ada.account_id))
    assert await world.mails() == []
    await world.cases.users.delete(ada.id, PASSWORD, "", CLIENT)
    await user_of(world, EMAIL)
    world.clock.advance(60)
    assert [mail.subject for mail in await world.mails()] == ["Tollgate: Your account was deleted"]


@pytest.mark.parametrize(
    ("posted_nano", "shown"),
    [
        (5 * DOLLAR - 1, "$4.99"),
        (DOLLAR // 2, "$0.50"),
        (999_999, "$0.00"),
        (0, "$0.00"),
        (-1, "-$0.01"),
        (-12 * DOLLAR, "-$12.00"),
    ],
)
async def test_what_is_left_is_never_rounded_up(world: World, posted_nano: int, shown: str) -> None:
    ada = await user_of(world, EMAIL)
    await handle(world, low(ada.account_id, posted_nano=posted_nano))
    (mail,) = await world.mails()
    assert f"Your balance is {shown}, which is below $5.00." in mail.text
