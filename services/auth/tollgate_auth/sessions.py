"""Sessions: a refresh token that changes with each use, and what ends it.

A token is a handle, which stays, and a secret, which works once. A session's id is derived from the
handle, so that who sees an id cannot make a token that looks like an old one.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace

from tollgate_common.errors import Unauthenticated

from .users import Client, User, UserId

IDLE_MS = 14 * 24 * 3600 * 1000
LIFE_MS = 90 * 24 * 3600 * 1000
ACCESS_MS = 15 * 60 * 1000
LISTED_MAX = 100
_PREFIX = "ses_"
_HANDLE_BYTES, _SECRET_BYTES = 16, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One place where a user is logged in. Times are milliseconds since the Unix epoch, UTC."""

    id: str
    user_id: UserId
    epoch: int
    secret_sha256: str
    client: Client
    created_at_ms: int
    used_at_ms: int

    @property
    def expires_at_ms(self) -> int:
        return min(self.used_at_ms + IDLE_MS, self.created_at_ms + LIFE_MS)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What the client holds."""

    handle: bytes
    secret: bytes

    @property
    def session_id(self) -> str:
        return _PREFIX + hashlib.sha256(self.handle).hexdigest()[:32]

    @property
    def secret_sha256(self) -> str:
        return hashlib.sha256(self.secret).hexdigest()

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(self.handle + self.secret).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a login or a refresh gives; `first_key` is an API key's secret, shown once."""

    access: str
    access_expires_at_ms: int
    refresh: str
    refresh_expires_at_ms: int
    user: User
    first_key: str = ""


def over() -> Unauthenticated:
    """For a refresh token that does not work, whatever the reason."""
    return Unauthenticated("refresh_token: the session is over; log in", field="refresh_token")


def not_logged_in() -> Unauthenticated:
    """For an access token that does not work, whatever the reason."""
    return Unauthenticated("Not logged in or login has expired")


def parsed(text: str) -> RefreshToken:
    """Unauthenticated unless it can be a refresh token."""
    try:
        both = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise over() from error
    if len(both) != _HANDLE_BYTES + _SECRET_BYTES:
        raise over()
    return RefreshToken(both[:_HANDLE_BYTES], both[_HANDLE_BYTES:])


def opened(user: User, client: Client, now_ms: int) -> tuple[Session, RefreshToken]:
    """A new session, and its first token. Nothing of it comes from the client."""
    token = RefreshToken(secrets.token_bytes(_HANDLE_BYTES), secrets.token_bytes(_SECRET_BYTES))
    session = Session(
        id=token.session_id,
        user_id=user.id,
        epoch=user.epoch,
        secret_sha256=token.secret_sha256,
        client=client,
        created_at_ms=now_ms,
        used_at_ms=now_ms,
    )
    return session, token


def rotated(
    session: Session, token: RefreshToken, client: Client, now_ms: int
) -> tuple[Session, RefreshToken]:
    """The session with its next token; the old one is worth nothing from now on."""
    following = RefreshToken(token.handle, secrets.token_bytes(_SECRET_BYTES))
    after = replace(
        session, secret_sha256=following.secret_sha256, client=client, used_at_ms=now_ms
    )
    return after, following


def is_live(session: Session, user: User, now_ms: int) -> bool:
    """Whether it goes on: neither too old nor ended with the user's others."""
    return session.epoch == user.epoch and now_ms < session.expires_at_ms


def is_current(session: Session, token: RefreshToken) -> bool:
    """False for a token that was used before: somebody has a copy."""
    return hmac.compare_digest(session.secret_sha256, token.secret_sha256)
