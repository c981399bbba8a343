"""What a mailbox is given once: neither a new account nor another tag in its address gets more."""

import pytest
from tollgate_common.errors import NotFound

from .world import CLIENT, PASSWORD, World


async def claim(world: World, email: str) -> bool:
    tokens = await world.log_in(email)
    return await world.cases.users.claim_welcome(tokens.user.id)


async def test_the_first_account_is_welcomed_however_often_it_asks(worlds: World) -> None:
    await worlds.register("ada@example.com")
    assert [await claim(worlds, "ada@example.com") for _ in range(3)] == [True] * 3


async def test_another_tag_is_the_same_mailbox(worlds: World) -> None:
    await worlds.register("ada@example.com")
    await worlds.register("ada+2@example.com")
    await worlds.register("ada@example.org")
    assert await claim(worlds, "ada@example.com")
    assert not await claim(worlds, "ada+2@example.com")
    assert await claim(worlds, "ada@example.org")


async def test_who_leaves_and_comes_again_was_welcomed_before(worlds: World) -> None:
    user = (await worlds.registered("ada@example.com")).user
    assert await worlds.cases.users.claim_welcome(user.id)
    await worlds.cases.users.delete(user.id, PASSWORD, "", CLIENT)
    await worlds.mails()
    await worlds.register("ada@example.com")
    assert not await claim(worlds, "ada@example.com")


async def test_nobody_is_not_welcomed(worlds: World) -> None:
    with pytest.raises(NotFound):
        await worlds.cases.users.claim_welcome("usr_none")
