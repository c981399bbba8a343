"""The playground between a browser and an edge, both over real connections."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from desk import ACCESS, Fake, browser
from tollgate.auth.v1 import auth_pb2
from tollgate_common.errors import Unavailable
from tollgate_common.server import http_server
from tollgate_console.gateway import Gateway

SECRET = "sk-playground-of-ann"
PATH = "/api/playground/chat"
BODY = {
    "model": "gpt-6-luna",
    "messages": [{"role": "user", "content": "naïve 漢字 🙂 \u2028 </script>"}],
    "temperature": 1.0,
    "top_p": 0.1,
    "seed": 9_007_199_254_740_993,
    "user": None,
    "stream": True,
}
EVENT = b'data: {"choices":[]}\n\n'
Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Auth(Fake):
    """Knows the hidden key of Ann's account alone."""

    async def GetPlaygroundKey(
        self, request: auth_pb2.GetPlaygroundKeyRequest
    ) -> auth_pb2.CreateKeyResponse:
        assert request.account_id == "acc_ann"
        return auth_pb2.CreateKeyResponse(secret=SECRET)


class Edge:
    """Notes what it is asked, and answers as a test says."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[dict[str, str], bytes]] = []
        self.arrived = asyncio.Event()
        self.hung_up = asyncio.Event()
        self.respond: Respond = self._never

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((headers, await request.read()))
        self.arrived.set()
        try:
            return await self.respond(request)
        except (asyncio.CancelledError, ConnectionError):
            self.hung_up.set()
            raise

    async def _never(self, request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    def answers(self, status: int, body: bytes, **headers: str) -> None:
        async def respond(request: web.Request) -> web.StreamResponse:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.Response(
                status=status, body=body, content_type="application/json", headers=named
            )

        self.respond = respond

    def begins(self, then: Callable[[web.StreamResponse], Awaitable[None]]) -> None:
        """Streams one event, and goes on as told."""

        async def respond(request: web.Request) -> web.StreamResponse:
            headers = {"content-type": "text/event-stream", "x-accel-buffering": "no"}
            response = web.StreamResponse(headers=headers)
            await response.prepare(request)
            await response.write(EVENT)
            await then(response)
            return response

        self.respond = respond


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    edge = Edge()
    application = web.Application(client_max_size=4 * 1024**2)
    application.router.add_post("/v1/chat/completions", edge.handle)
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    edge.url = f"http://{host}:{port}"
    yield edge
    await runner.cleanup()


@asynccontextmanager
async def console(edge_url: str, **changes: Any) -> AsyncIterator[aiohttp.ClientSession]:
    """Ann's browser at a console before this edge."""
    async with serving(edge_url, **changes) as (ann, _stop):
        yield ann


@asynccontextmanager
async def serving(
    edge_url: str, *, timeout_graceful_shutdown: int = 5, **changes: Any
) -> AsyncIterator[tuple[aiohttp.ClientSession, Callable[[], Awaitable[None]]]]:
    """The same, and what stops the console."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with Gateway.connect(edge_url, answer_seconds=30) as gateway:
            front: Any = browser(auth=Auth(), gateway=gateway, **changes).app  # type: ignore[arg-type]
            drain = timeout_graceful_shutdown
            server = http_server(front, "127.0.0.1", 0, timeout_graceful_shutdown=drain)
            running = asyncio.create_task(server.serve([listener]))

            async def stop() -> None:
                server.should_exit = True
                await running

            headers = {"cookie": f"{ACCESS}=ann", "sec-fetch-site": "same-origin"}
            async with aiohttp.ClientSession(base, headers=headers) as session:
                yield session, stop
            await stop()


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The console's; those of the edge are its own."""
    ours = (record for record in caplog.records if record.name == "uvicorn.error")
    return [record.message for record in ours if record.exc_info]


@pytest.fixture
async def ann(edge: Edge) -> AsyncIterator[aiohttp.ClientSession]:
    async with console(edge.url) as session:
        yield session


async def test_the_request_arrives_as_it_was_meant_and_is_paid_by_the_hidden_key(
    edge: Edge, ann: aiohttp.ClientSession
) -> None:
    edge.answers(200, b"{}")
    async with ann.post(PATH, json={"body": BODY}) as answer:
        assert answer.status == 200
        shown = repr(answer.raw_headers).encode() + await answer.read()
    headers, body = edge.asked[0]
    assert json.loads(body) == BODY
    assert list(json.loads(body)) == list(BODY)
    assert headers["authorization"] == f"Bearer {SECRET}"
    assert "cookie" not in headers
    assert SECRET.encode() not in shown


@pytest.mark.parametrize("status", [400, 402, 429, 503])
async def test_refusals_come_in_the_edges_own_words(
    edge: Edge, ann: aiohttp.ClientSession, status: int
) -> None:
    refusal = b'{"error": {"message": "no", "type": "t", "param": null, "code": 402}}'
    edge.answers(
        status, refusal, x_request_id="req-of-edge", retry_after="7", x_inside="secret", server="e"
    )
    async with ann.post(PATH, json={"body": BODY}) as answer:
        assert answer.status == status
        assert await answer.read() == refusal
        assert answer.headers["x-request-id"] == "req-of-edge"
        assert answer.headers["retry-after"] == "7"
        assert answer.headers["cache-control"] == "no-store"
        assert "x-inside" not in answer.headers
        assert "server" not in answer.headers


async def test_each_event_is_passed_on_when_it_comes(
    edge: Edge, ann: aiohttp.ClientSession
) -> None:
    seen = asyncio.Event()

    async def wait(response: web.StreamResponse) -> None:
        await seen.wait()
        await response.write(b"data: [DONE]\n\n")

    edge.begins(wait)
    async with ann.post(PATH, json={"body": BODY}) as answer:
        assert answer.content_type == "text/event-stream"
        assert answer.headers["x-accel-buffering"] == "no"
        assert await answer.content.readexactly(len(EVENT)) == EVENT
        seen.set()
        assert await answer.content.read() == b"data: [DONE]\n\n"


async def test_who_stops_an_answer_hangs_up_at_the_edge(
    edge: Edge, ann: aiohttp.ClientSession
) -> None:
    async def wait(response: web.StreamResponse) -> None:
        await asyncio.Event().wait()

    edge.begins(wait)
    async with ann.post(PATH, json={"body": BODY}) as answer:
        await answer.content.readexactly(len(EVENT))
        answer.close()
    await asyncio.wait_for(edge.hung_up.wait(), 5)


async def test_who_stops_before_the_first_token_hangs_up_too(
    edge: Edge, ann: aiohttp.ClientSession
) -> None:
    asking = asyncio.create_task(ann.post(PATH, json={"body": BODY}).__aenter__())
    await asyncio.wait_for(edge.arrived.wait(), 5)
    asking.cancel()
    await asyncio.wait_for(edge.hung_up.wait(), 5)


async def test_a_cut_answer_does_not_look_complete(
    edge: Edge, ann: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    async def die(response: web.StreamResponse) -> None:
        raise ConnectionResetError

    edge.begins(die)
    async with ann.post(PATH, json={"body": BODY}) as answer:
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()
    assert tracebacks(caplog) == []


async def test_an_answer_without_end_is_cut_off(
    edge: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    async def wait(response: web.StreamResponse) -> None:
        await asyncio.Event().wait()

    edge.begins(wait)
    async with console(edge.url, stream_seconds=0.05) as ann:
        async with ann.post(PATH, json={"body": BODY}) as answer:
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.content.read()
        await asyncio.wait_for(edge.hung_up.wait(), 5)
    assert tracebacks(caplog) == []


async def test_a_console_that_stops_hangs_up_when_its_time_to_drain_is_over(
    edge: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    async def wait(response: web.StreamResponse) -> None:
        await asyncio.Event().wait()

    edge.begins(wait)
    async with serving(edge.url, timeout_graceful_shutdown=0) as (ann, stop):
        async with ann.post(PATH, json={"body": BODY}) as answer:
            await answer.content.readexactly(len(EVENT))
            await stop()
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.content.read()
        await asyncio.wait_for(edge.hung_up.wait(), 5)
    assert tracebacks(caplog) == []


async def test_a_body_beyond_the_limit_reaches_no_edge(edge: Edge) -> None:
    async with console(edge.url, playground_bytes_max=1000) as ann:
        body = {**BODY, "user": "a" * 1000}
        async with ann.post(PATH, json={"body": body}) as answer:
            assert answer.status == 413
            assert "1000 bytes" in (await answer.json())["error"]["message"]
    assert edge.asked == []


async def test_an_edge_that_is_away_is_not_named() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]
        async with (
            console(f"http://127.0.0.1:{port}") as ann,
            ann.post(PATH, json={"body": BODY}) as answer,
        ):
            text = await answer.text()
            assert answer.status == 503
    assert json.loads(text)["error"]["code"] == "unavailable"
    assert "127.0.0.1" not in text
    assert str(port) not in text


class AuthAway(Fake):
    async def GetPlaygroundKey(self, request: Any) -> None:
        raise Unavailable("failed to connect to 10.1.2.3:8101")


def test_without_auth_nothing_is_asked() -> None:
    answer = browser(logged_in="ann", auth=AuthAway()).post(PATH, json={"body": BODY})
    assert answer.status_code == 503
    assert "10.1.2.3" not in answer.text
