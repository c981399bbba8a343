"""Why a request failed, in words that are safe to show: no hostname, no key."""

from enum import IntEnum


class FailureKind(IntEnum):
    """The cause of a failure; the numbers are the contract's."""

    INVALID_REQUEST = 1
    UNAVAILABLE = 2
    RATE_LIMITED = 3
    UPSTREAM_ERROR = 4
    TIMEOUT = 5
    BUDGET_EXHAUSTED = 6
    IN_USE = 7


# What the edge answers when nothing was sent before; the usage event carries it.
STATUS = {
    FailureKind.INVALID_REQUEST: 400,
    FailureKind.UNAVAILABLE: 503,
    FailureKind.RATE_LIMITED: 429,
    FailureKind.UPSTREAM_ERROR: 502,
    FailureKind.TIMEOUT: 504,
    FailureKind.BUDGET_EXHAUSTED: 402,
    FailureKind.IN_USE: 409,
}


class AnswerFailed(Exception):
    """A request got no answer, or not all of it.

    `elsewhere`: another way may do better, and nothing was answered yet. `account`: the provider
    refuses our key or our account, which only an operator can mend.
    """

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        *,
        param: str = "",
        retry_after_s: int = 0,
        elsewhere: bool = False,
        account: bool = False,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.param = param
        self.retry_after_s = retry_after_s
        self.elsewhere = elsewhere
        self.account = account


def unusable(what: str) -> AnswerFailed:
    """The provider has begun to answer, and what came cannot be used."""
    return AnswerFailed(FailureKind.UPSTREAM_ERROR, f"The provider's answer {what}.")
