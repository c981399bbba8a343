"""One process at a time: a lock that the kernel lets go of when its holder dies."""

import fcntl
import os
from pathlib import Path

from .errors import Unavailable


def lock_file(path: Path, taken: str) -> int:
    """A descriptor that holds the lock until it is closed.

    Unavailable, with the message `taken`, while another process holds it.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise Unavailable(taken) from error
    return lock
