"""What an answer that is not 2xx means: the statuses are the same for every provider."""

import orjson

from .failures import AnswerFailed, FailureKind
from .scrub import scrub

_INVALID = frozenset({400, 404, 413, 422})
_OUR_ACCOUNT = frozenset({401, 402, 403})
_BUSY = frozenset({429, 529})
# The only other status that has a Retry-After.
_AWAY = 503
_COMPLAINT = "The provider could not serve the request."


def complaint_of(body: bytes) -> tuple[str, str, set[str]]:
    """Message, parameter, and the names (code, type) that a vendor gives its error."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "", "", set()
    error = answer.get("error", answer) if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return "", "", set()
    message, param = error.get("message"), error.get("param")
    names = {str(error.get("code")), str(error.get("type"))}
    return (
        message if isinstance(message, str) else "",
        param if isinstance(param, str) else "",
        names,
    )


def failure_of(
    status: int, message: str, param: str, credential: str, retry_after_s: int, *, ours: bool
) -> AnswerFailed:
    """`ours`: the vendor's words say that it is about our account, whatever the status.

    Another way is tried after 401, 402, 403, 429, 529, any 5xx, and without a connection. It is
    not after what is the request's own fault, and not after silence: that answer may be under way.
    """
    if status in _OUR_ACCOUNT or ours:
        kind = FailureKind.UPSTREAM_ERROR
        return AnswerFailed(kind, _COMPLAINT, elsewhere=True, account=True)
    if status in _BUSY:
        text = "The provider is rate limiting this gateway."
        return AnswerFailed(
            FailureKind.RATE_LIMITED, text, retry_after_s=retry_after_s, elsewhere=True
        )
    if status in _INVALID:
        text = scrub(message, credential) or "The provider calls the request invalid."
        return AnswerFailed(FailureKind.INVALID_REQUEST, text, param=scrub(param, credential))
    if status != _AWAY:
        retry_after_s = 0
    kind = FailureKind.UPSTREAM_ERROR
    return AnswerFailed(kind, _COMPLAINT, retry_after_s=retry_after_s, elsewhere=status >= 500)
