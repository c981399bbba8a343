"""Why the edge, or what is behind it, does not answer with a model's words; a dialect words it."""

from collections.abc import Sequence
from enum import Enum, auto

from tollgate_common.errors import (
    DeadlineExceeded,
    InsufficientFunds,
    InvalidArgument,
    PermissionDenied,
    RateLimited,
    TollgateError,
    Unauthenticated,
    Unavailable,
)


class Cause(Enum):
    """Every way to be refused; a dialect gives each its status, type and code."""

    INVALID_REQUEST = auto()
    INVALID_KEY = auto()
    KEY_DISABLED = auto()
    KEY_EXPIRED = auto()
    INSUFFICIENT_FUNDS = auto()
    FORBIDDEN = auto()
    MODEL_NOT_ALLOWED = auto()
    MODEL_NOT_FOUND = auto()
    URL_NOT_FOUND = auto()
    METHOD_NOT_ALLOWED = auto()
    BODY_TIMEOUT = auto()
    BODY_TOO_LARGE = auto()
    MEDIA_TYPE = auto()
    HEADERS_TOO_LARGE = auto()
    RATE_LIMITED = auto()
    UNAVAILABLE = auto()
    UPSTREAM_RATE_LIMITED = auto()
    UPSTREAM_ERROR = auto()
    UPSTREAM_TIMEOUT = auto()
    BUDGET_EXHAUSTED = auto()
    KEY_IN_USE = auto()
    KEY_REUSED = auto()
    NOT_BUILT = auto()
    INTERNAL = auto()


class Refusal(TollgateError):
    """The message names the remedy and is safe to show; `field` is the request field at fault."""

    def __init__(
        self,
        cause: Cause,
        message: str,
        *,
        field: str = "",
        retry_after_s: int = 0,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        super().__init__(message, field=field, retry_after_s=retry_after_s)
        self.cause = cause
        self.headers = headers


def invalid(message: str, field: str = "") -> Refusal:
    """The commonest refusal: the request is wrong."""
    return Refusal(Cause.INVALID_REQUEST, message, field=field)


_CAUSES: dict[type[TollgateError], Cause] = {
    InvalidArgument: Cause.INVALID_REQUEST,
    Unauthenticated: Cause.INVALID_KEY,
    PermissionDenied: Cause.FORBIDDEN,
    InsufficientFunds: Cause.INSUFFICIENT_FUNDS,
    RateLimited: Cause.RATE_LIMITED,
    Unavailable: Cause.UNAVAILABLE,
    DeadlineExceeded: Cause.UNAVAILABLE,
}
# What our own services say about being away is for operators, not for customers.
_AWAY = "The service cannot take this request now; try again in a moment."


def refusal_of(error: TollgateError) -> Refusal:
    """An error of another part as a refusal."""
    if isinstance(error, Refusal):
        return error
    cause = _CAUSES.get(type(error), Cause.INTERNAL)
    message = _AWAY if cause in (Cause.UNAVAILABLE, Cause.INTERNAL) else error.message
    return Refusal(cause, message, field=error.field, retry_after_s=error.retry_after_s)
