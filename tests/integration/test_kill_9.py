"""kill -9 of each process in turn, mid-stream and between steps: each request is posted once."""

import asyncio
import os

import pytest
from openai import APIConnectionError, APIError
from prices import MODEL
from stack import Customer, Stack, eventually
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.errors import TollgateError

VICTIMS = ["edge", "providers", "ledger", "metering", "auth", "nats"]
CHUNKS = 40


@pytest.mark.parametrize("victim", VICTIMS)
async def test_mid_stream(stack: Stack, customer: Customer, victim: str) -> None:
    await _recovered(stack)
    tag = os.urandom(4).hex()
    first_chunk = asyncio.Event()
    stream = asyncio.create_task(_stream(stack, customer, tag, first_chunk))
    await asyncio.wait_for(first_chunk.wait(), 10)
    before = stack.pid(victim)
    await stack.kill(victim)
    complete = await asyncio.wait_for(stream, 60)
    # Only the processes that carry the bytes can cut the answer.
    assert complete or victim in ("edge", "providers")
    await _back(stack, victim, before)

    [entry] = await stack.posted(customer, 1)
    assert entry.amount_nano < 0
    await _next_call_works(stack, customer)
    await stack.posted(customer, 2)
    await stack.settled(customer)


@pytest.mark.parametrize("victim", VICTIMS)
async def test_under_load(stack: Stack, victim: str) -> None:
    """The kill falls wherever it falls: before, between and after the steps of 60 calls."""
    customer = await stack.customer(usd="50")
    calls = [asyncio.create_task(_unary(stack, customer)) for _ in range(60)]
    await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
    before = stack.pid(victim)
    await stack.kill(victim)
    finished = sum(await asyncio.gather(*calls))
    await _back(stack, victim, before)
    await _next_call_works(stack, customer)

    async def all_posted() -> bool:
        try:
            entries = await stack.entries(customer.account_id)
        except TollgateError:
            return False
        return len(_answered(entries)) > finished

    await eventually("every answered call is posted", all_posted, seconds=45)
    await stack.settled(customer)
    records = await stack.usage(customer)
    entries = await stack.entries(customer.account_id)
    assert sorted(f"usage:{record.request_id}" for record in records) == sorted(
        entry.id for entry in entries
    ), "each request is one entry and one record"


def _answered(entries: list[ledger_pb2.Entry]) -> list[ledger_pb2.Entry]:
    return [entry for entry in entries if entry.amount_nano < 0]


async def _stream(stack: Stack, customer: Customer, tag: str, first: asyncio.Event) -> bool:
    """Whether the answer was complete; sets `first` at its first text."""
    async with stack.client(customer) as client:
        complete = False
        try:
            chunks = await client.chat.completions.create(
                model=MODEL,
                stream=True,
                messages=[
                    {
                        "role": "user",
                        "content": f"[[sandbox chunks={CHUNKS} delay_ms=50 tag={tag}]]",
                    }
                ],
            )
            async for chunk in chunks:
                if chunk.choices and chunk.choices[0].delta.content:
                    first.set()
                if chunk.choices and chunk.choices[0].finish_reason:
                    complete = True
        except APIError:
            return False
        except Exception as error:  # a cut connection surfaces as the transport's own error
            assert "peer closed" in str(error) or "incomplete" in str(error), error
            return False
        return complete


async def _unary(stack: Stack, customer: Customer) -> bool:
    """Whether the call was answered; a refusal must be a typed 5xx or a cut connection."""
    async with stack.client(customer) as client:
        try:
            answer = await client.chat.completions.create(
                model=MODEL,
                messages=[{"role": "user", "content": "hi [[sandbox first_delay_ms=30]]"}],
            )
        except APIConnectionError:
            return False
        except APIError as error:
            assert getattr(error, "status_code", 0) in (502, 503), error
            return False
    return bool(answer.choices)


async def _recovered(stack: Stack) -> None:
    """From the kills of other stories: somebody new is served again."""
    await _next_call_works(stack, await stack.customer())


async def _back(stack: Stack, victim: str, before: int) -> None:
    async def back() -> bool:
        return stack.pid(victim) != before and await stack.is_ready()

    await eventually(f"{victim} is back", back)


async def _next_call_works(stack: Stack, customer: Customer) -> None:
    async def works() -> bool:
        return await _unary(stack, customer)

    await eventually("the next call works", works)
