"""Who may change which key, what the audit log says of it, and where requests may come from."""

import asyncio

import pytest
from tollgate_auth import keys
from tollgate_auth.accounts import Account, Limits
from tollgate_auth.audit import AuditEntry
from tollgate_auth.keys import Key, KeyChange, KeyState
from tollgate_common.errors import InvalidArgument, NotFound

from .world import World

NETWORKS = ("10.0.0.0/8", "2001:db8::/32")


@pytest.fixture
async def account(worlds: World) -> Account:
    return await worlds.auth.create_account("acme", None, "r1")


async def new_key(world: World, account: Account) -> Key:
    return (await world.auth.create_key(account.id, "laptop", (), 0, Limits()))[0]


async def audit(world: World, user_id: str = "") -> list[AuditEntry]:
    """Oldest first, when the clock has moved in between."""
    return (await world.cases.users.list_audit(user_id, 100, ""))[0][::-1]


async def test_networks_are_stored_granted_listed_and_changed(
    worlds: World, account: Account
) -> None:
    auth = worlds.auth
    key, secret = await auth.create_key(account.id, "laptop", (), 0, Limits(), NETWORKS)
    assert key.networks == NETWORKS
    assert (await auth.resolve_key(keys.digest_of(secret))).key.networks == NETWORKS
    await auth.update_key(key.id, KeyChange(label="phone"))
    assert (await auth.list_keys(account.id, 10, ""))[0][0].networks == NETWORKS
    await auth.update_key(key.id, KeyChange(networks=()))
    assert (await auth.resolve_key(keys.digest_of(secret))).key.networks == ()


async def test_a_key_with_a_bad_network_is_not_made(worlds: World, account: Account) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await worlds.auth.create_key(account.id, "laptop", (), 0, Limits(), ["10.0.0.0/33"])
    assert caught.value.field == "networks"
    assert (await worlds.auth.list_keys(account.id, 10, ""))[0] == []


async def test_a_key_of_before_there_were_networks_may_be_used_anywhere(
    worlds: World, account: Account
) -> None:
    key = await new_key(worlds, account)
    stored = await worlds.store.get("keys", key.id)
    assert stored
    del stored.document["networks"]
    assert await worlds.store.replace("keys", stored.document, stored.version)
    assert (await worlds.auth.list_keys(account.id, 10, ""))[0] == [key]


async def test_every_change_is_audited_with_who_did_it(worlds: World, account: Account) -> None:
    auth, clock = worlds.auth, worlds.clock
    key, _ = await auth.create_key(account.id, "laptop", (), 0, Limits(), actor_id="usr_1")
    clock.advance(1)
    change = KeyChange(state=KeyState.DISABLED, networks=NETWORKS, label="laptop")
    await auth.update_key(key.id, change, actor_id="usr_1")
    clock.advance(1)
    await auth.revoke_key(key.id)
    told = [(entry.action, entry.actor_id, entry.detail) for entry in await audit(worlds)]
    assert told == [
        ("key_created", "usr_1", key.id),
        ("key_changed", "usr_1", f"{key.id}: state, networks"),
        ("key_revoked", "operator", key.id),
    ]
    mine = [entry.action for entry in await audit(worlds, "usr_1")]
    assert mine == ["key_created", "key_changed"]


async def test_what_changes_nothing_is_not_audited(worlds: World, account: Account) -> None:
    key = await new_key(worlds, account)
    await worlds.auth.update_key(key.id, KeyChange(label="laptop"))
    with pytest.raises(InvalidArgument):
        await worlds.auth.update_key(key.id, KeyChange(label=""))
    await worlds.auth.revoke_key(key.id)
    await worlds.auth.revoke_key(key.id)
    assert await worlds.actions() == ["key_created", "key_revoked"]


async def test_each_of_two_that_change_a_key_at_once_is_audited_with_its_own_change(
    worlds: World, account: Account
) -> None:
    key = await new_key(worlds, account)
    await asyncio.gather(
        worlds.auth.update_key(key.id, KeyChange(label="phone"), actor_id="usr_1"),
        worlds.auth.update_key(key.id, KeyChange(networks=NETWORKS), actor_id="usr_2"),
    )
    details = {entry.actor_id: entry.detail for entry in await audit(worlds)}
    assert details["usr_1"] == f"{key.id}: label"
    assert details["usr_2"] == f"{key.id}: networks"


async def test_another_s_key_is_as_if_there_were_none(worlds: World, account: Account) -> None:
    auth = worlds.auth
    key = await new_key(worlds, account)
    other = await auth.create_account("other", None, "r2")
    for key_id, account_id in ((key.id, other.id), ("key_nobody", account.id), (key.id, "acc_")):
        with pytest.raises(NotFound) as changing:
            await auth.update_key(key_id, KeyChange(label="x"), account_id=account_id)
        with pytest.raises(NotFound) as revoking:
            await auth.revoke_key(key_id, account_id=account_id)
        assert changing.value.message == revoking.value.message == "key_id: there is no such key"
    assert (await auth.list_keys(account.id, 10, ""))[0] == [key]
    changed = await auth.update_key(key.id, KeyChange(label="x"), account_id=account.id)
    assert changed.label == "x"
    assert (await auth.revoke_key(key.id, account_id=account.id)).state is KeyState.REVOKED
