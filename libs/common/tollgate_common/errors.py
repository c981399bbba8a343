"""The error tree: named by cause, worded for whoever has to act, safe to show.

TollgateError
├── InvalidArgument      the request is wrong; `field` says where
├── Unauthenticated      no caller identity
├── PermissionDenied     the caller may not do this
├── NotFound             no such thing
├── AlreadyExists        it is there already, with other content
├── InsufficientFunds    the wallet does not cover it
├── RateLimited          too many requests; `retry_after_s` says when
└── Unavailable          a dependency is away; a retry may work
    └── DeadlineExceeded     it was too slow

wire.py translates to and from gRPC; the edge translates to each dialect's envelope.
"""


class TollgateError(Exception):
    """Base of all errors that cross a service's border."""

    def __init__(self, message: str, *, field: str = "", retry_after_s: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.retry_after_s = retry_after_s


class InvalidArgument(TollgateError):
    """The request is wrong; the message names the remedy."""


class Unauthenticated(TollgateError):
    """The caller has not said who it is, or what it said is not true."""


class PermissionDenied(TollgateError):
    """The caller is known and may not do this."""


class NotFound(TollgateError):
    """There is no such thing, or none that the caller may see."""


class AlreadyExists(TollgateError):
    """The id or name is taken by something else."""


class InsufficientFunds(TollgateError):
    """The wallet does not cover what was asked."""


class RateLimited(TollgateError):
    """Too many requests for now."""


class Unavailable(TollgateError):
    """A dependency is away."""


class DeadlineExceeded(Unavailable):
    """A dependency did not answer in time."""
