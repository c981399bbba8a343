"""A client that does not read costs a window of memory, and nobody else's time."""

import asyncio
import json
import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from prices import MODEL
from stack import Customer, Stack, eventually
from tollgate.events.v1 import usage_pb2

# Twenty megabytes of events, which a provider would send in a second: more than kernels buffer.
CHOICES = 8
CHUNKS = 10_000
READERS = 4
GROWTH_BYTES_MAX = 6 * 2**20
# Looks that see the same, one after the other.
STILL = 6


def _body(tag: str) -> bytes:
    return json.dumps(
        {
            "model": MODEL,
            "stream": True,
            "n": CHOICES,
            "max_tokens": CHUNKS,
            "messages": [{"role": "user", "content": f"[[sandbox chunks={CHUNKS} tag={tag}]]"}],
        }
    ).encode()


@dataclass(frozen=True)
class Reader:
    """A client with hardly any buffers, which reads when it is told to."""

    reader: asyncio.StreamReader

    async def head(self) -> bytes:
        return await self.reader.readuntil(b"\r\n\r\n")

    async def rest(self) -> bytes:
        """The body. IncompleteReadError or ConnectionError when it was cut."""
        parts = []
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            parts.append((await self.reader.readexactly(size + 2))[:-2])
        return b"".join(parts)


@asynccontextmanager
async def asking(stack: Stack, customer: Customer, tag: str) -> AsyncIterator[Reader]:
    """A request that was sent, and whose answer nobody has read."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", stack.api_port))
    reader, writer = await asyncio.open_connection(sock=client, limit=2048)
    body = _body(tag)
    writer.write(
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: tollgate\r\n"
        b"authorization: Bearer %b\r\ncontent-length: %d\r\n\r\n%b"
        % (customer.key.encode(), len(body), body)
    )
    try:
        yield Reader(reader)
    finally:
        writer.close()


async def test_memory_is_bounded_and_nothing_is_lost(stack: Stack, customer: Customer) -> None:
    await stack.top_up(customer.account_id, 10**10, os.urandom(6).hex())
    tags = [os.urandom(4).hex() for _ in range(READERS)]
    expected = await _read_fast(stack, customer, tags[0])
    assert len(expected) > 16 * 2**20
    before = _memory(stack)
    async with (
        asking(stack, customer, tags[0]) as one,
        asking(stack, customer, tags[1]),
        asking(stack, customer, tags[2]),
        asking(stack, customer, tags[3]),
    ):
        await _stand_still(stack, tags)
        for name, resident in _memory(stack).items():
            assert resident - before[name] < GROWTH_BYTES_MAX, f"{name} grows with the answers"

        async with stack.client(await stack.customer()) as other:
            async with asyncio.timeout(5):
                answer = await other.chat.completions.create(
                    model=MODEL, messages=[{"role": "user", "content": "hello"}]
                )
            assert answer.choices[0].message.content

        assert b" 200 OK" in await one.head()
        assert await one.rest() == expected, "every event, in order"
    # Three have left without having read.
    await stack.posted(customer, 1 + READERS)
    await stack.settled(customer)
    records = await stack.usage(customer)
    outcomes = sorted(record.outcome for record in records)
    assert outcomes == [usage_pb2.OUTCOME_COMPLETED] * 2 + [usage_pb2.OUTCOME_CLIENT_CANCELLED] * 3


async def test_who_never_reads_is_cut_and_pays(impatient: Stack) -> None:
    stack = impatient
    customer = await stack.customer(usd="10")
    tag = os.urandom(4).hex()
    async with asking(stack, customer, tag) as client:
        await stack.request_at_sandbox(tag, "cancelled")
        [entry] = await stack.posted(customer, 1)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await client.head()
            await client.rest()
    await stack.settled(customer)
    [record] = await stack.usage(customer)
    assert record.outcome == usage_pb2.OUTCOME_CLIENT_CANCELLED
    assert record.estimated
    assert 0 < record.units.output < CHOICES * CHUNKS
    assert record.cost_nano == -entry.amount_nano


async def _read_fast(stack: Stack, customer: Customer, tag: str) -> bytes:
    headers = {"Authorization": f"Bearer {customer.key}"}
    url = f"{stack.base_url()}/chat/completions"
    answer = await stack.http.post(url, headers=headers, content=_body(tag))
    assert answer.status_code == 200
    return answer.content


async def _stand_still(stack: Stack, tags: list[str]) -> None:
    """Returns when the provider has been held back at each of these requests."""
    seen: list[list[object]] = []

    async def stand() -> bool:
        states = [await stack.request_at_sandbox(tag, "started") for tag in tags]
        seen.append([state["writes"] for state in states])
        last = seen[-STILL:]
        return len(last) == STILL and all(0 not in now and now == last[0] for now in last)

    await eventually("the provider is held back", stand)
    assert any(isinstance(writes, int) and writes < CHOICES * CHUNKS for writes in seen[-1])


def _memory(stack: Stack) -> dict[str, int]:
    """Resident bytes of the processes that carry answers."""
    resident = {}
    for name in ("edge", "providers"):
        status = Path(f"/proc/{stack.pid(name)}/status").read_text()
        match = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert match
        resident[name] = int(match[1]) * 1024
    return resident
