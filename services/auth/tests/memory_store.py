"""The document store port in memory, for tests that look at use cases and not at databases."""

import asyncio
import copy
from collections import defaultdict
from collections.abc import Sequence

from tollgate_common.errors import AlreadyExists, Unavailable
from tollgate_common.store import (
    AnyOf,
    Between,
    Collection,
    Document,
    Page,
    Scalar,
    Store,
    Versioned,
    Where,
    checks,
)


class MemoryStore(Store):
    """Refuses what the real engines refuse; remembers its calls; is away when told to be."""

    def __init__(self, collections: Sequence[Collection]) -> None:
        self._collections = checks.by_name(collections)
        self._documents: defaultdict[str, dict[str, Versioned]] = defaultdict(dict)
        self.calls: list[tuple[str, str]] = []
        # After so many writes the database is away.
        self.writes_left: int | None = None

    async def get(self, collection: str, id: str) -> Versioned | None:
        self.calls.append(("get", collection))
        found = copy.deepcopy(self._documents[collection].get(id))
        # As with a real database, others come in between a read and a write.
        await asyncio.sleep(0)
        return found

    async def insert(self, collection: str, document: Document) -> bool:
        self.calls.append(("insert", collection))
        self._check_writable()
        id, _ = checks.check_document(self._collections[collection], document)
        if id in self._documents[collection] or self._is_taken(collection, document):
            return False
        self._documents[collection][id] = Versioned(copy.deepcopy(document), 1)
        return True

    async def replace(self, collection: str, document: Document, version: int) -> bool:
        self.calls.append(("replace", collection))
        self._check_writable()
        id, _ = checks.check_document(self._collections[collection], document)
        found = self._documents[collection].get(id)
        if found is None or found.version != version:
            return False
        if self._is_taken(collection, document):
            raise AlreadyExists("another document has this value of a unique index")
        self._documents[collection][id] = Versioned(copy.deepcopy(document), version + 1)
        return True

    async def delete(self, collection: str, id: str) -> bool:
        self.calls.append(("delete", collection))
        self._check_writable()
        return self._documents[collection].pop(id, None) is not None

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
        self.calls.append(("find", collection))
        checks.check_where(where)
        stored = [found.document for found in self._documents[collection].values()]
        matches = [
            document
            for document in stored
            if all(_matches(document.get(name), condition) for name, condition in where.items())
        ]
        matches.sort(key=lambda document: (document[order], document["_id"]), reverse=descending)
        if position := checks.decode_position(order, descending, after):
            places = [(document[order], document["_id"]) for document in matches]
            matches = matches[places.index(position) + 1 :]
        page = copy.deepcopy(matches[: checks.check_limit(limit)])
        more = len(matches) > len(page)
        return Page(page, checks.encode_position(order, descending, page[-1]) if more else "")

    async def insert_many(self, collection: str, documents: Sequence[Document]) -> list[str]:
        raise NotImplementedError

    async def upsert_many(self, collection: str, documents: Sequence[Document]) -> None:
        raise NotImplementedError

    async def sum(
        self, collection: str, where: Where, *, by: Sequence[str], of: Sequence[str]
    ) -> list[dict[str, Scalar]]:
        raise NotImplementedError

    async def ping(self) -> None:
        pass

    async def close(self) -> None:
        pass

    def _check_writable(self) -> None:
        if self.writes_left == 0:
            raise Unavailable("the database is away")
        if self.writes_left:
            self.writes_left -= 1

    def _is_taken(self, collection: str, document: Document) -> bool:
        return any(
            found.document["_id"] != document["_id"]
            and all(found.document.get(name) == document.get(name) for name in index.fields)
            for index in self._collections[collection].indexes
            if index.unique
            for found in self._documents[collection].values()
        )


def _matches(value: object, condition: Scalar | Between | AnyOf) -> bool:
    match condition:
        case AnyOf(values):
            return value in values
        case Between(low, high):
            above = low is None or value >= low  # type: ignore[operator]
            return above and (high is None or value < high)  # type: ignore[operator]
        case _:
            return value == condition
