"""What a client may wish of the providers that answer it."""

from collections.abc import Collection, Sequence

from .adapter import Ask
from .channels import Way
from .failures import AnswerFailed, FailureKind

ONLY = "X-Tollgate-Only"
ORDER = "X-Tollgate-Order"


def allowed(ways: Sequence[Way], ask: Ask, providers: Collection[str]) -> Sequence[Way]:
    """Ways that the client will have. AnswerFailed names the header that cannot be obeyed."""
    for header, names in ((ONLY, ask.only), (ORDER, ask.order)):
        for name in names:
            if name not in providers:
                known = ", ".join(sorted(providers))
                message = f"{header}: there is no provider {name!r}; there are {known}."
                raise AnswerFailed(FailureKind.INVALID_REQUEST, message, param=header)
    if not ask.only or not ways:
        return ways
    wished = [way for way in ways if way.channel.provider in ask.only]
    if not wished:
        message = f"{ONLY}: none of these providers serves this model now."
        raise AnswerFailed(FailureKind.UNAVAILABLE, message, param=ONLY)
    return wished
