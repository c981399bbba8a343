"""What MongoDB's commands do, as far as the store engine uses them; the rest is refused."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import bson
from bson import Int64

Document: TypeAlias = dict[str, Any]

BAD_VALUE, DUPLICATE_KEY = 2, 11000


class Refusal(Exception):
    """An error that is answered to the client."""

    def __init__(self, code: int, message: str, **details: object) -> None:
        super().__init__(message)
        self.code = code
        self.answer = {"code": code, "errmsg": message, **details}


def _rank(value: object) -> int:
    """MongoDB's order of types, as far as documents here may have them."""
    for rank, kinds in enumerate([type(None), int, str, dict, list]):
        if isinstance(value, kinds) and not isinstance(value, bool):
            return rank
    if isinstance(value, bool):
        return 8
    raise Refusal(BAD_VALUE, f"no such type here: {value!r}")


def _key(value: object) -> tuple[int, Any]:
    return _rank(value), 0 if value is None else value


def _types(value: object) -> set[str]:
    names = {bool: {"bool"}, str: {"string"}, Int64: {"long", "number"}, int: {"int", "number"}}
    return names.get(type(value), set())


def _same_type(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, operand: (
        operand is not None and _rank(value) == _rank(operand) and test(value, operand)
    )


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, operand: _key(value) == _key(operand),
    "$ne": lambda value, operand: _key(value) != _key(operand),
    "$in": lambda value, operand: _key(value) in [_key(item) for item in operand],
    "$type": lambda value, operand: bool(_types(value) & {*operand}),
    "$gt": _same_type(lambda value, operand: value > operand),
    "$gte": _same_type(lambda value, operand: value >= operand),
    "$lt": _same_type(lambda value, operand: value < operand),
}


def matches(document: Document, filter: Mapping[str, Any]) -> bool:
    """Whether the document is one that the filter means."""
    return all(_holds(document, name, condition) for name, condition in filter.items())


def _holds(document: Document, name: str, condition: Any) -> bool:
    if name == "$and":
        return all([matches(document, part) for part in condition])
    if name == "$or":
        return any([matches(document, part) for part in condition])
    value = document.get(name)
    if name.startswith("$") or "." in name or isinstance(value, list):
        raise Refusal(BAD_VALUE, f"cannot match {name}")
    if not isinstance(condition, dict):
        condition = {"$eq": condition}
    if not condition or condition.keys() - OPERATORS.keys():
        raise Refusal(BAD_VALUE, f"unknown operator in {condition}")
    return all([OPERATORS[operator](value, item) for operator, item in condition.items()])


class Collection:
    """Documents by id, and the unique indexes that they obey."""

    def __init__(self) -> None:
        self.documents: dict[object, Document] = {}
        self.indexes: dict[str, tuple[Document, Document | None]] = {}

    def find(self, filter: Mapping[str, Any]) -> list[Document]:
        return [document for document in self.documents.values() if matches(document, filter)]

    def put(self, document: Document, *, new: bool) -> None:
        if new and document["_id"] in self.documents:
            raise self._duplicate({"_id": 1})
        for keys, partial in self.indexes.values():
            if partial is None or not matches(document, partial):
                continue
            same = {key: {"$eq": document.get(key)} for key in keys}
            others = [other for other in self.find(same) if matches(other, partial)]
            if any(other["_id"] != document["_id"] for other in others):
                raise self._duplicate(keys)
        self.documents[document["_id"]] = document

    def _duplicate(self, keys: Mapping[str, int]) -> Refusal:
        return Refusal(DUPLICATE_KEY, f"E11000 duplicate key {keys}", keyPattern=dict(keys))


def create_indexes(collection: Collection, command: Document) -> Document:
    for index in command["indexes"]:
        if index.keys() - {"name", "key", "unique", "partialFilterExpression"}:
            raise Refusal(BAD_VALUE, f"unknown option in {index}")
        partial = index.get("partialFilterExpression", {}) if index.get("unique") else None
        was = collection.indexes.setdefault(index["name"], (index["key"], partial))
        if was != (index["key"], partial):
            raise Refusal(BAD_VALUE, f"index {index['name']} is there with other options")
    return {}


def insert(collection: Collection, command: Document) -> Document:
    def insert(document: Document) -> int:
        collection.put(document, new=True)
        return 1

    return _each(command, command["documents"], insert)


def update(collection: Collection, command: Document) -> Document:
    upserted: list[Document] = []

    def update(write: Document) -> int:
        if write.keys() - {"q", "u", "upsert", "multi"} or write.get("multi"):
            raise Refusal(BAD_VALUE, f"unknown option in {write}")
        if not isinstance(write["u"], dict) or any(key.startswith("$") for key in write["u"]):
            raise Refusal(BAD_VALUE, "only whole documents can be written")
        found = collection.find(write["q"])
        if not found and not write.get("upsert"):
            return 0
        if found and found[0]["_id"] != write["u"]["_id"]:
            raise Refusal(BAD_VALUE, "_id cannot be changed")
        collection.put(write["u"], new=not found)
        if not found:
            place = command["updates"].index(write)
            upserted.append({"index": place, "_id": write["u"]["_id"]})
        return 1

    answer = _each(command, command["updates"], update)
    answer["nModified"] = answer["n"] - len(upserted)
    return answer | ({"upserted": upserted} if upserted else {})


def delete(collection: Collection, command: Document) -> Document:
    def delete(write: Document) -> int:
        if write.keys() != {"q", "limit"} or write["limit"] != 1:
            raise Refusal(BAD_VALUE, "only one document can be deleted")
        found = collection.find(write["q"])[:1]
        for document in found:
            del collection.documents[document["_id"]]
        return len(found)

    return _each(command, command["deletes"], delete)


def find(collection: Collection, command: Document) -> Document:
    found = collection.find(command["filter"])
    for name, way in reversed(command.get("sort", {}).items()):
        found.sort(key=lambda document: _key(document.get(name)), reverse=way == -1)
    if limit := command.get("limit"):
        found = found[:limit]
    if fields := command.get("projection"):
        if any(chosen != 1 for chosen in fields.values()):
            raise Refusal(BAD_VALUE, "only chosen fields can be projected")
        found = [{k: v for k, v in doc.items() if k in {"_id", *fields}} for doc in found]
    return _cursor(command, found, command.get("batchSize"))


def aggregate(collection: Collection, command: Document) -> Document:
    rows = list(collection.documents.values())
    for stage in command["pipeline"]:
        [(name, option)] = stage.items()
        if name == "$match":
            rows = [row for row in rows if matches(row, option)]
        elif name == "$group":
            rows = _groups(rows, option)
        elif name == "$limit":
            rows = rows[:option]
        else:
            raise Refusal(BAD_VALUE, f"unknown stage {name}")
    return _cursor(command, rows, command["cursor"].get("batchSize"))


def _each(command: Document, writes: Iterable[Any], apply: Callable[[Any], int]) -> Document:
    """Applies each write; what is refused is reported in its place, and ends an ordered command."""
    count, errors = 0, []
    for place, write in enumerate(writes):
        try:
            count += apply(write)
        except Refusal as refusal:
            if refusal.code != DUPLICATE_KEY:
                raise
            errors.append(refusal.answer | {"index": place})
            if command.get("ordered", True):
                break
    return {"n": count, **({"writeErrors": errors} if errors else {})}


def _groups(rows: list[Document], option: Document) -> list[Document]:
    groups: dict[bytes, list[Document]] = defaultdict(list)
    for row in rows:
        keys = {name: _value(row, expression) for name, expression in option["_id"].items()}
        groups[bson.encode({"_id": keys})].append(row)
    return [
        bson.decode(keys)
        | {name: _sum(members, what) for name, what in option.items() if name != "_id"}
        for keys, members in groups.items()
    ]


def _value(row: Document, expression: Any) -> Any:
    match expression:
        case {"$ifNull": [str(path), None]} if path.startswith("$"):
            return row.get(path[1:])
        case str(path) if path.startswith("$"):
            return row.get(path[1:])
        case 1:
            return 1
        case _:
            raise Refusal(BAD_VALUE, f"unknown expression {expression}")


def _sum(members: list[Document], accumulator: Document) -> Int64 | float:
    [(name, expression)] = accumulator.items()
    if name != "$sum":
        raise Refusal(BAD_VALUE, f"unknown accumulator {name}")
    values = [_value(row, expression) for row in members]
    total = sum(value for value in values if _rank(value) == _rank(0))
    return Int64(total) if -(2**63) <= total < 2**63 else float(total)


def _cursor(command: Document, batch: list[Document], size: int | None) -> Document:
    if len(batch) > (101 if size is None else size):
        raise Refusal(BAD_VALUE, "the batch is too small, and there is no getMore here")
    name = f"{command['$db']}.{next(iter(command.values()))}"
    return {"cursor": {"id": Int64(0), "ns": name, "firstBatch": batch}}
