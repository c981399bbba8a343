"""What a client sends, and what is written anew of it for a provider."""

from typing import Any

import orjson

from .failures import AnswerFailed, FailureKind


def fields_of(body: bytes) -> dict[str, Any]:
    """The members of the client's body. AnswerFailed when it is no JSON object."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise AnswerFailed(FailureKind.INVALID_REQUEST, "The body is not JSON.") from error
    if not isinstance(fields, dict):
        raise AnswerFailed(FailureKind.INVALID_REQUEST, "The body is not an object.")
    return fields


def written(value: object) -> bytes:
    """JSON. AnswerFailed when the client's values are nested deeper than can be written."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        kind = FailureKind.INVALID_REQUEST
        raise AnswerFailed(kind, "The request is nested too deeply.") from error
