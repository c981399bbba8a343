"""Providers' keys: from a file, from stdin, or from the environment, since arguments are seen."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tollgate_common.errors import InvalidArgument

from .settings import variable

_FILE_CHARACTERS_MAX = 1 << 20


def read_credentials(files: Sequence[str], variables: Sequence[str]) -> list[str]:
    """One a line; "-" is stdin. InvalidArgument says what could not be read, and no key."""
    found: list[str] = []
    for file in files:
        keys = [line.strip() for line in _text(file).splitlines() if line.strip()]
        if not keys:
            raise InvalidArgument(f"--key-file: {_name(file)} has no key", field="--key-file")
        found += keys
    for name in variables:
        value = variable(name)
        if not value:
            raise InvalidArgument(f"--key-env: {name} is not set", field="--key-env")
        found.append(value)
    return found


def _text(file: str) -> str:
    try:
        if file == "-":
            return sys.stdin.read(_FILE_CHARACTERS_MAX)
        with Path(file).open() as opened:
            return opened.read(_FILE_CHARACTERS_MAX)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        message = f"--key-file: cannot read {_name(file)}: {reason}"
        raise InvalidArgument(message, field="--key-file") from error


def _name(file: str) -> str:
    return "stdin" if file == "-" else file
