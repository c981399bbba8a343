"""A spool: messages on disk that NATS has not taken yet. It survives kill -9."""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from .clock import Clock
from .errors import Unavailable
from .ids import ulid
from .lock import lock_file
from .telemetry import logger

_HEADER = struct.Struct(">III")  # length of id, length of payload, CRC-32 of both


class Spool:
    """Appends to one file; whole files are handed out for sending and removed when sent."""

    def __init__(self, folder: Path, clock: Clock, *, bytes_max: int) -> None:
        """Unavailable while another process uses the folder: it could send and remove our files."""
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = lock_file(folder / "lock", f"the spool {folder} is in use by another process")
        self._folder = folder
        self._clock = clock
        self._bytes_max = bytes_max
        self._current: Path | None = None
        self._size = self._size_on_disk()

    def close(self) -> None:
        """Another process may use the folder now."""
        os.close(self._lock)

    def files(self) -> list[Path]:
        """Oldest first."""
        return sorted(self._folder.glob("*.spool"))

    @property
    def empty(self) -> bool:
        return self._size == 0

    def append(self, id: str, payload: bytes) -> None:
        """Returns when the message would survive kill -9. Unavailable if spool or disk is full."""
        name = id.encode()
        record = _HEADER.pack(len(name), len(payload), zlib.crc32(name + payload)) + name + payload
        if self._size + len(record) > self._bytes_max:
            raise Unavailable("the usage spool is full; NATS has been away for too long")
        if self._current is None:
            self._current = self._folder / f"{ulid(self._clock.now_ms())}.spool"
        try:
            _append(self._current, record)
        except OSError as error:
            self._current = None  # the next record begins a file of its own, after no torn one
            self._size = self._size_on_disk()
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
        path.unlink()
        self._size = self._size_on_disk()

    def _size_on_disk(self) -> int:
        return sum(path.stat().st_size for path in self.files())


def records(path: Path) -> Iterator[tuple[str, bytes]]:
    """(id, payload) of each whole record; what follows the last one is kept beside the file."""
    data = path.read_bytes()
    at = 0
    while at + _HEADER.size <= len(data):
        id_length, payload_length, checksum = _HEADER.unpack_from(data, at)
        start = at + _HEADER.size
        end = start + id_length + payload_length
        body = data[start:end]
        if len(body) != id_length + payload_length or zlib.crc32(body) != checksum:
            break
        yield body[:id_length].decode(), body[id_length:]
        at = end
    if at < len(data):
        # kill -9 tore a record that nobody was told is safe; or, rarely, the disk is bad.
        logger().error("spool_torn", file=path.name, bytes_torn=len(data) - at)
        path.with_suffix(".torn").write_bytes(data[at:])


def _append(path: Path, record: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        if file.write(record) != len(record):  # a disk that becomes full takes a part, silently
            raise OSError("the disk took only a part of the record")
