"""The few ASGI motions that are not an answer's own: bodies in, whole bodies out."""

from collections.abc import Callable, Sequence

from starlette.types import Receive as Receive
from starlette.types import Scope as Scope
from starlette.types import Send as Send

from .refusals import Refusal

BODY_BYTES_MAX = 32 << 20

Header = tuple[bytes, bytes]
RawHeaders = list[Header]
Headers = dict[bytes, bytes]


async def read_body(receive: Receive, too_large: Callable[[], Refusal]) -> bytes | None:
    """None when the client left before it had sent everything. Raises Refusal above the limit."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > BODY_BYTES_MAX:
            raise too_large()
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def respond(send: Send, status: int, body: bytes, more: Sequence[Header] = ()) -> None:
    """Sends JSON."""
    headers: RawHeaders = [
        *more,
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
