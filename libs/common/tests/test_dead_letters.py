from collections.abc import AsyncIterator

import pytest
from tollgate.events.v1 import usage_pb2
from tollgate_common.clock import ManualClock
from tollgate_common.dead_letters import DEAD_LETTERS, DeadLetter, DeadLetters, read_batch
from tollgate_common.errors import InvalidArgument
from tollgate_common.store import Store, open_store


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = await open_store(url, [DEAD_LETTERS])
    yield store
    await store.close()


@pytest.fixture
def dead_letters(store: Store) -> DeadLetters:
    return DeadLetters(store, ManualClock())


async def test_each_payload_is_kept_once(store: Store, dead_letters: DeadLetters) -> None:
    letter = DeadLetter(b"\x00\xff", "torn")
    assert await dead_letters.bury([letter, letter]) == 1
    assert await dead_letters.bury([letter]) == 0
    assert await dead_letters.bury([]) == 0
    (stored,) = (await store.find(DEAD_LETTERS.name, {})).documents
    assert (stored["payload_base64"], stored["reason"]) == ("AP8=", "torn")


async def test_thousands_and_huge_ones_are_kept(store: Store, dead_letters: DeadLetters) -> None:
    """Whatever arrives must not come again for ever because it cannot be kept."""
    letters = [DeadLetter(b"%d" % number, "many") for number in range(1_200)]
    assert await dead_letters.bury([*letters, DeadLetter(b"x" * 8_000_000, "huge")]) == 1_201


def test_a_bad_event_does_not_spoil_its_message() -> None:
    def read(event: usage_pb2.UsageEvent) -> str:
        if event.request_id == "bad":
            raise InvalidArgument("request_id: is bad")
        return event.request_id

    events = [usage_pb2.UsageEvent(request_id=id) for id in ("R1", "bad", "R2")]
    payload = usage_pb2.UsageBatch(events=events).SerializeToString()
    good, letters = read_batch(payload, read)
    assert good == ["R1", "R2"]
    assert letters == [DeadLetter(events[1].SerializeToString(), "request_id: is bad")]


def test_a_torn_message_is_a_dead_letter() -> None:
    good, [letter] = read_batch(b"\xff\xff torn", lambda event: event)
    assert (good, letter.payload) == ([], b"\xff\xff torn")
