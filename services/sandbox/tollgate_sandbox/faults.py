"""Ways to spoil the bytes of an answer. Each is a thing that a real provider has sent."""

import zlib
from collections.abc import Callable, Sequence
from functools import cache

LONG_LINE_BYTES = 10 << 20
BOMB_BYTES = 64 << 20


def spoil(events: Sequence[bytes], how: str, text: bytes) -> list[bytes]:
    """The events of a stream, spoiled. "gzip_bomb" replaces the whole body and is not done here.

    `text` is what stands before an event's text, such as '"content":"'; "|" parts alternatives.
    """
    if not how:
        return [*events]
    spoiler = _EVERY.get(how)
    if spoiler:
        return [spoiler(event) for event in events]
    if how in _MIDDLE:
        middle = len(events) // 2
        return [*events[:middle], _MIDDLE[how](events[middle], text), *events[middle + 1 :]]
    return [part for event in events for part in _split_inside_character(event)]


def spoil_completion(body: bytes, how: str, text: bytes) -> bytes:
    """A whole answer, spoiled, where that way applies to one."""
    return _MIDDLE[how](body, text) if how in _MIDDLE else body


def _cut_json(event: bytes, _text: bytes) -> bytes:
    return event[: len(event) * 2 // 3].rstrip() + b"\n\n"


def _long_line(event: bytes, text: bytes) -> bytes:
    return _inserted(event, text, b"x" * LONG_LINE_BYTES)


def _bad_utf8(event: bytes, text: bytes) -> bytes:
    return _inserted(event, text, b"\xff\xfe\xc3")


def _inserted(event: bytes, text: bytes, more: bytes) -> bytes:
    before = next((form for form in text.split(b"|") if form in event), text)
    return event.replace(before, before + more, 1)


def _split_inside_character(event: bytes) -> list[bytes]:
    """Two parts whose border lies inside a character of several bytes, where there is one."""
    wide = next((index for index, byte in enumerate(event) if byte >= 0x80), None)
    return [event] if wide is None else [event[: wide + 1], event[wide + 1 :]]


_EVERY: dict[str, Callable[[bytes], bytes]] = {
    "no_blank_line": lambda event: event.rstrip() + b"\n",
    "crlf": lambda event: event.replace(b"\r", b"").replace(b"\n", b"\r\n"),
    "no_space": lambda event: event.replace(b"data: ", b"data:", 1),
    "comments": lambda event: b": keep-alive\n\n" + event,
}
_MIDDLE: dict[str, Callable[[bytes, bytes], bytes]] = {
    "json": _cut_json,
    "long_line": _long_line,
    "bad_utf8": _bad_utf8,
}


@cache
def gzip_bomb() -> bytes:
    """A gzip body of some 64 KB that unpacks to a thousand times as much."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    parts = [packer.compress(zeros) for _ in range(BOMB_BYTES >> 20)]
    return b"".join([*parts, packer.flush()])
