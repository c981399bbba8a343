import json
from dataclasses import replace

import pytest
from tollgate_auth import keys
from tollgate_auth.accounts import Limits
from tollgate_auth.audit import Report
from tollgate_auth.keys import KeyState
from tollgate_auth.user_store import forget_expired
from tollgate_auth.users import Role, UserChange
from tollgate_common.errors import InvalidArgument, NotFound, PermissionDenied, Unauthenticated

from .world import CLIENT, EMAIL, PASSWORD, World


async def test_a_user_changes_what_is_its_own_to_change(worlds: World) -> None:
    user = (await worlds.registered()).user
    change = UserChange(locale="zh", time_zone="Europe/Oslo")
    after = await worlds.cases.users.update(user.id, change)
    assert (after.locale, after.time_zone) == ("zh", "Europe/Oslo")
    assert await worlds.cases.users.update(user.id, UserChange(time_zone="")) == (
        await worlds.cases.users.get(user.id)
    )
    with pytest.raises(NotFound):
        await worlds.cases.users.update("usr_nobody", change)


async def test_a_deleted_user_is_forgotten_and_its_keys_stop(worlds: World) -> None:
    tokens = await worlds.registered()
    user = tokens.user
    key, _ = await worlds.auth.create_key(user.account_id, "laptop", (), 0, Limits())
    await worlds.cases.credentials.change_email(user.id, PASSWORD, "new@example.com", CLIENT)
    link = await worlds.token()
    with pytest.raises(Unauthenticated):
        await worlds.cases.users.delete(user.id, "wrong password", "", CLIENT)
    await worlds.cases.users.delete(user.id, PASSWORD, "", CLIENT)

    grant = await worlds.auth.resolve_key(keys.digest_of(tokens.first_key))
    assert grant.key.state is KeyState.REVOKED
    assert {announced.id for announced in worlds.announcer.announced} == {grant.key.id, key.id}
    for gone in (
        worlds.cases.users.get(user.id),
        worlds.cases.users.delete(user.id, PASSWORD, "", CLIENT),
        worlds.cases.registration.verify_email(link, CLIENT),
    ):
        with pytest.raises(NotFound):
            await gone
    with pytest.raises(Unauthenticated):
        await worlds.cases.logins.refresh(tokens.refresh, CLIENT)
    with pytest.raises(Unauthenticated):
        await worlds.log_in()
    assert [mail.to for mail in await worlds.mails()] == [EMAIL]
    assert "user_deleted" in await worlds.actions(user.id)


async def test_no_session_outlives_the_keys_of_a_deleted_user(world: World) -> None:
    user = (await world.registered()).user
    calls = await world.asked(world.cases.users.delete(user.id, PASSWORD, "", CLIENT))
    assert calls.index(("delete", "sessions")) < calls.index(("replace", "keys"))


async def test_nothing_stored_names_a_deleted_user(world: World) -> None:
    user = (await world.registered()).user
    await world.cases.users.delete(user.id, PASSWORD, "", CLIENT)
    await world.mails()
    world.clock.advance(100 * 24 * 3600)
    await forget_expired(world.store, world.clock.now_ms())
    for collection in ("accounts", "keys", "users", "sessions", "tokens", "letters", "attempts"):
        page = await world.store.find(collection, {})
        assert "ada" not in str(page.documents), collection
    page = await world.store.find("audit", {})
    assert page.documents
    assert "@" not in str(page.documents)


async def test_an_email_is_free_again_after_its_user_is_gone(world: World) -> None:
    first = (await world.registered()).user
    await world.cases.users.delete(first.id, PASSWORD, "", CLIENT)
    await world.mails()
    second = (await world.registered()).user
    assert second.id != first.id
    assert second.account_id != first.account_id


async def test_an_export_has_everything_but_secrets(worlds: World) -> None:
    tokens = await worlds.registered()
    bob = await worlds.registered("bob@example.com")
    exported = await worlds.cases.users.export(tokens.user.id)
    document = json.loads(exported)
    assert document["user"]["email"] == EMAIL
    assert document["account"]["id"] == tokens.user.account_id
    assert [key["label"] for key in document["keys"]] == ["default"]
    assert [session["client"]["address"] for session in document["sessions"]] == ["192.0.2.7"]
    assert "log_in" in [entry["action"] for entry in document["audit"]]
    for secret in ("argon2", "sha256", tokens.first_key, bob.user.id, "bob@"):
        assert secret not in exported


async def test_roles_are_given_by_admins_and_the_operator(world: World) -> None:
    ada, bob = (await world.registered()).user, (await world.registered("bob@example.com")).user
    set_role = world.cases.users.set_role
    for actor in ("", "usr_nobody", ada.id, bob.id):
        with pytest.raises(PermissionDenied):
            await set_role(bob.id, Role.ADMIN, actor)
    await set_role(ada.id, Role.SUPPORT, "operator")
    with pytest.raises(PermissionDenied):
        await set_role(ada.id, Role.ADMIN, ada.id)
    await set_role(ada.id, Role.ADMIN, "operator")
    assert (await set_role(bob.id, Role.SUPPORT, ada.id)).role is Role.SUPPORT
    entries, _ = await world.cases.users.list_audit(bob.id, 10, "")
    (entry,) = [entry for entry in entries if entry.action == "role_set"]
    assert (entry.actor_id, entry.detail) == (ada.id, "support")


async def test_an_admin_deletes_without_the_user_s_password(world: World) -> None:
    ada, bob = (await world.registered()).user, (await world.registered("bob@example.com")).user
    with pytest.raises(PermissionDenied):
        await world.cases.users.delete_by(bob.id, ada.id)
    await world.cases.users.delete_by(bob.id, "operator")
    with pytest.raises(NotFound):
        await world.cases.users.get(bob.id)


async def test_users_are_found_by_part_of_an_email_and_by_account(worlds: World) -> None:
    found = {}
    for name in ("cora", "ada", "bob"):
        found[name] = (await worlds.registered(f"{name}@example.com")).user
    search = worlds.cases.users.search
    assert [user.id for user in (await search("ADA@", 10, ""))[0]] == [found["ada"].id]
    account = found["bob"].account_id
    assert [user.id for user in (await search(account, 10, ""))[0]] == [found["bob"].id]
    assert await search("nobody", 10, "") == ([], "")
    emails, after = [], ""
    while True:
        page, after = await search("example", 2, after)
        emails += [user.email for user in page]
        if not after:
            break
    assert emails == ["ada@example.com", "bob@example.com", "cora@example.com"]
    with pytest.raises(InvalidArgument):
        await search("", 10, "not a token")


async def test_a_search_looks_past_pages_without_a_match(world: World) -> None:
    for number in range(4):
        await world.register(f"u{number}@example.com")
    page, _ = await world.cases.users.search("u3", 1, "")
    assert [user.email for user in page] == ["u3@example.com"]


async def test_what_other_services_report_is_in_the_log(worlds: World) -> None:
    user = (await worlds.registered()).user
    worlds.clock.advance(1)
    report = Report(
        actor_id="usr_root",
        user_id=user.id,
        action="wallet_topped_up",
        address="192.0.2.7",
        detail="25 USD",
    )
    await worlds.cases.users.record_audit(report)
    (entry,) = (await worlds.cases.users.list_audit(user.id, 1, ""))[0]
    assert (entry.actor_id, entry.action, entry.detail) == (
        "usr_root",
        "wallet_topped_up",
        "25 USD",
    )
    assert (entry.address, entry.at_ms) == ("192.0.2.7", worlds.clock.now_ms())
    await worlds.cases.users.record_audit(Report(actor_id="operator", action="channel_updated"))
    assert "channel_updated" in await worlds.actions()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"actor_id": ""}, "actor_id"),
        ({"actor_id": "u" * 65}, "actor_id"),
        ({"user_id": "u" * 65}, "user_id"),
        ({"user_id": "usr\n"}, "user_id"),
        ({"action": ""}, "action"),
        ({"action": "Wallet"}, "action"),
        ({"action": "a" * 65}, "action"),
        ({"action": "wallet topped up"}, "action"),
        ({"action": "wallet\n"}, "action"),
        ({"detail": "x" * 201}, "detail"),
        ({"detail": "\x1b[31m"}, "detail"),
    ],
)
def test_a_report_that_cannot_be_an_entry_names_its_field(
    change: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        replace(Report(actor_id="operator", action="done"), **change)
    assert caught.value.field == field


async def test_the_audit_log_is_read_newest_first_a_page_at_a_time(worlds: World) -> None:
    user = (await worlds.registered()).user
    for _ in range(3):
        worlds.clock.advance(1)
        await worlds.log_in()
    first, after = await worlds.cases.users.list_audit(user.id, 2, "")
    rest, end = await worlds.cases.users.list_audit(user.id, 10, after)
    times = [entry.at_ms for entry in first + rest]
    assert times == sorted(times, reverse=True)
    assert (len(times), end) == (6, "")
    assert first[0].address == "192.0.2.7"


async def test_what_is_over_is_deleted_and_the_rest_stays(worlds: World) -> None:
    tokens = await worlds.registered()
    await worlds.cases.credentials.request_reset(EMAIL, CLIENT)
    await worlds.mails()
    worlds.clock.advance(13 * 24 * 3600)
    tokens = await worlds.cases.logins.refresh(tokens.refresh, CLIENT)
    assert await forget_expired(worlds.store, worlds.clock.now_ms()) > 0
    assert (await worlds.store.find("tokens", {})).documents == []
    assert (await worlds.store.find("attempts", {})).documents == []
    await worlds.cases.logins.refresh(tokens.refresh, CLIENT)
    assert await forget_expired(worlds.store, worlds.clock.now_ms()) == 0
