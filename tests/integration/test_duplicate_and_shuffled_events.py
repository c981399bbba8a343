"""The same events a hundred times, in any order: each is posted once."""

import random

import nats
from stack import Stack
from tollgate_common.clock import SystemClock
from tollgate_common.ids import ulid
from tollgate_common.rating import Units
from tollgate_common.usage import SUBJECT, Outcome, UsageEvent
from tollgate_common.wire import encode_batch

EVENTS = 20
COPIES = 100


async def test_post_once(stack: Stack) -> None:
    customer = await stack.customer()
    events = [_event(customer.account_id, customer.key_id, n) for n in range(EVENTS)]
    deliveries = events * COPIES
    random.shuffle(deliveries)
    bus = await nats.connect(f"nats://127.0.0.1:{stack.port_base}")
    jetstream = bus.jetstream()
    for start in range(0, len(deliveries), 50):
        await jetstream.publish(SUBJECT, encode_batch(deliveries[start : start + 50]))
    await bus.close()

    entries = await stack.posted(customer, EVENTS)
    assert {entry.id for entry in entries} == {f"usage:{event.request_id}" for event in events}
    wallet = await stack.settled(customer)
    assert wallet.posted_nano == 1_000_000_000 - sum(event.cost_nano for event in events)


async def test_an_unreadable_message_stops_nothing(stack: Stack) -> None:
    customer = await stack.customer()
    bus = await nats.connect(f"nats://127.0.0.1:{stack.port_base}")
    await bus.jetstream().publish(SUBJECT, b"\xff\xff\xff")
    event = _event(customer.account_id, customer.key_id, 1)
    await bus.jetstream().publish(SUBJECT, encode_batch([event]))
    await bus.close()
    await stack.posted(customer, 1)
    await stack.settled(customer)


def _event(account_id: str, key_id: str, n: int) -> UsageEvent:
    now_ms = SystemClock().now_ms()
    return UsageEvent(
        request_id=ulid(now_ms),
        account_id=account_id,
        key_id=key_id,
        model="deepseek-v4-flash",
        provider="deepseek",
        channel_id="test",
        dialect="openai",
        operation="chat",
        units=Units(input=n),
        price_version="test",
        cost_nano=1_000 + n,
        hold_nano=2_000,
        lease_id="",
        started_at_ms=now_ms,
        first_byte_ms=1,
        duration_ms=2,
        outcome=Outcome.COMPLETED,
        estimated=False,
        observer="providers",
        status=200,
        stream=False,
    )
