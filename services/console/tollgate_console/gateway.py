"""The playground's way to the public API: the only file that knows aiohttp."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from tollgate_common.errors import Unavailable

# Of the edge's answer: what the playground shows, and what keeps proxies from holding it back.
_HEADERS_KEPT = ("x-request-id", "x-tollgate-cost", "retry-after", "x-accel-buffering")
# Answers at once, above what one process streams; who comes next waits so long for a place.
_ANSWERS_MAX = 1000
_CONNECT_SECONDS = 5.0
_LOST = (aiohttp.ClientError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the API that has begun. Its chunks raise Unavailable when they are cut off."""

    status: int
    content_type: str
    headers: Mapping[str, str]
    chunks: AsyncGenerator[bytes, None]


class Gateway:
    """Calls an edge as any customer does, with the account's playground key."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url.rstrip("/")

    @classmethod
    @asynccontextmanager
    async def connect(cls, url: str, *, answer_seconds: float) -> AsyncIterator["Gateway"]:
        """To the edge at `url`, for answers of at most so many seconds."""
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_ANSWERS_MAX),
            timeout=aiohttp.ClientTimeout(total=answer_seconds, connect=_CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session:
            yield cls(session, url)

    @asynccontextmanager
    async def chat(self, key: str, body: bytes) -> AsyncIterator[Reply]:
        """One chat completion, streamed if its body says so. Leaving early hangs up.

        Unavailable when no edge can be reached.
        """
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        url = f"{self._url}/v1/chat/completions"
        try:
            response = await self._session.post(url, data=body, headers=headers)
        except _LOST as error:
            raise Unavailable("the edge does not answer") from error
        try:
            kept = {
                name: response.headers[name] for name in _HEADERS_KEPT if name in response.headers
            }
            yield Reply(response.status, response.content_type, kept, _chunks(response))
        finally:
            response.close()


async def _chunks(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
    try:
        async for chunk in response.content.iter_any():
            yield chunk
    except _LOST as error:
        raise Unavailable("the edge has cut its answer off") from error
