"""The port's collections and queries as SQL for SQLite, where a document is JSON in one column."""

# Names in SQL text are checked identifiers that code declared; values are always bound.
# ruff: noqa: S608

from collections.abc import Sequence
from typing import TypeAlias

from . import AnyOf, Between, Collection, Scalar, Where, checks

Clause: TypeAlias = tuple[str, list[Scalar]]


def schema(collection: Collection) -> list[str]:
    """Statements that make the table and its indexes if they are missing."""
    name = collection.name
    texts = [
        f'CREATE TABLE IF NOT EXISTS "{name}" (id TEXT NOT NULL PRIMARY KEY,'
        " version INTEGER NOT NULL, body TEXT NOT NULL) STRICT"
    ]
    for index in collection.indexes:
        unique = "UNIQUE " if index.unique else ""
        columns = [column(field) for field in index.fields] + ([] if index.unique else ["id"])
        title = "_".join([name, *index.fields, *(["unique"] if index.unique else [])])
        texts.append(
            f'CREATE {unique}INDEX IF NOT EXISTS "{title}" ON "{name}" ({", ".join(columns)})'
        )
    return texts


def insert(collection: Collection) -> str:
    """Binds the id and the body."""
    return f'INSERT INTO "{collection.name}" (id, version, body) VALUES (?, 1, ?)'


def searches(
    collection: Collection,
    where: Where,
    order: str,
    descending: bool,
    position: checks.Position | None,
) -> list[Clause]:
    """Statements that select bodies, one after the other; each binds a limit last."""
    matching, values = _matching(where)
    way = "DESC" if descending else "ASC"
    keys = ", ".join(f"{column(name)} {way}" for name in dict.fromkeys([order, "_id"]))
    return [
        (
            f'SELECT body FROM "{collection.name}" WHERE {following} AND {matching}'
            f" ORDER BY {keys} LIMIT ?",
            [*more, *values],
        )
        for following, more in _following(order, descending, position)
    ]


def totals(collection: Collection, where: Where, by: Sequence[str], of: Sequence[str]) -> Clause:
    """A statement that selects value and kind of each `by`, the count, and each sum."""
    matching, values = _matching(where)
    keys = [key for name in by for key in (column(name), kind(name))]
    sums = [
        f"coalesce(sum({column(name)}) FILTER (WHERE {kind(name)} = 'integer'), 0)" for name in of
    ]
    text = (
        f'SELECT {", ".join([*keys, "count(*)", *sums])} FROM "{collection.name}" WHERE {matching}'
    )
    if keys:
        text += f" GROUP BY {', '.join(keys)}"
    return f"{text} LIMIT {checks.GROUPS_MAX + 1}", values


def column(field: str) -> str:
    """The expression that the indexes are on; it must be the same wherever a field is named."""
    return "id" if field == "_id" else f"json_extract(body, '$.{field}')"


def kind(field: str) -> str:
    """JSON's name of the value's type, with nothing and null being the same."""
    return "'text'" if field == "_id" else f"coalesce(json_type(body, '$.{field}'), 'null')"


def _kind_of(value: Scalar) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return "integer"
        case str():
            return "text"


def _matching(where: Where) -> Clause:
    """One clause for all conditions. Types are compared too: SQLite takes true for 1."""
    checks.check_where(where)
    clauses: list[Clause] = [("1", [])]
    for field, condition in where.items():
        match condition:
            case AnyOf(values):
                clauses.append(_any_of(field, values))
            case Between(low, high):
                clauses += [_bound(field, ">=", low), _bound(field, "<", high)]
            case _:
                clauses.append(_any_of(field, [condition]))
    return " AND ".join(text for text, _ in clauses), [v for _, values in clauses for v in values]


def _any_of(field: str, values: Sequence[Scalar]) -> Clause:
    kinds: dict[str, list[Scalar]] = {}
    for value in values:
        kinds.setdefault(_kind_of(value), []).append(value)
    nothing = kinds.pop("null", None)
    choices = [
        f"{column(field)} IN ({', '.join('?' * len(same))}) AND {kind(field)} = '{name}'"
        for name, same in kinds.items()
    ]
    if nothing:
        choices.append(f"{column(field)} IS NULL")
    return f"({' OR '.join(choices) or '0'})", [v for same in kinds.values() for v in same]


def _bound(field: str, operator: str, limit: int | str | None) -> Clause:
    if limit is None:
        return "1", []
    return f"{column(field)} {operator} ? AND {kind(field)} = '{_kind_of(limit)}'", [limit]


def _following(order: str, descending: bool, position: checks.Position | None) -> list[Clause]:
    """Clauses that match, one after the other, what follows the position; nulls come first."""
    if position is None:
        return [("1", [])]
    value, id = position
    step, key = ("<" if descending else ">"), column(order)
    if order == "_id":
        return [(f"id {step} ?", [id])]
    if value is None:
        rest: Clause = (f"{key} IS NULL AND id {step} ?", [id])
        return [rest] if descending else [rest, (f"{key} IS NOT NULL", [])]
    # The first bound says what the second implies: SQLite looks it up, and scans for the other.
    rest = (f"{key} {step}= ? AND ({key}, id) {step} (?, ?)", [value, value, id])
    return [rest, (f"{key} IS NULL", [])] if descending else [rest]
