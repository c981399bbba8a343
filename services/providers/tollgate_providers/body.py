"""What is written anew for a provider."""

import orjson

from .failures import AnswerFailed, FailureKind


def written(value: object) -> bytes:
    """JSON. AnswerFailed when the client's values are nested deeper than can be written."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        kind = FailureKind.INVALID_REQUEST
        raise AnswerFailed(kind, "The request is nested too deeply.") from error
