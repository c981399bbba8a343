"""What both engines demand of collections, documents and queries, so that they answer alike."""

import base64
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

import orjson

from tollgate_common.errors import AlreadyExists, InvalidArgument

from . import AnyOf, Between, Collection, Document, Scalar, Where

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
# Bounds of one call: documents or values that it carries, rows that it returns.
DOCUMENTS_MAX = 1_000
GROUPS_MAX = 10_000
DEPTH_MAX = 32
# As JSON. BSON may take eight times as much, and MongoDB holds at most 16 MiB of it.
DOCUMENT_BYTES_MAX = 1024 * 1024

Position: TypeAlias = tuple[int | str | None, str]

_NAME = re.compile(r"_id|[A-Za-z][A-Za-z0-9_]{0,62}")


@lru_cache(maxsize=1024)
def check_name(name: str) -> str:
    """Collections and fields are named by code, so a bad name is a bug and not a bad request."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a collection or a field")
    return name


def by_name(collections: Sequence[Collection]) -> dict[str, Collection]:
    """The declared collections, with every name in them checked."""
    for collection in collections:
        for name in (collection.name, *(f for index in collection.indexes for f in index.fields)):
            check_name(name)
    return {collection.name: collection for collection in collections}


def check_document(collection: Collection, document: Document) -> tuple[str, str]:
    """Its id and its JSON. InvalidArgument unless both engines would keep exactly this document."""
    id = document.get("_id")
    if not isinstance(id, str) or not id:
        raise InvalidArgument("_id: must be a string that is not empty", field="_id")
    _check_value(document, "document", DEPTH_MAX)
    for name in document:
        if name.startswith("_") and name != "_id":
            raise InvalidArgument(f"{name}: names that begin with _ are the store's", field=name)
    for index in collection.indexes:
        for name in index.fields:
            check_scalar(document.get(name), name)
    body = orjson.dumps(document)
    if len(body) > DOCUMENT_BYTES_MAX:
        raise InvalidArgument(f"document: has more than {DOCUMENT_BYTES_MAX} bytes as JSON")
    return id, body.decode()


def check_documents(collection: Collection, documents: Sequence[Document]) -> list[tuple[str, str]]:
    """The same for each of them, in order."""
    if len(documents) > DOCUMENTS_MAX:
        raise InvalidArgument(f"documents: at most {DOCUMENTS_MAX} in a call", field="documents")
    return [check_document(collection, document) for document in documents]


def check_scalar(value: object, field: str) -> None:
    """InvalidArgument unless it is a Scalar: a dict here could be a database's operator."""
    if isinstance(value, dict | list):
        raise InvalidArgument(f"{field}: must be a single value", field=field)
    _check_value(value, field, 1)


def _check_value(value: object, field: str, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value, field)
    elif isinstance(value, int):
        if not INT64_MIN <= value <= INT64_MAX:
            raise InvalidArgument(f"{field}: does not fit in 64 bits", field=field)
    elif isinstance(value, dict | list):
        if not depth:
            raise InvalidArgument(f"{field}: is nested too deeply", field=field)
        if isinstance(value, dict):
            for key in value:
                _check_key(key, field)
        for item in value.values() if isinstance(value, dict) else value:
            _check_value(item, field, depth - 1)
    elif value is not None:
        raise InvalidArgument(f"{field}: a {type(value).__name__} cannot be stored", field=field)


def _check_key(key: object, field: str) -> None:
    if type(key) is not str or key.startswith("$"):
        raise InvalidArgument(
            f"{field}: keys must be strings that do not begin with $", field=field
        )
    _check_text(key, field)


def _check_text(text: str, field: str) -> None:
    if "\0" in text:
        raise InvalidArgument(f"{field}: must not contain a NUL character", field=field)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InvalidArgument(f"{field}: is not valid Unicode", field=field) from error


def check_where(where: Where) -> None:
    """InvalidArgument unless every condition is made of scalars."""
    for field, condition in where.items():
        check_name(field)
        if isinstance(condition, AnyOf) and len(condition.values) > DOCUMENTS_MAX:
            raise InvalidArgument(f"{field}: at most {DOCUMENTS_MAX} values", field=field)
        for value in _operands(condition):
            check_scalar(value, field)


def _operands(condition: Scalar | Between | AnyOf) -> Sequence[object]:
    match condition:
        case AnyOf(values):
            return values
        case Between(low, high):
            return (low, high)
        case _:
            return (condition,)


def check_sum(where: Where, by: Sequence[str], of: Sequence[str]) -> None:
    """Every name is a field, and a row has room for each."""
    check_where(where)
    for name in (*by, *of):
        check_name(name)
    if len({*by, *of, "count"}) != len(by) + len(of) + 1:
        raise ValueError("sum: `by` and `of` name a field twice, or one that is called count")


def sorted_groups(
    groups: list[dict[str, Scalar]], by: Sequence[str], of: Sequence[str]
) -> list[dict[str, Scalar]]:
    """The rows of a sum in order. InvalidArgument if they are too many or not exact."""
    if len(groups) > GROUPS_MAX:
        raise InvalidArgument("sum: too many groups; narrow the range")
    for group in groups:
        for name in by:
            check_scalar(group[name], name)
        if any(isinstance(group[name], float) for name in of):
            raise too_large()
    return sorted(groups, key=lambda group: [_rank(group[name]) for name in by])


def taken() -> AlreadyExists:
    """For a write that a unique index refused."""
    return AlreadyExists("another document has this value of a unique index")


def too_large() -> InvalidArgument:
    """For a sum that an engine could only give inexactly."""
    return InvalidArgument("sum: does not fit in 64 bits; narrow the range")


def _rank(value: Scalar) -> tuple[int, int | str]:
    """Nothing, then integers, then strings, then false and true: MongoDB's order of types."""
    match value:
        case None:
            return 0, 0
        case bool():
            return 3, value
        case int():
            return 1, value
        case str():
            return 2, value


def check_limit(limit: int) -> int:
    """How many documents a page may hold."""
    if limit < 1:
        raise InvalidArgument("limit: must be at least 1", field="limit")
    return min(limit, DOCUMENTS_MAX)


def encode_position(order: str, descending: bool, last: Mapping[str, object]) -> str:
    """A page's `next`: where its last document stands, and in which order."""
    value = last.get(order)
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise ValueError(f"{order}: documents are ordered by strings or by integers")
    text = orjson.dumps([order, descending, value, last["_id"]])
    return base64.urlsafe_b64encode(text).decode()


def decode_position(order: str, descending: bool, after: str) -> Position | None:
    """The order's value and the id to continue after; None at the beginning."""
    if not after:
        return None
    try:
        parts = orjson.loads(base64.b64decode(after, altchars=b"-_", validate=True))
        [its_order, its_descending, value, id] = parts
    except (ValueError, TypeError) as error:
        raise _bad_position() from error
    if [its_order, its_descending] != [order, descending] or not isinstance(id, str):
        raise _bad_position()
    if isinstance(value, bool | float | dict | list):
        raise _bad_position()
    check_scalar(value, "page_token")
    check_scalar(id, "page_token")
    return value, id


def _bad_position() -> InvalidArgument:
    message = "page_token: must be the next_page_token of a page of the same list"
    return InvalidArgument(message, field="page_token")
