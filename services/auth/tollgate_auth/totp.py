"""The second factor: time-based codes (RFC 6238) and backup codes, each of which works once."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace

import pyotp
from tollgate_common.errors import NotFound, Unauthenticated
from tollgate_common.sealing import Sealed

BACKUP_CODES = 10
STEP_MS = 30_000
# A clock may be this many steps off, as RFC 6238 5.2 recommends.
_DRIFT_STEPS = 1
_ISSUER = "Tollgate"
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 4


@dataclass(frozen=True, slots=True)
class Totp:
    """A user's second factor: on while it has a secret. `pending` waits for its first code."""

    secret: Sealed | None = None
    pending: Sealed | None = None
    last_step: int = 0
    backup_sha256: tuple[str, ...] = ()

    @property
    def enabled(self) -> bool:
        return self.secret is not None


def new_secret() -> str:
    """What the user's app keeps, and we do, sealed."""
    return pyotp.random_base32()


def uri_of(secret: str, email: str) -> str:
    """The secret, for a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)


def waiting(totp: Totp) -> Sealed:
    """The secret that waits for its first code. NotFound when there is none."""
    if totp.pending is None:
        raise NotFound("code: no second factor waits for one; begin again", field="code")
    return totp.pending


def confirmed(totp: Totp, secret: str, code: str, now_ms: int) -> tuple[Totp, list[str]]:
    """On, by the code of the waiting secret, and its backup codes. Unauthenticated if wrong."""
    step = _step_of(secret, code, now_ms)
    if step is None:
        raise Unauthenticated("code: is wrong", field="code")
    codes = [_backup_code() for _ in range(BACKUP_CODES)]
    return Totp(totp.pending, None, step, tuple(map(_digest, codes))), codes


def spent(totp: Totp, secret: str, code: str, now_ms: int) -> Totp | None:
    """What is left once the code has been used; None when it is wrong or was used before."""
    step = _step_of(secret, code, now_ms)
    if step is not None:
        return replace(totp, last_step=step) if step > totp.last_step else None
    digest = _digest(code)
    left = tuple(kept for kept in totp.backup_sha256 if not hmac.compare_digest(kept, digest))
    return replace(totp, backup_sha256=left) if len(left) < len(totp.backup_sha256) else None


def _step_of(secret: str, code: str, now_ms: int) -> int | None:
    """Which step the code belongs to."""
    digits = code.replace(" ", "").encode()
    now = now_ms // STEP_MS
    found = None
    for step in range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), digits):
            found = step
    return found


def _backup_code() -> str:
    groups = [
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)
    ]
    return "-".join(groups)


def _digest(code: str) -> str:
    """Eighty random bits need neither salt nor stretching."""
    plain = code.strip().lower().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode()).hexdigest()
