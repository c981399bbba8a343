import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Protocol

import pytest
from tollgate_auth import keys
from tollgate_auth.accounts import Account, Limits
from tollgate_auth.keys import Key, KeyChange, KeyState
from tollgate_auth.operations import Auth
from tollgate_auth.store import StoredKeys
from tollgate_common.clock import ManualClock
from tollgate_common.errors import AlreadyExists, InvalidArgument, NotFound, Unavailable
from tollgate_common.store import Store


class Announced(Protocol):
    announced: list[Key]


class ContendedKeys(StoredKeys):
    """Someone else wins each race, so many times."""

    def __init__(self, store: Store, races: int) -> None:
        super().__init__(store)
        self._races = races

    async def replace(self, key: Key, version: int) -> bool:
        if self._races:
            self._races -= 1
            found = await self.get(key.id)
            assert found
            theirs = replace(found[0], label=f"theirs {self._races}")
            assert await super().replace(theirs, found[1])
        return await super().replace(key, version)


@pytest.fixture
async def account(auth: Auth) -> AsyncIterator[Account]:
    yield await auth.create_account("acme", None, "r1")


async def new_key(auth: Auth, account: Account, label: str = "laptop") -> tuple[Key, str]:
    return await auth.create_key(account.id, label, ["m1"], 0, Limits(requests_per_minute=7))


async def test_an_account_is_found_by_id_and_by_name(auth: Auth, account: Account) -> None:
    assert account.id.startswith("acc_")
    assert await auth.get_account(account.id) == account
    assert await auth.get_account("acme") == account


@pytest.mark.parametrize("name", ["nobody", "acc_nobody", "", "ACME", '{"$ne":null}', "a%"])
async def test_an_unknown_account_is_not_found(auth: Auth, account: Account, name: str) -> None:
    with pytest.raises(NotFound):
        await auth.get_account(name)


async def test_limits_have_a_default_that_an_explicit_zero_overrides(auth: Auth) -> None:
    default = await auth.create_account("default", None, "r1")
    unlimited = await auth.create_account("unlimited", Limits(), "r2")
    assert default.limits == Limits(concurrent_requests=100)
    assert unlimited.limits == Limits()


async def test_creating_twice_with_one_request_id_creates_once(
    auth: Auth, clock: ManualClock
) -> None:
    first = await auth.create_account("acme", Limits(tokens_per_minute=9), "r1")
    clock.advance(60)
    assert await auth.create_account("acme", Limits(tokens_per_minute=9), "r1") == first
    with pytest.raises(AlreadyExists) as caught:
        await auth.create_account("other", Limits(tokens_per_minute=9), "r1")
    assert caught.value.field == "request_id"
    with pytest.raises(AlreadyExists):
        await auth.create_account("acme", Limits(tokens_per_minute=10), "r1")
    assert (await auth.list_accounts(10, ""))[0] == [first]


async def test_a_hundred_concurrent_repeats_create_one_account(auth: Auth) -> None:
    calls = [auth.create_account("acme", None, "r1") for _ in range(100)]
    accounts = await asyncio.gather(*calls)
    assert len({account.id for account in accounts}) == 1


async def test_a_name_is_taken_once(auth: Auth, account: Account) -> None:
    with pytest.raises(AlreadyExists) as caught:
        await auth.create_account("acme", None, "r2")
    assert caught.value.field == "name"


async def test_accounts_are_listed_by_name_a_page_at_a_time(auth: Auth) -> None:
    for name in ["cherry", "apple", "elder", "banana", "damson"]:
        await auth.create_account(name, None, f"r-{name}")
    names: list[str] = []
    after, pages = "", 0
    while pages == 0 or after:
        accounts, after = await auth.list_accounts(2, after)
        names += [account.name for account in accounts]
        pages += 1
    assert names == ["apple", "banana", "cherry", "damson", "elder"]
    assert pages == 3
    with pytest.raises(InvalidArgument):
        await auth.list_accounts(2, "not a token")


async def test_a_new_key_resolves_to_its_grant(auth: Auth, account: Account) -> None:
    key, secret = await new_key(auth, account)
    grant = await auth.resolve_key(keys.digest_of(secret))
    assert grant.key == key
    assert grant.account_limits == account.limits
    assert key.last4 == secret[-4:]
    assert key.state is KeyState.ACTIVE


async def test_the_secret_is_not_stored(auth: Auth, account: Account, store: Store) -> None:
    key, secret = await new_key(auth, account)
    stored = await store.get("keys", key.id)
    assert stored
    assert secret[3:] not in str(stored.document)


async def test_an_unknown_digest_is_not_found_and_a_wrong_length_is_invalid(
    auth: Auth, account: Account
) -> None:
    _, secret = await new_key(auth, account)
    wrong = keys.digest_of(secret[:-1] + ("a" if secret[-1] != "a" else "b"))
    with pytest.raises(NotFound):
        await auth.resolve_key(wrong)
    for digest in (b"", wrong[:31], wrong + b"x"):
        with pytest.raises(InvalidArgument):
            await auth.resolve_key(digest)


async def test_a_key_needs_an_account_by_id(auth: Auth, account: Account) -> None:
    for account_id in ("acc_nobody", account.name, ""):
        with pytest.raises(NotFound):
            await auth.create_key(account_id, "laptop", [], 0, Limits())
        with pytest.raises(NotFound):
            await auth.list_keys(account_id, 10, "")


async def test_keys_are_listed_oldest_first_with_the_revoked_ones_and_no_others(
    auth: Auth, account: Account, clock: ManualClock
) -> None:
    mine: list[Key] = []
    for label in ("one", "two", "three"):
        mine.append((await new_key(auth, account, label))[0])
        clock.advance(1)
    other = await auth.create_account("other", None, "r2")
    await new_key(auth, other)
    mine[1] = await auth.revoke_key(mine[1].id)
    first, after = await auth.list_keys(account.id, 2, "")
    rest, end = await auth.list_keys(account.id, 2, after)
    assert first + rest == mine
    assert end == ""


async def test_every_change_of_a_grant_is_announced_once_it_is_stored(
    auth: Auth, account: Account, announcer: Announced
) -> None:
    key, secret = await new_key(auth, account)
    disabled = await auth.update_key(key.id, KeyChange(state=KeyState.DISABLED))
    assert (await auth.resolve_key(keys.digest_of(secret))).key == disabled
    revoked = await auth.revoke_key(key.id)
    assert revoked.state is KeyState.REVOKED
    assert announcer.announced == [disabled, revoked]


async def test_revoking_again_changes_nothing_and_is_announced_again(
    auth: Auth, account: Account, announcer: Announced, store: Store
) -> None:
    key, _ = await new_key(auth, account)
    revoked = await auth.revoke_key(key.id)
    stored = await store.get("keys", key.id)
    assert await auth.revoke_key(key.id) == revoked
    assert await store.get("keys", key.id) == stored
    assert announcer.announced == [revoked, revoked]


async def test_a_revoked_key_stays_revoked(auth: Auth, account: Account) -> None:
    key, secret = await new_key(auth, account)
    await auth.revoke_key(key.id)
    with pytest.raises(InvalidArgument):
        await auth.update_key(key.id, KeyChange(state=KeyState.ACTIVE))
    grant = await auth.resolve_key(keys.digest_of(secret))
    assert grant.key.state is KeyState.REVOKED


async def test_a_refused_change_is_neither_stored_nor_announced(
    auth: Auth, account: Account, announcer: Announced
) -> None:
    key, _ = await new_key(auth, account)
    with pytest.raises(InvalidArgument):
        await auth.update_key(key.id, KeyChange(label="fine", models=("not fine",)))
    assert (await auth.list_keys(account.id, 10, ""))[0] == [key]
    assert announcer.announced == []


async def test_an_unknown_key_cannot_be_changed(auth: Auth) -> None:
    with pytest.raises(NotFound):
        await auth.update_key("key_nobody", KeyChange(label="x"))
    with pytest.raises(NotFound):
        await auth.revoke_key("key_nobody")


async def test_a_lost_race_is_run_again_on_what_the_winner_wrote(
    auth: Auth, account: Account, store: Store
) -> None:
    key, _ = await new_key(auth, account)
    contended = replace(auth, keys=ContendedKeys(store, races=3))
    revoked = await contended.revoke_key(key.id)
    assert (revoked.label, revoked.state) == ("theirs 0", KeyState.REVOKED)


async def test_a_race_that_is_lost_for_ever_ends_as_unavailable(
    auth: Auth, account: Account, store: Store, announcer: Announced
) -> None:
    key, _ = await new_key(auth, account)
    contended = replace(auth, keys=ContendedKeys(store, races=1000))
    with pytest.raises(Unavailable):
        await contended.revoke_key(key.id)
    assert announcer.announced == []


async def test_concurrent_changes_of_different_fields_all_stay(
    auth: Auth, account: Account
) -> None:
    key, _ = await new_key(auth, account)
    await asyncio.gather(
        auth.update_key(key.id, KeyChange(label="renamed")),
        auth.update_key(key.id, KeyChange(limits=Limits(tokens_per_minute=1))),
        auth.update_key(key.id, KeyChange(models=("m9",))),
    )
    (after,), _ = await auth.list_keys(account.id, 10, "")
    assert (after.label, after.limits.tokens_per_minute, after.models) == ("renamed", 1, ("m9",))
