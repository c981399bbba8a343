"""The official Google GenAI SDK on models of two families, and Gemini for the OpenAI SDK."""

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from bills import bills, inputs, outputs
from google import genai
from google.genai import errors, types
from google.genai.models import AsyncModels
from openai.types.chat import ChatCompletionMessageParam
from stack import NANO, Customer, Stack
from tollgate.events.v1 import usage_pb2

QWEN = "qwen-plus"
GEMINI = "gemini-3.8-flash"
MODELS = [QWEN, GEMINI]
HELLO = "Tell me about tolls"
CALL = 'call weather with {"city": "Paris"}'
WEATHER = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name="weather",
            description="The weather in a city",
            parameters_json_schema={"type": "object", "properties": {"city": {"type": "string"}}},
        )
    ]
)
NO_CALLS = types.AutomaticFunctionCallingConfig(disable=True)


@pytest_asyncio.fixture(loop_scope="session")
async def models(stack: Stack, customer: Customer) -> AsyncIterator[AsyncModels]:
    async with httpx2.AsyncClient(timeout=30) as http:
        yield sdk(stack, customer.key, http)


def sdk(stack: Stack, key: str, http: httpx2.AsyncClient) -> AsyncModels:
    """Over the HTTP library that it does not warn about."""
    options = types.HttpOptions(
        base_url=stack.base_url().removesuffix("/v1"), httpx_async_client=http
    )
    return genai.Client(api_key=key, http_options=options).aio.models


def check_usage(
    usage: types.GenerateContentResponseUsageMetadata | None, units: usage_pb2.Units
) -> None:
    """The client was shown what was billed."""
    assert usage
    prompt = (usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0)
    assert prompt == inputs(units)
    assert (usage.cached_content_token_count or 0) == units.cached_read
    thoughts = usage.thoughts_token_count or 0
    assert (usage.candidates_token_count or 0) + thoughts == outputs(units)


@pytest.mark.parametrize("model", MODELS)
async def test_generate(stack: Stack, customer: Customer, models: AsyncModels, model: str) -> None:
    answer = await models.generate_content(model=model, contents=HELLO)
    assert answer.text
    assert answer.candidates
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    [record] = await bills(stack, customer)
    assert (record.dialect, record.model, record.status) == ("gemini", model, 200)
    check_usage(answer.usage_metadata, record.units)


@pytest.mark.parametrize("model", MODELS)
async def test_stream_says_and_costs_what_generate_does(
    stack: Stack, customer: Customer, models: AsyncModels, model: str
) -> None:
    whole = await models.generate_content(model=model, contents=HELLO)
    chunks = await models.generate_content_stream(model=model, contents=HELLO)
    seen = [chunk async for chunk in chunks]
    assert "".join(chunk.text or "" for chunk in seen) == whole.text
    assert seen[-1].candidates
    assert seen[-1].candidates[0].finish_reason == types.FinishReason.STOP
    first, second = await bills(stack, customer, 2)
    assert first.cost_nano == second.cost_nano
    assert first.units == second.units
    check_usage(seen[-1].usage_metadata, second.units)


@pytest.mark.parametrize("model", MODELS)
async def test_a_stream_may_be_one_array(stack: Stack, customer: Customer, model: str) -> None:
    url = f"{stack.base_url()}beta/models/{model}:streamGenerateContent?key={customer.key}"
    body = {"contents": [{"parts": [{"text": HELLO}]}]}
    answer = await stack.http.post(url, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    elements = answer.json()
    assert elements[-1]["candidates"][0]["finishReason"] == "STOP"
    told = elements[-1]["usageMetadata"]
    [record] = await bills(stack, customer)
    assert f"{told.pop('cost'):.9f}" == f"{record.cost_nano / 1e9:.9f}"
    check_usage(types.GenerateContentResponseUsageMetadata(**told), record.units)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("streams", [False, True])
async def test_tools_in_two_rounds(
    stack: Stack, customer: Customer, models: AsyncModels, model: str, streams: bool
) -> None:
    first = types.Content(role="user", parts=[types.Part(text=CALL)])
    asked = await _ask(models, model, [first], streams)
    [call] = [part.function_call for part in asked if part.function_call]
    assert (call.name, call.args) == ("weather", {"city": "Paris"})
    result = types.FunctionResponse(id=call.id, name="weather", response={"output": "Rain"})
    turns = [
        first,
        types.Content(role="model", parts=asked),
        types.Content(role="user", parts=[types.Part(function_response=result)]),
    ]
    answered = await _ask(models, model, turns, streams)
    assert any(part.text for part in answered)
    await bills(stack, customer, 2)


async def _ask(
    models: AsyncModels, model: str, turns: list[types.Content], streams: bool
) -> list[types.Part]:
    config = types.GenerateContentConfig(tools=[WEATHER], automatic_function_calling=NO_CALLS)
    if streams:
        chunks = await models.generate_content_stream(
            model=model, contents=list(turns), config=config
        )
        answers = [chunk async for chunk in chunks]
    else:
        answers = [await models.generate_content(model=model, contents=list(turns), config=config)]
    candidates = [candidate for answer in answers for candidate in answer.candidates or ()]
    contents = [candidate.content for candidate in candidates if candidate.content]
    parts = [part for content in contents for part in content.parts or ()]
    # A stream may end with a part that says nothing, which may not be sent back.
    return [part for part in parts if part.text != "" or part.thought_signature]


@pytest.mark.parametrize("model", MODELS)
async def test_thoughts_are_counted_apart(
    stack: Stack, customer: Customer, models: AsyncModels, model: str
) -> None:
    answer = await models.generate_content(
        model=model,
        contents="Think about tolls [[sandbox reason=5]]",
        config=types.GenerateContentConfig(
            thinking_config=types.ThinkingConfig(include_thoughts=True)
        ),
    )
    assert answer.usage_metadata
    [record] = await bills(stack, customer)
    assert record.units.reasoning == answer.usage_metadata.thoughts_token_count
    assert record.units.reasoning > 0
    check_usage(answer.usage_metadata, record.units)


async def test_counting_costs_nothing(
    stack: Stack, customer: Customer, models: AsyncModels
) -> None:
    short = await models.count_tokens(model=GEMINI, contents=HELLO)
    long = await models.count_tokens(model=GEMINI, contents=HELLO * 10)
    assert 0 < (short.total_tokens or 0) < (long.total_tokens or 0)
    assert await stack.usage(customer) == []


async def test_models(models: AsyncModels) -> None:
    pager = await models.list(config={"page_size": 5})
    names = [model.name async for model in pager]
    assert {f"models/{QWEN}", f"models/{GEMINI}"} <= set(names)
    assert len(names) == len(set(names))
    assert (await models.get(model=GEMINI)).name == f"models/{GEMINI}"


ERRORS: list[tuple[str, type[errors.APIError], int, str]] = [
    ("status=400", errors.ClientError, 400, "INVALID_ARGUMENT"),
    ("status=401", errors.ServerError, 502, "UNAVAILABLE"),
    ("status=403", errors.ServerError, 502, "UNAVAILABLE"),
    ("status=429", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
    ("status=500", errors.ServerError, 502, "UNAVAILABLE"),
    ("status=503", errors.ServerError, 502, "UNAVAILABLE"),
]


@pytest.mark.parametrize("model", MODELS)
async def test_failures_of_the_provider(
    stack: Stack, customer: Customer, models: AsyncModels, model: str
) -> None:
    for fault, raised, code, status in ERRORS:
        contents = f"hello [[sandbox {fault}]]"
        with pytest.raises(raised) as unary:
            await models.generate_content(model=model, contents=contents)
        with pytest.raises(raised) as streamed:
            async for _ in await models.generate_content_stream(model=model, contents=contents):
                pass
        for error in (unary.value, streamed.value):
            check_error(error, code, status)
    await stack.settled(customer)
    assert (await stack.wallet(customer.account_id)).posted_nano == NANO


def check_error(error: errors.APIError, code: int, status: str) -> None:
    assert (error.code, error.status) == (code, status)
    assert "(request id: " in (error.message or "")
    for secret in ("127.0.0.1", "sk-sandbox", "Traceback"):
        assert secret not in str(error)


async def test_refusals(stack: Stack, models: AsyncModels) -> None:
    with pytest.raises(errors.ClientError) as no_model:
        await models.generate_content(model="gemini-17", contents=HELLO)
    check_error(no_model.value, 404, "NOT_FOUND")
    search = types.GenerateContentConfig(tools=[types.Tool(google_search=types.GoogleSearch())])
    with pytest.raises(errors.ClientError, match=r"tools\[0\]\.googleSearch"):
        await models.generate_content(model=GEMINI, contents=HELLO, config=search)
    not_built = await stack.http.post(f"{stack.base_url()}beta/models/{GEMINI}:predict", json={})
    assert (not_built.status_code, not_built.json()["error"]["status"]) == (501, "UNIMPLEMENTED")
    poor = await stack.customer(usd="0")
    async with httpx2.AsyncClient() as http:
        with pytest.raises(errors.ClientError) as no_key:
            await sdk(stack, "sk-wrong", http).list()
        check_error(no_key.value, 401, "UNAUTHENTICATED")
        with pytest.raises(errors.ClientError) as no_money:
            await sdk(stack, poor.key, http).generate_content(model=GEMINI, contents=HELLO)
        check_error(no_money.value, 402, "RESOURCE_EXHAUSTED")


@pytest.mark.parametrize("model", MODELS)
async def test_a_stream_that_breaks_raises(
    stack: Stack, customer: Customer, models: AsyncModels, model: str
) -> None:
    """And what came before is billed."""
    chunks = await models.generate_content_stream(
        model=model, contents="hello [[sandbox chunks=30 cut_after=10]]"
    )
    seen = ""
    with pytest.raises(errors.ServerError) as broken:
        async for chunk in chunks:
            seen += chunk.text or ""
    check_error(broken.value, 502, "UNAVAILABLE")
    assert seen
    [entry] = await stack.posted(customer, 1)
    assert entry.amount_nano < 0
    await stack.settled(customer)


@pytest.mark.parametrize("model", MODELS)
async def test_max_output_tokens_ends_an_answer(
    stack: Stack, customer: Customer, models: AsyncModels, model: str
) -> None:
    answer = await models.generate_content(
        model=model,
        contents="hello [[sandbox chunks=30]]",
        config=types.GenerateContentConfig(max_output_tokens=3),
    )
    assert answer.candidates
    assert answer.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
    [record] = await bills(stack, customer)
    assert outputs(record.units) <= 3


@pytest.mark.parametrize("streams", [False, True])
async def test_gemini_for_the_openai_sdk(stack: Stack, customer: Customer, streams: bool) -> None:
    hello: list[ChatCompletionMessageParam] = [{"role": "user", "content": HELLO}]
    async with stack.client(customer) as openai:
        if streams:
            chunks = await openai.chat.completions.create(
                model=GEMINI, messages=hello, stream=True, stream_options={"include_usage": True}
            )
            seen = [chunk async for chunk in chunks]
            usage = seen[-1].usage
            text = "".join(c.choices[0].delta.content or "" for c in seen if c.choices)
        else:
            answer = await openai.chat.completions.create(model=GEMINI, messages=hello)
            usage, text = answer.usage, answer.choices[0].message.content or ""
    assert text
    assert usage
    [record] = await bills(stack, customer)
    assert (record.dialect, record.model) == ("openai", GEMINI)
    assert usage.prompt_tokens == inputs(record.units)
    assert usage.completion_tokens == outputs(record.units)
