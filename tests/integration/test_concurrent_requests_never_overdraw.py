"""200 parallel calls, a wallet for 20, two edges: nobody gets more than was paid for."""

import asyncio

from openai import APIStatusError, AsyncOpenAI
from prices import MODEL, by_hand
from stack import NANO, Stack

CALLS = 200
AFFORDABLE = 20
PROMPT = "tolls"


async def test_two_edges_one_wallet(stack: Stack) -> None:
    hold_nano = await _hold_of_one_call(stack)
    customer = await stack.customer(usd=f"{AFFORDABLE * hold_nano / NANO:.9f}")
    clients = [stack.client(customer, edge) for edge in (0, 1)]
    answers = await asyncio.gather(*(_call(clients[n % 2]) for n in range(CALLS)))
    for client in clients:
        await client.close()

    costs = [cost for cost in answers if cost is not None]
    # Each held credit frees what it did not use, so more than 20 may fit, one after another.
    assert len(costs) >= AFFORDABLE
    assert sum(costs) <= AFFORDABLE * hold_nano
    await stack.posted(customer, len(costs))
    wallet = await stack.settled(customer)
    assert wallet.posted_nano == AFFORDABLE * hold_nano - sum(costs) >= 0


async def _call(client: AsyncOpenAI) -> int | None:
    """The cost of the call by hand, or None when it was refused with 402."""
    try:
        answer = await client.chat.completions.create(
            model=MODEL,
            max_tokens=50,
            messages=[{"role": "user", "content": f"{PROMPT} [[sandbox first_delay_ms=100]]"}],
        )
    except APIStatusError as error:
        assert error.status_code == 402, error.body
        return None
    return by_hand(answer.usage)


async def _hold_of_one_call(stack: Stack) -> int:
    """What one such call reserves, as the usage record of a probe says."""
    customer = await stack.customer()
    async with stack.client(customer) as client:
        assert await _call(client) is not None
    await stack.posted(customer, 1)
    await stack.settled(customer)
    [record] = await stack.usage(customer)
    return record.hold_nano
