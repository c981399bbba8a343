"""A newcomer's first minute: an answer through the SDK that he has, and a debit that is exact."""

import json

from node_sdk import SCRIPTS, run_node
from openai import omit
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionMessageParam
from prices import MODEL, by_hand
from stack import NANO, Customer, Stack

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Tell me about tolls"}]


async def test_unary(stack: Stack, customer: Customer) -> None:
    async with stack.client(customer) as client:
        answer = await client.chat.completions.create(model=MODEL, messages=HELLO)
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    [entry] = await stack.posted(customer, 1)
    assert -entry.amount_nano == by_hand(answer.usage)
    wallet = await stack.settled(customer)
    assert wallet.posted_nano == NANO - by_hand(answer.usage)


async def test_stream_with_usage(stack: Stack, customer: Customer) -> None:
    text, usage = await _stream(stack, customer, include_usage=True)
    assert text and usage
    [entry] = await stack.posted(customer, 1)
    assert -entry.amount_nano == by_hand(usage)
    await stack.settled(customer)


async def test_stream_without_usage_costs_the_same(stack: Stack, customer: Customer) -> None:
    text, usage = await _stream(stack, customer, include_usage=True)
    same_text, no_usage = await _stream(stack, customer, include_usage=False)
    assert same_text == text
    assert no_usage is None, "the client did not ask to see usage"
    first, second = await stack.posted(customer, 2)
    assert first.amount_nano == second.amount_nano == -by_hand(usage)
    await stack.settled(customer)


async def test_stream_and_unary_cost_the_same(stack: Stack, customer: Customer) -> None:
    _, streamed = await _stream(stack, customer, include_usage=True)
    async with stack.client(customer) as client:
        answer = await client.chat.completions.create(model=MODEL, messages=HELLO)
    assert by_hand(answer.usage) == by_hand(streamed)
    await stack.posted(customer, 2)
    await stack.settled(customer)


async def test_cached_prompt_tokens_cost_less(stack: Stack, customer: Customer) -> None:
    async with stack.client(customer) as client:
        answer = await client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "Tell me about tolls [[sandbox cached=3]]"}],
        )
    usage = answer.usage
    assert usage and usage.prompt_tokens_details and usage.prompt_tokens_details.cached_tokens == 3
    [entry] = await stack.posted(customer, 1)
    assert -entry.amount_nano == by_hand(usage)
    await stack.settled(customer)


async def test_node_sdk(stack: Stack, customer: Customer) -> None:
    arguments = [stack.base_url(), customer.key, MODEL, "Tell me about tolls"]
    seen = json.loads(await run_node(SCRIPTS / "chat.mjs", *arguments, environment={}))
    assert seen["unary"]["text"] == seen["stream"]["text"] != ""
    costs = [by_hand(CompletionUsage(**seen[kind]["usage"])) for kind in ("unary", "stream")]
    entries = await stack.posted(customer, 2)
    assert [-entry.amount_nano for entry in entries] == costs
    await stack.settled(customer)


async def test_usage_record_tells_the_same_story(stack: Stack, customer: Customer) -> None:
    async with stack.client(customer) as client:
        raw = await client.chat.completions.with_raw_response.create(
            model=MODEL, messages=HELLO, extra_headers={"X-Agent-Identity": "name=tester"}
        )
    usage = raw.parse().usage
    assert usage
    await stack.posted(customer, 1)
    await stack.settled(customer)
    [record] = await stack.usage(customer)
    assert record.request_id == raw.headers["x-request-id"]
    assert record.units.input == usage.prompt_tokens
    assert record.units.output + record.units.reasoning == usage.completion_tokens
    assert (record.model, record.status, record.agent) == (MODEL, 200, "name=tester")
    assert not record.estimated


async def _stream(
    stack: Stack, customer: Customer, *, include_usage: bool
) -> tuple[str, CompletionUsage | None]:
    async with stack.client(customer) as client:
        chunks = await client.chat.completions.create(
            model=MODEL,
            messages=HELLO,
            stream=True,
            stream_options={"include_usage": True} if include_usage else omit,
        )
        text, usage = "", None
        async for chunk in chunks:
            usage = chunk.usage or usage
            for choice in chunk.choices:
                text += choice.delta.content or ""
    return text, usage
