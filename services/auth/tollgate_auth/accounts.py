"""Accounts: who a customer is, and the ceilings that all of its keys share."""

import re
from dataclasses import dataclass, fields

from tollgate_common.errors import InvalidArgument
from tollgate_common.ids import AccountId

ID_PREFIX = "acc"
LIMIT_MAX = 2**31 - 1
REQUEST_ID_LENGTH_MAX = 64
_NAME = re.compile(r"[a-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings; 0 means no limit of that kind. InvalidArgument when one is out of range."""

    requests_per_minute: int = 0
    tokens_per_minute: int = 0
    concurrent_requests: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not 0 <= getattr(self, field.name) <= LIMIT_MAX:
                raise InvalidArgument(
                    f"{field.name}: must be from 0 to {LIMIT_MAX}; 0 means no limit",
                    field=field.name,
                )


# A runaway script of one customer must not take every place of the gateway.
DEFAULT_ACCOUNT_LIMITS = Limits(concurrent_requests=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A customer. Times are milliseconds since the Unix epoch, UTC."""

    id: AccountId
    name: str
    limits: Limits
    created_at_ms: int


def is_account_id(text: str) -> bool:
    return text.startswith(f"{ID_PREFIX}_")


def checked_name(name: str) -> str:
    """InvalidArgument unless it can name an account, and only an account."""
    if not _NAME.fullmatch(name):
        raise InvalidArgument(
            "name: must be 1 to 64 lower-case letters, digits, dots, underscores or dashes",
            field="name",
        )
    if is_account_id(name):
        raise InvalidArgument(f"name: must not begin with {ID_PREFIX}_ as ids do", field="name")
    return name


def checked_request_id(request_id: str) -> str:
    """InvalidArgument unless it can identify a request."""
    if not 1 <= len(request_id) <= REQUEST_ID_LENGTH_MAX:
        raise InvalidArgument(
            f"request_id: must be 1 to {REQUEST_ID_LENGTH_MAX} characters; "
            "repeat it to retry safely",
            field="request_id",
        )
    return request_id
