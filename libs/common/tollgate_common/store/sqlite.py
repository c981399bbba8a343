"""The embedded engine: one SQLite file, one process, one writer that commits in groups."""

# Names in SQL text are checked identifiers that code declared; values are always bound.
# ruff: noqa: S608

import asyncio
import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import orjson

from tollgate_common.errors import InvalidArgument, Unavailable
from tollgate_common.lock import lock_file

from . import Collection, Document, Page, Scalar, Versioned, Where, checks, sql
from .lanes import Lane, Reader, Writer, connect

WRITES_PER_COMMIT_MAX = 128
GETS_PER_TURN_MAX = 64
PING_BYTES = 64 * 1024


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
        id, body = checks.check_document(table, document)
        text = sql.insert(table) + " ON CONFLICT DO NOTHING"
        return await self._writes.do(lambda c: c.execute(text, (id, body)).rowcount == 1)

    async def insert_many(self, collection: str, documents: Sequence[Document]) -> list[str]:
        table = self._collections[collection]
        rows = checks.check_documents(table, documents)
        text = sql.insert(table) + " ON CONFLICT DO NOTHING"
        exists = f'SELECT 1 FROM "{table.name}" WHERE id = ?'

        def call(connection: sqlite3.Connection) -> tuple[list[str], bool]:
            refused = [row[0] for row in rows if not connection.execute(text, row).rowcount]
            there = [id for id in refused if connection.execute(exists, (id,)).fetchone()]
            return there, len(there) < len(refused)

        there, clash = await self._writes.do(call)
        if clash:
            raise checks.taken()
        return there

    async def replace(self, collection: str, document: Document, version: int) -> bool:
        table = self._collections[collection]
        id, body = checks.check_document(table, document)
        text = f'UPDATE "{table.name}" SET version = ?, body = ? WHERE id = ? AND version = ?'
        values = (version + 1, body, id, version)
        return await self._writes.do(lambda c: c.execute(text, values).rowcount == 1)

    async def upsert_many(self, collection: str, documents: Sequence[Document]) -> None:
        table = self._collections[collection]
        rows = checks.check_documents(table, documents)
        text = (
            f"{sql.insert(table)} ON CONFLICT (id)"
            " DO UPDATE SET version = version + 1, body = excluded.body"
        )

        def call(connection: sqlite3.Connection) -> bool:
            clash = False
            for row in rows:
                try:
                    connection.execute(text, row)
                except sqlite3.IntegrityError:
                    clash = True
            return clash

        if await self._writes.do(call):
            raise checks.taken()

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
        limit = checks.check_limit(limit)
        position = checks.decode_position(checks.check_name(order), descending, after)
        table = self._collections[collection]
        searches = sql.searches(table, where, order, descending, position)

        def call(connection: sqlite3.Connection) -> list[str]:
            bodies: list[str] = []
            for text, values in searches:
                rows = connection.execute(text, [*values, limit + 1 - len(bodies)])
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
        checks.check_sum(where, by, of)
        text, values = sql.totals(self._collections[collection], where, by, of)

        def call(connection: sqlite3.Connection) -> list[tuple[Scalar, ...]]:
            try:
                return connection.execute(text, values).fetchall()
            except sqlite3.OperationalError as error:
                if str(error) != "integer overflow":
                    raise
                raise checks.too_large() from error

        rows = await self._searches.do(call)
        groups = [_group(row, by, of) for row in rows]
        return checks.sorted_groups([group for group in groups if group["count"]], by, of)

    async def ping(self) -> None:
        # Space for a large document is taken and given back, so that a full disk is noticed.
        def call(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO tollgate_ping VALUES (zeroblob(?))", (PING_BYTES,))
            connection.execute("DELETE FROM tollgate_ping")

        await self._writes.do(call)

    async def close(self) -> None:
        for lane in (self._writes, self._gets, self._searches):
            await lane.close()
        os.close(self._lock)


def _prepare(path: str, collections: Iterable[Collection]) -> int:
    """Makes what is missing, checks what is there, and returns the lock's file descriptor."""
    try:
        lock = _locked(path)
        try:
            # SQLite gives its other files the permissions of this one.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            _make_tables(path, collections)
        except BaseException:
            os.close(lock)
            raise
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(f"{path} cannot be used: {error}") from error
    return lock


def _locked(path: str) -> int:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return lock_file(
        Path(f"{path}.lock"),
        f"{path} is open in another process: stop that one, or give this one a file of its own",
    )


def _make_tables(path: str, collections: Iterable[Collection]) -> None:
    connection = connect(path)
    try:
        [verdict] = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise Unavailable(f"{path} is damaged ({verdict}): restore it from a backup")
        connection.execute("CREATE TABLE IF NOT EXISTS tollgate_ping (filler BLOB) STRICT")
        for collection in collections:
            for text in sql.schema(collection):
                connection.execute(text)
    finally:
        connection.close()


def _group(row: Sequence[Scalar], by: Sequence[str], of: Sequence[str]) -> dict[str, Scalar]:
    group: dict[str, Scalar] = {}
    for place, name in enumerate(by):
        value, kind = row[2 * place : 2 * place + 2]
        if kind in ("object", "array"):
            raise InvalidArgument(f"{name}: must be a single value", field=name)
        group[name] = {"true": True, "false": False}.get(str(kind), value)
    group["count"], *sums = row[2 * len(by) :]
    return group | dict(zip(of, sums, strict=True))
