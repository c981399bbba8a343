"""The official SDKs behind one face, so that a story is told once and holds for each of them."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeAlias

import anthropic
import httpx2
import openai
from google import genai
from google.genai import errors, types
from stack import Customer, Stack

# A message, or a call's options, as one SDK spells it.
Spelled: TypeAlias = Any
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAA"
    "C0lEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
_TELLS = "The weather in a city"
_TOKENS = 2_000


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the model made."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an SDK showed, and the same as a message to be handed back.

    `thought` is the text of its reasoning, or what stands for it where the provider hides it.
    """

    text: str
    thought: str
    calls: tuple[Call, ...]
    turn: Spelled


class Sdk(Protocol):
    """One SDK, bound to a customer and a model. It never tries again by itself."""

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


class OpenAI:
    """openai: chat completions."""

    tools: ClassVar[Spelled] = {
        "tools": [
            {
                "type": "function",
                "function": {"name": "weather", "description": _TELLS, "parameters": SCHEMA},
            }
        ]
    }
    structured: ClassVar[Spelled] = {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "place", "schema": SCHEMA, "strict": True},
        }
    }
    reasoning: ClassVar[Spelled] = {"reasoning_effort": "high"}
    refusal: ClassVar[type[Exception]] = openai.BadRequestError
    missing: ClassVar[type[Exception]] = openai.NotFoundError
    limited: ClassVar[type[Exception]] = openai.RateLimitError

    def __init__(self, client: openai.AsyncOpenAI, model: str) -> None:
        self._client = client
        self.model = model

    def user(self, text: str, *, picture: bool = False) -> Spelled:
        if not picture:
            return {"role": "user", "content": text}
        image = {"url": f"data:image/png;base64,{PICTURE}"}
        parts = [{"type": "text", "text": text}, {"type": "image_url", "image_url": image}]
        return {"role": "user", "content": parts}

    def result(self, call: Call, text: str) -> Spelled:
        return {"role": "tool", "tool_call_id": call.id, "content": text}

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
        return Answer(message.content or "", thought, tuple(calls), turn)

    async def stream(self, *messages: Spelled) -> AsyncIterator[str]:
        chunks = await self._client.chat.completions.create(
            model=self.model, messages=messages, stream=True
        )
        async with chunks:
            async for chunk in chunks:
                if chunk.choices and (piece := chunk.choices[0].delta.content):
                    yield piece

    def status(self, error: Exception) -> int:
        assert isinstance(error, openai.APIStatusError)
        return error.status_code

    def field(self, error: Exception) -> str:
        assert isinstance(error, openai.APIStatusError)
        return error.param or ""


class Anthropic:
    """anthropic: messages."""

    tools: ClassVar[Spelled] = {
        "tools": [{"name": "weather", "description": _TELLS, "input_schema": SCHEMA}]
    }
    structured: ClassVar[Spelled] = {
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}
    }
    reasoning: ClassVar[Spelled] = {"thinking": {"type": "adaptive", "display": "summarized"}}
    refusal: ClassVar[type[Exception]] = anthropic.BadRequestError
    missing: ClassVar[type[Exception]] = anthropic.NotFoundError
    limited: ClassVar[type[Exception]] = anthropic.RateLimitError

    def __init__(self, client: anthropic.AsyncAnthropic, model: str) -> None:
        self._client = client
        self.model = model

    def user(self, text: str, *, picture: bool = False) -> Spelled:
        if not picture:
            return {"role": "user", "content": text}
        source = {"type": "base64", "media_type": "image/png", "data": PICTURE}
        parts = [{"type": "text", "text": text}, {"type": "image", "source": source}]
        return {"role": "user", "content": parts}

    def result(self, call: Call, text: str) -> Spelled:
        block = {"type": "tool_result", "tool_use_id": call.id, "content": text}
        return {"role": "user", "content": [block]}

    async def ask(self, *messages: Spelled, **options: Spelled) -> Answer:
        message = await self._client.messages.create(
            model=self.model, max_tokens=_TOKENS, messages=messages, **options
        )
        blocks = message.content
        return Answer(
            "".join(block.text for block in blocks if block.type == "text"),
            "".join(block.thinking for block in blocks if block.type == "thinking"),
            tuple(Call(b.id, b.name, b.input) for b in blocks if b.type == "tool_use"),
            {"role": "assistant", "content": blocks},
        )

    async def stream(self, *messages: Spelled) -> AsyncIterator[str]:
        async with self._client.messages.stream(
            model=self.model, max_tokens=_TOKENS, messages=messages
        ) as stream:
            async for piece in stream.text_stream:
                yield piece

    def status(self, error: Exception) -> int:
        assert isinstance(error, anthropic.APIStatusError)
        return error.status_code

    def field(self, error: Exception) -> str:
        assert isinstance(error, anthropic.APIStatusError)
        assert isinstance(error.body, dict)
        return _named_first(error.body["error"]["message"])


class Google:
    """google-genai: generate content."""

    tools: ClassVar[Spelled] = {
        "tools": [
            {
                "function_declarations": [
                    {
                        "name": "weather",
                        "description": _TELLS,
                        "parameters_json_schema": SCHEMA,
                    }
                ]
            }
        ],
        "automatic_function_calling": {"disable": True},
    }
    structured: ClassVar[Spelled] = {
        "response_mime_type": "application/json",
        "response_json_schema": SCHEMA,
    }
    reasoning: ClassVar[Spelled] = {"thinking_config": {"include_thoughts": True}}
    refusal: ClassVar[type[Exception]] = errors.ClientError
    missing: ClassVar[type[Exception]] = errors.ClientError
    limited: ClassVar[type[Exception]] = errors.ClientError

    def __init__(self, client: genai.Client, model: str) -> None:
        self._models = client.aio.models
        self.model = model

    def user(self, text: str, *, picture: bool = False) -> Spelled:
        parts: list[Spelled] = [{"text": text}]
        if picture:
            parts.append({"inline_data": {"mime_type": "image/png", "data": PICTURE}})
        return {"role": "user", "parts": parts}

    def result(self, call: Call, text: str) -> Spelled:
        response = {"id": call.id, "name": call.name, "response": {"output": text}}
        return {"role": "user", "parts": [{"function_response": response}]}

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
            turn,
        )

    async def stream(self, *messages: Spelled) -> AsyncIterator[str]:
        chunks = await self._models.generate_content_stream(
            model=self.model, contents=list(messages)
        )
        async for chunk in chunks:
            if chunk.text:
                yield chunk.text

    def status(self, error: Exception) -> int:
        assert isinstance(error, errors.APIError)
        return error.code

    def field(self, error: Exception) -> str:
        assert isinstance(error, errors.APIError)
        return _named_first(error.message or "")


def _named_first(message: str) -> str:
    """Where an error has no place for the field's name, its message begins with it."""
    found = re.match(r"([A-Za-z_][\w.\[\]]*): ", message)
    return found[1] if found else ""


@asynccontextmanager
async def opened(dialect: str, stack: Stack, customer: Customer, model: str) -> AsyncIterator[Sdk]:
    """The SDK of a dialect; its connections are closed in the end."""
    host = stack.base_url().removesuffix("/v1")
    if dialect == "openai":
        async with stack.client(customer) as chat:
            yield OpenAI(chat, model)
    elif dialect == "anthropic":
        async with anthropic.AsyncAnthropic(
            base_url=host, api_key=customer.key, max_retries=0
        ) as messages:
            yield Anthropic(messages, model)
    else:
        # Over the HTTP library that it does not warn about.
        async with httpx2.AsyncClient(timeout=30) as http:
            options = types.HttpOptions(base_url=host, httpx_async_client=http)
            yield Google(genai.Client(api_key=customer.key, http_options=options), model)
