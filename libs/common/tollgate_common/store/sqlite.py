"""The embedded engine: one SQLite file, one process, one writer that commits in groups."""

# Names in SQL text are checked identifiers that code declared; values are always bound.
# ruff: noqa: S608

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import orjson

from ..errors import AlreadyExists, InvalidArgument, Unavailable
from . import AnyOf, Between, Collection, Document, Page, Scalar, Versioned, Where, checks
from .lanes import Lane, Reader, Writer, connect

WRITES_PER_COMMIT_MAX = 128
GETS_PER_TURN_MAX = 64
DOCUMENT_BYTES_MAX = 16 * 1024 * 1024

Clause: TypeAlias = tuple[str, list[Scalar]]


class SqliteStore:
    """The document store port on one file, which only one process may have open."""

    def __init__(self, path: str, lock: int, collections: Sequence[Collection]) -> None:
        self._lock = lock
        self._collections = checks.by_name(collections)
        self._writes = Lane("sqlite-write", [Writer(path)], batch_max=WRITES_PER_COMMIT_MAX)
        self._gets = Lane("sqlite-get", [Reader(path)], batch_max=GETS_PER_TURN_MAX)
        # A long search holds up one thread, and only the searches that come after it.
        self._searches = Lane("sqlite-search", [Reader(path), Reader(path)], batch_max=1)

    @classmethod
    async def open(cls, path: str, collections: Sequence[Collection]) -> "SqliteStore":
        """Unavailable if another process has the file open, or if the file is damaged."""
        lock = await asyncio.to_thread(_prepare, path, checks.by_name(collections).values())
        return cls(path, lock, collections)

    async def get(self, collection: str, id: str) -> Versioned | None:
        table = self._collections[collection].name
        checks.check_scalar(id, "_id")
        text = f'SELECT version, body FROM "{table}" WHERE id = ?'

        def call(connection: sqlite3.Connection) -> tuple[int, str] | None:
            row: tuple[int, str] | None = connection.execute(text, (id,)).fetchone()
            return row

        row = await self._gets.do(call)
        return Versioned(orjson.loads(row[1]), row[0]) if row else None

    async def insert(self, collection: str, document: Document) -> bool:
        table = self._collections[collection]
        id, body = checks.check_document(table, document), _body(document)
        text = _insert(table) + " ON CONFLICT DO NOTHING"
        return await self._writes.do(lambda c: c.execute(text, (id, body)).rowcount == 1)

    async def insert_many(self, collection: str, documents: Sequence[Document]) -> list[str]:
        table = self._collections[collection]
        ids = checks.check_documents(table, documents)
        rows = [(id, _body(document)) for id, document in zip(ids, documents, strict=True)]
        text = _insert(table) + " ON CONFLICT DO NOTHING"
        exists = f'SELECT 1 FROM "{table.name}" WHERE id = ?'

        def call(connection: sqlite3.Connection) -> tuple[list[str], bool]:
            refused = [row[0] for row in rows if not connection.execute(text, row).rowcount]
            there = [id for id in refused if connection.execute(exists, (id,)).fetchone()]
            return there, len(there) < len(refused)

        there, clash = await self._writes.do(call)
        if clash:
            raise AlreadyExists("another document has this value of a unique index")
        return there

    async def replace(self, collection: str, document: Document, version: int) -> bool:
        table = self._collections[collection]
        values = (_body(document), checks.check_document(table, document), version)
        text = f'UPDATE "{table.name}" SET version = version + 1, body = ? WHERE (id, version) = (?, ?)'
        return await self._writes.do(lambda c: c.execute(text, values).rowcount == 1)

    async def upsert_many(self, collection: str, documents: Sequence[Document]) -> None:
        table = self._collections[collection]
        ids = checks.check_documents(table, documents)
        rows = [(id, _body(document)) for id, document in zip(ids, documents, strict=True)]
        text = (
            f"{_insert(table)} ON CONFLICT (id)"
            " DO UPDATE SET version = version + 1, body = excluded.body"
        )
        await self._writes.do(lambda c: c.executemany(text, rows).rowcount)

    async def delete(self, collection: str, id: str) -> bool:
        table = self._collections[collection].name
        checks.check_scalar(id, "_id")
        text = f'DELETE FROM "{table}" WHERE id = ?'
        return await self._writes.do(lambda c: c.execute(text, (id,)).rowcount == 1)

    async def find(
        self,
        collection: str,
        where: Where,
        *,
        order: str = "_id",
        descending: bool = False,
        limit: int = 100,
        after: str = "",
    ) -> Page:
        table = self._collections[collection].name
        limit = checks.check_limit(limit)
        position = checks.decode_position(checks.check_name(order), descending, after)
        matching, values = _matching(where)
        way = "DESC" if descending else "ASC"
        text = (
            f'SELECT body FROM "{table}" WHERE {matching} AND {{}} ORDER BY {_value(order)} {way}'
        )
        if order != "_id":
            text += f", id {way}"

        def call(connection: sqlite3.Connection) -> list[str]:
            bodies: list[str] = []
            for part, more in _following(order, descending, position):
                bound = [*values, *more, limit + 1 - len(bodies)]
                rows = connection.execute(f"{text.format(part)} LIMIT ?", bound)
                bodies += [body for (body,) in rows]
            return bodies

        found = [orjson.loads(body) for body in await self._searches.do(call)]
        documents = found[:limit]
        if len(found) == len(documents):
            return Page(documents)
        return Page(documents, checks.encode_position(order, descending, documents[-1]))

    async def sum(
        self, collection: str, where: Where, *, by: Sequence[str], of: Sequence[str]
    ) -> list[dict[str, Scalar]]:
        table = self._collections[collection].name
        checks.check_sum(where, by, of)
        matching, values = _matching(where)
        keys = [column for name in by for column in (_value(name), _kind(name))]
        sums = [
            f"coalesce(sum({_value(name)}) FILTER (WHERE {_kind(name)} = 'integer'), 0)"
            for name in of
        ]
        text = f'SELECT {", ".join([*keys, "count(*)", *sums])} FROM "{table}" WHERE {matching}'
        if keys:
            text += f" GROUP BY {', '.join(keys)}"
        text += f" LIMIT {checks.GROUPS_MAX + 1}"

        def call(connection: sqlite3.Connection) -> list[tuple[Scalar, ...]]:
            try:
                return connection.execute(text, values).fetchall()
            except sqlite3.OperationalError as error:
                if str(error) != "integer overflow":
                    raise
                raise InvalidArgument("sum: does not fit in 64 bits; narrow the range") from error

        rows = await self._searches.do(call)
        groups = [_group(row, by, of) for row in rows]
        return checks.sorted_groups([group for group in groups if group["count"]], by, of)

    async def ping(self) -> None:
        # Space for a document is taken and given back, so that a full disk is noticed.
        def call(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO tollgate_ping VALUES (zeroblob(8192))")
            connection.execute("DELETE FROM tollgate_ping")

        await self._writes.do(call)

    async def close(self) -> None:
        for lane in (self._writes, self._gets, self._searches):
            await lane.close()
        os.close(self._lock)


def _prepare(path: str, collections: Iterable[Collection]) -> int:
    """Makes what is missing, checks what is there, and returns the lock's file descriptor."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(lock, path)
        # SQLite gives its other files the permissions of this one.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        _make_tables(path, collections)
    except sqlite3.Error as error:
        os.close(lock)
        raise Unavailable(f"{path} cannot be used: {error}") from error
    except BaseException:
        os.close(lock)
        raise
    return lock


def _take(lock: int, path: str) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Unavailable(
            f"{path} is open in another process: stop that one, or give this one a file of its own"
        ) from error


def _make_tables(path: str, collections: Iterable[Collection]) -> None:
    connection = connect(path)
    try:
        [verdict] = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise Unavailable(f"{path} is damaged ({verdict}): restore it from a backup")
        connection.execute("CREATE TABLE IF NOT EXISTS tollgate_ping (filler BLOB) STRICT")
        for collection in collections:
            for text in _schema(collection):
                connection.execute(text)
    finally:
        connection.close()


def _schema(collection: Collection) -> list[str]:
    name = collection.name
    texts = [
        f'CREATE TABLE IF NOT EXISTS "{name}" (id TEXT NOT NULL PRIMARY KEY,'
        " version INTEGER NOT NULL, body TEXT NOT NULL) STRICT"
    ]
    for index in collection.indexes:
        unique = "UNIQUE " if index.unique else ""
        columns = [_value(field) for field in index.fields] + ([] if index.unique else ["id"])
        title = "_".join([name, *index.fields, *(["unique"] if index.unique else [])])
        texts.append(
            f'CREATE {unique}INDEX IF NOT EXISTS "{title}" ON "{name}" ({", ".join(columns)})'
        )
    return texts


def _insert(collection: Collection) -> str:
    return f'INSERT INTO "{collection.name}" (id, version, body) VALUES (?, 1, ?)'


def _body(document: Document) -> str:
    body = orjson.dumps(document)
    if len(body) > DOCUMENT_BYTES_MAX:
        raise InvalidArgument("document: is too large")
    return body.decode()


def _value(field: str) -> str:
    return "id" if field == "_id" else f"json_extract(body, '$.{field}')"


def _kind(field: str) -> str:
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
    choices = ["0"]
    for kind, same in kinds.items():
        if kind == "null":
            choices.append(f"{_value(field)} IS NULL")
            same.clear()
        else:
            marks = ", ".join("?" * len(same))
            choices.append(f"({_value(field)} IN ({marks}) AND {_kind(field)} = '{kind}')")
    bound = [value for same in kinds.values() for value in same]
    return (f"({' OR '.join(choices)})" if len(choices) > 2 else choices[-1]), bound


def _bound(field: str, operator: str, limit: int | str | None) -> Clause:
    if limit is None:
        return "1", []
    return f"{_value(field)} {operator} ? AND {_kind(field)} = '{_kind_of(limit)}'", [limit]


def _following(order: str, descending: bool, position: checks.Position | None) -> list[Clause]:
    """Clauses which, one after the other, match what comes after the position; nothing comes first."""
    if position is None:
        return [("1", [])]
    value, id = position
    step, column = ("<" if descending else ">"), _value(order)
    if order == "_id":
        return [(f"id {step} ?", [id])]
    if value is None:
        rest: Clause = (f"{column} IS NULL AND id {step} ?", [id])
        return [rest] if descending else [rest, (f"{column} IS NOT NULL", [])]
    rest = (f"({column}, id) {step} (?, ?)", [value, id])
    return [rest, (f"{column} IS NULL", [])] if descending else [rest]


def _group(row: Sequence[Scalar], by: Sequence[str], of: Sequence[str]) -> dict[str, Scalar]:
    group: dict[str, Scalar] = {}
    for place, name in enumerate(by):
        value, kind = row[2 * place : 2 * place + 2]
        if kind in ("object", "array"):
            raise InvalidArgument(f"{name}: must be a single value", field=name)
        group[name] = {"true": True, "false": False}.get(str(kind), value)
    group["count"], *sums = row[2 * len(by) :]
    return group | dict(zip(of, sums, strict=True))
