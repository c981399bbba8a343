"""The port's documents and queries in MongoDB's terms: BSON and query operators."""

import secrets
from collections.abc import Iterator
from typing import Any, TypeAlias

from bson import Int64
from pymongo import ASCENDING, IndexModel

from . import AnyOf, Between, Document, Index, Json, Where, checks

VERSION, TOKEN = "_ver", "_w"

# What BSON holds; it is checked when it becomes a Document, or a row of scalars.
Stored: TypeAlias = dict[str, Any]


def stored(document: Document, version: int) -> Stored:
    """What is kept of a document: itself, its version, and a token of this write."""
    fields = {name: _wide(value) for name, value in document.items()}
    return fields | {VERSION: Int64(version), TOKEN: secrets.token_hex(8)}


def _wide(value: Json) -> Json:
    """The same with every integer in 64 bits, whatever its size."""
    match value:
        case bool():
            return value
        case int():
            return Int64(value)
        case dict():
            return {name: _wide(item) for name, item in value.items()}
        case list():
            return [_wide(item) for item in value]
        case _:
            return value


def plain(stored: Stored) -> Document:
    """The document without what the engine keeps beside it."""
    return {name: value for name, value in stored.items() if name not in (VERSION, TOKEN)}


def models(index: Index) -> Iterator[IndexModel]:
    """One index to search and page by, and one that is unique."""
    keys = [(field, ASCENDING) for field in index.fields]
    yield IndexModel([*keys, ("_id", ASCENDING)])
    if index.unique:
        # As in SQL, a document in which a field is missing or null is not in the unique index.
        present = {field: {"$type": ["string", "int", "long", "bool"]} for field in index.fields}
        yield IndexModel(keys, unique=True, partialFilterExpression=present)


def matching(where: Where) -> Stored:
    """Values stand behind operators that we choose, so that none of them can be one."""
    checks.check_where(where)
    filter: Stored = {}
    for field, condition in where.items():
        match condition:
            case AnyOf(values):
                filter[field] = {"$in": list(values)}
            case Between(low, high):
                limits = {"$gte": low, "$lt": high}
                filter[field] = {step: limit for step, limit in limits.items() if limit is not None}
            case _:
                filter[field] = {"$eq": condition}
    return {field: condition for field, condition in filter.items() if condition}


def following(order: str, descending: bool, position: checks.Position | None) -> Stored:
    """What comes after the position; nulls come first, and $gt and $lt never match them."""
    if position is None:
        return {}
    value, id = position
    step = "$lt" if descending else "$gt"
    if order == "_id":
        return {"_id": {step: id}}
    parts: list[Stored] = [{order: {"$eq": value}, "_id": {step: id}}]
    if value is not None:
        parts.append({order: {step: value}})
    if (value is None) != descending:
        parts.append({order: {"$ne": None} if value is None else {"$eq": None}})
    return {"$or": parts}
