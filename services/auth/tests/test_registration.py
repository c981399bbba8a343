import asyncio
from dataclasses import replace

import pytest
from tollgate_auth import keys
from tollgate_auth.keys import KeyState
from tollgate_auth.letters import Letter
from tollgate_auth.mail import Mail, MailRefused
from tollgate_auth.user_store import StoredLetters, forget_expired
from tollgate_common.errors import (
    InvalidArgument,
    NotFound,
    RateLimited,
    Unauthenticated,
    Unavailable,
)

from .world import CLIENT, CONSOLE, EMAIL, PASSWORD, World, tokens_in


async def test_from_a_stranger_to_a_first_call(worlds: World) -> None:
    await worlds.cases.registration.register(" Ada@Example.COM ", PASSWORD, "zh", CLIENT)
    (mail,) = await worlds.mails()
    (token,) = tokens_in(mail)
    assert mail.to == EMAIL
    assert f"{CONSOLE}/verify-email#token={token}" in mail.text
    await worlds.cases.registration.verify_email(token, CLIENT)

    tokens = await worlds.log_in("ADA@example.com")
    assert (tokens.user.email, tokens.user.locale) == (EMAIL, "zh")
    grant = await worlds.auth.resolve_key(keys.digest_of(tokens.first_key))
    assert grant.key.account_id == tokens.user.account_id
    assert (grant.key.label, grant.key.state) == ("default", KeyState.ACTIVE)
    assert (await worlds.log_in()).first_key == ""
    assert await worlds.actions(tokens.user.id) == [
        "key_created",
        "log_in",
        "log_in",
        "registered",
    ]


async def test_before_the_email_is_confirmed_a_login_is_refused_like_any_other(
    world: World,
) -> None:
    await world.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
    with pytest.raises(Unauthenticated) as unconfirmed:
        await world.log_in()
    with pytest.raises(Unauthenticated) as unknown:
        await world.log_in("bob@example.com")
    assert unconfirmed.value.message == unknown.value.message


async def test_a_taken_email_is_answered_alike_and_its_owner_is_told(worlds: World) -> None:
    await worlds.register()
    await worlds.cases.registration.register("ADA@example.com", "another password!", "", CLIENT)
    (mail,) = await worlds.mails()
    assert mail.to == EMAIL
    assert "already" in mail.subject
    with pytest.raises(NotFound):
        await worlds.cases.registration.verify_email(tokens_in(mail)[0], CLIENT)
    await worlds.cases.credentials.reset_password(tokens_in(mail)[0], "a third password", CLIENT)
    await worlds.log_in(password="a third password")


async def test_what_is_done_while_a_stranger_waits_does_not_depend_on_who_is_known(
    world: World,
) -> None:
    await world.register()
    # Its own tries are forgotten by now.
    world.clock.advance(2 * 24 * 3600)
    await forget_expired(world.store, world.clock.now_ms())
    cases, bob = world.cases, "bob@example.com"

    async def asked(email: str) -> list[list[tuple[str, str]]]:
        return [
            await world.asked(cases.registration.register(email, PASSWORD, "", CLIENT)),
            await world.asked(cases.credentials.request_reset(email, CLIENT)),
            await world.asked(world.log_in(email, "wrong password")),
        ]

    known, unknown = await asked(EMAIL), await asked(bob)
    assert known[2][-1] == ("insert", "audit")
    # The second of them finds that its address has tried before.
    assert [[call for call in calls if call[1] != "attempts"] for calls in known] == [
        [call for call in calls if call[1] != "attempts"] for calls in unknown
    ]
    assert [len(calls) for calls in known] == [len(calls) for calls in unknown]


async def test_who_registers_anothers_email_gets_no_password_into_the_account(
    world: World,
) -> None:
    await world.cases.registration.register(EMAIL, "attacker's password", "", CLIENT)
    theirs = await world.token()
    await world.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
    await world.cases.registration.verify_email(await world.token(), CLIENT)
    with pytest.raises(NotFound):
        await world.cases.registration.verify_email(theirs, CLIENT)
    await world.log_in()
    with pytest.raises(Unauthenticated):
        await world.log_in(password="attacker's password")


async def test_a_link_works_once_and_for_a_day(world: World) -> None:
    await world.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
    late = await world.token()
    world.clock.advance(24 * 3600)
    with pytest.raises(NotFound):
        await world.cases.registration.verify_email(late, CLIENT)
    await world.register()
    for token in (late, "", "\0", "x" * 100_000):
        with pytest.raises(NotFound):
            await world.cases.registration.verify_email(token, CLIENT)


async def test_a_link_that_is_opened_often_at_once_makes_one_user(worlds: World) -> None:
    await worlds.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
    token = await worlds.token()
    calls = [worlds.cases.registration.verify_email(token, CLIENT) for _ in range(5)]
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert None in ends
    assert all(end is None or isinstance(end, NotFound) for end in ends)
    users, _ = await worlds.cases.users.search("", 10, "")
    assert [user.email for user in users] == [EMAIL]
    accounts, _ = await worlds.auth.list_accounts(10, "")
    assert [account.id for account in accounts] == [users[0].account_id]


async def test_many_links_to_one_email_make_one_user(worlds: World) -> None:
    tokens = []
    for _ in range(3):
        await worlds.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
        tokens.append(await worlds.token())
    calls = [worlds.cases.registration.verify_email(token, CLIENT) for token in tokens]
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert ends.count(None) == 1
    users, _ = await worlds.cases.users.search("", 10, "")
    assert [user.email for user in users] == [EMAIL]


async def test_a_dead_mail_server_fails_no_registration(world: World) -> None:
    world.mailer.failures += [Unavailable("connection refused")] * 3
    await world.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
    for pause in (30, 60, 120):
        assert await world.mails() == []
        world.clock.advance(pause - 1)
        assert await world.mails() == []
        world.clock.advance(1)
    await world.cases.registration.verify_email(await world.token(), CLIENT)
    assert await world.mails() == []


async def test_a_letter_that_nobody_takes_is_given_up_and_holds_up_no_other(world: World) -> None:
    world.mailer.failures += [MailRefused("550"), ValueError("a bug")]
    await world.cases.registration.register("no@example.com", PASSWORD, "", CLIENT)
    world.clock.advance(1)
    await world.cases.registration.register("bug@example.com", PASSWORD, "", CLIENT)
    world.clock.advance(1)
    await world.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
    assert [mail.to for mail in await world.mails()] == [EMAIL]
    world.clock.advance(30)
    assert [mail.to for mail in await world.mails()] == ["bug@example.com"]
    await world.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
    world.mailer.failures += [Unavailable("away")] * 1000
    for _ in range(40):
        await world.mails()
        world.clock.advance(3600)
    world.mailer.failures.clear()
    assert await world.mails() == []


async def test_a_letter_is_sent_at_once_and_a_database_that_is_away_is_waited_for(
    world: World,
) -> None:
    sent = asyncio.Event()

    class AwayOnce(StoredLetters):
        away = True

        async def due(self, now_ms: int, limit: int) -> list[tuple[Letter, int]]:
            if self.away:
                self.away = False
                raise Unavailable("the database is away")
            return await super().due(now_ms, limit)

    class Telling:
        async def send(self, mail: Mail) -> None:
            sent.set()

    post = replace(world.postman.post, letters=AwayOnce(world.store))
    postman = replace(world.postman, post=post, mailer=Telling())
    registration = replace(world.cases.registration, post=post)
    running = asyncio.create_task(postman.run())
    await asyncio.sleep(0)
    async with asyncio.timeout(2):
        await registration.register(EMAIL, PASSWORD, "", CLIENT)
        await sent.wait()
    running.cancel()


async def test_two_postmen_send_a_letter_once(worlds: World) -> None:
    await worlds.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
    await asyncio.gather(*(worlds.postman.deliver() for _ in range(5)))
    assert len(worlds.mailer.sent) == 1


async def test_neither_passwords_nor_links_are_stored(world: World) -> None:
    await world.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
    token = await world.token()
    for collection in ("letters", "tokens"):
        page = await world.store.find(collection, {})
        assert token not in str(page.documents)
        assert PASSWORD not in str(page.documents)


async def test_mails_to_one_address_are_few(world: World) -> None:
    for _ in range(3):
        await world.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
        await world.mails()
    await world.cases.credentials.request_reset(EMAIL, CLIENT)
    with pytest.raises(RateLimited) as caught:
        await world.cases.credentials.request_reset(EMAIL, CLIENT)
    assert caught.value.retry_after_s == 1
    await world.cases.registration.register("bob@example.com", PASSWORD, "", CLIENT)


@pytest.mark.parametrize(
    ("email", "password", "locale", "field"),
    [
        ("ada", PASSWORD, "", "email"),
        (EMAIL, "too short", "", "password"),
        (EMAIL, "Password1234", "", "password"),
        (EMAIL, EMAIL, "", "password"),
        (EMAIL, PASSWORD, "xx", "locale"),
    ],
)
async def test_what_cannot_be_registered_names_its_field(
    world: World, email: str, password: str, locale: str, field: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await world.cases.registration.register(email, password, locale, CLIENT)
    assert caught.value.field == field
    assert await world.mails() == []
