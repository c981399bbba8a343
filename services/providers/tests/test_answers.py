"""Answers under idempotency keys: claimed once, kept for a day, and lost without a second bill."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mongo_server import store_url
from tollgate_common.clock import ManualClock
from tollgate_common.store import open_store
from tollgate_providers.answers import Answers, Claim, Failed, Keeping, Shelf, State
from tollgate_providers.failures import FailureKind
from tollgate_providers.shelf import COLLECTIONS, StoredAnswers

from .shelf import MemoryShelf

ASKED, OTHER = b"asked", b"other"
DAY = 86_400
KEEPING = Keeping(kept_ms=DAY * 1000, running_ms=60_000, bytes_max=2_000_000)


@pytest.fixture(params=["memory", "sqlite", "mongo"])
async def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shelf]:
    if request.param == "memory":
        yield MemoryShelf()
        return
    async with store_url(request.param, tmp_path) as url:
        store = await open_store(url, COLLECTIONS)
        yield StoredAnswers(store)
        await store.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def answers(shelf: Shelf, clock: ManualClock) -> Answers:
    return Answers(shelf, clock, KEEPING)


async def claimed(answers: Answers, request_id: str = "R1") -> Claim:
    claim = await answers.claim("acc", "key", ASKED, request_id)
    assert claim
    return claim


async def test_a_kept_answer_is_found_by_the_same_request_only(answers: Answers) -> None:
    assert (await answers.find("acc", "key", ASKED)).state is State.ABSENT
    claim = await claimed(answers)
    assert (await answers.find("acc", "key", ASKED)).state is State.RUNNING
    claim.add(b"Hello, ")
    claim.add(b"world")
    await claim.keep("application/json", 42, None)
    found = await answers.find("acc", "key", ASKED)
    assert (found.state, found.data) == (State.KEPT, b"Hello, world")
    assert found.slip
    assert (found.slip.request_id, found.slip.cost_nano) == ("R1", 42)
    assert (await answers.find("acc", "key", OTHER)).state is State.OTHER
    assert (await answers.find("another", "key", ASKED)).state is State.ABSENT


async def test_a_failure_that_was_billed_is_part_of_the_answer(answers: Answers) -> None:
    claim = await claimed(answers)
    failed = Failed(FailureKind.TIMEOUT, "Too slow.", "model")
    await claim.keep("text/event-stream", 7, failed)
    found = await answers.find("acc", "key", ASKED)
    assert found.slip
    assert (found.data, found.slip.failure) == (b"", failed)


async def test_only_one_of_many_has_the_key(answers: Answers) -> None:
    claims = [await answers.claim("acc", "key", ASKED, f"R{n}") for n in range(9)]
    assert sum(claim is not None for claim in claims) == 1


async def test_what_was_free_frees_the_key(answers: Answers) -> None:
    await (await claimed(answers)).release()
    assert (await answers.find("acc", "key", ASKED)).state is State.ABSENT
    await claimed(answers, "R2")


async def test_large_answers_come_back_whole_and_huge_ones_are_lost(answers: Answers) -> None:
    large = bytes(range(256)) * 5_000
    claim = await claimed(answers)
    claim.add(large)
    await claim.keep("audio/mpeg", 1, None)
    assert (await answers.find("acc", "key", ASKED)).data == large
    huge = await answers.claim("acc", "huge", ASKED, "R2")
    assert huge
    huge.add(large)
    huge.add(large)
    await huge.keep("audio/mpeg", 1, None)
    assert (await answers.find("acc", "huge", ASKED)).state is State.LOST


async def test_a_claim_whose_process_died_is_lost_and_not_sent_again(
    answers: Answers, clock: ManualClock
) -> None:
    await claimed(answers)
    clock.advance(61)
    assert (await answers.find("acc", "key", ASKED)).state is State.LOST
    assert await answers.claim("acc", "key", ASKED, "R2") is None
    clock.advance(DAY)
    assert (await answers.find("acc", "key", ASKED)).state is State.ABSENT
    await claimed(answers, "R3")


async def test_a_claim_lives_as_long_as_its_lane(answers: Answers, clock: ManualClock) -> None:
    claim = await claimed(answers)
    for _ in range(5):
        clock.advance(50)
        await answers.renew()
    assert (await answers.find("acc", "key", ASKED)).state is State.RUNNING
    claim.add(b"x")
    await claim.keep("application/json", 1, None)
    clock.advance(61)
    await answers.renew()
    assert (await answers.find("acc", "key", ASKED)).state is State.KEPT


async def test_answers_are_forgotten_after_their_time(answers: Answers, clock: ManualClock) -> None:
    claim = await claimed(answers)
    claim.add(b"x")
    await claim.keep("application/json", 1, None)
    clock.advance(DAY - 1)
    assert (await answers.find("acc", "key", ASKED)).state is State.KEPT
    assert await answers.sweep() == 0
    clock.advance(2)
    assert (await answers.find("acc", "key", ASKED)).state is State.ABSENT
    again = await claimed(answers, "R2")
    again.add(b"y")
    await again.keep("application/json", 1, None)
    assert (await answers.find("acc", "key", ASKED)).data == b"y"
    clock.advance(2 * DAY)
    assert await answers.sweep() >= 1
    assert await answers.sweep() == 0
