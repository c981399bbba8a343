"""The playground's way to the public API: the only file that knows aiohttp."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from tollgate_common.errors import Unavailable

# Of the edge's answer, what the playground shows.
_HEADERS_SHOWN = ("x-request-id", "x-tollgate-cost", "retry-after")
_CONNECT_SECONDS = 5.0
_AWAY = "The API is away. Nothing was debited; try again in a moment."


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the API that has begun."""

    status: int
    content_type: str
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


class Gateway:
    """Calls an edge as any customer does, with the account's playground key."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url.rstrip("/")

    @classmethod
    @asynccontextmanager
    async def connect(cls, url: str, *, answer_seconds: float) -> AsyncIterator["Gateway"]:
        """To the edge at `url`, for answers of at most so many seconds."""
        timeout = aiohttp.ClientTimeout(total=answer_seconds, sock_connect=_CONNECT_SECONDS)
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as session:
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
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unavailable(_AWAY) from error
        try:
            shown = {
                name: response.headers[name] for name in _HEADERS_SHOWN if name in response.headers
            }
            yield Reply(response.status, response.content_type, shown, response.content.iter_any())
        finally:
            response.close()
