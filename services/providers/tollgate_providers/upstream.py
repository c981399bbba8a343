"""HTTP to providers: the only file that knows aiohttp. Each phase has its own time-out."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import ResolveResult

from .failures import AnswerFailed, FailureKind, unusable
from .hosts import is_public_address

# A read takes what is there, up to this.
READ_BYTES = 64 * 1024
ERROR_BYTES_MAX = 64 * 1024
_RETRY_AFTER_S_MAX = 3600
# No compression: it costs more than it saves, and a small answer cannot turn into a large one.
_HEADERS = {"Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds for each phase of a request."""

    connect_seconds: float
    first_byte_seconds: float
    idle_seconds: float
    total_seconds: float


class Answer:
    """What a provider answers, read as fast as the reader wants. Must be closed."""

    def __init__(self, response: aiohttp.ClientResponse, timeouts: Timeouts) -> None:
        self._response = response
        self._content = response.content
        self._loop = asyncio.get_running_loop()
        self._idle_seconds = timeouts.idle_seconds
        self._deadline = self._loop.time() + timeouts.total_seconds
        self._waiting_since = 0.0
        # One timer that looks at the time: one for each read would cost as much as the read.
        self._timer = self._loop.call_later(self._idle_seconds, self._check)

    @property
    def status(self) -> int:
        return self._response.status

    @property
    def content_type(self) -> str:
        return self._response.content_type

    @property
    def arrived(self) -> bool:
        """Whether all of it is here, so that reading will not wait."""
        return self._content.is_eof()

    @property
    def retry_after_s(self) -> int:
        value = self._response.headers.get("Retry-After", "")
        return min(int(value), _RETRY_AFTER_S_MAX) if value.isascii() and value.isdigit() else 0

    async def read(self, bytes_max: int = READ_BYTES) -> bytes:
        """What has arrived; nothing at the end. AnswerFailed when it is cut or stands still."""
        self._waiting_since = now = self._loop.time()
        try:
            if now > self._deadline:
                raise TimeoutError
            return await self._content.read(bytes_max)
        except TimeoutError as error:
            raise AnswerFailed(FailureKind.TIMEOUT, "The provider stopped answering.") from error
        except (aiohttp.ClientError, OSError) as error:
            raise unusable("was cut off") from error
        finally:
            self._waiting_since = 0.0

    async def read_all(self, bytes_max: int) -> bytes:
        """The whole body. AnswerFailed when it is larger."""
        parts: list[bytes] = []
        size = 0
        while part := await self.read():
            parts.append(part)
            size += len(part)
            if size > bytes_max:
                raise unusable("was too large")
        return b"".join(parts)

    def close(self) -> None:
        """Keeps the connection if the answer was read to its end, else drops it."""
        self._timer.cancel()
        self._response.close()

    def _check(self) -> None:
        if not self._waiting_since:  # the reader takes its time: that is not the provider's fault
            self._timer = self._loop.call_later(self._idle_seconds, self._check)
            return
        due = min(self._waiting_since + self._idle_seconds, self._deadline)
        if self._loop.time() < due:
            self._timer = self._loop.call_at(due, self._check)
        else:
            self._content.set_exception(TimeoutError())


class Upstream:
    """A pool of connections to all providers."""

    def __init__(self, session: aiohttp.ClientSession, timeouts: Timeouts) -> None:
        self._session = session
        self._timeouts = timeouts

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer once its head is here, whatever its status. AnswerFailed without one."""
        try:
            async with asyncio.timeout(self._timeouts.first_byte_seconds):
                response = await self._send(_begun_anew(url), {**_HEADERS, **headers}, body)
        except aiohttp.ServerTimeoutError as error:  # only connecting has a time-out of its own
            raise _unreachable() from error
        except TimeoutError as error:
            message = "The provider did not begin to answer in time."
            raise AnswerFailed(FailureKind.TIMEOUT, message) from error
        except (aiohttp.ClientError, OSError, ssl.SSLError, ValueError) as error:
            raise _unreachable() from error
        return Answer(response, self._timeouts)

    async def _send(
        self, url: str, headers: Mapping[str, str], body: bytes
    ) -> aiohttp.ClientResponse:
        """Once more when a connection was dropped without an answer: it had been kept too long."""
        try:
            return await self._session.post(url, data=body, headers=headers, allow_redirects=False)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            return await self._session.post(url, data=body, headers=headers, allow_redirects=False)


def _begun_anew(url: str) -> str:
    """See Wire.target: vendors have operations beside their base URL."""
    base, _, path = url.rpartition("//")
    if base.endswith(":"):
        return url
    scheme, _, rest = base.partition("//")
    return f"{scheme}//{rest.partition('/')[0]}/{path}"


def _unreachable() -> AnswerFailed:
    message = "The provider cannot be reached."
    return AnswerFailed(FailureKind.UNAVAILABLE, message, elsewhere=True)


class _PublicResolver(aiohttp.ThreadedResolver):
    """Leaves out addresses of our own network: whoever owns a name may point it there."""

    def __init__(self, private_hosts: Collection[str]) -> None:
        super().__init__()
        self._private_hosts = private_hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        if host in self._private_hosts:
            return found
        if public := [address for address in found if is_public_address(address["host"])]:
            return public
        raise OSError("the name has no public address")


@asynccontextmanager
async def connect(
    timeouts: Timeouts, connections_per_host: int, private_hosts: Collection[str] = ()
) -> AsyncIterator[Upstream]:
    """Connections live as long as the context."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0, limit_per_host=connections_per_host, resolver=_PublicResolver(private_hosts)
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(
            total=None, connect=None, sock_connect=timeouts.connect_seconds, sock_read=None
        ),
        auto_decompress=False,
        skip_auto_headers=("User-Agent",),
    )
    async with session:
        yield Upstream(session, timeouts)
