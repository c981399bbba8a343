"""What is remembered of keys, and for how long."""

import asyncio

import pytest
from tollgate_common.clock import ManualClock
from tollgate_common.errors import Unavailable
from tollgate_edge.grants import Grants, GrantTimes, KeyState
from tollgate_edge.refusals import Cause, Refusal

from .fakes import FakeAuth, digest, grant, soon

KEY = digest("sk-good")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def auth() -> FakeAuth:
    fake = FakeAuth()
    fake.grants[KEY] = grant()
    return fake


@pytest.fixture
def grants(auth: FakeAuth, clock: ManualClock) -> Grants:
    return Grants(auth, clock, GrantTimes(), entries_max=3, lookups_max=2)


async def test_one_question_for_many_requests(grants: Grants, auth: FakeAuth) -> None:
    await asyncio.gather(*(grants.resolve(KEY) for _ in range(20)))
    await grants.resolve(KEY)
    assert auth.asked == 1


async def test_serves_30_seconds_while_auth_is_away(
    grants: Grants, auth: FakeAuth, clock: ManualClock
) -> None:
    await grants.resolve(KEY)
    auth.away = True
    clock.advance(29)
    assert await grants.resolve(KEY)
    await soon(lambda: auth.asked == 2)
    clock.advance(1)
    with pytest.raises(Unavailable):
        await grants.resolve(KEY)


async def test_refreshed_before_it_ends(grants: Grants, auth: FakeAuth, clock: ManualClock) -> None:
    await grants.resolve(KEY)
    auth.grants[KEY] = grant(state=KeyState.DISABLED)
    clock.advance(11)
    assert await grants.resolve(KEY)  # this one asks again, and is not kept waiting
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with pytest.raises(Refusal) as refused:
        await grants.resolve(KEY)
    assert refused.value.cause is Cause.KEY_DISABLED


async def test_announcement_is_heard_at_once(grants: Grants, auth: FakeAuth) -> None:
    await grants.resolve(KEY)
    del auth.grants[KEY]
    grants.forget(KEY)
    with pytest.raises(Refusal) as refused:
        await grants.resolve(KEY)
    assert refused.value.cause is Cause.INVALID_KEY


async def test_an_answer_older_than_the_announcement_is_not_kept(
    grants: Grants, auth: FakeAuth
) -> None:
    auth.free.clear()
    waiting = asyncio.create_task(grants.resolve(KEY))
    await soon(lambda: auth.asked == 1)
    del auth.grants[KEY]
    grants.forget(KEY)
    auth.free.set()
    await waiting
    with pytest.raises(Refusal):
        await grants.resolve(KEY)


async def test_a_wrong_key_is_asked_for_rarely(
    grants: Grants, auth: FakeAuth, clock: ManualClock
) -> None:
    for _ in range(5):
        with pytest.raises(Refusal):
            await grants.resolve(digest("sk-wrong"))
    assert auth.asked == 1
    clock.advance(6)
    with pytest.raises(Refusal):
        await grants.resolve(digest("sk-wrong"))
    assert auth.asked == 2


async def test_memory_is_bounded(grants: Grants, auth: FakeAuth) -> None:
    await grants.resolve(KEY)
    for number in range(10):
        with pytest.raises(Refusal):
            await grants.resolve(digest(f"sk-{number}"))
    assert len(grants._entries) == 3


async def test_a_flood_of_guesses_is_not_passed_on(grants: Grants, auth: FakeAuth) -> None:
    auth.free.clear()
    guesses = [asyncio.create_task(grants.resolve(digest(f"sk-{n}"))) for n in range(5)]
    await soon(lambda: auth.asked == 2)
    auth.free.set()
    results = await asyncio.gather(*guesses, return_exceptions=True)
    assert auth.asked == 2
    assert sum(isinstance(result, Unavailable) for result in results) == 3
