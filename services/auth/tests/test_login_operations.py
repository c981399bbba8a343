import asyncio
import json
from dataclasses import replace

import jwt
import pytest
from tollgate_auth import keys
from tollgate_auth.keys import KeyState
from tollgate_auth.sessions import Tokens
from tollgate_auth.users import Client, Role
from tollgate_common.errors import NotFound, RateLimited, Unauthenticated

from .world import CLIENT, EMAIL, PASSWORD, World

DAY = 24 * 3600
OTHER = Client("198.51.100.9", "another browser")


async def test_an_access_token_says_who_and_is_verified_by_the_published_keys(
    world: World,
) -> None:
    tokens = await world.registered()
    key = jwt.PyJWKSet.from_json(world.cases.signing.jwks())["k1"]
    claims = jwt.decode(
        tokens.access,
        key,
        algorithms=["EdDSA"],
        audience="tollgate-console",
        issuer="tollgate-auth",
        options={"require": ["exp", "iat", "sub", "sid"], "verify_exp": False, "verify_iat": False},
    )
    (session,) = await world.cases.logins.list_sessions(tokens.user.id)
    assert claims == {
        "iss": "tollgate-auth",
        "aud": "tollgate-console",
        "sub": tokens.user.id,
        "sid": session.id,
        "acct": tokens.user.account_id,
        "role": "customer",
        "iat": world.clock.now_ms() // 1000,
        "exp": world.clock.now_ms() // 1000 + 900,
    }
    assert json.dumps(claims).count("@") == 0


async def test_each_refresh_gives_a_new_token_that_works_once(worlds: World) -> None:
    first = await worlds.registered()
    second = await worlds.cases.logins.refresh(first.refresh, OTHER)
    assert second.refresh != first.refresh
    third = await worlds.cases.logins.refresh(second.refresh, OTHER)
    (session,) = await worlds.cases.logins.list_sessions(first.user.id)
    assert session.client == OTHER
    with pytest.raises(Unauthenticated):
        await worlds.cases.logins.refresh(first.refresh, CLIENT)
    with pytest.raises(Unauthenticated):
        await worlds.cases.logins.refresh(third.refresh, OTHER)
    assert "refresh_reused" in await worlds.actions(first.user.id)


async def test_of_concurrent_refreshes_exactly_one_wins_and_the_session_is_over(
    worlds: World,
) -> None:
    tokens = await worlds.registered()
    calls = [worlds.cases.logins.refresh(tokens.refresh, CLIENT) for _ in range(10)]
    ends = await asyncio.gather(*calls, return_exceptions=True)
    (winner,) = [end for end in ends if isinstance(end, Tokens)]
    assert all(isinstance(end, Tokens | Unauthenticated) for end in ends)
    with pytest.raises(Unauthenticated):
        await worlds.cases.logins.refresh(winner.refresh, CLIENT)


async def test_a_session_ends_after_two_weeks_without_use_and_ninety_days_with(
    world: World,
) -> None:
    tokens = await world.registered()
    idle = await world.log_in()
    for _ in range(89):
        world.clock.advance(DAY)
        tokens = await world.cases.logins.refresh(tokens.refresh, CLIENT)
    with pytest.raises(Unauthenticated):
        await world.cases.logins.refresh(idle.refresh, CLIENT)
    world.clock.advance(DAY - 60)
    tokens = await world.cases.logins.refresh(tokens.refresh, CLIENT)
    assert tokens.access_expires_at_ms == tokens.refresh_expires_at_ms
    world.clock.advance(60)
    with pytest.raises(Unauthenticated):
        await world.cases.logins.refresh(tokens.refresh, CLIENT)


@pytest.mark.parametrize("text", ["", "x", "é", "\0", "A" * 64, "A" * 65, "A" * 1_000_000])
async def test_what_is_no_refresh_token_is_refused_and_ends_nothing(
    world: World, text: str
) -> None:
    tokens = await world.registered()
    with pytest.raises(Unauthenticated):
        await world.cases.logins.refresh(text, CLIENT)
    await world.cases.logins.refresh(tokens.refresh, CLIENT)


async def test_an_id_of_a_session_makes_no_token(world: World) -> None:
    tokens = await world.registered()
    (session,) = await world.cases.logins.list_sessions(tokens.user.id)
    with pytest.raises(Unauthenticated):
        await world.cases.logins.refresh(session.id.ljust(64, "A"), CLIENT)
    await world.cases.logins.refresh(tokens.refresh, CLIENT)


async def test_logging_out_ends_one_session_and_can_be_repeated(world: World) -> None:
    tokens, other = await world.registered(), await world.log_in()
    for _ in range(2):
        await world.cases.logins.log_out(tokens.refresh)
    with pytest.raises(Unauthenticated):
        await world.cases.logins.refresh(tokens.refresh, CLIENT)
    await world.cases.logins.refresh(other.refresh, CLIENT)


async def test_a_session_is_ended_by_id_only_by_its_user(world: World) -> None:
    ada, bob = await world.registered(), await world.registered("bob@example.com")
    (session,) = await world.cases.logins.list_sessions(ada.user.id)
    for user_id in (bob.user.id, "", "usr_nobody"):
        with pytest.raises(NotFound):
            await world.cases.logins.log_out_of(user_id, session.id)
    await world.cases.logins.log_out_of(ada.user.id, session.id)
    assert await world.cases.logins.list_sessions(ada.user.id) == []
    assert len(await world.cases.logins.list_sessions(bob.user.id)) == 1


async def test_logging_out_everywhere_ends_every_session_and_no_other_user_s(
    worlds: World,
) -> None:
    ada, bob = await worlds.registered(), await worlds.registered("bob@example.com")
    also = await worlds.log_in()
    assert await worlds.cases.logins.owner_of(also.refresh) == ada.user.id
    await worlds.cases.logins.log_out_everywhere(ada.user.id)
    for tokens in (ada, also):
        with pytest.raises(Unauthenticated):
            await worlds.cases.logins.refresh(tokens.refresh, CLIENT)
    assert await worlds.cases.logins.list_sessions(ada.user.id) == []
    await worlds.cases.logins.refresh(bob.refresh, CLIENT)


async def test_a_new_role_ends_the_sessions(world: World) -> None:
    tokens = await world.registered()
    await world.cases.users.set_role(tokens.user.id, Role.SUPPORT, "operator")
    with pytest.raises(Unauthenticated):
        await world.cases.logins.refresh(tokens.refresh, CLIENT)
    token = (await world.log_in()).access
    assert jwt.decode(token, options={"verify_signature": False})["role"] == "support"


async def test_wrong_email_and_wrong_password_are_answered_alike(world: World) -> None:
    await world.register()
    answers = []
    for email, password in ((EMAIL, "wrong password"), ("no@example.com", PASSWORD)):
        with pytest.raises(Unauthenticated) as caught:
            await world.log_in(email, password)
        answers.append((caught.value.message, caught.value.field))
    assert answers[0] == answers[1]
    assert (await world.actions()).count("log_in_failed") == 2


async def test_an_unknown_email_costs_a_hash_too(world: World) -> None:
    asked: list[str | None] = []

    class Watched:
        async def verify(self, hashed: str | None, password: str) -> bool:
            asked.append(hashed)
            return False

    people = replace(world.cases.logins.people, passwords=Watched())  # type: ignore[arg-type]
    logins = replace(world.cases.logins, people=people)
    with pytest.raises(Unauthenticated):
        await logins.log_in("no@example.com", PASSWORD, "", CLIENT)
    assert asked == [None]


async def test_guesses_meet_growing_pauses_for_known_and_unknown_emails_alike(
    world: World,
) -> None:
    await world.register()
    for email in (EMAIL, "no@example.com"):
        pauses, judged = [], 0
        while judged < 18:
            client = Client(f"198.51.100.{judged}", "")
            try:
                await world.log_in(email, "wrong password", client=client)
            except Unauthenticated:
                judged += 1
            except RateLimited as limited:
                pauses.append(limited.retry_after_s)
                world.clock.advance(limited.retry_after_s)
        assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


async def test_a_guesser_of_many_emails_is_paused_by_its_address(world: World) -> None:
    for number in range(21):
        client = Client(f"2001:db8::{number}", "")
        with pytest.raises(Unauthenticated):
            await world.log_in(f"u{number}@example.com", "wrong password", client=client)
    with pytest.raises(RateLimited):
        await world.log_in("u99@example.com", "wrong password", client=Client("2001:db8::99", ""))
    await world.register()
    await world.log_in()


async def test_a_hundred_guesses_at_once_are_no_more_than_the_limit(worlds: World) -> None:
    await worlds.register()
    clients = [Client(f"198.51.100.{number}", "") for number in range(100)]
    calls = [worlds.log_in(EMAIL, "wrong password", client=client) for client in clients]
    ends = await asyncio.gather(*calls, return_exceptions=True)
    judged = [end for end in ends if isinstance(end, Unauthenticated)]
    assert len(judged) <= 6
    assert sum(isinstance(end, RateLimited) for end in ends) == 100 - len(judged)


async def test_right_logins_are_never_limited(world: World) -> None:
    await world.register()
    for _ in range(50):
        await world.log_in()


async def test_a_login_that_a_new_password_overtakes_is_refused(world: World) -> None:
    user = (await world.registered()).user
    people = world.cases.logins.people

    class Overtaken:
        outdated = people.passwords.outdated

        async def verify(self, hashed: str | None, password: str) -> bool:
            change = world.cases.credentials.change_password
            await change(user.id, PASSWORD, "a new password!", "", CLIENT)
            return True

    slow = replace(people, passwords=Overtaken())  # type: ignore[arg-type]
    with pytest.raises(Unauthenticated):
        await replace(world.cases.logins, people=slow).log_in(EMAIL, PASSWORD, "", CLIENT)
    assert await world.cases.logins.list_sessions(user.id) == []


async def test_first_logins_at_once_make_one_default_key(worlds: World) -> None:
    await worlds.register()
    logins = await asyncio.gather(*(worlds.log_in() for _ in range(4)))
    (secret,) = [tokens.first_key for tokens in logins if tokens.first_key]
    found, _ = await worlds.auth.list_keys(logins[0].user.account_id, 10, "")
    assert [(key.sha256, key.state) for key in found] == [(keys.digest_of(secret), KeyState.ACTIVE)]


async def test_a_password_hash_of_old_costs_is_renewed_by_a_login(world: World) -> None:
    await world.register()
    people = world.cases.logins.people
    before = (await world.log_in()).user.password_hash

    class Outdated:
        verify = people.passwords.verify
        hash = people.passwords.hash

        def outdated(self, hashed: str) -> bool:
            return True

    renewing = replace(people, passwords=Outdated())  # type: ignore[arg-type]
    logins = replace(world.cases.logins, people=renewing)
    both = (logins.log_in(EMAIL, PASSWORD, "", CLIENT) for _ in range(2))
    assert None not in await asyncio.gather(*both)
    assert (await world.log_in()).user.password_hash != before
