"""No credit: 402 before the provider is asked; after a top-up the next call works at once."""

import os

import pytest
from openai import APIStatusError
from prices import MODEL
from stack import NANO, Stack
from tollgate_common.errors import TollgateError


async def test_402_then_top_up(stack: Stack) -> None:
    customer = await stack.customer(usd="0")
    tag = os.urandom(4).hex()
    async with stack.client(customer) as client:

        async def call() -> str | None:
            answer = await client.chat.completions.create(
                model=MODEL,
                messages=[{"role": "user", "content": f"hello [[sandbox tag={tag}]]"}],
            )
            return answer.choices[0].message.content

        with pytest.raises(APIStatusError) as refused:
            await call()
        assert refused.value.status_code == 402
        assert isinstance(refused.value.body, dict)
        assert refused.value.body["type"] == "insufficient_funds"
        assert refused.value.body["code"] == 402
        assert not await stack.reached_sandbox(tag)

        await stack.top_up(customer.account_id, NANO, "after the 402")
        assert await call()
    await stack.posted(customer, 1)
    await stack.settled(customer)


async def test_hold_covers_the_longest_answer(stack: Stack) -> None:
    """Credit for a short answer is not credit for a long one; the client can ask for less."""
    customer = await stack.customer(usd="0.0001")
    async with stack.client(customer) as client:
        with pytest.raises(APIStatusError) as refused:
            await client.chat.completions.create(
                model=MODEL, max_tokens=4000, messages=[{"role": "user", "content": "hello"}]
            )
        assert refused.value.status_code == 402
        answer = await client.chat.completions.create(
            model=MODEL, max_tokens=20, messages=[{"role": "user", "content": "hello"}]
        )
    assert answer.usage and answer.usage.completion_tokens <= 20
    await stack.posted(customer, 1)
    await stack.settled(customer)


async def test_same_top_up_twice_credits_once(stack: Stack) -> None:
    customer = await stack.customer(usd="0")
    first = await stack.top_up(customer.account_id, NANO, "invoice-1")
    again = await stack.top_up(customer.account_id, NANO, "invoice-1")
    assert not first.repeated
    assert again.repeated
    assert again.entry == first.entry
    with pytest.raises(TollgateError, match="request_id"):
        await stack.top_up(customer.account_id, 2 * NANO, "invoice-1")
    assert (await stack.settled(customer)).posted_nano == NANO
