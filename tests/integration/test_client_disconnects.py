"""A client leaves: it pays for what was produced, and the provider stops producing."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from prices import MODEL
from stack import Customer, Stack
from tollgate.events.v1 import usage_pb2

CHUNKS = 200


@pytest.mark.parametrize("seen", [0, 1, 25])
async def test_leaves_after(stack: Stack, customer: Customer, seen: int) -> None:
    tag = os.urandom(4).hex()
    # Without a chunk in the client's hands, the provider's head is what it waits for.
    first_delay_ms = 1_000 if seen == 0 else 0
    body = {
        "model": MODEL,
        "stream": True,
        "messages": [
            {
                "role": "user",
                "content": f"[[sandbox chunks={CHUNKS} delay_ms=20 "
                f"first_delay_ms={first_delay_ms} tag={tag}]]",
            }
        ],
    }
    headers = {"Authorization": f"Bearer {customer.key}"}
    url = f"{stack.base_url()}/chat/completions"
    if seen == 0:
        await _hang_up_before_the_answer(stack, url, headers, body, tag)
    else:
        async with stack.http.stream("POST", url, headers=headers, json=body) as answer:
            assert answer.status_code == 200
            await _read_events(answer.aiter_lines(), seen)
    await stack.request_at_sandbox(tag, "cancelled")

    [entry] = await stack.posted(customer, 1)
    wallet = await stack.settled(customer)
    assert wallet.posted_nano == 1_000_000_000 + entry.amount_nano
    [record] = await stack.usage(customer)
    assert record.cost_nano == -entry.amount_nano
    if seen == 0:
        assert record.units.output == 0
    else:
        assert record.outcome == usage_pb2.OUTCOME_CLIENT_CANCELLED
        assert record.estimated
        # A chunk is at least a quarter of a token; nothing that was not produced is billed.
        assert seen // 4 <= record.units.output < CHUNKS


async def _hang_up_before_the_answer(
    stack: Stack, url: str, headers: dict[str, str], body: dict[str, object], tag: str
) -> None:
    call = asyncio.ensure_future(stack.http.post(url, headers=headers, json=body))
    await stack.request_at_sandbox(tag, "started")
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)


async def _read_events(lines: AsyncIterator[str], count: int) -> None:
    async for line in lines:
        if line.startswith("data: "):
            count -= 1
        if count == 0:
            return
    raise AssertionError("the stream ended too early")
