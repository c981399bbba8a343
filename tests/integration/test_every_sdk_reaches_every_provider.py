"""Every official Python SDK on a model of every provider: what is carried, and what is refused.

The findings are docs/compatibility.md. TOLLGATE_WRITE_DOCS=1 writes it anew.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from importlib.metadata import version
from typing import TypeAlias

import pytest
from bills import bills_of_all
from sdks import PICTURE, Sdk, opened
from stack import ROOT, Stack

SDKS = {"openai": "openai", "anthropic": "anthropic", "gemini": "google-genai"}
MODELS = {
    "openai": "gpt-6-luna",
    "deepseek": "deepseek-v4-flash",
    "qwen": "qwen3.8-max",
    "glm": "glm-5.3",
    "kimi": "kimi-k2.6",
    "doubao": "doubao-seed-2.1-pro",
    "anthropic": "claude-sonnet-5-5",
    "google": "gemini-3.8-flash",
}
PAGE = ROOT / "docs" / "compatibility.md"
Findings: TypeAlias = dict[tuple[str, str], dict[str, str]]


class Talk:
    """One SDK's talk with one model: counts what was answered, and sees what the provider got."""

    def __init__(self, stack: Stack, sdk: Sdk) -> None:
        self.stack = stack
        self.sdk = sdk
        self.answered = 0

    async def chat(self) -> None:
        answer = await self.sdk.ask(self.sdk.user("Tell me about tolls"))
        self.answered += 1
        assert "tolls" in answer.text

    async def stream(self) -> None:
        question = self.sdk.user("Tell me about roads")
        whole = await self.sdk.ask(question)
        self.answered += 1
        pieces = [piece async for piece in self.sdk.stream(question)]
        self.answered += 1
        assert "".join(pieces) == whole.text

    async def tools(self) -> None:
        question = self.sdk.user('call weather with {"city": "Paris"}')
        asked = await self.sdk.ask(question, **self.sdk.tools)
        self.answered += 1
        [call] = asked.calls
        assert (call.name, call.arguments) == ("weather", {"city": "Paris"})
        result = self.sdk.result(call, "Rain")
        told = await self.sdk.ask(question, asked.turn, result, **self.sdk.tools)
        self.answered += 1
        assert told.text
        assert not told.calls

    async def structured(self) -> None:
        answer = await self.sdk.ask(self.sdk.user("Name a city"), **self.sdk.structured)
        self.answered += 1
        assert json.loads(answer.text) == {"city": "text"}

    async def image(self) -> None:
        tag = os.urandom(4).hex()
        question = self.sdk.user(f"What is this? [[sandbox tag={tag}]]", picture=True)
        answer = await self.sdk.ask(question)
        self.answered += 1
        assert answer.text
        assert PICTURE in await self._provider_got(tag)

    async def reasoning(self) -> None:
        question = self.sdk.user("Think about tolls [[sandbox reason=7]]")
        thinking = await self.sdk.ask(question, **self.sdk.reasoning)
        self.answered += 1
        assert thinking.thought
        tag = os.urandom(4).hex()
        again = self.sdk.user(f"And now? [[sandbox tag={tag}]]")
        answer = await self.sdk.ask(question, thinking.turn, again)
        self.answered += 1
        assert answer.text
        assert thinking.thought in await self._provider_got(tag)

    async def errors(self) -> None:
        model, self.sdk.model = self.sdk.model, "no-such-model"
        with pytest.raises(self.sdk.missing) as missing:
            await self.sdk.ask(self.sdk.user("Hello"))
        assert self.sdk.status(missing.value) == 404
        self.sdk.model = model
        with pytest.raises(self.sdk.limited) as limited:
            await self.sdk.ask(self.sdk.user("Hello [[sandbox status=429]]"))
        assert self.sdk.status(limited.value) == 429

    async def cancel(self) -> None:
        tag = os.urandom(4).hex()
        question = self.sdk.user(f"Hello [[sandbox chunks=500 delay_ms=20 tag={tag}]]")
        begun = asyncio.Event()

        async def read() -> None:
            async for _ in self.sdk.stream(question):
                begun.set()

        # Google's SDK keeps the connection of a stream that is no longer read, if not cancelled.
        reading = asyncio.create_task(read())
        async with asyncio.timeout(20):
            await begun.wait()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await self.stack.request_at_sandbox(tag, "cancelled")

    async def _provider_got(self, tag: str) -> str:
        seen = await self.stack.request_at_sandbox(tag, "finished")
        return json.dumps(seen["body"])


FEATURES: Mapping[str, Callable[[Talk], Awaitable[None]]] = {
    "chat": Talk.chat,
    "stream": Talk.stream,
    "tools": Talk.tools,
    "structured output": Talk.structured,
    "image": Talk.image,
    "reasoning": Talk.reasoning,
}
UNANSWERED = ("errors", "cancel")


@pytest.fixture(scope="module")
def findings() -> Iterator[Findings]:
    """What was found, pair by pair: in the end compared with the page, if all of them have run."""
    found: Findings = {}
    yield found
    if len(found) == len(SDKS) * len(MODELS):
        _compare(_page(found))


@pytest.mark.parametrize("provider", MODELS)
@pytest.mark.parametrize("dialect", SDKS)
async def test_reaches(stack: Stack, findings: Findings, dialect: str, provider: str) -> None:
    customer = await stack.customer(usd="50")
    found: dict[str, str] = {}
    async with opened(dialect, stack, customer, MODELS[provider]) as sdk:
        talk = Talk(stack, sdk)
        for name, feature in FEATURES.items():
            try:
                await feature(talk)
                found[name] = "yes"
            except sdk.refusal as refusal:
                found[name] = _refused(sdk, refusal)
        await talk.errors()
        await talk.cancel()
    for record in await bills_of_all(stack, customer, answered=talk.answered, left=1):
        assert (record.dialect, record.model) == (dialect, sdk.model)
    findings[dialect, provider] = found | dict.fromkeys(UNANSWERED, "yes")


def _refused(sdk: Sdk, refusal: Exception) -> str:
    """Only a 400 that names the field will do."""
    field = sdk.field(refusal)
    assert sdk.status(refusal) == 400 and field, str(refusal)
    return f"refused (`{field}`)"


def _compare(page: str) -> None:
    if os.environ.get("TOLLGATE_WRITE_DOCS") == "1":
        PAGE.write_text(page)
    again = "docs/compatibility.md is outdated: run this file with TOLLGATE_WRITE_DOCS=1"
    assert PAGE.exists() and PAGE.read_text() == page, again


def _page(findings: Findings) -> str:
    columns = ["SDK", "provider", "model", *FEATURES, *UNANSWERED]
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for dialect, package in SDKS.items():
        for provider, model in MODELS.items():
            found = findings[dialect, provider].values()
            lines.append(f"| {package} | {provider} | `{model}` | {' | '.join(found)} |")
    versions = ", ".join(f"{package} {version(package)}" for package in SDKS.values())
    return _HEAD.format(versions=versions) + "\n".join(lines) + "\n"


_HEAD = """# Compatibility

What each official Python SDK can do with a model of each provider, by changing nothing but its base
URL and its key. `tests/integration/test_every_sdk_reaches_every_provider.py` found it, and fails
when it finds anything else. It runs against simulated providers, which are made after the real
ones' documents; it does not call the real ones.

SDKs: {versions}.

- **yes**: it works, and each answer is billed once, exactly. A stream says what a whole answer
  says; tools take two rounds; structured output follows a JSON schema; a picture reaches the
  provider as it was sent; reasoning is shown or signed, and the next turn takes it back to the
  provider; errors (404, 429) are of the SDK's own classes, and free; a stream that is cancelled
  stops at the provider.
- **refused (`field`)**: a 400 names the field, since the model or its provider has nothing like it.
  Nothing is dropped in silence.

Some cells tell more of the simulated providers than of the real ones. OpenAI's API shows no
reasoning in chat completions, so there is none to be sent back. And what the OpenAI SDK sends to a
provider of its own format passes untouched: DeepSeek and GLM promise `json_object` only, and may
refuse the schema that is accepted here.

"""
