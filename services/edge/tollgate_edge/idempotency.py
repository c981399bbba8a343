"""Idempotency keys: the same request under the same key has the same answer, and one bill.

providers keeps the answers; the edge asks for one before it admits, so that a repetition needs no
credit, and lets a request with a key run to its end even when its client has left.
"""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from .refusals import Cause, Refusal, invalid

HEADER = b"idempotency-key"
_FIELD = "Idempotency-Key"
_CHARS_MAX = 255
_DO_NOT_RETRY = [(b"x-should-retry", b"false")]


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A request's key, and what tells it from another request; no key: nothing is kept."""

    key: str = ""
    fingerprint: bytes = b""


NONE = Idempotency()


@dataclass(frozen=True, slots=True)
class Answer:
    """A kept answer, as its first request had it."""

    request_id: str
    content_type: str
    data: bytes
    cost_nano: int
    # How it ended, if not well.
    refusal: Refusal | None


class Answers(Protocol):
    """Who keeps answers. Every call may raise Unavailable."""

    async def find(self, account_id: str, idempotency: Idempotency) -> Answer | None:
        """None when this request is the first.

        Refusal while the first one is under way, if it was another, and if its answer is lost.
        """
        ...


def idempotency_of(header: bytes, asked: str, body: bytes) -> Idempotency:
    """`asked` is what the URL says. Refusal when the header holds no key."""
    key = header.decode("latin-1")
    if not key.isascii() or not key.isprintable() or not 1 <= len(key) <= _CHARS_MAX:
        raise invalid(f"{_FIELD} must be 1 to {_CHARS_MAX} printable characters.", _FIELD)
    digest = hashlib.sha256(asked.encode(errors="replace") + b"\0" + body).digest()
    return Idempotency(key, digest)


def in_use() -> Refusal:
    message = "A request with this Idempotency-Key is under way; wait for its end."
    return Refusal(Cause.KEY_IN_USE, message, field=_FIELD, retry_after_s=1)


def reused() -> Refusal:
    message = f"This {_FIELD} was used for another request; send a new one with each request."
    return Refusal(Cause.KEY_REUSED, message, field=_FIELD)


def lost() -> Refusal:
    message = (
        f"The answer under this {_FIELD} could not be kept, though it was billed; "
        "send a new key to ask again."
    )
    return Refusal(Cause.UPSTREAM_ERROR, message, field=_FIELD, headers=_DO_NOT_RETRY)
