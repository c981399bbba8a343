"""Roll-outs and stops are not noticed: what was begun is finished, and billed to the token."""

import asyncio
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from openai import APIStatusError
from openai.types import CompletionUsage
from prices import MODEL, by_hand
from stack import Customer, Stack, eventually, running

CHUNKS = 40
ASK = f"[[sandbox chunks={CHUNKS} delay_ms=50]]"


@dataclass
class Streamed:
    """A stream on its way."""

    began: asyncio.Event = field(default_factory=asyncio.Event)
    chunks: int = 0
    usage: CompletionUsage | None = None

    async def run(self, stack: Stack, customer: Customer, edge: int) -> None:
        async with stack.client(customer, edge) as client:
            stream = await client.chat.completions.create(
                model=MODEL,
                stream=True,
                stream_options={"include_usage": True},
                messages=[{"role": "user", "content": ASK}],
            )
            async for chunk in stream:
                self.usage = chunk.usage or self.usage
                if chunk.choices and chunk.choices[0].delta.content:
                    self.chunks += 1
                    self.began.set()


async def _begin(
    stack: Stack, customer: Customer, edges: list[int]
) -> tuple[list[Streamed], "asyncio.Future[list[None]]"]:
    """Streams that all have begun, and their common end."""
    streams = [Streamed() for _ in edges]
    runs = asyncio.gather(
        *(stream.run(stack, customer, edge) for stream, edge in zip(streams, edges, strict=True))
    )
    for stream in streams:
        await asyncio.wait_for(stream.began.wait(), 10)
    return streams, runs


async def _billed_to_the_token(stack: Stack, customer: Customer, streams: list[Streamed]) -> None:
    assert [stream.chunks for stream in streams] == [CHUNKS] * len(streams)
    entries = await stack.posted(customer, len(streams))
    assert [-entry.amount_nano for entry in entries] == [
        by_hand(stream.usage) for stream in streams
    ]
    await stack.settled(customer)
    assert not any(record.estimated for record in await stack.usage(customer))


async def test_sigterm_to_an_edge(stack: Stack, customer: Customer) -> None:
    edge = 1
    streams, runs = await _begin(stack, customer, [edge] * 3)
    before = stack.pid("edge-2")
    os.kill(before, signal.SIGTERM)

    async def refuses() -> bool:
        return not await _accepts(stack.api_port + edge)

    await eventually("new connections are refused", refuses)
    ops = f"http://127.0.0.1:{stack.port_base + 20 + edge}"
    assert (await stack.http.get(f"{ops}/readyz")).status_code == 503
    assert (await stack.http.get(f"{ops}/healthz")).status_code == 200
    assert not runs.done(), "the story needs streams that are longer than the signal's way"
    await asyncio.wait_for(runs, 30)
    await _is_back(stack, "edge-2", before)
    await _billed_to_the_token(stack, customer, streams)


async def test_sigterm_to_providers(stack: Stack, customer: Customer) -> None:
    streams, runs = await _begin(stack, customer, [0, 0, 1])
    before = stack.pid("providers")
    os.kill(before, signal.SIGTERM)

    other = await stack.customer()

    async def refuses() -> bool:
        """No edge sends a new request to a process that is about to end."""
        async with stack.client(other) as client:
            try:
                await client.chat.completions.create(
                    model=MODEL, messages=[{"role": "user", "content": "hi"}]
                )
            except APIStatusError as error:
                return error.status_code == 503
        return False

    await eventually("new requests are refused", refuses)
    assert not runs.done(), "the story needs streams that are longer than the signal's way"
    await asyncio.wait_for(runs, 30)
    await _is_back(stack, "providers", before)
    await _billed_to_the_token(stack, customer, streams)
    await stack.settled(other)


async def _is_back(stack: Stack, name: str, before: int) -> None:
    async def back() -> bool:
        return stack.pid(name) != before and await stack.is_ready()

    await eventually(f"{name} is back", back)
    assert f"{name} ended with 0; starting it again" in stack.printed


async def test_sigint_to_the_run(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with running(home) as stack:
        customer = await stack.customer()
        streams, runs = await _begin(stack, customer, [0, 0])
        pids = [int(path.read_text()) for path in (home / "pids").iterdir()]
        stack.supervisor.send_signal(signal.SIGINT)

        async def not_ready() -> bool:
            return not await stack.is_ready()

        await eventually("the run says that it is not ready", not_ready)
        assert not runs.done()
        await asyncio.wait_for(runs, 30)
        assert await asyncio.wait_for(stack.supervisor.wait(), 30) == 0
        assert list((home / "pids").iterdir()) == []
        assert not any(_lives(pid) for pid in pids)
    async with running(home) as again:
        await _billed_to_the_token(again, customer, streams)


async def _accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
