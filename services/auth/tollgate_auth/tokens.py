"""Tokens in mailed links: random, kept as a digest, for one purpose, once, for a while."""

import hashlib
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from tollgate_common.errors import NotFound

from .users import UserId

_BYTES = 32


class Purpose(StrEnum):
    """What a link is for."""

    REGISTER = "register"
    CHANGE_EMAIL = "change_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  # a purpose


LIFE_MS = {
    Purpose.REGISTER: 24 * 3600 * 1000,
    Purpose.CHANGE_EMAIL: 24 * 3600 * 1000,
    Purpose.RESET_PASSWORD: 30 * 60 * 1000,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a link does when it comes back. `password_hash` and `locale` wait for REGISTER."""

    sha256: str
    purpose: Purpose
    user_id: UserId
    email: str
    expires_at_ms: int
    epoch: int = 0
    password_hash: str = field(default="", repr=False)
    locale: str = ""


def new_secret() -> str:
    """What the link carries."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def unknown() -> NotFound:
    """For a link that does not work, whatever the reason."""
    return NotFound("token: is unknown, used or too old; ask for a new mail", field="token")
