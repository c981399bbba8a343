"""An Idempotency-Key: however often a request comes, it has one answer, and is paid for once."""

import asyncio
import os
from collections import Counter
from typing import Any

import httpx2
import pytest
from prices import MODEL
from stack import Customer, Stack, eventually

KEY = "idempotency-key"


def chat(text: str, **fields: Any) -> dict[str, Any]:
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **fields}


async def post(
    stack: Stack, customer: Customer, key: str, body: dict[str, Any], *, edge: int = 0
) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {customer.key}", KEY: key}
    return await stack.http.post(
        f"{stack.base_url(edge)}/chat/completions", json=body, headers=headers
    )


@pytest.mark.parametrize("stream", [False, True])
async def test_the_same_answer_for_one_debit(
    stack: Stack, customer: Customer, stream: bool
) -> None:
    """On another edge, too, and when the first answer has emptied the wallet."""
    body = chat("Tell me about tolls", stream=stream)
    first = await post(stack, customer, "k", body)
    assert first.status_code == 200
    again = await post(stack, customer, "k", body, edge=1)
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["x-request-id"] == first.headers["x-request-id"]
    assert again.headers["idempotent-replayed"] == "true"
    [entry] = await stack.posted(customer, 1)
    assert again.headers["x-tollgate-cost"] == f"{-entry.amount_nano / 1e9:.9f}"
    await stack.settled(customer)


async def test_another_request_under_the_key_is_refused(stack: Stack, customer: Customer) -> None:
    await post(stack, customer, "k", chat("Tell me about tolls"))
    other = await post(stack, customer, "k", chat("Tell me about roads"))
    assert other.status_code == 422
    assert other.json()["error"]["code"] == "idempotency_key_reused"
    await stack.posted(customer, 1)
    await stack.settled(customer)


async def test_a_key_is_its_accounts_own(stack: Stack, customer: Customer) -> None:
    other = await stack.customer()
    body = chat("Tell me about tolls")
    assert (await post(stack, customer, "k", body)).status_code == 200
    answer = await post(stack, other, "k", body)
    assert "idempotent-replayed" not in answer.headers
    await stack.posted(other, 1)
    await stack.settled(other)


async def test_a_storm_of_retries(stack: Stack, customer: Customer) -> None:
    """Forty at once on two edges, each coming again until it is answered, as SDKs do."""
    body = chat("[[sandbox chunks=20 delay_ms=20]]")
    statuses: Counter[int] = Counter()

    async def insist(number: int) -> bytes:
        async def answered() -> httpx2.Response | None:
            answer = await post(stack, customer, "k", body, edge=number % 2)
            statuses[answer.status_code] += 1
            return answer if answer.status_code == 200 else None

        return (await eventually("an answer", answered)).content

    answers = await asyncio.gather(*(insist(number) for number in range(40)))
    assert len(set(answers)) == 1
    assert set(statuses) <= {200, 409}
    await stack.settled(customer)
    debits = [e for e in await stack.entries(customer.account_id) if e.amount_nano]
    assert len(debits) == 1


async def leave_midway(stack: Stack, customer: Customer, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {customer.key}", KEY: "k"}
    url = f"{stack.base_url()}/chat/completions"
    async with stack.http.stream("POST", url, headers=headers, json=body) as answer:
        assert answer.status_code == 200
        async for line in answer.aiter_lines():
            if '"content":' in line:
                return


async def come_again(stack: Stack, customer: Customer, body: dict[str, Any]) -> httpx2.Response:
    async def answered() -> httpx2.Response | None:
        answer = await post(stack, customer, "k", body, edge=1)
        assert answer.status_code in (200, 409), answer.text
        return answer if answer.status_code == 200 else None

    return await eventually("the answer under the key", answered)


async def test_who_left_finds_the_whole_answer(stack: Stack, customer: Customer) -> None:
    tag = os.urandom(4).hex()
    body = chat(f"[[sandbox chunks=40 delay_ms=20 tag={tag}]]", stream=True)
    await leave_midway(stack, customer, body)
    answer = await come_again(stack, customer, body)
    assert answer.text.count('"content":') >= 40
    assert answer.text.endswith("data: [DONE]\n\n")
    await stack.request_at_sandbox(tag, "finished")
    [entry] = await stack.posted(customer, 1)
    [record] = await stack.usage(customer)
    assert record.units.output == 40
    assert not record.estimated
    assert record.cost_nano == -entry.amount_nano
    await stack.settled(customer)


async def test_kill_9_of_the_edge_costs_one_answer(stack: Stack, customer: Customer) -> None:
    tag = os.urandom(4).hex()
    body = chat(f"[[sandbox first_delay_ms=1500 tag={tag}]]")
    first = asyncio.create_task(post(stack, customer, "k", body))

    async def reached() -> bool:
        return await stack.reached_sandbox(tag)

    await eventually("the provider is asked", reached)
    await stack.kill_and_wait("edge")
    with pytest.raises(httpx2.TransportError):
        await first
    assert (await come_again(stack, customer, body)).status_code == 200
    await stack.posted(customer, 1)
    await stack.settled(customer)


async def test_what_failed_for_free_is_tried_again(stack: Stack, customer: Customer) -> None:
    tag = os.urandom(4).hex()
    body = chat(f"[[sandbox status=500 times=1 tag={tag}]]")
    failed = await post(stack, customer, "k", body)
    assert failed.status_code == 502
    assert (await post(stack, customer, "k", body)).status_code == 200
    await stack.settled(customer)
    assert sum(r.cost_nano > 0 for r in await stack.usage(customer)) == 1
