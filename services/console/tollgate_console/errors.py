"""Errors as the console words them: `{"error": {"code", "message", "field", "request_id"}}`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from tollgate_common import errors


@dataclass(frozen=True, slots=True)
class Wording:
    """The status and code of one kind of error; `message` replaces what may name machines."""

    status: int
    code: str
    message: str = ""


_AWAY = "A part of Tollgate is away. Nothing was changed twice; try again in a moment."
_WORDINGS: dict[type, Wording] = {
    errors.InvalidArgument: Wording(400, "invalid_argument"),
    errors.Unauthenticated: Wording(401, "unauthenticated"),
    errors.InsufficientFunds: Wording(402, "insufficient_funds"),
    errors.PermissionDenied: Wording(403, "permission_denied"),
    errors.NotFound: Wording(404, "not_found"),
    errors.AlreadyExists: Wording(409, "already_exists"),
    errors.RateLimited: Wording(429, "rate_limited"),
    errors.DeadlineExceeded: Wording(503, "unavailable", _AWAY),
    errors.Unavailable: Wording(503, "unavailable", _AWAY),
}
# A mistyped password of who is logged in is no end of the session, as 401 would say.
_WRONG_PROOF = Wording(400, "wrong_proof")
INTERNAL = Wording(500, "internal", "Something is broken on our side, and has been noted.")


def wording_of(error: errors.TollgateError) -> Wording:
    if isinstance(error, errors.Unauthenticated) and error.field:
        return _WRONG_PROOF
    kinds = (_WORDINGS.get(kind) for kind in type(error).__mro__)
    return next(filter(None, kinds), INTERNAL)


def envelope(code: str, message: str, field: str, request_id: str) -> dict[str, Any]:
    """The body of every error answer."""
    return {
        "error": {
            "code": code,
            "message": message,
            "field": field or None,
            "request_id": request_id,
        }
    }


def invalid(error: ValidationError) -> errors.InvalidArgument:
    """The first thing that is wrong, and where."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    field = _path(first["loc"])
    reason = {
        "extra_forbidden": "is not a field of this request",
        "missing": "is missing",
    }.get(first["type"], first["msg"][:1].lower() + first["msg"][1:])
    return errors.InvalidArgument(f"{field}: {reason}" if field else reason, field=field)


def _path(location: Sequence[int | str]) -> str:
    return ".".join(str(part)[:64] for part in location)
