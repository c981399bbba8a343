"""Attacks on accounts: stolen tokens, guesses at once, questions about who exists, used proofs."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

import pyotp
import pytest
from tollgate_auth.passwords import Passwords
from tollgate_auth.users import Client, Role
from tollgate_common.errors import (
    InvalidArgument,
    NotFound,
    PermissionDenied,
    RateLimited,
    TollgateError,
    Unauthenticated,
)

from .world import CLIENT, CONSOLE, EMAIL, PASSWORD, World, tokens_in

THIEF = Client("198.51.100.66", "another browser")
NEW = "a new password!"
GUESSES = 40


def everywhere(number: int) -> Client:
    """One of many machines of one attacker."""
    return Client(f"198.51.{100 + number // 250}.{number % 250}", "a bot")


async def judged(kind: type[TollgateError], *tries: Awaitable[object], at_most: int) -> None:
    """Makes all tries at once: some fail as they must, the others are told when to come again."""
    ends = await asyncio.gather(*tries, return_exceptions=True)
    limits = [end for end in ends if isinstance(end, RateLimited)]
    others = [end for end in ends if not isinstance(end, RateLimited)]
    assert all(limit.retry_after_s >= 1 for limit in limits)
    assert all(isinstance(end, kind) for end in others)
    assert 1 <= len(others) <= at_most


# What is stolen


@pytest.mark.parametrize("thief_is_first", [True, False], ids=["thief", "owner"])
async def test_a_stolen_refresh_token_ends_the_session_of_thief_and_owner(
    worlds: World, thief_is_first: bool
) -> None:
    stolen = await worlds.registered()
    elsewhere = await worlds.log_in()
    refresh, authenticate = worlds.cases.logins.refresh, worlds.cases.logins.authenticate
    clients = (THIEF, CLIENT) if thief_is_first else (CLIENT, THIEF)
    fresh = await refresh(stolen.refresh, clients[0])
    with pytest.raises(Unauthenticated, match="log in"):
        await refresh(stolen.refresh, clients[1])
    with pytest.raises(Unauthenticated, match="log in"):
        await refresh(fresh.refresh, clients[0])
    for access in (stolen.access, fresh.access):
        with pytest.raises(Unauthenticated):
            await authenticate(access)
    entries, _ = await worlds.cases.users.list_audit(stolen.user.id, 100, "")
    (noted,) = [entry for entry in entries if entry.action == "refresh_reused"]
    assert noted.address == clients[1].address
    await authenticate(elsewhere.access)


async def test_a_login_takes_over_nothing_that_was_there_before_it(world: World) -> None:
    """Session fixation: what an attacker knows of a session is never a later one's."""
    first = await world.registered()
    second = await world.log_in()
    assert {first.access, first.refresh}.isdisjoint({second.access, second.refresh})
    sessions = await world.cases.logins.list_sessions(first.user.id)
    assert len({session.id for session in sessions}) == 2


async def test_a_role_is_given_by_nobody_to_oneself(world: World) -> None:
    ada, sue = (await world.registered()).user, (await world.registered("sue@example.com")).user
    await world.cases.users.set_role(sue.id, Role.SUPPORT, "operator")
    for actor in (ada, sue):
        for wanted in (ada, sue):
            with pytest.raises(PermissionDenied):
                await world.cases.users.set_role(wanted.id, Role.ADMIN, actor.id)
            with pytest.raises(PermissionDenied):
                await world.cases.users.delete_by(wanted.id, actor.id)
    roles = [(await world.cases.users.get(user.id)).role for user in (ada, sue)]
    assert roles == [Role.CUSTOMER, Role.SUPPORT]


# Guesses, one by one and all at once


async def test_guesses_at_links_at_once_are_no_more_than_the_limit(worlds: World) -> None:
    reset = worlds.cases.credentials.reset_password
    verify = worlds.cases.registration.verify_email
    resets = [reset(f"guess-{number}", NEW, THIEF) for number in range(GUESSES)]
    verifications = [verify(f"guess-{number}", THIEF) for number in range(GUESSES)]
    await judged(NotFound, *resets, *verifications, at_most=21)


async def test_guesses_at_a_code_at_once_are_no_more_than_the_limit(worlds: World) -> None:
    user_id, _ = await with_second_factor(worlds)
    log_in, disable = worlds.cases.logins.log_in, worlds.cases.credentials.disable_totp
    logins = [log_in(EMAIL, PASSWORD, f"{n:06}", everywhere(n)) for n in range(GUESSES)]
    await judged(Unauthenticated, *logins, at_most=6)
    removals = [disable(user_id, PASSWORD, f"{n:06}", everywhere(n)) for n in range(GUESSES)]
    await judged(Unauthenticated, *removals, at_most=6)
    assert (await worlds.cases.users.get(user_id)).totp.enabled


async def test_guesses_at_the_first_code_at_once_are_no_more_than_the_limit(
    worlds: World,
) -> None:
    user = (await worlds.registered()).user
    await worlds.cases.credentials.begin_totp(user.id, PASSWORD, CLIENT)
    confirm = worlds.cases.credentials.confirm_totp
    tries = [confirm(user.id, f"{n:06}", everywhere(n)) for n in range(GUESSES)]
    await judged(Unauthenticated, *tries, at_most=6)
    assert not (await worlds.cases.users.get(user.id)).totp.enabled


async def test_a_stolen_session_guesses_no_password(worlds: World) -> None:
    user = (await worlds.registered()).user
    credentials, users = worlds.cases.credentials, worlds.cases.users
    tries: list[Awaitable[object]] = []
    for number in range(GUESSES // 4):
        guess, client = f"wrong password {number}", everywhere(number)
        tries += [
            credentials.change_password(user.id, guess, NEW, "", client),
            credentials.change_email(user.id, guess, "thief@example.com", client),
            credentials.begin_totp(user.id, guess, client),
            users.delete(user.id, guess, "", client),
        ]
    await judged(Unauthenticated, *tries, at_most=6)


async def test_a_right_password_among_guesses_is_no_better_than_a_wrong_one(world: World) -> None:
    """While a pause lasts, the answer says nothing of the password."""
    await world.register()
    for _ in range(6):
        with pytest.raises(Unauthenticated):
            await world.log_in(password="wrong password", client=THIEF)
    answers = []
    for password in (PASSWORD, "wrong password"):
        with pytest.raises(RateLimited) as caught:
            await world.log_in(password=password, client=THIEF)
        answers.append((caught.value.message, caught.value.retry_after_s))
    assert answers[0] == answers[1]


async def test_nobody_s_mailbox_is_flooded(worlds: World) -> None:
    await worlds.register()
    ask, register = worlds.cases.credentials.request_reset, worlds.cases.registration.register
    resets = [ask(EMAIL, everywhere(n)) for n in range(GUESSES)]
    registrations = [register(EMAIL, NEW, "", everywhere(n)) for n in range(GUESSES)]
    await asyncio.gather(*resets, *registrations, return_exceptions=True)
    assert 1 <= len(await worlds.mails()) <= 4


# Questions about who exists


class Counting:
    """Passwords that remember what was asked of them: that is what takes time."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self.outdated = passwords.outdated
        self.work: list[str] = []

    async def hash(self, password: str) -> str:
        self.work.append("argon2id")
        return await self._passwords.hash(password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        self.work.append("argon2id")
        return await self._passwords.verify(hashed, password)


async def test_a_stranger_s_email_costs_the_same_hashes_and_gets_the_same_words(
    world: World,
) -> None:
    await world.register()
    people = world.cases.logins.people
    counting = Counting(people.passwords)
    counted = replace(people, passwords=counting)  # type: ignore[arg-type]
    logins = replace(world.cases.logins, people=counted)
    registration = replace(world.cases.registration, people=counted)
    credentials = replace(world.cases.credentials, people=counted)

    async def answers(email: str) -> list[tuple[str, list[str]]]:
        found = []
        for attempt in (
            logins.log_in(email, "wrong password", "", CLIENT),
            logins.log_in(email, "wrong password", "000000", CLIENT),
            registration.register(email, NEW, "", CLIENT),
            credentials.request_reset(email, CLIENT),
        ):
            counting.work.clear()
            found.append((await said(attempt), counting.work[:]))
        return found

    known, unknown = await answers(EMAIL), await answers("no@example.com")
    assert known == unknown
    assert [len(work) for _, work in known] == [1, 1, 1, 0]


async def test_a_second_factor_is_nobody_s_business_without_the_password(world: World) -> None:
    await with_second_factor(world)
    await world.register("bob@example.com")
    for code in ("", "000000"):
        answers = {
            await said(world.cases.logins.log_in(email, "wrong password", code, CLIENT))
            for email in (EMAIL, "bob@example.com", "no@example.com")
        }
        assert len(answers) == 1


async def test_a_dead_link_does_not_say_why(world: World) -> None:
    tokens = await world.registered()
    reset, ask = world.cases.credentials.reset_password, world.cases.credentials.request_reset

    async def link() -> str:
        await ask(EMAIL, CLIENT)
        return await world.token()

    late = await link()
    world.clock.advance(30 * 60)
    used = await link()
    await reset(used, NEW, CLIENT)
    await world.mails()
    await world.cases.registration.register("bob@example.com", PASSWORD, "", CLIENT)
    another_purpose = await world.token()
    world.clock.advance(3600)
    orphaned = await link()
    await world.cases.users.delete_by(tokens.user.id, "operator")
    dead = (late, used, another_purpose, orphaned, "never-was", "")
    assert len({await said(reset(token, NEW, CLIENT)) for token in dead}) == 1


async def said(attempt: Awaitable[object]) -> str:
    """All that whoever tries gets to know."""
    try:
        return repr(await attempt)
    except TollgateError as error:
        return f"{type(error).__name__} {error.field} {error.message}"


# Proofs that were used, and half a proof


async def with_second_factor(world: World) -> tuple[str, pyotp.TOTP]:
    """The id of a user with a second factor, and its app."""
    user = (await world.registered()).user
    secret, _ = await world.cases.credentials.begin_totp(user.id, PASSWORD, CLIENT)
    app = pyotp.TOTP(secret)
    await world.cases.credentials.confirm_totp(user.id, code_of(world, app), CLIENT)
    world.clock.advance(90)
    return user.id, app


def code_of(world: World, app: pyotp.TOTP, steps: int = 0) -> str:
    return app.at(world.clock.now_ms() // 1000 + 30 * steps)


async def test_a_code_that_was_seen_is_worth_nothing_for_anything(worlds: World) -> None:
    user_id, app = await with_second_factor(worlds)
    seen, before = code_of(worlds, app), code_of(worlds, app, -1)
    await worlds.log_in(code=seen)
    for code in (seen, before):
        with pytest.raises(Unauthenticated):
            await worlds.log_in(code=code)
        with pytest.raises(Unauthenticated):
            await worlds.cases.credentials.disable_totp(user_id, PASSWORD, code, CLIENT)
        with pytest.raises(Unauthenticated):
            await worlds.cases.users.delete(user_id, PASSWORD, code, CLIENT)


async def test_a_code_is_for_its_own_user(world: World) -> None:
    _, app = await with_second_factor(world)
    bob = (await world.registered("bob@example.com")).user
    begun, _ = await world.cases.credentials.begin_totp(bob.id, PASSWORD, CLIENT)
    with pytest.raises(Unauthenticated):
        await world.cases.credentials.confirm_totp(bob.id, code_of(world, app), CLIENT)
    with pytest.raises(Unauthenticated):
        await world.log_in(code=pyotp.TOTP(begun).at(world.clock.now_ms() // 1000))


async def test_the_password_alone_opens_nothing(worlds: World) -> None:
    user_id, _ = await with_second_factor(worlds)
    before = await worlds.cases.logins.list_sessions(user_id)
    done = await worlds.actions(user_id)
    assert await worlds.cases.logins.log_in(EMAIL, PASSWORD, "", THIEF) is None
    assert await worlds.cases.logins.list_sessions(user_id) == before
    assert await worlds.actions(user_id) == done
    for proven_by_one in (
        worlds.cases.credentials.disable_totp(user_id, PASSWORD, "", THIEF),
        worlds.cases.users.delete(user_id, PASSWORD, "", THIEF),
    ):
        with pytest.raises(Unauthenticated):
            await proven_by_one
    assert (await worlds.cases.users.get(user_id)).totp.enabled


@pytest.mark.parametrize(
    "email",
    [
        "ada@example.com\r\nBcc: thief@example.com",
        "ada@example.com, thief@example.com",
        "ada@example.com%0d%0aBcc:thief@example.com",
        "thief@evil.example#@example.com",
        "\x1b[31mada@example.com",
    ],
)
async def test_a_mail_has_one_reader_whatever_is_called_an_email(world: World, email: str) -> None:
    await world.register()
    with pytest.raises(InvalidArgument):
        await world.cases.registration.register(email, PASSWORD, "", CLIENT)
    with pytest.raises(InvalidArgument):
        await world.cases.credentials.request_reset(email, CLIENT)
    assert await world.mails() == []


async def test_every_link_leads_to_the_console(world: World) -> None:
    user = (await world.registered()).user
    await world.cases.credentials.request_reset(EMAIL, CLIENT)
    await world.cases.registration.register(EMAIL, PASSWORD, "", CLIENT)
    await world.cases.registration.register("bob@example.com", PASSWORD, "zh", CLIENT)
    await world.cases.credentials.change_email(user.id, PASSWORD, "new@example.com", CLIENT)
    with_links = [mail for mail in await world.mails() if tokens_in(mail)]
    assert len(with_links) == 4
    for mail in with_links:
        for text in (mail.text, mail.html):
            assert text.count("http") == text.count(f"{CONSOLE}/")
