import asyncio
from dataclasses import replace

import jwt
import pyotp
import pytest
from tollgate_auth.sessions import Tokens
from tollgate_auth.users import Client, User
from tollgate_common.errors import (
    AlreadyExists,
    InvalidArgument,
    NotFound,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from tollgate_common.sealing import Sealing

from .world import CLIENT, CONSOLE, EMAIL, PASSWORD, World, tokens_in

NEW = "a new password!"
STEP = 30


async def with_totp(world: World) -> tuple[Tokens, pyotp.TOTP, list[str]]:
    """A user with a second factor, the app that shows its codes, and the backup codes."""
    tokens = await world.registered()
    secret, _ = await world.cases.credentials.begin_totp(tokens.user.id, PASSWORD, CLIENT)
    app = pyotp.TOTP(secret)
    codes = await world.cases.credentials.confirm_totp(tokens.user.id, code_of(world, app), CLIENT)
    await world.mails()
    world.clock.advance(STEP)
    return tokens, app, codes


def code_of(world: World, app: pyotp.TOTP, steps: int = 0) -> str:
    return app.at(world.clock.now_ms() // 1000 + steps * STEP)


def session_of(tokens: Tokens) -> str:
    """The session's id, as the access token has it."""
    claims = jwt.decode(tokens.access, options={"verify_signature": False})
    return str(claims["sid"])


async def read(world: World, user: User) -> User:
    return await world.cases.users.get(user.id)


async def test_a_forgotten_password_is_set_anew_by_mail_once(worlds: World) -> None:
    old = await worlds.registered()
    await worlds.cases.credentials.request_reset("ADA@example.com", CLIENT)
    (mail,) = await worlds.mails()
    (token,) = tokens_in(mail)
    assert f"{CONSOLE}/reset-password#token={token}" in mail.text
    calls = [worlds.cases.credentials.reset_password(token, NEW, CLIENT) for _ in range(3)]
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert ends.count(None) == 1
    assert all(end is None or isinstance(end, NotFound) for end in ends)
    with pytest.raises(Unauthenticated):
        await worlds.cases.logins.refresh(old.refresh, CLIENT)
    with pytest.raises(Unauthenticated):
        await worlds.log_in()
    await worlds.log_in(password=NEW)
    (told,) = await worlds.mails()
    assert (told.to, "changed" in told.subject) == (EMAIL, True)
    assert "password_reset" in await worlds.actions(old.user.id)


async def test_asking_for_a_reset_of_an_unknown_email_says_and_mails_nothing(
    world: World,
) -> None:
    await world.cases.credentials.request_reset("no@example.com", CLIENT)
    assert await world.mails() == []


async def test_a_reset_link_lasts_half_an_hour(world: World) -> None:
    await world.register()
    await world.cases.credentials.request_reset(EMAIL, CLIENT)
    token = await world.token()
    world.clock.advance(30 * 60)
    with pytest.raises(NotFound):
        await world.cases.credentials.reset_password(token, NEW, CLIENT)


async def test_one_reset_voids_the_other_links(world: World) -> None:
    await world.register()
    await world.cases.credentials.request_reset(EMAIL, CLIENT)
    first = await world.token()
    await world.cases.credentials.request_reset(EMAIL, CLIENT)
    await world.cases.credentials.reset_password(await world.token(), NEW, CLIENT)
    with pytest.raises(NotFound):
        await world.cases.credentials.reset_password(first, "an attacker's", CLIENT)


async def test_a_refused_password_does_not_use_up_the_link(world: World) -> None:
    await world.register()
    await world.cases.credentials.request_reset(EMAIL, CLIENT)
    token = await world.token()
    with pytest.raises(InvalidArgument) as caught:
        await world.cases.credentials.reset_password(token, "short", CLIENT)
    assert caught.value.field == "password"
    await world.cases.credentials.reset_password(token, NEW, CLIENT)


async def test_who_is_kept_out_by_guesses_comes_in_by_mail(world: World) -> None:
    await world.register()
    for _ in range(6):
        with pytest.raises(Unauthenticated):
            await world.log_in(password="wrong password")
    with pytest.raises(RateLimited):
        await world.log_in()
    await world.cases.credentials.request_reset(EMAIL, CLIENT)
    await world.cases.credentials.reset_password(await world.token(), NEW, CLIENT)
    await world.log_in(password=NEW)


async def test_links_are_for_one_purpose(world: World) -> None:
    await world.cases.registration.register("bob@example.com", PASSWORD, "", CLIENT)
    with pytest.raises(NotFound):
        await world.cases.credentials.reset_password(await world.token(), NEW, CLIENT)
    await world.register()
    await world.cases.credentials.request_reset(EMAIL, CLIENT)
    with pytest.raises(NotFound):
        await world.cases.registration.verify_email(await world.token(), CLIENT)


async def test_guessing_links_is_limited(world: World) -> None:
    for number in range(21):
        with pytest.raises(NotFound):
            await world.cases.credentials.reset_password(f"guess {number}", NEW, CLIENT)
    with pytest.raises(RateLimited):
        await world.cases.credentials.reset_password("another guess", NEW, CLIENT)
    with pytest.raises(RateLimited):
        await world.cases.registration.verify_email("another guess", CLIENT)


async def test_a_changed_password_ends_every_other_session(worlds: World) -> None:
    this, other = await worlds.registered(), await worlds.log_in()
    mine = session_of(this)
    await worlds.cases.credentials.change_password(this.user.id, PASSWORD, NEW, mine, CLIENT)
    await worlds.cases.logins.refresh(this.refresh, CLIENT)
    with pytest.raises(Unauthenticated):
        await worlds.cases.logins.refresh(other.refresh, CLIENT)
    with pytest.raises(Unauthenticated):
        await worlds.log_in()
    await worlds.log_in(password=NEW)


async def test_anothers_session_is_not_kept_by_a_change_of_password(world: World) -> None:
    ada, bob = await world.registered(), await world.registered("bob@example.com")
    (theirs,) = await world.cases.logins.list_sessions(bob.user.id)
    await world.cases.credentials.change_password(ada.user.id, PASSWORD, NEW, theirs.id, CLIENT)
    assert await world.cases.logins.list_sessions(bob.user.id) == [theirs]
    assert await world.cases.logins.list_sessions(ada.user.id) == []


async def test_a_wrong_old_password_changes_nothing_and_is_limited(world: World) -> None:
    user = (await world.registered()).user
    for _ in range(6):
        with pytest.raises(Unauthenticated):
            await world.cases.credentials.change_password(user.id, "wrong", NEW, "", CLIENT)
    with pytest.raises(RateLimited):
        await world.cases.credentials.change_password(user.id, PASSWORD, NEW, "", CLIENT)
    await world.log_in()


async def test_a_change_of_email_is_confirmed_at_the_new_and_told_at_the_old(
    worlds: World,
) -> None:
    tokens = await worlds.registered()
    user = tokens.user
    await worlds.cases.credentials.change_email(user.id, PASSWORD, "Ada@New.example", CLIENT)
    mails = {mail.to: mail for mail in await worlds.mails()}
    assert set(mails) == {EMAIL, "ada@new.example"}
    assert tokens_in(mails[EMAIL]) == []
    assert (await read(worlds, user)).pending_email == "ada@new.example"
    await worlds.log_in()
    (token,) = tokens_in(mails["ada@new.example"])
    await worlds.cases.registration.verify_email(token, CLIENT)
    after = await read(worlds, user)
    assert (after.email, after.pending_email) == ("ada@new.example", "")
    await worlds.log_in("ada@new.example")
    with pytest.raises(Unauthenticated):
        await worlds.log_in(EMAIL)
    with pytest.raises(NotFound):
        await worlds.cases.registration.verify_email(token, CLIENT)


async def test_a_taken_email_is_no_news_to_who_wants_it(world: World) -> None:
    await world.register("bob@example.com")
    user = (await world.registered()).user
    await world.cases.credentials.change_email(user.id, PASSWORD, "bob@example.com", CLIENT)
    assert [mail.to for mail in await world.mails()] == [EMAIL]


async def test_an_email_that_was_taken_meanwhile_stays_its_owner_s(worlds: World) -> None:
    user = (await worlds.registered()).user
    await worlds.cases.credentials.change_email(user.id, PASSWORD, "new@example.com", CLIENT)
    token = await worlds.token()
    await worlds.register("new@example.com")
    with pytest.raises(NotFound):
        await worlds.cases.registration.verify_email(token, CLIENT)
    assert (await read(worlds, user)).email == EMAIL


async def test_only_the_latest_new_email_can_be_confirmed(world: World) -> None:
    user = (await world.registered()).user
    await world.cases.credentials.change_email(user.id, PASSWORD, "one@example.com", CLIENT)
    first = await world.token()
    await world.cases.credentials.change_email(user.id, PASSWORD, "two@example.com", CLIENT)
    with pytest.raises(NotFound):
        await world.cases.registration.verify_email(first, CLIENT)


async def test_with_a_second_factor_a_login_needs_a_code_that_works_once(worlds: World) -> None:
    _, app, _ = await with_totp(worlds)
    assert await worlds.cases.logins.log_in(EMAIL, PASSWORD, "", CLIENT) is None
    code = code_of(worlds, app)
    calls = [worlds.log_in(code=code) for _ in range(4)]
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(end, Tokens) for end in ends) == 1
    with pytest.raises(Unauthenticated):
        await worlds.log_in(code=code)
    worlds.clock.advance(STEP)
    await worlds.log_in(code=code_of(worlds, app))


async def test_a_code_needs_the_password_and_tells_nothing_without(world: World) -> None:
    _, app, _ = await with_totp(world)
    with pytest.raises(Unauthenticated):
        await world.cases.logins.log_in(EMAIL, "wrong password", "", CLIENT)
    with pytest.raises(Unauthenticated):
        await world.log_in(password="wrong password", code=code_of(world, app))


async def test_codes_are_not_to_be_tried_through(world: World) -> None:
    await with_totp(world)
    judged = 0
    for number in range(40):
        client = Client(f"198.51.100.{number}", "")
        # Asking without a code in between gives no more tries.
        for code in ("", f"{number:06}"):
            try:
                await world.cases.logins.log_in(EMAIL, PASSWORD, code, client)
            except Unauthenticated:
                judged += 1
            except RateLimited:
                pass
    assert judged <= 6


async def test_each_backup_code_works_once(worlds: World) -> None:
    _, _, codes = await with_totp(worlds)
    assert len(set(codes)) == 10
    await worlds.log_in(code=codes[0])
    with pytest.raises(Unauthenticated):
        await worlds.log_in(code=codes[0])
    await worlds.log_in(code=codes[9].upper().replace("-", " "))


async def test_a_code_of_a_clock_that_is_a_little_off_is_taken(world: World) -> None:
    _, app, _ = await with_totp(world)
    world.clock.advance(10 * STEP)
    for steps in (-2, 2):
        with pytest.raises(Unauthenticated):
            await world.log_in(code=code_of(world, app, steps))
    await world.log_in(code=code_of(world, app, -1))
    await world.log_in(code=code_of(world, app, 1))


async def test_a_second_factor_counts_once_it_is_confirmed(world: World) -> None:
    user = (await world.registered()).user
    begin, confirm = world.cases.credentials.begin_totp, world.cases.credentials.confirm_totp
    with pytest.raises(Unauthenticated):
        await begin(user.id, "wrong password", CLIENT)
    with pytest.raises(NotFound):
        await confirm(user.id, "000000", CLIENT)
    secret, uri = await begin(user.id, PASSWORD, CLIENT)
    assert uri.startswith("otpauth://totp/Tollgate:ada%40example.com?")
    assert f"secret={secret}" in uri
    await world.log_in()
    with pytest.raises(Unauthenticated):
        await confirm(user.id, "", CLIENT)
    await confirm(user.id, code_of(world, pyotp.TOTP(secret)), CLIENT)
    assert (await read(world, user)).totp.enabled
    with pytest.raises(AlreadyExists):
        await begin(user.id, PASSWORD, CLIENT)
    with pytest.raises(NotFound):
        await confirm(user.id, code_of(world, pyotp.TOTP(secret)), CLIENT)


async def test_a_second_factor_is_ended_by_both(world: World) -> None:
    tokens, app, _ = await with_totp(world)
    disable = world.cases.credentials.disable_totp
    for password, code in (("wrong", code_of(world, app)), (PASSWORD, ""), (PASSWORD, "1")):
        with pytest.raises(Unauthenticated):
            await disable(tokens.user.id, password, code, CLIENT)
    after = await disable(tokens.user.id, PASSWORD, code_of(world, app), CLIENT)
    assert not after.totp.enabled
    assert await disable(tokens.user.id, PASSWORD, "", CLIENT) == after
    await world.log_in()
    assert ["off" in mail.subject for mail in await world.mails()] == [True]


async def test_the_secret_of_a_second_factor_is_stored_sealed(worlds: World) -> None:
    user = (await worlds.registered()).user
    secret, _ = await worlds.cases.credentials.begin_totp(user.id, PASSWORD, CLIENT)
    app = pyotp.TOTP(secret)
    assert secret not in str((await worlds.store.find("users", {})).documents)
    await worlds.cases.credentials.confirm_totp(user.id, code_of(worlds, app), CLIENT)
    assert secret not in str((await worlds.store.find("users", {})).documents)
    assert secret not in await worlds.cases.users.export(user.id)


def with_vault(world: World, **keys: bytes) -> World:
    vault = Sealing("TOLLGATE_AUTH_SEALING_KEYS", keys)
    people = replace(world.cases.users.people, vault=vault)
    logins = replace(world.cases.logins, people=people)
    credentials = replace(world.cases.credentials, people=people)
    return replace(world, cases=replace(world.cases, logins=logins, credentials=credentials))


async def test_a_secret_under_an_older_key_opens_and_is_sealed_again_when_used(
    world: World,
) -> None:
    _, app, _ = await with_totp(world)
    old, new = bytes(range(32)), bytes(range(1, 33))
    world.clock.advance(STEP)
    await with_vault(world, v2=new, v1=old).log_in(code=code_of(world, app))
    world.clock.advance(STEP)
    await with_vault(world, v2=new).log_in(code=code_of(world, app))


async def test_a_lost_key_is_an_outage_and_no_way_in(world: World) -> None:
    tokens, app, codes = await with_totp(world)
    lost = with_vault(world, v2=bytes(range(1, 33)))
    world.clock.advance(STEP)
    for code in (code_of(world, app), codes[0], "000000"):
        with pytest.raises(Unavailable):
            await lost.log_in(code=code)
        world.clock.advance(STEP)
    with pytest.raises(Unavailable):
        await lost.cases.credentials.disable_totp(tokens.user.id, PASSWORD, codes[0], CLIENT)
    await world.log_in(code=code_of(world, app))


async def test_a_secret_of_another_user_does_not_open(world: World) -> None:
    ada, bob = (await world.registered()).user, (await world.registered("bob@example.com")).user
    secret, _ = await world.cases.credentials.begin_totp(ada.id, PASSWORD, CLIENT)
    stolen = (await read(world, ada)).totp
    await world.cases.users.people.change(bob.id, lambda user: replace(user, totp=stolen))
    code = code_of(world, pyotp.TOTP(secret))
    with pytest.raises(Unavailable):
        await world.cases.credentials.confirm_totp(bob.id, code, CLIENT)


async def test_a_reset_by_mail_does_not_end_the_second_factor(world: World) -> None:
    _, app, _ = await with_totp(world)
    await world.cases.credentials.request_reset(EMAIL, CLIENT)
    await world.cases.credentials.reset_password(await world.token(), NEW, CLIENT)
    assert await world.cases.logins.log_in(EMAIL, NEW, "", CLIENT) is None
    await world.log_in(password=NEW, code=code_of(world, app))
