"""Seals on what a model thought, which a client has to send back unchanged.

A seal holds a seed and a keyed digest of the seed and of what it is bound to. The key is no
secret: a seal has to be recognised by every sandbox, and nobody gains by forging one.
"""

import base64
import binascii
import hashlib

_KEY = b"tollgate-sandbox"
_SEED_BYTES = 16
_DIGEST_BYTES = 48


def seal(seed: str, bound_to: str = "") -> bytes:
    """The same seed and text give the same seal."""
    head = hashlib.blake2b(seed.encode(), digest_size=_SEED_BYTES).digest()
    return head + _digest(head, bound_to)


def is_seal(given: bytes, bound_to: str = "") -> bool:
    head = given[:_SEED_BYTES]
    return len(head) == _SEED_BYTES and given[_SEED_BYTES:] == _digest(head, bound_to)


def mark(text: str) -> str:
    """A short seal, for an id: sixteen characters that only this text has."""
    return _digest(text.encode(), "")[:8].hex()


def encoded(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode()


def decoded(text: str) -> bytes | None:
    """Base64 of either alphabet, padded or not; None when it is neither."""
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None


def _digest(head: bytes, bound_to: str) -> bytes:
    return hashlib.blake2b(head + bound_to.encode(), key=_KEY, digest_size=_DIGEST_BYTES).digest()
