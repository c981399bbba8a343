"""The MongoDB engine: every write is on the disks of a majority when it returns.

A stored document has two more fields: its version, and a token of the write that made it. When the
reply to a write is lost, the token tells whether it was this write that was applied.
"""

import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from bson import Int64
from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, DESCENDING, ReplaceOne
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
)

from tollgate_common.errors import Unavailable

from . import Collection, Document, Page, Scalar, Versioned, Where, checks, mql
from .mql import TOKEN, VERSION, Stored

DUPLICATE_KEY = 11000
# A write is tried twice, so a caller waits at most twice the sum of these.
CONNECT_MS = 3_000
ANSWER_MS = 10_000

T = TypeVar("T")


class _PlainIntegers(TypeDecoder):
    """Without this, integers that MongoDB keeps in 64 bits come back as a class of its own."""

    bson_type = Int64

    def transform_bson(self, value: int) -> int:
        return int(value)


class MongoStore:
    """The document store port on a standalone server, a replica set or a sharded cluster."""

    def __init__(
        self, client: AsyncIOMotorClient[Stored], collections: Sequence[Collection]
    ) -> None:
        options = CodecOptions[Stored](type_registry=TypeRegistry([_PlainIntegers()]))
        database = client.get_default_database().with_options(codec_options=options)
        self._client = client
        self._declared = checks.by_name(collections)
        self._collections = {name: database[name] for name in self._declared}

    @classmethod
    async def open(cls, url: str, collections: Sequence[Collection]) -> "MongoStore":
        """ValueError if the URL names no database; Unavailable if there is no server."""
        client: AsyncIOMotorClient[Stored] = _client(url)
        try:
            store = cls(client, collections)
        except ConfigurationError as error:
            client.close()
            raise ValueError(
                "store URL: must name a database, as in mongodb://host/tollgate_ledger"
            ) from error
        try:
            await store._make_indexes()
        except BaseException:
            client.close()
            raise
        return store

    async def get(self, collection: str, id: str) -> Versioned | None:
        checks.check_scalar(id, "_id")
        with _translated():
            stored = await self._collections[collection].find_one({"_id": {"$eq": id}})
        return Versioned(mql.plain(stored), stored[VERSION]) if stored else None

    async def insert(self, collection: str, document: Document) -> bool:
        id, _ = checks.check_document(self._declared[collection], document)
        stored = mql.stored(document, 1)

        async def attempt() -> bool:
            try:
                await self._collections[collection].insert_one(stored)
            except DuplicateKeyError:
                return False
            return True

        with _translated():
            inserted, unsure = await _twice(attempt)
            if inserted or not unsure:
                return inserted
            there = await self._tokens(collection, [id])
        return _is_ours(there.get(id), stored)

    async def insert_many(self, collection: str, documents: Sequence[Document]) -> list[str]:
        ids = [id for id, _ in checks.check_documents(self._declared[collection], documents)]
        first: dict[str, Stored] = {}
        for id, document in zip(ids, documents, strict=True):
            if id not in first:
                first[id] = mql.stored(document, 1)
        taken = await self._insert_each(collection, first) if first else set()
        there: list[str] = []
        for id in ids:
            if id in taken:
                there.append(id)
            taken.add(id)
        return there

    async def _insert_each(self, collection: str, documents: dict[str, Stored]) -> set[str]:
        """The ids that were taken."""
        ids = list(documents)

        async def attempt() -> list[str]:
            try:
                await self._collections[collection].insert_many(documents.values(), ordered=False)
            except BulkWriteError as error:
                return [ids[place] for place in _refused(error)]
            return []

        with _translated():
            refused, unsure = await _twice(attempt)
            if not unsure:
                return set(refused)
            there = await self._tokens(collection, refused)
        return {id for id in refused if not _is_ours(there.get(id), documents[id])}

    async def replace(self, collection: str, document: Document, version: int) -> bool:
        id, _ = checks.check_document(self._declared[collection], document)
        stored = mql.stored(document, version + 1)

        async def attempt() -> bool:
            found = {"_id": {"$eq": id}, VERSION: {"$eq": version}}
            result = await self._collections[collection].replace_one(found, stored)
            return result.matched_count == 1

        with _translated():
            replaced, unsure = await _twice(attempt)
            if replaced or not unsure:
                return replaced
            there = await self._tokens(collection, [id])
        return _is_ours(there.get(id), stored)

    async def upsert_many(self, collection: str, documents: Sequence[Document]) -> None:
        checks.check_documents(self._declared[collection], documents)
        last = {document["_id"]: document for document in documents}
        # The version that is there is unknown; a random one is none that a reader can hold.
        writes = [
            ReplaceOne({"_id": id}, mql.stored(document, secrets.randbits(52)), upsert=True)
            for id, document in last.items()
        ]

        async def attempt() -> list[int]:
            try:
                await self._collections[collection].bulk_write(writes, ordered=False)
            except BulkWriteError as error:
                return _refused(error)
            return []

        # Two upserts of a new id can collide; the one that lost finds it on the second try.
        for _ in range(2):
            with _translated():
                refused, _unsure = await _twice(attempt) if writes else ([], False)
            if not refused:
                return
        raise checks.taken()

    async def delete(self, collection: str, id: str) -> bool:
        checks.check_scalar(id, "_id")

        async def attempt() -> bool:
            result = await self._collections[collection].delete_one({"_id": {"$eq": id}})
            return result.deleted_count == 1

        with _translated():
            # Seen first, because nothing is left that could tell who deleted it.
            if id not in await self._tokens(collection, [id]):
                return False
            deleted, unsure = await _twice(attempt)
        return deleted or unsure

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
        way = DESCENDING if descending else ASCENDING
        cursor = self._collections[collection].find(
            {"$and": [mql.matching(where), mql.following(order, descending, position)]},
            sort=[(name, way) for name in dict.fromkeys([order, "_id"])],
            limit=limit + 1,
            batch_size=limit + 1,
        )
        with _translated():
            found = [mql.plain(stored) for stored in await cursor.to_list(limit + 1)]
        documents = found[:limit]
        if len(found) == len(documents):
            return Page(documents)
        return Page(documents, checks.encode_position(order, descending, documents[-1]))

    async def sum(
        self, collection: str, where: Where, *, by: Sequence[str], of: Sequence[str]
    ) -> list[dict[str, Scalar]]:
        checks.check_sum(where, by, of)
        group = {
            "_id": {name: {"$ifNull": [f"${name}", None]} for name in by},
            "count": {"$sum": 1},
            **{name: {"$sum": f"${name}"} for name in of},
        }
        pipeline: list[Stored] = [
            {"$match": mql.matching(where)},
            {"$group": group},
            {"$limit": checks.GROUPS_MAX + 1},
        ]
        with _translated():
            cursor = self._collections[collection].aggregate(
                pipeline, batchSize=checks.GROUPS_MAX + 2
            )
            rows = await cursor.to_list(checks.GROUPS_MAX + 1)
        return checks.sorted_groups([row.pop("_id") | row for row in rows], by, of)

    async def ping(self) -> None:
        with _translated():
            hello = await self._client.admin.command("hello")
        if not hello.get("isWritablePrimary"):
            raise Unavailable("the database has no primary now")

    async def close(self) -> None:
        self._client.close()

    async def _make_indexes(self) -> None:
        for name, collection in self._declared.items():
            models = [model for index in collection.indexes for model in mql.models(index)]
            with _translated():
                if models:
                    await self._collections[name].create_indexes(models)

    async def _tokens(self, collection: str, ids: Sequence[str]) -> dict[str, Stored]:
        """By id, the version and the token of those that are there."""
        cursor = self._collections[collection].find(
            {"_id": {"$in": list(ids)}}, {VERSION: 1, TOKEN: 1}, batch_size=len(ids) + 1
        )
        return {stored["_id"]: stored for stored in await cursor.to_list(len(ids))}


def _client(url: str) -> AsyncIOMotorClient[Stored]:
    """Durability is not the URL's to choose, and repeating a write is ours: see `_twice`."""
    try:
        return AsyncIOMotorClient(
            url,
            appname="tollgate",
            w="majority",
            journal=True,
            readConcernLevel="majority",
            readPreference="primary",
            retryWrites=False,
            serverSelectionTimeoutMS=CONNECT_MS,
            connectTimeoutMS=CONNECT_MS,
            waitQueueTimeoutMS=CONNECT_MS,
            socketTimeoutMS=ANSWER_MS,
        )
    except (ConfigurationError, ValueError) as error:
        raise ValueError("store URL: is not a MongoDB connection string") from error


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DuplicateKeyError as error:
        raise checks.taken() from error
    except PyMongoError as error:
        raise Unavailable("the database cannot be used now") from error


async def _twice(attempt: Callable[[], Awaitable[T]]) -> tuple[T, bool]:
    """The result, and whether an attempt before may have been applied although it failed."""
    try:
        return await attempt(), False
    except ServerSelectionTimeoutError:
        raise
    except (ConnectionFailure, WriteConcernError):
        return await attempt(), True


def _refused(error: BulkWriteError) -> list[int]:
    """The places of documents whose _id was taken; raises if there is another failure."""
    if error.details["writeConcernErrors"]:
        raise WriteConcernError("not on a majority", details=error.details) from error
    failures = error.details["writeErrors"]
    if any(failure["code"] != DUPLICATE_KEY for failure in failures):
        raise error
    if any(failure["keyPattern"] != {"_id": 1} for failure in failures):
        raise checks.taken() from error
    return [failure["index"] for failure in failures]


def _is_ours(there: Stored | None, ours: Stored) -> bool:
    """Whether our write made what is there; Unavailable if that cannot be known any more."""
    if there and there[TOKEN] == ours[TOKEN]:
        return True
    if there and there[VERSION] <= ours[VERSION]:
        return False
    raise Unavailable("the database did not say whether the document was written")
