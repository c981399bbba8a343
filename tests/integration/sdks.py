"""The official SDKs behind one face, so that a story is told once and holds for each of them."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import ClassVar, Protocol, runtime_checkable

import anthropic
import httpx2
import openai
from google import genai
from google.genai import errors, types
from node_sdk import NodeAnthropic, NodeGoogle, NodeOpenAI, NodeResponses, opened, pinned
from spelling import (
    Answer,
    AnthropicSpelling,
    Call,
    GoogleSpelling,
    OpenAISpelling,
    ResponsesSpelling,
    Spelled,
    named_first,
)


class Sdk(Protocol):
    """One SDK, bound to a customer. `model` is the one that it asks, and may be changed."""

    dialect: ClassVar[str]
    operation: ClassVar[str]
    # How it spells a tool named weather, an answer of SCHEMA, and that the model shall reason.
    tools: ClassVar[Spelled]
    structured: ClassVar[Spelled]
    reasoning: ClassVar[Spelled]
    # What it raises for 400, 404 and 429.
    refusal: ClassVar[type[Exception]]
    missing: ClassVar[type[Exception]]
    limited: ClassVar[type[Exception]]
    model: str

    def user(self, text: str, *, picture: bool = False) -> Spelled: ...

    def result(self, call: Call, text: str) -> Spelled: ...

    async def ask(self, *messages: Spelled, **options: Spelled) -> Answer: ...

    def stream(self, *messages: Spelled) -> AsyncIterator[str]:
        """The pieces of an answer's text."""
        ...

    def status(self, error: Exception) -> int: ...

    def field(self, error: Exception) -> str:
        """The field that a refusal names; empty when it names none."""
        ...


@runtime_checkable
class Embedder(Protocol):
    """An SDK that has embeddings, too."""

    async def embed(self, *texts: str) -> Sequence[Sequence[float]]: ...


class _OpenAI:
    """openai: what its APIs have in common."""

    refusal: ClassVar[type[Exception]] = openai.BadRequestError
    missing: ClassVar[type[Exception]] = openai.NotFoundError
    limited: ClassVar[type[Exception]] = openai.RateLimitError
    model = ""

    def __init__(self, client: openai.AsyncOpenAI) -> None:
        self._client = client

    def status(self, error: Exception) -> int:
        assert isinstance(error, openai.APIStatusError)
        return error.status_code

    def field(self, error: Exception) -> str:
        assert isinstance(error, openai.APIStatusError)
        return error.param or ""


class OpenAI(OpenAISpelling, _OpenAI):
    """openai: chat completions, and embeddings."""

    async def ask(self, *messages: Spelled, **options: Spelled) -> Answer:
        answer = await self._client.chat.completions.create(
            model=self.model, messages=messages, **options
        )
        message = answer.choices[0].message
        turn = message.model_dump(exclude_none=True)
        calls = [
            Call(call["id"], call["function"]["name"], json.loads(call["function"]["arguments"]))
            for call in turn.get("tool_calls", ())
        ]
        # Where a provider hides what it thought, it signs it.
        signed = [detail.get("signature", "") for detail in turn.get("reasoning_details", ())]
        thought = turn.get("reasoning_content") or "".join(signed)
        return Answer(message.content or "", thought, tuple(calls), [turn])

    async def stream(self, *messages: Spelled) -> AsyncIterator[str]:
        chunks = await self._client.chat.completions.create(
            model=self.model, messages=messages, stream=True
        )
        async with chunks:
            async for chunk in chunks:
                if chunk.choices and (piece := chunk.choices[0].delta.content):
                    yield piece

    async def embed(self, *texts: str) -> Sequence[Sequence[float]]:
        answer = await self._client.embeddings.create(model=self.model, input=[*texts])
        return [each.embedding for each in answer.data]


class Responses(ResponsesSpelling, _OpenAI):
    """openai: responses."""

    async def ask(self, *messages: Spelled, **options: Spelled) -> Answer:
        response = await self._client.responses.create(
            model=self.model, input=[*messages], **self.always, **options
        )
        items = response.output
        thoughts = [item for item in items if item.type == "reasoning"]
        summary = "".join(part.text for item in thoughts for part in item.summary)
        calls = [
            Call(item.call_id, item.name, json.loads(item.arguments))
            for item in items
            if item.type == "function_call"
        ]
        # Where a provider hides what it thought, it seals it.
        thought = summary or "".join(item.encrypted_content or "" for item in thoughts)
        return Answer(response.output_text, thought, tuple(calls), items)

    async def stream(self, *messages: Spelled) -> AsyncIterator[str]:
        async with self._client.responses.stream(
            model=self.model, input=[*messages], **self.always
        ) as events:
            async for event in events:
                if event.type == "response.output_text.delta":
                    yield event.delta


class Anthropic(AnthropicSpelling):
    """anthropic: messages."""

    refusal: ClassVar[type[Exception]] = anthropic.BadRequestError
    missing: ClassVar[type[Exception]] = anthropic.NotFoundError
    limited: ClassVar[type[Exception]] = anthropic.RateLimitError
    model = ""

    def __init__(self, client: anthropic.AsyncAnthropic) -> None:
        self._client = client

    async def ask(self, *messages: Spelled, **options: Spelled) -> Answer:
        message = await self._client.messages.create(
            model=self.model, messages=messages, **self.always, **options
        )
        blocks = message.content
        return Answer(
            "".join(block.text for block in blocks if block.type == "text"),
            "".join(block.thinking for block in blocks if block.type == "thinking"),
            tuple(Call(b.id, b.name, b.input) for b in blocks if b.type == "tool_use"),
            [{"role": "assistant", "content": blocks}],
        )

    async def stream(self, *messages: Spelled) -> AsyncIterator[str]:
        async with self._client.messages.stream(
            model=self.model, messages=messages, **self.always
        ) as stream:
            async for piece in stream.text_stream:
                yield piece

    def status(self, error: Exception) -> int:
        assert isinstance(error, anthropic.APIStatusError)
        return error.status_code

    def field(self, error: Exception) -> str:
        assert isinstance(error, anthropic.APIStatusError)
        assert isinstance(error.body, dict)
        return named_first(error.body["error"]["message"])


class Google(GoogleSpelling):
    """google-genai: generate content, and embed it."""

    refusal: ClassVar[type[Exception]] = errors.ClientError
    missing: ClassVar[type[Exception]] = errors.ClientError
    limited: ClassVar[type[Exception]] = errors.ClientError
    model = ""

    def __init__(self, client: genai.Client) -> None:
        self._models = client.aio.models

    async def ask(self, *messages: Spelled, **options: Spelled) -> Answer:
        answer = await self._models.generate_content(
            model=self.model,
            contents=list(messages),
            config=types.GenerateContentConfig(**options),
        )
        assert answer.candidates
        turn = answer.candidates[0].content
        parts = (turn and turn.parts) or []
        calls = [part.function_call for part in parts if part.function_call]
        return Answer(
            "".join(part.text or "" for part in parts if not part.thought),
            "".join(part.text or "" for part in parts if part.thought),
            tuple(Call(call.id or "", call.name or "", call.args or {}) for call in calls),
            [turn],
        )

    async def stream(self, *messages: Spelled) -> AsyncIterator[str]:
        chunks = await self._models.generate_content_stream(
            model=self.model, contents=list(messages)
        )
        async for chunk in chunks:
            if chunk.text:
                yield chunk.text

    async def embed(self, *texts: str) -> Sequence[Sequence[float]]:
        answer = await self._models.embed_content(model=self.model, contents=[*texts])
        return [each.values or [] for each in answer.embeddings or []]

    def status(self, error: Exception) -> int:
        assert isinstance(error, errors.APIError)
        return error.code

    def field(self, error: Exception) -> str:
        assert isinstance(error, errors.APIError)
        return named_first(error.message or "")


@asynccontextmanager
async def _openai(
    sdk: Callable[[openai.AsyncOpenAI], Sdk], host: str, key: str, patient: bool
) -> AsyncIterator[Sdk]:
    retries = openai.DEFAULT_MAX_RETRIES if patient else 0
    async with openai.AsyncOpenAI(
        base_url=f"{host}/v1", api_key=key, max_retries=retries
    ) as client:
        yield sdk(client)


@asynccontextmanager
async def _anthropic(host: str, key: str, patient: bool) -> AsyncIterator[Sdk]:
    retries = anthropic.DEFAULT_MAX_RETRIES if patient else 0
    async with anthropic.AsyncAnthropic(base_url=host, api_key=key, max_retries=retries) as client:
        yield Anthropic(client)


@asynccontextmanager
async def _google(host: str, key: str, patient: bool) -> AsyncIterator[Sdk]:
    # It never tries again unless told so; then it begins with a second.
    retries = types.HttpRetryOptions(initial_delay=0.1, jitter=0.1) if patient else None
    # Over the HTTP library that it does not warn about.
    async with httpx2.AsyncClient(timeout=30) as http:
        options = types.HttpOptions(base_url=host, httpx_async_client=http, retry_options=retries)
        yield Google(genai.Client(api_key=key, http_options=options))


@dataclass(frozen=True, slots=True)
class Package:
    """An official SDK, or one of its APIs where it has two of a kind.

    `open` takes a host, a key, and whether the SDK shall try again by itself; what it has opened
    is closed in the end.
    """

    language: str
    name: str
    version: str
    open: Callable[[str, str, bool], AbstractAsyncContextManager[Sdk]]
    api: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.api}".strip() + f" ({self.language})"


PACKAGES = (
    Package("Python", "openai", version("openai"), partial(_openai, OpenAI)),
    Package("Python", "openai", version("openai"), partial(_openai, Responses), "Responses"),
    Package("Python", "anthropic", version("anthropic"), _anthropic),
    Package("Python", "google-genai", version("google-genai"), _google),
    Package("Node", "openai", pinned("openai"), partial(opened, NodeOpenAI)),
    Package("Node", "openai", pinned("openai"), partial(opened, NodeResponses), "Responses"),
    Package(
        "Node", "@anthropic-ai/sdk", pinned("@anthropic-ai/sdk"), partial(opened, NodeAnthropic)
    ),
    Package("Node", "@google/genai", pinned("@google/genai"), partial(opened, NodeGoogle)),
)
