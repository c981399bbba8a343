"""The few ASGI motions that are not an answer's own: bodies in, whole bodies out."""

from starlette.types import Receive as Receive
from starlette.types import Scope as Scope
from starlette.types import Send as Send

from .refusals import too_large

BODY_BYTES_MAX = 32 << 20

RawHeaders = list[tuple[bytes, bytes]]
Headers = dict[bytes, bytes]


async def read_body(receive: Receive) -> bytes | None:
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


async def respond(send: Send, status: int, body: bytes) -> None:
    """Sends JSON."""
    headers: RawHeaders = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
