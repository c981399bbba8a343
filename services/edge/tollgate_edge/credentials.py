"""Where a key may arrive, and the digest that stands for it from then on."""

import re
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import parse_qsl

from .refusals import Cause, Refusal

_HEADERS = (b"authorization", b"x-api-key", b"x-goog-api-key", b"api-key")
_BEARER = b"bearer"
_PREFIX = b"sk-"
# Our keys have 48 letters and digits; anything else need not be asked for.
_KEY = re.compile(rb"[0-9A-Za-z]{1,128}")
_SECRET = re.compile(r"sk-[0-9A-Za-z_-]{4,}")


def key_digest(headers: Mapping[bytes, bytes], query: bytes) -> bytes:
    """SHA-256 of the caller's key without "sk-". Refusal when there is none, or two that differ.

    Repeated headers come joined by commas, which no key contains.
    """
    found = {key for name in _HEADERS if (key := _key(headers.get(name, b"")))}
    if b"key=" in query:
        # Given bytes, parse_qsl would raise for those that are not ASCII.
        pairs = parse_qsl(query.decode("latin-1"))
        found |= {_key(value.encode()) for name, value in pairs if name == "key"} - {b""}
    if not found:
        raise Refusal(
            Cause.INVALID_KEY,
            "You didn't provide an API key. Send it in an Authorization header: Bearer YOUR_KEY.",
        )
    if len(found) > 1:
        raise Refusal(Cause.INVALID_KEY, "Two different API keys were provided. Send one.")
    key = found.pop()
    if not _KEY.fullmatch(key):
        raise incorrect_key()
    return sha256(key).digest()


def incorrect_key() -> Refusal:
    """The same words for every wrong key, so that they teach nothing."""
    return Refusal(Cause.INVALID_KEY, "Incorrect API key provided.")


def redacted(text: str) -> str:
    """The text without anything that looks like a key."""
    return _SECRET.sub("sk-***", text)


def _key(value: bytes) -> bytes:
    key = value.strip()
    if key[:6].lower() == _BEARER and key[6:7] in (b"", b" ", b"\t"):
        key = key[6:].strip()
    return key.removeprefix(_PREFIX)
