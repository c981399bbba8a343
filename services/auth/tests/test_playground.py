import asyncio
import re
from collections import Counter
from dataclasses import replace

import pytest
from tollgate_auth import keys, playground
from tollgate_auth.accounts import Account, Limits
from tollgate_auth.keys import Key, KeyChange, KeyState
from tollgate_auth.operations import Auth
from tollgate_common.errors import InvalidArgument, NotFound, PermissionDenied
from tollgate_common.ids import AccountId

from .world import TOKEN, RecordingAnnouncer, World

ACCOUNT_ID = AccountId("acc_01k0000000000000000000000a")


@pytest.fixture
async def account(auth: Auth) -> Account:
    return await auth.create_account("acme", None, "r1")


async def keys_of(auth: Auth, account_id: str) -> list[Key]:
    return (await auth.list_keys(account_id, 100, ""))[0]


def test_a_secret_is_a_secret_like_any_other_and_always_the_same() -> None:
    secret = playground.secret_of(TOKEN, ACCOUNT_ID)
    assert re.fullmatch(r"sk-[A-Za-z0-9]{48}", secret)
    assert secret == "sk-" + "Hy0t8OrorIjwCJhqAX94D9esqScpYthmgCgPZiB569xLYmO5"


def test_another_token_or_account_has_another_secret() -> None:
    secrets = {
        playground.secret_of(token, AccountId(f"acc_{number}"))
        for token in (TOKEN, TOKEN + "x")
        for number in range(100)
    }
    assert len(secrets) == 200


def test_no_character_is_favoured() -> None:
    secrets = [playground.secret_of(TOKEN, AccountId(f"acc_{i}")) for i in range(1000)]
    counts = Counter("".join(secrets).replace("sk-", ""))
    expected = 48_000 / 62
    chi_squared = sum((counts[each] - expected) ** 2 / expected for each in keys.ALPHABET)
    # 61 degrees of freedom: a fair choice stays below 114 in all but one of 100,000 cases.
    assert len(counts) == 62 and chi_squared < 114


async def test_the_key_is_made_once_and_works(auth: Auth, account: Account) -> None:
    key, secret = await auth.get_playground_key(account.id)
    assert (key.label, key.playground, key.account_id) == ("Playground", True, account.id)
    assert await auth.get_playground_key(account.id) == (key, secret)
    assert (await auth.resolve_key(keys.digest_of(secret))).key == key
    assert await keys_of(auth, account.id) == [key]


async def test_it_is_made_once_however_many_ask(worlds: World) -> None:
    account = await worlds.auth.create_account("acme", None, "r1")
    answers = await asyncio.gather(*(worlds.auth.get_playground_key(account.id) for _ in range(20)))
    assert len(set(answers)) == 1
    assert await keys_of(worlds.auth, account.id) == [answers[0][0]]


async def test_asking_again_writes_and_announces_nothing(
    auth: Auth, account: Account, announcer: RecordingAnnouncer
) -> None:
    key, _ = await auth.get_playground_key(account.id)
    before = await auth.keys.get(key.id)
    await auth.get_playground_key(account.id)
    assert await auth.keys.get(key.id) == before
    assert announcer.announced == []


async def test_the_secret_is_not_stored(world: World) -> None:
    account = await world.auth.create_account("acme", None, "r1")
    key, secret = await world.auth.get_playground_key(account.id)
    stored = await world.store.get("keys", key.id)
    assert stored and secret[3:] not in str(stored.document)
    assert TOKEN not in repr(world.auth)


async def test_an_unknown_account_has_no_playground(auth: Auth, account: Account) -> None:
    for account_id in ("acc_nobody", account.name, ""):
        with pytest.raises(NotFound):
            await auth.get_playground_key(account_id)


async def test_it_can_be_neither_changed_nor_revoked_by_itself(
    auth: Auth, account: Account
) -> None:
    key, _ = await auth.get_playground_key(account.id)
    with pytest.raises(InvalidArgument) as changing:
        await auth.update_key(key.id, KeyChange(state=KeyState.DISABLED))
    with pytest.raises(InvalidArgument) as revoking:
        await auth.revoke_key(key.id)
    assert changing.value.field == revoking.value.field == "key_id"
    assert await keys_of(auth, account.id) == [key]


async def test_with_another_token_the_old_secret_ends(
    auth: Auth, account: Account, announcer: RecordingAnnouncer
) -> None:
    old, old_secret = await auth.get_playground_key(account.id)
    later = replace(auth, token="another token, also long")
    new, new_secret = await later.get_playground_key(account.id)
    assert new_secret != old_secret and new.id == old.id
    with pytest.raises(NotFound):
        await auth.resolve_key(keys.digest_of(old_secret))
    assert (await auth.resolve_key(keys.digest_of(new_secret))).key == new
    # Edges forget both: what the old one may do, and that there was no new one.
    assert {key.sha256 for key in announcer.announced} == {old.sha256, new.sha256}
    assert await later.get_playground_key(account.id) == (new, new_secret)


@pytest.mark.parametrize("asked_before", [True, False])
async def test_it_ends_for_all_time_with_the_other_keys(
    auth: Auth, account: Account, asked_before: bool
) -> None:
    other, _ = await auth.create_key(account.id, "laptop", (), 0, Limits())
    if asked_before:
        await auth.get_playground_key(account.id)
    for _ in range(2):
        await auth.end_keys(account.id, "usr_1")
        for token in (TOKEN, "another token, also long"):
            with pytest.raises(PermissionDenied):
                await replace(auth, token=token).get_playground_key(account.id)
    found = await keys_of(auth, account.id)
    assert {key.id for key in found} == {other.id, playground.key_id_of(account.id)}
    assert {key.state for key in found} == {KeyState.REVOKED}


async def test_a_deleted_user_leaves_no_key_that_works(worlds: World) -> None:
    user = (await worlds.registered()).user
    _, secret = await worlds.auth.get_playground_key(user.account_id)
    await worlds.cases.users.delete_by(user.id, "operator")
    grant = await worlds.auth.resolve_key(keys.digest_of(secret))
    assert grant.key.state is KeyState.REVOKED
    assert {key.state for key in await keys_of(worlds.auth, user.account_id)} == {KeyState.REVOKED}
    with pytest.raises(PermissionDenied):
        await worlds.auth.get_playground_key(user.account_id)
