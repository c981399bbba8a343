"""The members of a body: those it has to have, those it may have, and no others."""

from collections.abc import Mapping
from typing import Any

from tollgate_sandbox.refusals import invalid

from .checks import COMPLAINTS, Check

Json = dict[str, Any]


def checked(document: object, required: Mapping[str, Check], optional: Mapping[str, Check]) -> Json:
    """The document without its nulls. Raises Refusal when it is not of this form."""
    if not isinstance(document, dict):
        raise COMPLAINTS.wrong_type("body", "object", document)
    body = {name: value for name, value in document.items() if value is not None}
    if "model" in required and body.get("model") in (None, ""):
        raise invalid("you must provide a model parameter")
    for name in required:
        if name not in body:
            raise COMPLAINTS.missing(name)
    fields = {**optional, **required}
    for name in document:
        if name not in fields:
            raise COMPLAINTS.unknown(name)
    for name, value in body.items():
        fields[name](value, name)
    return body
