"""Server-sent events: bytes, however they were cut, become the payloads of `data:` lines."""

LINE_BYTES_MAX = 1 << 20
_BOM = b"\xef\xbb\xbf"


class LineTooLong(Exception):
    """A line went on for more than a mebibyte: no provider sends that in good faith."""


class Splitter:
    """Gives each `data:` line as soon as its end is there.

    Every payload of these APIs is one line of JSON, so a line is an event and a missing blank line
    does no harm. Comments, blank lines, other fields, CR and CRLF are tolerated and left out.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._begun = False

    def feed(self, data: bytes) -> list[bytes]:
        """The payloads that `data` completes. LineTooLong when a line exceeds the limit."""
        if b"\r" in data:
            data = data.replace(b"\r", b"\n")  # makes blank lines of CRLF: they mean nothing
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if not self._begun and lines:
            self._begun = True
            lines[0] = lines[0].removeprefix(_BOM)
        if len(self._rest) > LINE_BYTES_MAX:
            raise LineTooLong
        return [payload for line in lines if line[:5] == b"data:" and (payload := _payload(line))]

    def finish(self) -> list[bytes]:
        """The payload of a last line that was not ended."""
        return self.feed(b"\n")


def _payload(line: bytes) -> bytes:
    if len(line) > LINE_BYTES_MAX:
        raise LineTooLong
    return line[5:].strip()
