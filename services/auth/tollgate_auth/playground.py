"""The key with which the console's playground spends an account's credit: it is computed."""

import hmac
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice

from tollgate_common.errors import PermissionDenied
from tollgate_common.ids import AccountId, KeyId

from . import keys
from .accounts import Limits
from .keys import ALPHABET, SECRET_LENGTH, SECRET_PREFIX, Key, KeyState

_LABEL = "Playground"
# Each character belongs to as many of the bytes below it; the bytes from it on would be unfair.
_FAIR_BYTES = 256 // len(ALPHABET) * len(ALPHABET)


def secret_of(token: str, account_id: AccountId) -> str:
    """As strong as the deployment's token, and another one for each account."""
    return SECRET_PREFIX + "".join(islice(_characters(token, account_id), SECRET_LENGTH))


def key_of(account_id: AccountId, secret: str, now_ms: int) -> Key:
    """Its id is the account's: there cannot be two."""
    return Key(
        id=key_id_of(account_id),
        account_id=account_id,
        sha256=keys.digest_of(secret),
        last4=secret[-4:],
        label=_LABEL,
        state=KeyState.ACTIVE,
        models=(),
        expires_at_ms=0,
        limits=Limits(),
        created_at_ms=now_ms,
    )


def ended_key_of(account_id: AccountId, now_ms: int) -> Key:
    """A key that never worked: it keeps a place, so that none is made later."""
    return keys.ended(key_of(account_id, keys.new_secret(), now_ms))


def key_id_of(account_id: AccountId) -> KeyId:
    return KeyId(keys.PLAYGROUND_ID_PREFIX + account_id.partition("_")[2])


def renewed(key: Key, secret: str) -> Key:
    """The key with this secret and no other. PermissionDenied when it has ended."""
    if key.state is KeyState.REVOKED:
        raise PermissionDenied(
            "account_id: the keys of this account have ended", field="account_id"
        )
    return replace(key, sha256=keys.digest_of(secret), last4=secret[-4:])


def _characters(token: str, account_id: AccountId) -> Iterator[str]:
    """HMAC-SHA256 in counter mode; bytes that would favour some characters are left out."""
    for block in count():
        message = f"playground key, block {block}: {account_id}".encode()
        for byte in hmac.digest(token.encode(), message, "sha256"):
            if byte < _FAIR_BYTES:
                yield ALPHABET[byte % len(ALPHABET)]
