"""What is shown of an SDK, feature by feature."""

import asyncio
import json
import os
from collections import Counter

import pytest
from sdks import Embedder, Sdk
from spelling import PICTURE, Answer, Spelled
from stack import Customer, Stack, eventually

# Of the vectors that a model of embeddings makes when no other length is asked for.
_LENGTHS = {
    "text-embedding-3-small": 1536,
    "text-embedding-v4": 1024,
    "embedding-3": 2048,
    "gemini-embedding-001": 3072,
}


class Talk:
    """One SDK's talk with a provider: counts what was answered, and sees what the provider got."""

    def __init__(self, stack: Stack, customer: Customer, sdk: Sdk) -> None:
        self.stack = stack
        self.customer = customer
        self.sdk = sdk
        # By model and operation.
        self.answered: Counter[tuple[str, str]] = Counter()
        self.left = 0

    async def chat(self) -> None:
        answer = await self._ask(self.sdk.user("Tell me about tolls"))
        assert "tolls" in answer.text

    async def stream(self) -> None:
        question = self.sdk.user("Tell me about roads")
        whole = await self._ask(question)
        pieces = [piece async for piece in self.sdk.stream(question)]
        self._count(self.sdk.operation)
        assert "".join(pieces) == whole.text

    async def tools(self) -> None:
        question = self.sdk.user('call weather with {"city": "Paris"}')
        asked = await self._ask(question, **self.sdk.tools)
        [call] = asked.calls
        assert (call.name, call.arguments) == ("weather", {"city": "Paris"})
        result = self.sdk.result(call, "Rain")
        told = await self._ask(question, *asked.turn, result, **self.sdk.tools)
        assert told.text
        assert not told.calls

    async def structured(self) -> None:
        answer = await self._ask(self.sdk.user("Name a city"), **self.sdk.structured)
        assert json.loads(answer.text) == {"city": "text"}

    async def image(self) -> None:
        tag = os.urandom(4).hex()
        question = self.sdk.user(f"What is this? [[sandbox tag={tag}]]", picture=True)
        answer = await self._ask(question)
        assert answer.text
        assert PICTURE in await self._provider_got(tag)

    async def reasoning(self) -> None:
        question = self.sdk.user("Think about tolls [[sandbox reason=7]]")
        thinking = await self._ask(question, **self.sdk.reasoning)
        assert thinking.thought
        tag = os.urandom(4).hex()
        again = self.sdk.user(f"And now? [[sandbox tag={tag}]]")
        answer = await self._ask(question, *thinking.turn, again)
        assert answer.text
        assert thinking.thought in await self._provider_got(tag)

    async def embeddings(self) -> None:
        assert isinstance(self.sdk, Embedder)
        tolls, roads, again = await self.sdk.embed("tolls", "roads", "tolls")
        [alone] = await self.sdk.embed("tolls")
        self._count("embeddings", 2)
        assert tolls == again == alone != roads
        assert len(tolls) == len(roads) == _LENGTHS[self.sdk.model]

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
        self.left += 1
        await self.stack.request_at_sandbox(tag, "cancelled")

    async def retries(self) -> None:
        tag = os.urandom(4).hex()
        question = self.sdk.user(f"Hello [[sandbox status=503 times=2 tag={tag}]]")
        answer = await self._ask(question)
        assert answer.text

        async def failed() -> bool:
            records = await self.stack.usage(self.customer)
            return [record.status for record in records if record.status != 200] == [502, 502]

        # The gateway would try other channels by itself: here it was the SDK that tried again.
        await eventually("two calls that failed", failed)

    async def _ask(self, *messages: Spelled, **options: Spelled) -> Answer:
        answer = await self.sdk.ask(*messages, **options)
        self._count(self.sdk.operation)
        return answer

    def _count(self, operation: str, answers: int = 1) -> None:
        self.answered[self.sdk.model, operation] += answers

    async def _provider_got(self, tag: str) -> str:
        seen = await self.stack.request_at_sandbox(tag, "finished")
        return json.dumps(seen["body"])
