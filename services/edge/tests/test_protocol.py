"""The limits of connections: slow and endless headers, and clients that stop reading."""

import asyncio
import json

from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_edge.protocol import Protocol

from .conftest import HELLO, serving
from .fakes import EVENTS, KEY, Edge, FakeProviders, soon


class Impatient(Protocol):
    header_seconds = 0.05
    header_bytes_max = 10_000
    stall_seconds = 0.05


async def test_slow_headers_are_408() -> None:
    async with serving(Edge().app, Impatient) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: ed")
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"type":"invalid_request_error"' in answer


async def test_a_connection_that_says_nothing_is_closed() -> None:
    async with serving(Edge().app, Impatient) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.wait_for(reader.read(), 5)
        writer.close()


async def test_slow_headers_of_a_second_request_are_408() -> None:
    async with serving(Edge().app, Impatient) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: edge\r\n\r\n")
        await reader.readuntil(b'{"name":"tollgate"}')
        writer.write(b"GET / HTTP/1.1\r\nhost: ed")
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_endless_headers_are_431() -> None:
    class Patient(Impatient):
        header_seconds = 10.0

    async with serving(Edge().app, Patient) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nx: ")
        for _ in range(11):
            writer.write(b"y" * 1_000)
            await asyncio.sleep(0.001)
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 5)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_a_client_that_is_still_sending_hears_its_refusal() -> None:
    async with serving(Edge().app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nx: " + b"y" * 1_000_000)
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_what_is_not_http_is_400_in_the_envelope() -> None:
    async with serving(Edge().app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x16\x03\x01\x02\x00\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'{"error":{' in answer


async def test_a_client_that_does_not_read_is_cut_and_providers_told() -> None:
    def flood(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        for _ in range(200):
            providers.say(pb.ProviderFrame(lane=frame.lane, head=EVENTS, data=b"x" * 100_000))

    edge = Edge(script=flood)
    body = json.dumps({**HELLO, "stream": True}).encode()
    async with edge.running(), serving(edge.app, Impatient) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_000)
        writer.write(
            b"POST /chat/completions HTTP/1.1\r\nhost: edge\r\nauthorization: %b\r\n"
            b"content-length: %d\r\n\r\n%b" % (KEY.encode(), len(body), body)
        )
        await edge.providers.until(lambda: edge.providers.cancelled == [1])
        await soon(lambda: edge.app.in_flight == 0)  # type: ignore[attr-defined]
        writer.close()
