"""The same product on MongoDB: over the wire, with the faults that a replica set has."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from mongo_server import Fault, MongoServer, mongo_server
from openai import APIStatusError
from prices import MODEL, by_hand
from stack import NANO, Customer, Stack, eventually, running


async def test_billed_through_faults(tmp_path: Path) -> None:
    async with _on_mongodb(tmp_path / "home") as (stack, server):
        customer = await stack.customer()
        costs = [await _call(stack, customer) for _ in range(3)]

        # The write is applied and its reply is lost; then the primary steps down and comes back.
        server.fail("update", Fault.DROP_AFTER, Fault.DROP_BEFORE, Fault.STEP_DOWN)
        costs += await asyncio.gather(*(_call(stack, customer) for _ in range(10)))

        await server.restart()
        await stack.kill_and_wait("ledger")

        async def works() -> bool:
            costs.append(await _call(stack, customer))
            return costs[-1] > 0

        await eventually("calls work again", works)
        answered = [cost for cost in costs if cost]
        entries = await stack.posted(customer, len(answered))
        assert sorted(-entry.amount_nano for entry in entries) == sorted(answered)
        wallet = await stack.settled(customer)
        assert wallet.posted_nano == NANO - sum(answered)


async def _call(stack: Stack, customer: Customer) -> int:
    """What the call cost; 0 when the database was away and it was refused."""
    async with stack.client(customer) as client:
        try:
            answer = await client.chat.completions.create(
                model=MODEL, max_tokens=100, messages=[{"role": "user", "content": "hello"}]
            )
        except APIStatusError as error:
            assert error.status_code == 503, error
            return 0
    return by_hand(answer.usage)


@asynccontextmanager
async def _on_mongodb(home: Path) -> AsyncIterator[tuple[Stack, MongoServer]]:
    async with mongo_server() as server:
        database = f"run_{os.getpid()}"
        async with running(
            home,
            TOLLGATE_AUTH_STORE_URL=server.url(f"{database}_auth"),
            TOLLGATE_LEDGER_STORE_URL=server.url(f"{database}_ledger"),
            TOLLGATE_METERING_STORE_URL=server.url(f"{database}_metering"),
        ) as stack:
            yield stack, server
