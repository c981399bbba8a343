"""A request's body, whatever its content type."""

from dataclasses import dataclass

import orjson

from . import forms
from .formats import Format
from .operations import Operation


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent. `canonical` is JSON, and the same for equal requests."""

    document: object
    canonical: bytes


def media_of(at: Format | Operation) -> str:
    """The content type that the bodies of an operation have to have."""
    is_form = isinstance(at, Operation) and at.form
    return "multipart/form-data" if is_form else "application/json"


def decode(raw: bytes, content_type: str, at: Format | Operation) -> Body:
    """Raises Refusal."""
    try:
        if isinstance(at, Operation) and at.form:
            form = forms.parse(raw, content_type)
            return Body(at.form(form), orjson.dumps(forms.shown(form)))
        return Body(orjson.loads(raw), raw)
    except (orjson.JSONDecodeError, forms.NotAForm):
        raise at.words.not_json() from None
