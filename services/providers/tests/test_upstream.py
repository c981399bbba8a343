"""Connections are kept, and one that died meanwhile does not fail a request."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tollgate_providers.failures import AnswerFailed, FailureKind
from tollgate_providers.upstream import Timeouts, Upstream, connect

TIMEOUTS = Timeouts(connect_seconds=2, first_byte_seconds=2, idle_seconds=2, total_seconds=5)
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
Serve = Callable[[int], Awaitable[str]]


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    async with connect(TIMEOUTS, 10) as upstream:
        yield upstream


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """A server whose connections answer so many requests and then close on the next one."""
    servers: list[asyncio.Server] = []

    async def start(answers: int) -> str:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for number in range(answers + 1):
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split()[0]))
                if number < answers:
                    writer.write(OK)
            writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        servers.append(server)
        host, port = server.sockets[0].getsockname()
        return f"http://{host}:{port}/x"

    yield start
    for server in servers:
        server.close()


async def ask(upstream: Upstream, url: str) -> bytes:
    answer = await upstream.post(url, {}, b"{}")
    try:
        return await answer.read_all(100)
    finally:
        answer.close()


async def test_a_kept_connection_that_died_is_replaced(upstream: Upstream, serve: Serve) -> None:
    url = await serve(1)
    assert [await ask(upstream, url) for _ in range(3)] == [b"ok"] * 3


async def test_a_server_that_never_answers_is_asked_twice_at_most(
    upstream: Upstream, serve: Serve
) -> None:
    with pytest.raises(AnswerFailed) as caught:
        await ask(upstream, await serve(0))
    assert caught.value.kind is FailureKind.UNAVAILABLE
    assert caught.value.elsewhere


async def test_a_name_does_not_lead_into_our_own_network(serve: Serve) -> None:
    url = (await serve(1)).replace("127.0.0.1", "localhost")
    async with connect(TIMEOUTS, 10) as upstream:
        with pytest.raises(AnswerFailed) as caught:
            await upstream.post(url, {}, b"x")
    assert caught.value.kind is FailureKind.UNAVAILABLE
    assert caught.value.elsewhere
    async with connect(TIMEOUTS, 10, {"localhost"}) as upstream:
        answer = await upstream.post(url, {}, b"x")
        assert await answer.read_all(9) == b"ok"
        answer.close()
