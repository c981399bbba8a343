"""Encrypts credentials at rest: each under a key of its own, which a master key wraps.

So a master key is changed by wrapping again, and no credential is written anew. What is sealed is
bound to its channel and key: moved to another place, it does not open.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tollgate_common.errors import Unavailable
from tollgate_common.settings import SettingsError

VARIABLE = "TOLLGATE_PROVIDERS_VAULT_KEYS"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_ID_CHARACTERS_MAX = 40


@dataclass(frozen=True, slots=True)
class Sealed:
    """A credential as it is stored: bytes for which one needs the master key of this id."""

    vault_key: str
    data_key: bytes
    credential: bytes


class SealBroken(Exception):
    """What was sealed cannot be opened: its master key is missing, or it was changed."""


class Vault:
    """Seals with the first master key, opens with any."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = {id: AESGCM(key) for id, key in keys.items()}
        self._first = next(iter(keys), "")

    @property
    def current(self) -> str:
        """Id of the key that seals. Unavailable when there is none."""
        if not self._first:
            raise Unavailable(
                f"credentials cannot be encrypted: set {VARIABLE} to ID:KEY, where KEY is the "
                "output of `openssl rand -base64 32`, and start providers again"
            )
        return self._first

    def seal(self, credential: str, *, channel: str, key: str) -> Sealed:
        """Unavailable when there is no master key."""
        current = self.current
        data_key = AESGCM.generate_key(8 * _KEY_BYTES)
        place = _place(channel, key)
        return Sealed(
            current,
            _encrypted(self._keys[current], data_key, place),
            _encrypted(AESGCM(data_key), credential.encode(), place),
        )

    def open(self, sealed: Sealed, *, channel: str, key: str) -> str:
        """SealBroken when it cannot be opened."""
        place = _place(channel, key)
        data_key = self._data_key(sealed, place)
        return _decrypted(AESGCM(data_key), sealed.credential, place).decode()

    def sealed_again(self, sealed: Sealed, *, channel: str, key: str) -> Sealed:
        """Under the first master key. SealBroken when it cannot be opened."""
        current = self.current
        place = _place(channel, key)
        data_key = self._data_key(sealed, place)
        return replace(
            sealed,
            vault_key=current,
            data_key=_encrypted(self._keys[current], data_key, place),
        )

    def _data_key(self, sealed: Sealed, place: bytes) -> bytes:
        master = self._keys.get(sealed.vault_key)
        if master is None:
            raise SealBroken(f"{VARIABLE} has no key {sealed.vault_key}")
        return _decrypted(master, sealed.data_key, place)


def vault_of(text: str) -> Vault:
    """A vault of "id:base64,older:base64". SettingsError never shows a key."""
    keys: dict[str, bytes] = {}
    for number, part in enumerate(filter(None, text.split(",")), 1):
        id, _, encoded = part.strip().partition(":")
        try:
            key = b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if len(key) != _KEY_BYTES:
            raise SettingsError(f"{VARIABLE}: key {number} must be ID:BASE64 of {_KEY_BYTES} bytes")
        if not id or not id.isascii() or not id.isprintable() or len(id) > _ID_CHARACTERS_MAX:
            raise SettingsError(f"{VARIABLE}: key {number} must begin with an id and a colon")
        if id in keys:
            raise SettingsError(f"{VARIABLE}: the id {id} is there twice")
        keys[id] = key
    return Vault(keys)


def encode(data: bytes) -> str:
    """As it is stored."""
    return b64encode(data).decode()


def decode(text: str) -> bytes:
    """ValueError when it was not encoded."""
    return b64decode(text, validate=True)


def _place(channel: str, key: str) -> bytes:
    return f"tollgate channel\0{channel}\0{key}".encode()


def _encrypted(cipher: AESGCM, data: bytes, place: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, data, place)


def _decrypted(cipher: AESGCM, data: bytes, place: bytes) -> bytes:
    try:
        return cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], place)
    except (InvalidTag, ValueError) as error:
        raise SealBroken("it was changed, or the vault key is another one") from error
