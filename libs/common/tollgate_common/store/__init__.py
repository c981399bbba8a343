"""The document store port: what services may ask of a database, and the two engines behind it.

Documents are flat or nested JSON objects with a string "_id", without floats, of at most 1 MiB. The
store keeps a version for each; a write that must not overwrite a concurrent one names the version
that it read. Every write is durable when it returns. A call carries at most 1,000 documents.

Names of collections and fields come from code. Whatever else is wrong with a document or a query
(a dict where a value belongs, say) is an InvalidArgument, and the same in both engines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Scalar: TypeAlias = str | int | bool | None
Json: TypeAlias = "Scalar | list[Json] | dict[str, Json]"
Document: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Index:
    """Top-level fields that are searched together, in this order, and that hold scalars.

    As in SQL, a unique index ignores documents in which one of its fields is missing or null.
    """

    fields: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """A named set of documents; declared by the service that owns it."""

    name: str
    indexes: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class Between:
    """A half-open range: low <= value < high; None means open."""

    low: int | str | None = None
    high: int | str | None = None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these values."""

    values: Sequence[Scalar]


Where: TypeAlias = Mapping[str, Scalar | Between | AnyOf]


@dataclass(frozen=True, slots=True)
class Versioned:
    """A document as it was read; replacing it needs its version."""

    document: Document
    version: int


@dataclass(frozen=True, slots=True)
class Page:
    """Documents in order; `next` continues after them and is empty at the end."""

    documents: list[Document]
    next: str = ""


class Store(Protocol):
    """A database of documents.

    Any method raises Unavailable when the database is away or full; a write may then have been
    applied or not. A write that a unique index refuses raises AlreadyExists, but for `insert`.
    """

    async def get(self, collection: str, id: str) -> Versioned | None:
        """The latest durable state of one document."""
        ...

    async def insert(self, collection: str, document: Document) -> bool:
        """Adds it at version 1. False, and nothing is written, if its _id or a value is taken."""
        ...

    async def insert_many(self, collection: str, documents: Sequence[Document]) -> list[str]:
        """Adds those whose _id is new; returns the ids that were there and stay as they are.

        All others are added even if AlreadyExists is raised.
        """
        ...

    async def replace(self, collection: str, document: Document, version: int) -> bool:
        """Replaces if the stored version is still `version`; False if not."""
        ...

    async def upsert_many(self, collection: str, documents: Sequence[Document]) -> None:
        """Writes each whatever was there; for documents that can be derived again.

        All others are written even if AlreadyExists is raised.
        """
        ...

    async def delete(self, collection: str, id: str) -> bool:
        """False if there was none."""
        ...

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
        """At most `limit` matches (never above 1,000), ordered by one field and then by _id.

        The order's field holds strings or integers; documents without it come first. `after` is the
        `next` of a page of the same list; InvalidArgument if it is not.
        """
        ...

    async def sum(
        self, collection: str, where: Where, *, by: Sequence[str], of: Sequence[str]
    ) -> list[dict[str, Scalar]]:
        """One row a group, ordered by the `by` fields: those, "count", and each exact sum.

        InvalidArgument if there are more than 10,000 groups, or if a sum does not fit in 64 bits.
        """
        ...

    async def ping(self) -> None:
        """Returns if a write would be accepted now."""
        ...

    async def close(self) -> None:
        """Finishes writes that were accepted and lets go of the database."""
        ...


async def open_store(url: str, collections: Sequence[Collection]) -> Store:
    """Opens "sqlite:///path/to/file.db" or "mongodb://...", and makes missing indexes."""
    if url.startswith("sqlite:///"):
        from .sqlite import SqliteStore

        return await SqliteStore.open(url.removeprefix("sqlite:///"), collections)
    if url.startswith(("mongodb://", "mongodb+srv://")):
        from .mongo import MongoStore

        return await MongoStore.open(url, collections)
    raise ValueError("store URL: must begin with sqlite:/// or mongodb://")
