import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tollgate_common.clock import ManualClock
from tollgate_common.dead_letters import DeadLetters
from tollgate_common.errors import Unavailable
from tollgate_common.store import Document, Store
from tollgate_common.usage import UsageEvent
from tollgate_common.wire import encode_batch, event_to_proto
from tollgate_ledger.consumer import UsageConsumer
from tollgate_ledger.operations import Ledger
from tollgate_ledger.store import StoredWallets

Events = Callable[..., UsageEvent]


class FakeDelivery:
    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.acked = 0
        self.retried = 0

    async def ack(self) -> None:
        self.acked += 1

    async def retry(self) -> None:
        self.retried += 1


class FaultyStore:
    """Applies the next replacement or insertion, and then says that the database is away."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.losing_replies = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def insert(self, collection: str, document: Document) -> bool:
        return await self._answer(self._store.insert(collection, document))

    async def replace(self, collection: str, document: Document, version: int) -> bool:
        return await self._answer(self._store.replace(collection, document, version))

    async def _answer(self, writing: Awaitable[bool]) -> bool:
        written = await writing
        if self.losing_replies:
            raise Unavailable("connection lost")
        return written


class Hurt(FaultyStore):
    """One account's wallet cannot be written."""

    async def insert(self, collection: str, document: Document) -> bool:
        if document["_id"] == "bad":
            raise Unavailable("away")
        return await super().insert(collection, document)


@pytest.fixture
def start(store: Store, clock: ManualClock, terms: Any, recalls: Any) -> Callable[..., Any]:
    def start(on: Any = store) -> tuple[UsageConsumer, Ledger]:
        ledger = Ledger(StoredWallets(on), clock, terms, recalls)
        return UsageConsumer(ledger, DeadLetters(on, clock), clock), ledger

    return start


async def dead_letters(store: Store) -> list[str]:
    page = await store.find("dead_letters", {})
    return [str(document["reason"]) for document in page.documents]


async def test_events_repeated_100_times_in_any_order_count_once(
    start: Callable[..., Any], make_event: Events
) -> None:
    consumers = [start(), start()]
    events = [
        make_event(f"R{number}", number, account_id=f"acc{number % 3}") for number in range(30)
    ] * 100
    shuffler = random.Random(7)
    shuffler.shuffle(events)
    deliveries = [FakeDelivery(encode_batch(events[n : n + 50])) for n in range(0, 3_000, 50)]

    async def work(consumer: UsageConsumer, mine: list[FakeDelivery]) -> None:
        for first in range(0, len(mine), 5):
            await consumer.handle(mine[first : first + 5])

    await asyncio.gather(
        *(work(consumer, deliveries[n::2]) for n, (consumer, _) in enumerate(consumers))
    )
    while late := [delivery for delivery in deliveries if not delivery.acked]:
        await consumers[0][0].handle(late)
    verdicts = [verdict async for verdict in consumers[0][1].verify_all()]
    assert [verdict.entries for verdict in verdicts] == [10, 10, 10]
    assert sum(verdict.posted_nano for verdict in verdicts) == -sum(range(30))
    assert not any(verdict.violations for verdict in verdicts)


async def test_first_amount_of_a_request_counts(
    start: Callable[..., Any], make_event: Events
) -> None:
    consumer, ledger = start()
    final = FakeDelivery(encode_batch([make_event("R1", 7)]))
    estimated = FakeDelivery(encode_batch([make_event("R1", 9, observer="edge")]))
    await consumer.handle([final, estimated])
    assert (final.acked, estimated.acked) == (1, 1)
    assert (await ledger.wallet("acc")).posted_nano == -7


async def test_what_can_never_be_posted_is_kept_and_stops_nothing(
    start: Callable[..., Any], make_event: Events, store: Store
) -> None:
    consumer, ledger = start()
    bad = event_to_proto(make_event("R2"))
    bad.cost_nano = -1
    batch = encode_batch([make_event("R1", 7)])
    wrong = b"\x0a" + bytes([bad.ByteSize()]) + bad.SerializeToString()
    assert bad.ByteSize() < 128
    deliveries = [FakeDelivery(batch + wrong), FakeDelivery(b"\xff\xff torn")]
    await consumer.handle(deliveries)
    await consumer.handle(deliveries)
    assert [delivery.acked for delivery in deliveries] == [2, 2]
    assert (await ledger.wallet("acc")).posted_nano == -7
    reasons = sorted(await dead_letters(store))
    assert [reason.split(":")[0] for reason in reasons] == ["cost_nano", "usage batch"]


@pytest.mark.parametrize(
    "change", [{"request_id": "x" * 65}, {"account_id": "a\n"}, {"model": "m\0"}]
)
async def test_event_that_does_not_fit_into_the_ledger_is_kept(
    start: Callable[..., Any], make_event: Events, store: Store, change: dict[str, str]
) -> None:
    consumer, _ = start()
    delivery = FakeDelivery(encode_batch([make_event(**change)]))
    await consumer.handle([delivery])
    assert delivery.acked
    assert len(await dead_letters(store)) == 1


async def test_lost_reply_of_the_store_debits_once(
    start: Callable[..., Any], make_event: Events, store: Store
) -> None:
    faulty = FaultyStore(store)
    consumer, ledger = start(faulty)
    delivery = FakeDelivery(encode_batch([make_event("R1", 7)]))
    faulty.losing_replies = True
    await consumer.handle([delivery])
    assert (delivery.acked, delivery.retried) == (0, 1)
    faulty.losing_replies = False
    await consumer.handle([delivery])
    assert delivery.acked == 1
    assert (await ledger.wallet("acc")).posted_nano == -7
    assert (await ledger.verify("acc")).entries == 1


async def test_only_deliveries_of_a_failed_account_come_again(
    start: Callable[..., Any], make_event: Events, store: Store
) -> None:
    consumer, ledger = start(Hurt(store))
    good = FakeDelivery(encode_batch([make_event("R1", 7)]))
    bad = FakeDelivery(encode_batch([make_event("R0", 7, account_id="bad")]))
    await consumer.handle([good, bad])
    assert (good.acked, bad.acked, bad.retried) == (1, 0, 1)
    assert (await ledger.wallet("acc")).posted_nano == -7
