"""Users whom an operator lets in, without a mail."""

import asyncio

import pytest
from tollgate_auth import keys
from tollgate_auth.accounts import Limits
from tollgate_auth.keys import KeyState
from tollgate_auth.registration import NewUser
from tollgate_auth.users import Role, User
from tollgate_common.errors import AlreadyExists, InvalidArgument, NotFound, PermissionDenied

from .world import CLIENT, EMAIL, PASSWORD, World

ROOT = NewUser(email=" Ada@Example.com", password=PASSWORD, role=Role.ADMIN, locale="zh")


async def create(world: World, new: NewUser = ROOT, actor_id: str = "operator") -> User:
    return await world.cases.registration.create_user(new, actor_id)


async def test_a_new_user_logs_in_at_once_and_gets_a_key_of_its_own_account(
    worlds: World,
) -> None:
    user = await create(worlds)
    assert (user.email, user.role, user.locale) == (EMAIL, Role.ADMIN, "zh")
    assert await worlds.mails() == []
    tokens = await worlds.log_in()
    assert tokens.user.id == user.id
    grant = await worlds.auth.resolve_key(keys.digest_of(tokens.first_key))
    assert grant.key.account_id == user.account_id
    assert (await worlds.log_in()).first_key == ""


async def test_a_user_of_an_account_that_is_there_gets_no_further_key(worlds: World) -> None:
    acme = await worlds.auth.create_account("acme", None, "r1")
    user = await create(worlds, NewUser(email=EMAIL, password=PASSWORD, account_id=acme.id))
    assert (user.account_id, user.role) == (acme.id, Role.CUSTOMER)
    assert (await worlds.log_in()).first_key == ""
    assert await worlds.auth.list_keys(acme.id, 10, "") == ([], "")
    assert [a.id for a in (await worlds.auth.list_accounts(10, ""))[0]] == [acme.id]


async def test_an_email_that_is_taken_is_said_to_be(worlds: World) -> None:
    both = await asyncio.gather(create(worlds), create(worlds), return_exceptions=True)
    (refusal,) = [end for end in both if isinstance(end, AlreadyExists)]
    assert (refusal.field, refusal.message) == ("email", "email: is taken")
    with pytest.raises(AlreadyExists):
        await create(worlds)


@pytest.mark.parametrize(
    ("new", "error", "field"),
    [
        (NewUser(email="ada", password=PASSWORD), InvalidArgument, "email"),
        (NewUser(email=EMAIL, password="short"), InvalidArgument, "password"),
        (NewUser(email=EMAIL, password=EMAIL), InvalidArgument, "password"),
        (NewUser(email=EMAIL, password=PASSWORD, locale="fr"), InvalidArgument, "locale"),
        (NewUser(email=EMAIL, password=PASSWORD, account_id="acc_9"), NotFound, "account_id"),
    ],
)
async def test_what_cannot_be_names_its_field(
    world: World, new: NewUser, error: type[InvalidArgument] | type[NotFound], field: str
) -> None:
    with pytest.raises(error) as caught:
        await create(world, new)
    assert caught.value.field == field
    assert await world.auth.list_accounts(10, "") == ([], "")


async def test_only_admins_and_the_operator_create_users_and_it_is_noted(world: World) -> None:
    root = await create(world)
    new = NewUser(email="bob@example.com", password=PASSWORD)
    bob = await create(world, new, root.id)
    for actor in ("", "usr_nobody", bob.id):
        with pytest.raises(PermissionDenied):
            await create(world, NewUser(email="cora@example.com", password=PASSWORD), actor)
    for user, actor, role in ((root, "operator", "admin"), (bob, root.id, "customer")):
        (entry,) = (await world.cases.users.list_audit(user.id, 10, ""))[0]
        assert (entry.action, entry.actor_id, entry.detail) == ("user_created", actor, role)


async def test_a_link_for_the_same_email_does_nothing_any_more(world: World) -> None:
    await world.cases.registration.register(EMAIL, "another password", "", CLIENT)
    link = await world.token()
    user = await create(world)
    with pytest.raises(NotFound):
        await world.cases.registration.verify_email(link, CLIENT)
    assert (await world.log_in()).user.id == user.id


@pytest.mark.parametrize("writes", range(4))
async def test_what_the_database_cut_short_can_be_repeated(world: World, writes: int) -> None:
    if await world.cut(create(world), after_writes=writes):
        try:
            await create(world)
        except AlreadyExists:
            pass
    assert (await world.log_in()).first_key


async def test_an_account_s_keys_stop_with_its_last_user(worlds: World) -> None:
    acme = await worlds.auth.create_account("acme", None, "r1")
    key, _ = await worlds.auth.create_key(acme.id, "server", (), 0, Limits())
    people = [
        await create(worlds, NewUser(email=email, password=PASSWORD, account_id=acme.id))
        for email in (EMAIL, "bob@example.com")
    ]
    for user, state in zip(people, (KeyState.ACTIVE, KeyState.REVOKED), strict=True):
        await worlds.cases.users.delete(user.id, PASSWORD, "", CLIENT)
        found, _ = await worlds.auth.list_keys(acme.id, 10, "")
        assert [k.state for k in found if k.id == key.id] == [state]


async def test_an_account_s_keys_stop_though_its_last_users_go_at_once(worlds: World) -> None:
    acme = await worlds.auth.create_account("acme", None, "r1")
    await worlds.auth.create_key(acme.id, "server", (), 0, Limits())
    people = [
        await create(worlds, NewUser(email=email, password=PASSWORD, account_id=acme.id))
        for email in (EMAIL, "bob@example.com")
    ]
    await asyncio.gather(*(worlds.cases.users.delete_by(user.id, "operator") for user in people))
    found, _ = await worlds.auth.list_keys(acme.id, 10, "")
    assert {key.state for key in found} == {KeyState.REVOKED}
