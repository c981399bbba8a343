"""Encrypts secrets at rest: each under a key of its own, which a master key wraps.

So a master key is changed by wrapping again, and no secret is written anew. What is sealed is bound
to its place: moved to another one, it does not open.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import Unavailable
from .settings import SettingsError

_KEY_BYTES = 32
# Of random ones, fewer than one in 10^30 has so few different bytes: it was typed, not drawn.
_KEY_VALUES_MIN = 8
_NONCE_BYTES = 12
_ID_CHARACTERS_MAX = 40


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret as it is stored: bytes for which one needs the master key of this id."""

    key_id: str
    data_key: bytes
    secret: bytes


class SealBroken(Exception):
    """What was sealed cannot be opened: its master key is missing, or it was changed."""


class Sealing:
    """Seals with the first master key, opens with any. `variable` is where they are set."""

    def __init__(self, variable: str, keys: Mapping[str, bytes]) -> None:
        self._variable = variable
        self._keys = {id: AESGCM(key) for id, key in keys.items()}
        self._first = next(iter(keys), "")

    @property
    def current(self) -> str:
        """Id of the key that seals. Unavailable when there is none."""
        if not self._first:
            raise Unavailable(
                f"secrets cannot be encrypted: set {self._variable} to ID:KEY, where KEY is the "
                "output of `openssl rand -base64 32`, and start the service again"
            )
        return self._first

    def seal(self, secret: str, place: str) -> Sealed:
        """Unavailable when there is no master key."""
        current = self.current
        data_key = AESGCM.generate_key(8 * _KEY_BYTES)
        return Sealed(
            current,
            _encrypted(self._keys[current], data_key, place),
            _encrypted(AESGCM(data_key), secret.encode(), place),
        )

    def open(self, sealed: Sealed, place: str) -> str:
        """SealBroken when it cannot be opened."""
        data_key = self._data_key(sealed, place)
        return _decrypted(AESGCM(data_key), sealed.secret, place).decode()

    def sealed_again(self, sealed: Sealed, place: str) -> Sealed:
        """Under the first master key. SealBroken when it cannot be opened."""
        current = self.current
        data_key = self._data_key(sealed, place)
        wrapped = _encrypted(self._keys[current], data_key, place)
        return replace(sealed, key_id=current, data_key=wrapped)

    def _data_key(self, sealed: Sealed, place: str) -> bytes:
        master = self._keys.get(sealed.key_id)
        if master is None:
            raise SealBroken(f"{self._variable} has no key {sealed.key_id}")
        return _decrypted(master, sealed.data_key, place)


def sealing_of(variable: str, text: str) -> Sealing:
    """With the keys of "id:base64,older:base64". SettingsError never shows a key."""
    keys: dict[str, bytes] = {}
    for number, part in enumerate(filter(None, text.split(",")), 1):
        id, _, encoded = part.strip().partition(":")
        try:
            key = b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if len(key) != _KEY_BYTES or len(set(key)) < _KEY_VALUES_MIN:
            raise SettingsError(
                f"{variable}: key {number} must be ID:BASE64 of {_KEY_BYTES} random bytes"
            )
        if not id or not id.isascii() or not id.isprintable() or len(id) > _ID_CHARACTERS_MAX:
            raise SettingsError(f"{variable}: key {number} must begin with an id and a colon")
        if id in keys:
            raise SettingsError(f"{variable}: the id {id} is there twice")
        keys[id] = key
    if text and not keys:
        raise SettingsError(f"{variable}: must be ID:BASE64, or several with commas between")
    return Sealing(variable, keys)


def encode(data: bytes) -> str:
    """As it is stored."""
    return b64encode(data).decode()


def decode(text: str) -> bytes:
    """ValueError when it was not encoded."""
    return b64decode(text, validate=True)


def _encrypted(cipher: AESGCM, data: bytes, place: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, data, place.encode())


def _decrypted(cipher: AESGCM, data: bytes, place: str) -> bytes:
    try:
        return cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken("it was changed, or its master key is another one") from error
