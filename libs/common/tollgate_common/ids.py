"""Identifiers: ULIDs, which sort by time and carry 80 random bits."""

import secrets
from typing import NewType

AccountId = NewType("AccountId", str)
KeyId = NewType("KeyId", str)
LeaseId = NewType("LeaseId", str)
RequestId = NewType("RequestId", str)

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _CROCKFORD for low in _CROCKFORD]


def ulid(now_ms: int) -> str:
    """26 characters: 48 bits of milliseconds since the Unix epoch, then 80 random bits."""
    value = (now_ms << 80) | secrets.randbits(80)
    return "".join([_PAIRS[(value >> shift) & 1023] for shift in range(120, -1, -10)])


def prefixed(prefix: str, now_ms: int) -> str:
    """A ULID that says what it names, for example "acc_01J...".

    It is lower case: these ids are typed and pasted by people.
    """
    return f"{prefix}_{ulid(now_ms).lower()}"
