from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from prometheus_client import REGISTRY
from tollgate.events.v1 import usage_pb2
from tollgate_common.clock import ManualClock
from tollgate_common.dead_letters import DeadLetters
from tollgate_common.errors import Unavailable
from tollgate_common.store import Store
from tollgate_common.usage import UsageEvent
from tollgate_common.wire import encode_batch, event_to_proto
from tollgate_metering.consumer import UsageConsumer
from tollgate_metering.operations import Metering
from tollgate_metering.records import Filter
from tollgate_metering.store import StoredRecords

Make = Callable[..., UsageEvent]


@dataclass
class FakeDelivery:
    payload: bytes
    acked: bool = False

    async def ack(self) -> None:
        self.acked = True


class AbsentRecords(StoredRecords):
    """A database that is away."""

    async def add(self, events: object) -> int:
        raise Unavailable("away")


@pytest.fixture
def dead_letters(store: Store) -> DeadLetters:
    return DeadLetters(store, ManualClock())


@pytest.fixture
def consumer(metering: Metering, dead_letters: DeadLetters) -> UsageConsumer:
    return UsageConsumer(metering, dead_letters)


def metric(name: str) -> float:
    return REGISTRY.get_sample_value(f"tollgate_metering_{name}_total") or 0.0


async def stored_ids(metering: Metering) -> set[str]:
    events, _ = await metering.list_usage(Filter(), 1000, "")
    return {event.request_id for event in events}


async def test_events_are_stored_and_then_acknowledged(
    consumer: UsageConsumer, metering: Metering, make_event: Make
) -> None:
    deliveries = [
        FakeDelivery(encode_batch([make_event("r1"), make_event("r2")])),
        FakeDelivery(encode_batch([make_event("r3")])),
    ]
    await consumer.handle(deliveries)
    assert await stored_ids(metering) == {"r1", "r2", "r3"}
    assert all(delivery.acked for delivery in deliveries)


async def test_copies_in_any_order_make_one_record_each(
    consumer: UsageConsumer, metering: Metering, make_event: Make
) -> None:
    events = [make_event(f"r{i * i % 11 % 10}") for i in range(500)]
    events += [make_event(f"r{i % 10}") for i in range(500)]
    records, duplicates = metric("records"), metric("duplicates")
    for start in range(0, 1000, 50):
        part = events[start : start + 50]
        await consumer.handle(
            [FakeDelivery(encode_batch(part[:25])), FakeDelivery(encode_batch(part[25:]))]
        )
    assert len(await stored_ids(metering)) == 10
    assert metric("records") - records == 10
    assert metric("duplicates") - duplicates == 990
    (row,) = await metering.summarize_usage("", "", "", "")
    assert (row.requests, row.cost_nano) == (10, 10_000)


def bad_messages(event: UsageEvent) -> list[usage_pb2.UsageEvent]:
    def changed(**fields: object) -> usage_pb2.UsageEvent:
        message = event_to_proto(event)
        for name, value in fields.items():
            setattr(message, name, value)
        return message

    negative_units = event_to_proto(event)
    negative_units.units.output = -1
    return [
        changed(request_id=""),
        changed(account_id=""),
        changed(cost_nano=-1),
        changed(cost_nano=2**53),
        changed(outcome=99),
        changed(started_at_ms=2**62),
        changed(started_at_ms=-1),
        changed(model="m\0"),
        changed(agent="a" * 10_000),
        negative_units,
    ]


async def test_bad_events_are_buried_and_do_not_block_the_good_ones(
    consumer: UsageConsumer, metering: Metering, store: Store, make_event: Make
) -> None:
    bad = bad_messages(make_event("bad"))
    good = [event_to_proto(make_event("r1")), event_to_proto(make_event("r2"))]
    mixed = usage_pb2.UsageBatch(events=[good[0], *bad, good[1]]).SerializeToString()
    deliveries = [FakeDelivery(b"\xff\xff not a batch"), FakeDelivery(mixed), FakeDelivery(b"")]
    buried = metric("dead_letters")
    await consumer.handle(deliveries)
    assert all(delivery.acked for delivery in deliveries)
    assert await stored_ids(metering) == {"r1", "r2"}
    assert len((await store.find("dead_letters", {})).documents) == len(bad) + 1
    assert metric("dead_letters") - buried == len(bad) + 1


async def test_nothing_is_acknowledged_while_the_database_is_away(
    store: Store, metering: Metering, dead_letters: DeadLetters, make_event: Make
) -> None:
    away = UsageConsumer(
        replace(metering, records=AbsentRecords(store, ManualClock())), dead_letters
    )
    deliveries = [FakeDelivery(encode_batch([make_event("r1")])), FakeDelivery(b"\xff")]
    with pytest.raises(Unavailable):
        await away.handle(deliveries)
    assert not any(delivery.acked for delivery in deliveries)
    await UsageConsumer(metering, dead_letters).handle(deliveries)
    assert await stored_ids(metering) == {"r1"}
    assert all(delivery.acked for delivery in deliveries)
