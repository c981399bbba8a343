"""Multipart forms: the one part that is ours to say is replaced, every other byte stays.

The edge has read them strictly: nothing in them can be taken for a part that is not one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .failures import AnswerFailed, FailureKind

_BOUNDARY = re.compile(r'; *boundary="?([^";]+)"?$', re.IGNORECASE)
_NAME = re.compile(rb'^content-disposition: *form-data; *name="([^"]+)"(; *filename)?', re.I | re.M)
_BLANK = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Part:
    """Where in the body a field's value is."""

    name: str
    is_file: bool
    start: int
    end: int


def parts_of(body: bytes, content_type: str) -> Iterator[Part]:
    """In their order. AnswerFailed when it is no form."""
    found = _BOUNDARY.search(content_type)
    if not found:
        raise _broken()
    delimiter = b"\r\n--" + found[1].encode()
    at = len(delimiter) - 2
    while body[at : at + 2] == b"\r\n":
        head = body.find(_BLANK, at)
        end = body.find(delimiter, head + len(_BLANK) - 2)
        named = _NAME.search(body[at + 2 : head]) if 0 <= head <= end else None
        if not named:
            raise _broken()
        yield Part(named[1].decode(errors="replace"), bool(named[2]), head + len(_BLANK), end)
        at = end + len(delimiter)


def with_model(body: bytes, content_type: str, model: str) -> bytes:
    """The form with another model. AnswerFailed unless it has exactly one."""
    found = [part for part in parts_of(body, content_type) if part.name == "model"]
    if len(found) != 1:
        raise _broken()
    return b"".join((body[: found[0].start], model.encode(), body[found[0].end :]))


def _broken() -> AnswerFailed:
    return AnswerFailed(FailureKind.INVALID_REQUEST, "The form could not be read.")
