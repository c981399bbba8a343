"""API keys: their secrets, what they may do, and which changes are allowed."""

import hashlib
import re
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import IntEnum

from tollgate_common.addresses import network_of
from tollgate_common.errors import InvalidArgument
from tollgate_common.ids import AccountId, KeyId

from .accounts import Limits

ID_PREFIX = "key"
# Followed by what follows in the account's id.
PLAYGROUND_ID_PREFIX = "key_playground_"
SECRET_PREFIX = "sk-"  # noqa: S105  # the part of a secret that is not secret
SECRET_LENGTH = 48
DIGEST_BYTES = 32
LABEL_LENGTH_MAX = 80
MODELS_MAX = 100
NETWORKS_MAX = 50
ALPHABET = string.ascii_letters + string.digits
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}")


class KeyState(IntEnum):
    """Whether a key works; the numbers are the contract's."""

    ACTIVE = 1
    DISABLED = 2
    REVOKED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key without its secret: only the digest of it is kept."""

    id: KeyId
    account_id: AccountId
    sha256: bytes
    last4: str
    label: str
    state: KeyState
    models: tuple[str, ...]
    expires_at_ms: int
    limits: Limits
    created_at_ms: int
    # Where requests may come from; none means anywhere.
    networks: tuple[str, ...] = ()

    @property
    def playground(self) -> bool:
        """Whether it is the console's own."""
        return self.id.startswith(PLAYGROUND_ID_PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """What to change; None leaves it as it is. Empty `models` and `networks` allow all."""

    label: str | None = None
    state: KeyState | None = None
    models: tuple[str, ...] | None = None
    expires_at_ms: int | None = None
    limits: Limits | None = None
    networks: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a key may do: its own terms and its account's limits."""

    key: Key
    account_limits: Limits


def new_secret() -> str:
    """A secret with 285 random bits, to be shown once."""
    return SECRET_PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))


def digest_of(secret: str) -> bytes:
    """SHA-256 of the secret without its prefix. Random bits need neither salt nor stretching."""
    return hashlib.sha256(secret.removeprefix(SECRET_PREFIX).encode()).digest()


def checked_digest(digest: bytes) -> bytes:
    """InvalidArgument unless it can be a key's digest."""
    if len(digest) != DIGEST_BYTES:
        raise InvalidArgument(f"key_sha256: must be {DIGEST_BYTES} bytes", field="key_sha256")
    return digest


def checked_label(label: str) -> str:
    """InvalidArgument unless a person can read it."""
    if len(label) > LABEL_LENGTH_MAX or not label.isprintable() or not label.strip():
        raise InvalidArgument(
            f"label: must be 1 to {LABEL_LENGTH_MAX} printable characters", field="label"
        )
    return label


def checked_models(models: Iterable[str]) -> tuple[str, ...]:
    """Each model once. InvalidArgument when there are too many or one cannot be a model's name."""
    unique = tuple(dict.fromkeys(models))
    if len(unique) > MODELS_MAX:
        raise InvalidArgument(f"models: must be at most {MODELS_MAX}", field="models")
    for model in unique:
        if not _MODEL.fullmatch(model):
            raise InvalidArgument(f"models: {model[:128]!r} is not a model's name", field="models")
    return unique


def checked_networks(networks: Iterable[str]) -> tuple[str, ...]:
    """Each network once, in its one spelling. InvalidArgument names what is none."""
    try:
        unique = tuple(dict.fromkeys(str(network_of(text)) for text in networks))
    except ValueError as error:
        raise InvalidArgument(f"networks: {error}", field="networks") from error
    if len(unique) > NETWORKS_MAX:
        raise InvalidArgument(f"networks: must be at most {NETWORKS_MAX}", field="networks")
    return unique


def checked_expiry(expires_at_ms: int, now_ms: int) -> int:
    """InvalidArgument when it is over already: most often seconds were meant as milliseconds."""
    if expires_at_ms != 0 and expires_at_ms <= now_ms:
        raise InvalidArgument(
            "expires_at_ms: must be 0 (never) or milliseconds since 1970 that lie in the future",
            field="expires_at_ms",
        )
    return expires_at_ms


def changed(key: Key, change: KeyChange, now_ms: int) -> Key:
    """The key after the change. InvalidArgument when the change is not allowed."""
    _check_free(key)
    if key.state is KeyState.REVOKED:
        raise InvalidArgument("key_id: the key is revoked; create a new one", field="key_id")
    if change.state is KeyState.REVOKED:
        raise InvalidArgument(
            "state: must be ACTIVE or DISABLED; to end a key, revoke it", field="state"
        )
    label, state, models, networks = change.label, change.state, change.models, change.networks
    expires_at_ms, limits = change.expires_at_ms, change.limits
    return replace(
        key,
        label=key.label if label is None else checked_label(label),
        state=key.state if state is None else state,
        models=key.models if models is None else checked_models(models),
        expires_at_ms=(
            key.expires_at_ms if expires_at_ms is None else checked_expiry(expires_at_ms, now_ms)
        ),
        limits=key.limits if limits is None else limits,
        networks=key.networks if networks is None else checked_networks(networks),
    )


def differences(before: Key, after: Key) -> str:
    """The names of what has changed, to be read by people."""
    names = (field.name for field in fields(Key))
    return ", ".join(name for name in names if getattr(before, name) != getattr(after, name))


def revoked(key: Key) -> Key:
    """The key, ended for good. InvalidArgument when it is the playground's."""
    _check_free(key)
    return ended(key)


def ended(key: Key) -> Key:
    """The same for every key, as when its account's user is deleted."""
    return replace(key, state=KeyState.REVOKED)


def _check_free(key: Key) -> None:
    if key.playground:
        raise InvalidArgument(
            "key_id: is the playground's key, which the console keeps", field="key_id"
        )
