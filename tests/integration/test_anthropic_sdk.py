"""The official Anthropic SDK, on models of two families, and Claude for the OpenAI SDK's users."""

from collections.abc import AsyncIterator

import anthropic
import pytest
import pytest_asyncio
from anthropic import AsyncAnthropic
from anthropic.types import (
    AssistantMessageParam,
    Message,
    MessageParam,
    ToolParam,
    Usage,
    UserMessageParam,
)
from bills import bills, inputs, outputs
from openai.types.chat import ChatCompletionMessageParam
from stack import NANO, Customer, Stack
from tollgate.events.v1 import usage_pb2

DEEPSEEK = "deepseek-v4-flash"
CLAUDE = "claude-sonnet-5-5"
MODELS = [DEEPSEEK, CLAUDE]
WEATHER: ToolParam = {
    "name": "weather",
    "description": "The weather in a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def user(text: str) -> MessageParam:
    return {"role": "user", "content": text}


HELLO = [user("Tell me about tolls")]
CALL = [user('call weather with {"city": "Paris"}')]


@pytest_asyncio.fixture(loop_scope="session")
async def client(stack: Stack, customer: Customer) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(
        base_url=stack.base_url().removesuffix("/v1"), api_key=customer.key, max_retries=0
    ) as sdk:
        yield sdk


def text_of(message: Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def check_usage(usage: Usage, units: usage_pb2.Units) -> None:
    """The client was shown what was billed."""
    assert usage.input_tokens == units.input
    assert (usage.cache_read_input_tokens or 0) == units.cached_read
    written = units.cache_write_5m + units.cache_write_1h
    assert (usage.cache_creation_input_tokens or 0) == written
    assert usage.output_tokens == outputs(units)


@pytest.mark.parametrize("model", MODELS)
async def test_create(stack: Stack, customer: Customer, client: AsyncAnthropic, model: str) -> None:
    message = await client.messages.create(model=model, max_tokens=500, messages=HELLO)
    assert text_of(message)
    assert (message.role, message.stop_reason, message.model) == ("assistant", "end_turn", model)
    [record] = await bills(stack, customer)
    assert (record.dialect, record.model, record.status) == ("anthropic", model, 200)
    assert message._request_id == record.request_id
    check_usage(message.usage, record.units)


@pytest.mark.parametrize("model", MODELS)
async def test_stream_says_and_costs_what_create_does(
    stack: Stack, customer: Customer, client: AsyncAnthropic, model: str
) -> None:
    whole = await client.messages.create(model=model, max_tokens=500, messages=HELLO)
    async with client.messages.stream(model=model, max_tokens=500, messages=HELLO) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        streamed = await stream.get_final_message()
    assert text == text_of(streamed) == text_of(whole)
    assert streamed.stop_reason == "end_turn"
    first, second = await bills(stack, customer, 2)
    assert first.cost_nano == second.cost_nano
    assert first.units == second.units
    check_usage(streamed.usage, second.units)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("streams", [False, True])
async def test_tools_in_two_rounds(
    stack: Stack, customer: Customer, client: AsyncAnthropic, model: str, streams: bool
) -> None:
    asked = await _ask(client, model, CALL, streams)
    assert asked.stop_reason == "tool_use"
    [call] = [block for block in asked.content if block.type == "tool_use"]
    assert (call.name, call.input) == ("weather", {"city": "Paris"})
    result: UserMessageParam = {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "Rain"}],
    }
    turn: AssistantMessageParam = {"role": "assistant", "content": asked.content}
    answered = await _ask(client, model, [*CALL, turn, result], streams)
    assert answered.stop_reason == "end_turn"
    assert text_of(answered)
    for record, usage in zip(
        await bills(stack, customer, 2), (asked.usage, answered.usage), strict=True
    ):
        check_usage(usage, record.units)


async def _ask(
    client: AsyncAnthropic, model: str, messages: list[MessageParam], streams: bool
) -> Message:
    if not streams:
        return await client.messages.create(
            model=model, max_tokens=500, messages=messages, tools=[WEATHER]
        )
    async with client.messages.stream(
        model=model, max_tokens=500, messages=messages, tools=[WEATHER]
    ) as stream:
        return await stream.get_final_message()


@pytest.mark.parametrize("model", MODELS)
async def test_thinking_survives_a_round_trip(
    stack: Stack, customer: Customer, client: AsyncAnthropic, model: str
) -> None:
    first = user("Think about tolls [[sandbox reason=5]]")
    thought = await client.messages.create(
        model=model, max_tokens=2_000, messages=[first], thinking={"type": "adaptive"}
    )
    assert thought.content[0].type == "thinking"
    assert thought.content[0].thinking
    turn: AssistantMessageParam = {"role": "assistant", "content": thought.content}
    await client.messages.create(
        model=model, max_tokens=2_000, messages=[first, turn, user("And now?")]
    )
    first_bill, _ = await bills(stack, customer, 2)
    assert thought.usage.output_tokens == outputs(first_bill.units)


async def test_cache_writes_and_reads_have_their_buckets(
    stack: Stack, customer: Customer, client: AsyncAnthropic
) -> None:
    system = [
        {"type": "text", "text": "Be brief. " * 1_000, "cache_control": {"type": "ephemeral"}}
    ]
    message = await client.messages.create(
        model=CLAUDE,
        max_tokens=500,
        messages=HELLO,
        system=system,  # type: ignore[arg-type]
    )
    [record] = await bills(stack, customer)
    check_usage(message.usage, record.units)
    assert record.units.cache_write_5m > 1_000


async def test_counting_costs_nothing(
    stack: Stack, customer: Customer, client: AsyncAnthropic
) -> None:
    short = await client.messages.count_tokens(model=CLAUDE, messages=HELLO)
    long = await client.messages.count_tokens(model=CLAUDE, messages=HELLO * 10)
    assert 0 < short.input_tokens < long.input_tokens
    assert await stack.usage(customer) == []


async def test_models(client: AsyncAnthropic) -> None:
    names = [model.id async for model in client.models.list(limit=5)]
    assert {DEEPSEEK, CLAUDE} <= set(names)
    assert len(names) == len(set(names))
    assert (await client.models.retrieve(CLAUDE)).id == CLAUDE


ERRORS: list[tuple[str, type[anthropic.APIStatusError], int, str]] = [
    ("status=400", anthropic.BadRequestError, 400, "invalid_request_error"),
    ("status=401", anthropic.InternalServerError, 502, "api_error"),
    ("status=402", anthropic.InternalServerError, 502, "api_error"),
    ("status=429 retry_after=7", anthropic.RateLimitError, 429, "rate_limit_error"),
    ("status=500", anthropic.InternalServerError, 502, "api_error"),
    ("status=503", anthropic.InternalServerError, 502, "api_error"),
]


@pytest.mark.parametrize("model", MODELS)
async def test_failures_of_the_provider(
    stack: Stack, customer: Customer, client: AsyncAnthropic, model: str
) -> None:
    for fault, raised, status, type_ in ERRORS:
        messages = [user(f"hello [[sandbox {fault}]]")]
        for streams in (False, True):
            with pytest.raises(raised) as failed:
                await client.messages.create(
                    model=model, max_tokens=50, messages=messages, stream=streams
                )
            check_error(failed.value, status, type_)
    await stack.settled(customer)
    assert (await stack.wallet(customer.account_id)).posted_nano == NANO


def check_error(error: anthropic.APIStatusError, status: int, type_: str) -> None:
    assert error.status_code == status
    body = error.body
    assert isinstance(body, dict)
    assert body["type"] == "error"
    assert body["error"]["type"] == type_
    assert body["request_id"] == error.request_id
    for secret in ("127.0.0.1", "sk-sandbox", "Traceback"):
        assert secret not in str(body)


async def test_refusals(stack: Stack, client: AsyncAnthropic) -> None:
    with pytest.raises(anthropic.NotFoundError) as no_model:
        await client.messages.create(model="claude-17", max_tokens=5, messages=HELLO)
    check_error(no_model.value, 404, "not_found_error")
    with pytest.raises(anthropic.BadRequestError, match=r"tools\.0\.type: "):
        await client.messages.create(
            model=CLAUDE,
            max_tokens=5,
            messages=HELLO,
            tools=[{"type": "web_search_20250305", "name": "web_search"}],
        )
    with pytest.raises(anthropic.BadRequestError, match="top_k"):
        await client.messages.create(
            model=DEEPSEEK, max_tokens=5, messages=HELLO, extra_body={"top_k": 5}
        )
    with pytest.raises(anthropic.AuthenticationError) as no_key:
        await client.with_options(api_key="sk-wrong").models.list()
    check_error(no_key.value, 401, "authentication_error")
    poor = await stack.customer(usd="0")
    with pytest.raises(anthropic.APIStatusError) as no_money:
        await client.with_options(api_key=poor.key).messages.create(
            model=CLAUDE, max_tokens=5, messages=HELLO
        )
    check_error(no_money.value, 402, "billing_error")


@pytest.mark.parametrize("model", MODELS)
async def test_a_stream_that_breaks_raises(
    stack: Stack, customer: Customer, client: AsyncAnthropic, model: str
) -> None:
    """And what came before is billed."""
    events = await client.messages.create(
        model=model,
        max_tokens=500,
        messages=[user("hello [[sandbox chunks=30 cut_after=10]]")],
        stream=True,
    )
    seen = []
    with pytest.raises(anthropic.APIStatusError, match="api_error"):
        async for event in events:
            seen.append(event.type)
    assert "content_block_delta" in seen
    assert "message_stop" not in seen
    [entry] = await stack.posted(customer, 1)
    assert entry.amount_nano < 0
    await stack.settled(customer)


@pytest.mark.parametrize("model", MODELS)
async def test_max_tokens_ends_an_answer(
    stack: Stack, customer: Customer, client: AsyncAnthropic, model: str
) -> None:
    message = await client.messages.create(
        model=model, max_tokens=3, messages=[user("hello [[sandbox chunks=30]]")]
    )
    assert message.stop_reason == "max_tokens"
    [record] = await bills(stack, customer)
    assert outputs(record.units) <= 3


@pytest.mark.parametrize("streams", [False, True])
async def test_claude_for_the_openai_sdk(stack: Stack, customer: Customer, streams: bool) -> None:
    hello: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Tell me about tolls"}]
    async with stack.client(customer) as openai:
        if streams:
            chunks = await openai.chat.completions.create(
                model=CLAUDE, messages=hello, stream=True, stream_options={"include_usage": True}
            )
            seen = [chunk async for chunk in chunks]
            usage = seen[-1].usage
            text = "".join(c.choices[0].delta.content or "" for c in seen if c.choices)
        else:
            answer = await openai.chat.completions.create(model=CLAUDE, messages=hello)
            usage, text = answer.usage, answer.choices[0].message.content or ""
    assert text
    assert usage
    [record] = await bills(stack, customer)
    assert (record.dialect, record.model) == ("openai", CLAUDE)
    assert usage.prompt_tokens == inputs(record.units)
    assert usage.completion_tokens == outputs(record.units)
