"""What native dialects share: strict values, and pages of a list."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from tollgate_edge.catalogue import Model
from tollgate_edge.json import Json
from tollgate_edge.refusals import invalid

PAGE_SIZE_MAX = 1_000
_TOKENS_MAX = 2**31 - 1


def flag(value: Json, field: str) -> bool:
    if value is None:
        return False
    if type(value) is not bool:
        raise invalid("must be true or false", field)
    return value


def tokens(value: Json, field: str) -> int:
    if type(value) is not int or not 1 <= value <= _TOKENS_MAX:
        raise invalid("must be an integer of at least 1", field)
    return value


def objects(value: Json, field: str) -> list[dict[str, Json]]:
    """An array of objects; null is an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid("must be an array", field)
    found = [item for item in value if isinstance(item, dict)]
    if len(found) < len(value):
        raise invalid("must hold nothing but objects", field)
    return found


def query_values(query: bytes) -> dict[str, str]:
    return dict(parse_qsl(query.decode(errors="replace")))


def page_size(text: str | None, default: int, field: str) -> int:
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= PAGE_SIZE_MAX:
        raise invalid(f"must be an integer from 1 to {PAGE_SIZE_MAX}", field)
    return int(text)


def position(models: Sequence[Model], name: str, field: str) -> int:
    """Where in the list a page ended."""
    for index, model in enumerate(models):
        if model.name == name:
            return index
    raise invalid("names no entry of this list", field)


def written_file(url: str, media_type: str) -> str | None:
    """The base64 of a data: URL of such a type; None when the file is not in the body."""
    head, comma, data = url.partition(";base64,")
    return data if comma and head.startswith("data:" + media_type) else None
