"""Letters: what somebody is to be told by mail, kept until it is sent.

A letter is written before anybody looks whether its email is known, so that a stranger's request
takes the same way, and time, for every email. Links are made when it is sent: none is stored.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from .users import UserId

ID_PREFIX = "let"
# Longer than a try takes: meanwhile no other replica tries.
FIRST_PAUSE_MS = 30_000
PAUSE_MAX_MS = 3600 * 1000
GIVEN_UP_MS = 24 * 3600 * 1000
NOBODY = UserId("")


class Kind(StrEnum):
    """What a letter is about."""

    REGISTER = "register"
    RESET_PASSWORD = "reset_password"  # noqa: S105  # a kind
    CHANGE_EMAIL = "change_email"
    EMAIL_CHANGING = "email_changing"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # a kind
    TOTP_ENABLED = "totp_enabled"
    TOTP_DISABLED = "totp_disabled"
    USER_DELETED = "user_deleted"
    LOW_BALANCE = "low_balance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """To one address. Times are milliseconds since the Unix epoch, UTC."""

    id: str
    kind: Kind
    email: str
    locale: str
    created_at_ms: int
    next_at_ms: int
    tries: int = 0
    # Whom it concerns; of REGISTER, whom there will be.
    user_id: UserId = NOBODY
    password_hash: str = field(default="", repr=False)
    # Of LOW_BALANCE: what is left, and what it fell below.
    posted_nano: int = 0
    low_balance_nano: int = 0


def tried(letter: Letter, now_ms: int) -> Letter:
    """Before a try: when the next one is due, should this one fail."""
    pause_ms = min(FIRST_PAUSE_MS * 2 ** min(letter.tries, 10), PAUSE_MAX_MS)
    return replace(letter, tries=letter.tries + 1, next_at_ms=now_ms + pause_ms)


def is_hopeless(letter: Letter, now_ms: int) -> bool:
    """Whether it has been tried for so long that nobody waits for it any more."""
    return now_ms - letter.created_at_ms > GIVEN_UP_MS
