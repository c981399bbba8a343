"""A spool: messages on disk that NATS has not taken yet; survives kill -9 and torn tails."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from .clock import Clock
from .errors import Unavailable
from .ids import ulid

_HEADER = struct.Struct(">III")  # length of id, length of payload, CRC-32 of both


class Spool:
    """Appends to one file; whole files are handed out for sending and removed when sent."""

    def __init__(self, folder: Path, clock: Clock, *, bytes_max: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._clock = clock
        self._bytes_max = bytes_max
        self._current: Path | None = None
        self._size = sum(path.stat().st_size for path in self.files())

    def files(self) -> list[Path]:
        """Oldest first."""
        return sorted(self._folder.glob("*.spool"))

    @property
    def empty(self) -> bool:
        return self._size == 0

    def append(self, id: str, payload: bytes) -> None:
        """The message survives kill -9 from here on. Unavailable when the spool or disk is full."""
        name = id.encode()
        record = _HEADER.pack(len(name), len(payload), zlib.crc32(name + payload)) + name + payload
        if self._size + len(record) > self._bytes_max:
            raise Unavailable("the usage spool is full; NATS has been away for too long")
        if self._current is None:
            self._current = self._folder / f"{ulid(self._clock.now_ms())}.spool"
        try:
            with self._current.open("ab", buffering=0) as file:
                file.write(record)
        except OSError as error:
            self._current = None  # the next record begins a file of its own, after no torn one
            raise Unavailable("the usage spool cannot be written") from error
        self._size += len(record)

    def take(self) -> list[Path]:
        """All files so far; later messages go into another one."""
        self._current = None
        return self.files()

    def check(self) -> None:
        """Unavailable when the next message might not fit."""
        if self._size >= self._bytes_max:
            raise Unavailable("the usage spool is full; NATS has been away for too long")

    def remove(self, path: Path) -> None:
        self._size -= path.stat().st_size
        path.unlink()


def records(path: Path) -> Iterator[tuple[str, bytes]]:
    """(id, payload) of each whole record."""
    data = path.read_bytes()
    at = 0
    while at + _HEADER.size <= len(data):
        id_length, payload_length, checksum = _HEADER.unpack_from(data, at)
        start = at + _HEADER.size
        end = start + id_length + payload_length
        body = data[start:end]
        if len(body) != id_length + payload_length or zlib.crc32(body) != checksum:
            return
        yield body[:id_length].decode(), body[id_length:]
        at = end
