"""NATS is away for 20 seconds: requests go on, and every event arrives afterwards."""

import asyncio
import os
import signal

from prices import MODEL, by_hand
from stack import Customer, Stack, eventually

DOWN_SECONDS = 20


async def test_requests_go_on(stack: Stack, customer: Customer) -> None:
    config = stack.home / "nats.conf"
    away = stack.home / "nats.conf.away"
    loop = asyncio.get_running_loop()
    costs = []
    async with stack.client(customer) as client:

        async def call() -> int:
            answer = await client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": "hello"}]
            )
            return by_hand(answer.usage)

        costs.append(await call())
        config.rename(away)  # the supervisor's restarts fail until it is back
        os.kill(stack.pid("nats"), signal.SIGKILL)
        try:
            end = loop.time() + DOWN_SECONDS
            while loop.time() < end:
                costs.append(await call())
        finally:
            away.rename(config)
        assert len(costs) > 20

    async def ready() -> bool:
        return await stack.is_ready()

    await eventually("the run is whole again", ready)
    entries = await stack.posted(customer, len(costs))
    assert sorted(-entry.amount_nano for entry in entries) == sorted(costs)
    await stack.settled(customer)
