"""Embeddings: vectors of unit length that only the embedded text decides."""

import hashlib
import struct
from functools import lru_cache
from math import sqrt

_HASH_BITS = 8


def vector(text: str, dimensions: int) -> bytes:
    """Little-endian float32s. Every one is plus or minus 1/sqrt(dimensions), as a hash has it.

    So fewer dimensions of a text are the first ones of more, cut off and scaled to unit length.
    """
    count = -(-dimensions // _HASH_BITS)
    octets = hashlib.shake_128(text.encode()).digest(count)
    table = _table(dimensions)
    return b"".join([table[octet] for octet in octets])[: 4 * dimensions]


def floats(packed: bytes) -> list[float]:
    return [*struct.unpack(f"<{len(packed) // 4}f", packed)]


@lru_cache(maxsize=16)
def _table(dimensions: int) -> tuple[bytes, ...]:
    """For each octet of a hash, the eight floats that its bits are the signs of."""
    size = 1 / sqrt(dimensions)
    return tuple(
        struct.pack("<8f", *(size if octet >> bit & 1 else -size for bit in range(_HASH_BITS)))
        for octet in range(256)
    )
