"""Multipart forms as strictly as JSON is read: what two parsers could read in two ways is refused.

The only file that knows python_multipart.
"""

import re

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from .json import Json
from .refusals import Cause, Refusal, invalid

# Sixteen images, and every field that there is, twice.
_PARTS_MAX = 64
_NAME_BYTES_MAX = 100
# All texts together: the longest prompt of an image has 32,000 characters.
_TEXT_BYTES_MAX = 256 * 1024
_HEADER_BYTES_MAX = 4 * 1024
_TYPE = re.compile(
    rb"""multipart/form-data\ *;\ *boundary=
        (?P<quote>"?)(?P<boundary>[0-9a-zA-Z_'()+,./:=?-]{1,70})(?P=quote)""",
    re.IGNORECASE | re.VERBOSE,
)
_DISPOSITION = re.compile(
    rb"""form-data;\ *name="(?P<name>[^"\\\r\n]+)"
        (?P<file>(;\ *filename=("[^"\\\r\n]*"|[^";\s]+)|;\ *filename\*=[^";\s]+)+)?""",
    re.IGNORECASE | re.VERBOSE,
)


def check_form_type(content_type: bytes) -> None:
    """Refusal unless it is that of a form with an unmistakable boundary."""
    if not _TYPE.fullmatch(content_type):
        message = "Send the body as Content-Type: multipart/form-data; boundary=..."
        raise Refusal(Cause.MEDIA_TYPE, message)


def parse_form(body: bytes, content_type: bytes) -> dict[str, Json]:
    """The fields by name: texts, and lists of them where the name ends in [].

    A file is an object of its size in `bytes` and its media `type`. Refusal for what is no form,
    for a name that comes twice and is no list, and beyond the limits.
    """
    found = _TYPE.fullmatch(content_type)
    if not found:
        raise _broken("it has no boundary")
    parts = _Parts()
    try:
        parser = MultipartParser(found["boundary"], parts.callbacks())  # type: ignore[arg-type]
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise _broken("it is cut, or not as its boundary says") from error
    if not parts.complete or not _is_plain(body, found["boundary"], parts.count):
        raise _broken("it is cut, or not as its boundary says")
    return parts.fields


def without_boundary(body: bytes, content_type: bytes) -> bytes:
    """The same for equal forms; `content_type` has been checked."""
    found = _TYPE.fullmatch(content_type)
    return body.replace(b"--" + found["boundary"], b"--") if found else body


def _is_plain(body: bytes, boundary: bytes, parts: int) -> bool:
    """Neither before, nor behind, nor within parts is what another parser may take for a part."""
    delimiter = b"\r\n--" + boundary
    return (
        body.startswith(delimiter[2:])
        and body.removesuffix(b"\r\n").endswith(delimiter + b"--")
        and body.count(delimiter) == parts
        and body.count(delimiter + b"\r\n") == parts - 1
    )


class _Parts:
    """Collects fields from the parser's events; of files it keeps their sizes only."""

    def __init__(self) -> None:
        self.fields: dict[str, Json] = {}
        self.count = 0
        self.complete = False
        self._header = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._header_bytes = 0
        self._text_bytes = 0
        self._text = bytearray()
        self._is_file = False
        self._size = 0

    def callbacks(self) -> dict[str, object]:
        names = (
            "part_begin", "header_field", "header_value", "header_end", "headers_finished",
            "part_data", "part_end", "end",
        )  # fmt: skip
        return {f"on_{name}": getattr(self, name) for name in names}

    def part_begin(self) -> None:
        self.count += 1
        if self.count > _PARTS_MAX:
            raise invalid(f"The form has more than {_PARTS_MAX} parts.")
        self._headers = {}
        self._header_bytes = self._size = 0
        self._text = bytearray()

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += self._measured(data[start:end])

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._measured(data[start:end])

    def header_end(self) -> None:
        name = self._header.lower()
        if name in self._headers:
            raise _broken("a part has a header twice")
        self._headers[name] = self._value
        self._header = self._value = b""

    def headers_finished(self) -> None:
        found = _DISPOSITION.fullmatch(self._headers.get(b"content-disposition", b""))
        if not found or len(found["name"]) > _NAME_BYTES_MAX:
            raise _broken("a part has no name, or not in the usual form")
        self._name = _text(found["name"])
        self._is_file = found["file"] is not None

    def part_data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._is_file:
            return
        self._text_bytes += end - start
        if self._text_bytes > _TEXT_BYTES_MAX:
            raise invalid("The form's texts are too long.", self._name)
        self._text += data[start:end]

    def part_end(self) -> None:
        name = self._name
        value = self._file() if self._is_file else _text(self._text)
        if name.endswith("[]"):
            values = self.fields.setdefault(name, [])
            assert isinstance(values, list)  # noqa: S101 - names in [] have nothing else
            values.append(value)
        elif name in self.fields:
            raise invalid(f"The form has the field {name!r} twice.", name)
        else:
            self.fields[name] = value

    def end(self) -> None:
        self.complete = True

    def _file(self) -> dict[str, Json]:
        kind = self._headers.get(b"content-type", b"application/octet-stream")
        return {"bytes": self._size, "type": kind.decode("latin-1")}

    def _measured(self, data: bytes) -> bytes:
        self._header_bytes += len(data)
        if self._header_bytes > _HEADER_BYTES_MAX:
            raise _broken("the headers of a part are too long")
        return data


def _text(data: bytes | bytearray) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise invalid("The form's texts are not UTF-8.") from error


def _broken(how: str) -> Refusal:
    return invalid(f"The form in the body of your request could not be read: {how}.")
