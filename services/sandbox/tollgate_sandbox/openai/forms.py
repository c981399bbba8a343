"""Multipart forms as OpenAI reads them: names that end in [] are lists, numbers are texts."""

from collections.abc import Callable, Mapping
from typing import Any

from tollgate_sandbox.forms import Form, Upload
from tollgate_sandbox.refusals import Refusal, invalid

from .checks import COMPLAINTS
from .refusals import OpenAIWords

Json = dict[str, Any]

_BOOLEANS = {"true": True, "false": False}


class FormWords(OpenAIWords):
    """OpenAI's words where the body is a form."""

    def not_json(self) -> Refusal:
        return invalid("Could not parse multipart form")

    def wrong_content_type(self, content_type: str) -> Refusal:
        return invalid(
            f"Unsupported content type: '{content_type}'. This API method only accepts "
            "'multipart/form-data' requests.",
            code="unsupported_content_type",
        )


FORM_WORDS = FormWords()


def document(form: Form) -> Json:
    """The form as an object. Raises Refusal for a name that comes twice and is no list."""
    read: Json = {}
    for name, value in form:
        if name.endswith("[]"):
            read.setdefault(name.removesuffix("[]"), []).append(value)
        elif name in read:
            raise invalid(
                f"Duplicate parameter: '{name}'. You provided multiple values for this parameter, "
                "whereas only one is allowed. If you are trying to provide a list of values, use "
                f"the array syntax instead e.g. '{name}[]=<value>'.",
                param=name,
                code="duplicate_parameter",
            )
        else:
            read[name] = value
    return read


def boolean(text: str) -> bool:
    """Raises KeyError for another text."""
    return _BOOLEANS[text]


def typed(body: Json, kinds: Mapping[str, Callable[[str], object]]) -> Json:
    """With numbers and booleans for texts; a text that is none stays, to be complained of."""
    return {name: _typed(value, kinds.get(name, str)) for name, value in body.items()}


def _typed(value: object, kind: Callable[[str], object]) -> object:
    if not isinstance(value, str):
        return value
    try:
        return kind(value)
    except (ValueError, KeyError):
        return value


def upload(value: object, path: str) -> None:
    """A check: this is a file, and there is something in it."""
    if not isinstance(value, Upload):
        raise COMPLAINTS.wrong_type(path, "a file", value)
    if not value.content:
        raise invalid(f"Invalid file '{path}': the file is empty.", param=path, code="empty_file")
