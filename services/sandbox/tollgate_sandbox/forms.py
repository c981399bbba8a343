"""Bodies of type multipart/form-data: read as they were sent, and shown without their files."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

FIELDS_MAX = 256


class NotAForm(Exception):
    """The body is no multipart form."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form."""

    filename: str
    content_type: str
    content: bytes


Value = str | Upload
Form = tuple[tuple[str, Value], ...]
"""Names and values in the order in which they were sent. A name may come several times."""


def parse(body: bytes, content_type: str) -> Form:
    """Raises NotAForm."""
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise NotAForm
    parts = _Parts()
    try:
        parser = MultipartParser(
            options[b"boundary"],
            {
                "on_header_field": parts.header_field,
                "on_header_value": parts.header_value,
                "on_header_end": parts.header_end,
                "on_part_data": parts.data,
                "on_part_end": parts.part_end,
                "on_end": parts.end,
            },
        )
        parser.write(body)
        parser.finalize()
    except (FormParserError, UnicodeDecodeError) as error:
        raise NotAForm from error
    if not parts.complete:
        raise NotAForm
    return tuple(parts.read)


def shown(form: Form) -> dict[str, Any]:
    """The form as JSON, with digests instead of contents. Names that came several times are lists.

    It does not depend on the boundary: equal requests look equal.
    """
    fields: dict[str, list[str]] = {}
    files: dict[str, list[dict[str, Any]]] = {}
    for name, value in form:
        if isinstance(value, Upload):
            files.setdefault(name, []).append(_shown_file(value))
        else:
            fields.setdefault(name, []).append(value)
    return {
        "fields": {name: v[0] if len(v) == 1 else v for name, v in fields.items()},
        "files": {name: v[0] if len(v) == 1 else v for name, v in files.items()},
    }


def _shown_file(upload: Upload) -> dict[str, Any]:
    return {
        "filename": upload.filename,
        "content_type": upload.content_type,
        "bytes": len(upload.content),
        "sha256": hashlib.sha256(upload.content).hexdigest(),
    }


@dataclass(slots=True)
class _Parts:
    """Collects the parts of a form from the parser's events."""

    read: list[tuple[str, Value]] = field(default_factory=list)
    complete: bool = False
    _headers: dict[bytes, bytes] = field(default_factory=dict)
    _name: bytes = b""
    _value: bytes = b""
    _content: bytearray = field(default_factory=bytearray)

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def data(self, data: bytes, start: int, end: int) -> None:
        self._content += data[start:end]

    def part_end(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        if kind != b"form-data" or b"name" not in options or len(self.read) == FIELDS_MAX:
            raise FormParserError
        content = bytes(self._content)
        value: Value
        if b"filename" in options:
            content_type = self._headers.get(b"content-type", b"application/octet-stream")
            value = Upload(options[b"filename"].decode(), content_type.decode("latin-1"), content)
        else:
            value = content.decode()
        self.read.append((options[b"name"].decode(), value))
        self._headers, self._content = {}, bytearray()

    def end(self) -> None:
        self.complete = True
