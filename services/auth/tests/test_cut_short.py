"""Use cases that the database leaves in the middle: whoever tries again comes to a good end."""

from contextlib import suppress

import pytest
from tollgate_auth.accounts import Limits
from tollgate_auth.keys import KeyState
from tollgate_common.errors import NotFound, Unauthenticated

from .world import CLIENT, EMAIL, PASSWORD, World

NEW = "a new password!"


@pytest.mark.parametrize("writes", range(8))
async def test_a_registration(world: World, writes: int) -> None:
    await world.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
    token = await world.token()
    await world.cut(world.cases.registration.verify_email(token, CLIENT), after_writes=writes)
    with suppress(NotFound):
        await world.cases.registration.verify_email(token, CLIENT)
    user = (await world.log_in()).user
    accounts, _ = await world.auth.list_accounts(10, "")
    assert [account.id for account in accounts] == [user.account_id]


@pytest.mark.parametrize("writes", range(12))
async def test_a_login(world: World, writes: int) -> None:
    await world.register()
    await world.cut(world.log_in(), after_writes=writes)
    tokens = await world.log_in()
    await world.cases.logins.refresh(tokens.refresh, CLIENT)
    keys, _ = await world.auth.list_keys(tokens.user.account_id, 10, "")
    assert len(keys) <= 1


@pytest.mark.parametrize("writes", range(8))
async def test_a_change_of_password_ends_every_session_or_none(world: World, writes: int) -> None:
    old = await world.registered()
    change = world.cases.credentials.change_password(old.user.id, PASSWORD, NEW, "", CLIENT)
    await world.cut(change, after_writes=writes)
    try:
        await world.log_in(password=NEW)
    except Unauthenticated:
        await world.cases.logins.refresh(old.refresh, CLIENT)
    else:
        with pytest.raises(Unauthenticated):
            await world.cases.logins.refresh(old.refresh, CLIENT)


@pytest.mark.parametrize("writes", range(12))
async def test_a_deletion(world: World, writes: int) -> None:
    tokens = await world.registered()
    await world.auth.create_key(tokens.user.account_id, "laptop", (), 0, Limits())
    delete = world.cases.users.delete
    if await world.cut(delete(tokens.user.id, PASSWORD, "", CLIENT), after_writes=writes):
        await delete(tokens.user.id, PASSWORD, "", CLIENT)
    with pytest.raises(NotFound):
        await world.cases.users.get(tokens.user.id)
    keys, _ = await world.auth.list_keys(tokens.user.account_id, 10, "")
    assert {key.state for key in keys} == {KeyState.REVOKED}
    with pytest.raises(Unauthenticated):
        await world.cases.logins.refresh(tokens.refresh, CLIENT)
