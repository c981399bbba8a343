"""Receipts: every answer says what it cost, to the nano-dollar of its ledger entry."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import anthropic
import httpx2
import pytest
from google import genai
from google.genai import types
from stack import Customer, Stack

MODELS = ["gpt-6-luna", "claude-sonnet-5-5", "gemini-3.8-flash", "deepseek-v4-flash"]
QUESTION = "Tell me about tolls"
Costs = list[Decimal]


def _decimal(cost: object) -> Decimal:
    """A float of JSON is exact in nine decimals for such amounts."""
    assert isinstance(cost, float)
    return Decimal(f"{cost:.9f}")


async def _openai(stack: Stack, customer: Customer, model: str) -> Costs:
    """Header and field of a whole answer, and the field of a streamed one."""
    messages: Any = [{"role": "user", "content": QUESTION}]
    async with stack.client(customer) as client:
        raw = await client.chat.completions.with_raw_response.create(model=model, messages=messages)
        whole: Any = raw.parse().usage
        costs = [Decimal(raw.headers["x-tollgate-cost"]), _decimal(whole.cost)]
        stream = await client.chat.completions.create(
            model=model, messages=messages, stream=True, stream_options={"include_usage": True}
        )
        usages: list[Any] = [chunk.usage async for chunk in stream if chunk.usage]
        return [*costs, _decimal(usages[-1].cost)]


async def _anthropic(stack: Stack, customer: Customer, model: str) -> Costs:
    base_url = stack.base_url().removesuffix("/v1")
    messages: Any = [{"role": "user", "content": QUESTION}]
    ask: dict[str, Any] = {"model": model, "max_tokens": 500, "messages": messages}
    async with anthropic.AsyncAnthropic(base_url=base_url, api_key=customer.key) as client:
        raw = await client.messages.with_raw_response.create(**ask)
        whole: Any = (await raw.parse()).usage
        costs = [Decimal(raw.headers["x-tollgate-cost"]), _decimal(whole.cost)]
        stream = await client.messages.create(**ask, stream=True)
        usages: list[Any] = [event.usage async for event in stream if event.type == "message_delta"]
        return [*costs, _decimal(usages[-1].cost)]


async def _gemini(stack: Stack, customer: Customer, model: str) -> Costs:
    """Its SDK tolerates the field, but does not show it."""
    base_url = stack.base_url().removesuffix("/v1")
    async with httpx2.AsyncClient(timeout=30) as http:
        options = types.HttpOptions(base_url=base_url, httpx_async_client=http)
        aio = genai.Client(api_key=customer.key, http_options=options).aio
        whole = await aio.models.generate_content(model=model, contents=QUESTION)
        assert whole.sdk_http_response
        assert whole.sdk_http_response.headers
        cost = Decimal(whole.sdk_http_response.headers["x-tollgate-cost"])
        pieces = await aio.models.generate_content_stream(model=model, contents=QUESTION)
        assert [piece.text async for piece in pieces]
    url = f"{base_url}/v1beta/models/{model}:"
    body = {"contents": [{"parts": [{"text": QUESTION}]}]}
    headers = {"x-goog-api-key": customer.key}
    plain = await stack.http.post(url + "generateContent", json=body, headers=headers)
    array = await stack.http.post(url + "streamGenerateContent", json=body, headers=headers)
    fields = [plain.json()["usageMetadata"], array.json()[-1]["usageMetadata"]]
    return [cost, cost, *(_decimal(field["cost"]) for field in fields)]


Talk = Callable[[Stack, Customer, str], Awaitable[Costs]]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("talk", [_openai, _anthropic, _gemini])
async def test_is_what_the_ledger_says(stack: Stack, talk: Talk, model: str) -> None:
    customer = await stack.customer(usd="20")
    costs = await talk(stack, customer, model)
    entries = await stack.posted(customer, 4 if talk is _gemini else 2)
    assert len({*costs, *(Decimal(-entry.amount_nano) / 10**9 for entry in entries)}) == 1
    assert costs[0] > 0
    await stack.settled(customer)
