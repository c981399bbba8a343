"""One HTTP request and its answer, straight on ASGI: what the hot path needs and no more."""

import asyncio
import re

from starlette.types import Message, Receive, Scope, Send
from tollgate_common.ids import RequestId

from tollgate_edge.forms import check_form_type
from tollgate_edge.refusals import Cause, Refusal

from .addresses import Address

_JSON = b"application/json"
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
# Real clients send less than 8 KiB in 30 headers.
_HEADER_BYTES_MAX = 32 * 1024
_HEADERS_MAX = 100
_AGENT_CHARS_MAX = 256
_DISCARD_SECONDS = 5.0
# The rest of such a request would have to be read and thrown away.
_CLOSING = (Cause.BODY_TIMEOUT, Cause.BODY_TOO_LARGE, Cause.HEADERS_TOO_LARGE)
# SDKs try these again by themselves; any other 4xx stays what it is.
_RETRIED = (408, 409, 429)
_REPEATED = ((b"idempotent-replayed", b"true"),)
# For pages of any origin; keys come in headers, so no page can use another's cookies.
_CORS = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"request-id, retry-after, x-oneapi-request-id, x-ratelimit-limit-requests, "
        b"x-ratelimit-limit-tokens, x-ratelimit-remaining-requests, x-ratelimit-remaining-tokens, "
        b"x-ratelimit-reset-requests, x-ratelimit-reset-tokens, x-request-id, x-should-retry, "
        b"idempotent-replayed, x-tollgate-cost",
    ),
)


class ClientLeft(Exception):
    """The client closed the connection before it had asked for something."""


class Exchange:
    """Headers of a name that repeats are joined by commas; every answer carries the request id."""

    __slots__ = (
        "_more_body",
        "_receive",
        "_send",
        "address",
        "dialect",
        "header_bytes",
        "headers",
        "limit_headers",
        "method",
        "path",
        "peer",
        "query",
        "repeated",
        "request_id",
        "route",
        "started_at",
        "status",
        "traceparent",
    )

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        request_id: RequestId,
        address: Address,
        started_at: float,
    ) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        # The other end of the connection, be it the client or a proxy.
        client = scope.get("client")
        self.peer: str = client[0] if client else ""
        self.request_id = request_id
        # Whether the answer is one that was given before.
        self.repeated = False
        self.address = address
        self.dialect = address.dialect
        self.started_at = started_at
        self.route = "other"
        # The status that the client got, 0 as long as it got none.
        self.status = 0
        self.limit_headers: list[tuple[bytes, bytes]] = []
        self._more_body = True
        self._receive = receive
        self._send = send
        headers: dict[bytes, bytes] = {}
        size = 0
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            headers[name] = value if name not in headers else headers[name] + b"," + value
        self.headers = headers
        self.header_bytes = size
        traceparent = headers.get(b"traceparent", b"")
        self.traceparent = traceparent.decode() if _TRACEPARENT.fullmatch(traceparent) else ""

    def check_headers(self) -> None:
        if self.header_bytes > _HEADER_BYTES_MAX or len(self.headers) > _HEADERS_MAX:
            raise Refusal(Cause.HEADERS_TOO_LARGE, "The request's headers are too large.")

    @property
    def speaks_early(self) -> bool:
        """Whether the client wants signs of life before its provider has begun."""
        chats = self.address.operation and self.address.operation.kind == "chat"
        return bool(chats) and self.headers.get(b"x-tollgate-keep-alive", b"").lower() == b"early"

    def repeats(self, request_id: str) -> None:
        """The answer is that of an earlier request, and bears its id."""
        self.request_id = RequestId(request_id)
        self.repeated = True

    @property
    def agent(self) -> str:
        value = self.headers.get(b"x-agent-identity", b"")
        return value.decode(errors="replace")[:_AGENT_CHARS_MAX]

    def check_json(self) -> bytes:
        """Refusal unless the body is JSON as it is. The media type that goes on to providers."""
        self._check_encoding()
        kind = self.headers.get(b"content-type", _JSON)
        if kind == _JSON:
            return _JSON
        kind = kind.partition(b";")[0].strip().lower()
        if kind != _JSON and not (kind.startswith(b"application/") and kind.endswith(b"+json")):
            raise Refusal(Cause.MEDIA_TYPE, "Send the body as Content-Type: application/json.")
        return _JSON

    def check_form(self) -> bytes:
        """The same for a form, whose media type holds its boundary."""
        self._check_encoding()
        kind = self.headers.get(b"content-type", b"")
        check_form_type(kind)
        return kind

    def _check_encoding(self) -> None:
        encoding = self.headers.get(b"content-encoding", b"identity")
        if encoding.strip().lower() != b"identity":
            raise Refusal(Cause.MEDIA_TYPE, "Send the body without Content-Encoding.")

    async def body(self, bytes_max: int, seconds_max: float) -> bytes:
        """The whole body. Refusal when it is too large or too slow."""
        length = self.headers.get(b"content-length", b"")
        if length.isdigit() and (len(length) > 18 or int(length) > bytes_max):
            raise _too_large(bytes_max)
        try:
            async with asyncio.timeout(seconds_max):
                return await self._read(bytes_max)
        except TimeoutError as error:
            raise Refusal(Cause.BODY_TIMEOUT, "The request's body came too slowly.") from error

    async def _read(self, bytes_max: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        while self._more_body:
            part = await self._part()
            parts.append(part)
            size += len(part)
            if size > bytes_max:
                raise _too_large(bytes_max)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _part(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        self._more_body = bool(message.get("more_body"))
        part: bytes = message.get("body", b"")
        return part

    async def discard_body(self, bytes_max: int) -> None:
        """Reads on for a while: a client that is still sending would miss an answer and a close."""
        size = 0
        try:
            async with asyncio.timeout(_DISCARD_SECONDS):
                while self._more_body and size < bytes_max:
                    size += len(await self._part())
        except (TimeoutError, ClientLeft):
            return

    async def until_left(self) -> None:
        """Returns when the client closes the connection, or has its whole answer."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def receive(self) -> Message:
        """For apps that speak ASGI themselves."""
        return await self._receive()

    async def send(self, message: Message) -> None:
        """The same; adds what every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *self._own_headers()]
        await self._send(message)

    async def answer(
        self,
        status: int,
        body: bytes,
        content_type: bytes = _JSON,
        headers: list[tuple[bytes, bytes]] | None = None,
    ) -> None:
        """The whole answer."""
        await self.send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", content_type),
                    (b"content-length", b"%d" % len(body)),
                    *(headers or ()),
                ],
            }
        )
        await self._send({"type": "http.response.body", "body": body})

    async def refuse(self, refusal: Refusal) -> None:
        """A refusal, in the caller's dialect."""
        status = self.dialect.status(refusal.cause)
        headers = list(refusal.headers)
        if refusal.retry_after_s:
            headers.append((b"retry-after", b"%d" % refusal.retry_after_s))
        if 400 <= status < 500 and status not in _RETRIED:
            headers.append((b"x-should-retry", b"false"))
        if refusal.cause in _CLOSING:
            headers.append((b"connection", b"close"))
        body = self.dialect.error(refusal, self.request_id)
        await self.answer(status, body, headers=headers)

    async def start_stream(self, content_type: str) -> None:
        headers = [
            (b"content-type", content_type.encode()),
            (b"cache-control", b"no-cache"),
            (b"x-accel-buffering", b"no"),
        ]
        await self.send({"type": "http.response.start", "status": 200, "headers": headers})

    async def write(self, data: bytes) -> None:
        """Returns when the client can take more."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end_stream(self) -> None:
        await self._send({"type": "http.response.body", "body": b""})

    def _own_headers(self) -> list[tuple[bytes, bytes]]:
        # Three names, because clients of three families look for them.
        id = self.request_id.encode()
        return [
            (b"x-oneapi-request-id", id),
            (b"x-request-id", id),
            (b"request-id", id),
            *self.limit_headers,
            *(_REPEATED if self.repeated else ()),
            *(_CORS if b"origin" in self.headers else ()),
        ]


def _too_large(bytes_max: int) -> Refusal:
    return Refusal(
        Cause.BODY_TOO_LARGE, f"The request's body is larger than {bytes_max // 1024**2} MiB."
    )
