"""What bodies of OpenAI's operations beside chat have in common: each has its list of fields.

What is not on it could cost what nothing bounds. So it is refused, as OpenAI does.
"""

from collections.abc import Mapping

from tollgate_edge.json import Json
from tollgate_edge.refusals import invalid

Document = Mapping[str, Json]


def check_fields(document: Document, known: frozenset[str]) -> None:
    if not known.issuperset(document):
        field = next(name for name in document if name not in known)[:100]
        raise invalid(f"{field} is not supported: it is unknown, or has no price here.", field)


def model_in(document: Document, default: str = "") -> str:
    model = document.get("model", default)
    if type(model) is not str or not model:
        raise invalid("You must provide a model parameter.", "model")
    return model


def text_in(document: Document, field: str) -> str:
    """A text that has to be there."""
    value = document.get(field)
    if type(value) is not str or not value:
        raise invalid(f"{field} must be a string that is not empty.", field)
    return value


def check_choice(document: Document, field: str, *allowed: Json) -> None:
    """A field that may be absent, or one of these."""
    value = document.get(field)
    # Types are compared, too, since 1 is true and 0 is false.
    if value is not None and not any(type(value) is type(a) and value == a for a in allowed):
        shown = " or ".join("null" if each is None else repr(each) for each in allowed)
        raise invalid(f"{field} must be {shown} here.", field)


def file_bytes(value: Json, field: str) -> int:
    """The size of a file of a form."""
    size = value.get("bytes") if isinstance(value, dict) else None
    if type(size) is not int or not size:
        raise invalid(f"{field} must be a file that is not empty.", field)
    return size


def check_texts(document: Document) -> None:
    """Of a form: nothing but the file fields may be a file."""
    for field, value in document.items():
        values = value if isinstance(value, list) else [value]
        if not all(type(each) is str for each in values):
            raise invalid(f"{field} must be a text.", field)
