"""The base URL is documented with and without /v1, and people paste stranger ones: all work."""

import pytest
from openai import AsyncOpenAI
from prices import MODEL
from stack import Customer, Stack


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "//v1", "/v1/v1"])
async def test_openai_sdk(stack: Stack, customer: Customer, path: str) -> None:
    base_url = stack.base_url().removesuffix("/v1") + path
    async with AsyncOpenAI(base_url=base_url, api_key=customer.key, max_retries=0) as client:
        models = [model.id async for model in client.models.list()]
        assert MODEL in models
        assert (await client.models.retrieve(MODEL)).id == MODEL
        answer = await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "hello"}]
        )
        assert answer.choices[0].message.content
    await stack.posted(customer, 1)
    await stack.settled(customer)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_root_answers(stack: Stack, method: str) -> None:
    root = stack.base_url().removesuffix("/v1")
    assert (await stack.http.request(method, f"{root}/")).status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz", "/docs", "/v1/nonsense"])
async def test_nothing_else_is_public(stack: Stack, path: str) -> None:
    root = stack.base_url().removesuffix("/v1")
    answer = await stack.http.get(f"{root}{path}")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith(f"Invalid URL (GET {path})")
