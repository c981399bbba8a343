"""Whatever bytes arrive at the public port: no failure of ours, and the next client is served."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hypothesis import given
from hypothesis import strategies as st

from services.edge.tests.conftest import serving
from services.edge.tests.fakes import KEY, Edge

from .fuzzing import examples, in_pieces, spliced
from .test_fuzz_requests import SECRETS

SECONDS_MAX = 1.0
# Silence after which no more is coming: the edge is in this very process.
SILENCE_SECONDS = 0.01
BODY = json.dumps({"model": "small", "messages": [{"role": "user", "content": "hello"}]}).encode()
HEAD = (
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: edge\r\n"
    b"Authorization: Bearer " + KEY.encode() + b"\r\nContent-Type: application/json\r\n"
)
GOOD = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
LIST = (
    b"GET /v1/models HTTP/1.1\r\nHost: edge\r\nAuthorization: Bearer " + KEY.encode() + b"\r\n\r\n"
)
WHOLE = [GOOD, CHUNKED, LIST]
GARBAGE = [
    b"\r\n", b"\r\n\r\n", b"\n", b"\0", b"\xff", b"%ff%00", b"/../", b" : \r\n", b"HTTP/1.0",
    b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"5;ext=1\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"-1\r\n",
    b"Connection: close\r\n", b"Connection: upgrade\r\n", b"Upgrade: websocket\r\n", b"?key=\xff",
    b"Expect: 100-continue\r\n", b"GET / HTTP/1.1\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"ffffffffffffffff\r\n", b"a" * 40_000,
]  # fmt: skip


async def reply(port: int, pieces: list[bytes], enough: int = 1 << 20) -> bytes:
    """What comes back for these bytes: to the close, so many answers, or silence."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        while answer.count(b"HTTP/1.1 ") < enough:
            silence = SECONDS_MAX if enough < 10 else SILENCE_SECONDS
            async with asyncio.timeout(silence):
                if not (data := await reader.read(1 << 16)):
                    break
            answer += data
    except (ConnectionError, TimeoutError):
        pass
    finally:
        writer.close()
    return answer


@asynccontextmanager
async def edge_on_a_port() -> AsyncIterator[tuple[Edge, int]]:
    edge = Edge()
    async with edge.running(), serving(edge.app) as port:
        yield edge, port


@st.composite
def conversations(draw: st.DrawFn) -> list[bytes]:
    """Some requests one behind the other, spoilt, in pieces."""
    sent = b"".join(draw(st.lists(st.sampled_from(WHOLE), min_size=1, max_size=3)))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(sent)))
        sent = sent[:at] + draw(st.sampled_from(GARBAGE)) + sent[at:]
    if draw(st.booleans()):
        sent = draw(spliced(sent))
    return in_pieces(sent, draw(st.lists(st.integers(0, len(sent)), max_size=4)))


@examples(50)
@given(st.one_of(conversations(), st.lists(st.binary(max_size=200), max_size=3)))
async def test_any_bytes(pieces: list[bytes]) -> None:
    async with edge_on_a_port() as (edge, port):
        answer = await reply(port, pieces)
        assert b"HTTP/1.1 5" not in answer
        for secret in SECRETS[1:]:
            assert secret not in answer
        assert (await reply(port, [GOOD], 1)).startswith(b"HTTP/1.1 200 ")
        assert all(json.loads(lane.body) for lane in edge.providers.opened)
        assert edge.held_nano() == 0


@examples(15)
@given(st.lists(st.sampled_from(WHOLE), min_size=1, max_size=4), st.data())
async def test_good_requests_are_all_answered(requests: list[bytes], data: st.DataObject) -> None:
    sent = b"".join(requests)
    cuts = data.draw(st.lists(st.integers(0, len(sent)), max_size=8))
    async with edge_on_a_port() as (edge, port):
        answer = await reply(port, in_pieces(sent, cuts), len(requests))
        assert answer.count(b"HTTP/1.1 200 ") == len(requests)
        assert len(edge.providers.opened) == len(requests) - requests.count(LIST)
