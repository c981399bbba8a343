"""A store whose writes fail where a test says, and that lets the test look in between."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

from tollgate_common.errors import Unavailable
from tollgate_common.store import Document, Store


class Fault(Enum):
    """What becomes of a write that fails."""

    NOTHING_WRITTEN = "nothing"
    HALF_WRITTEN = "half"
    REPLY_LOST = "reply"
    # It lands after the next write to the same collection, or when the test says so.
    COMES_LATE = "late"


@dataclass(frozen=True, slots=True)
class Failure:
    """Which write fails, counted from the first one, and how."""

    at: int
    fault: Fault


async def nobody_looks() -> None:
    """What happens unless a test wants something else."""


class FaultyStore:
    """Any store, with one write that fails; `look` is called before and after each write."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writes = 0
        self._failure: Failure | None = None
        self._late: dict[str, Callable[[], Awaitable[Any]]] = {}
        self.look: Callable[[], Awaitable[None]] = nobody_looks

    def fail(self, failure: Failure | None) -> None:
        self._writes, self._failure = 0, failure

    async def land(self) -> None:
        """Every late write arrives."""
        while self._late:
            _, late = self._late.popitem()
            await late()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def insert(self, collection: str, document: Document) -> bool:
        inserted: bool = await self._write(self._store.insert, collection, document)
        return inserted

    async def insert_many(self, collection: str, documents: Sequence[Document]) -> list[str]:
        there: list[str] = await self._write(self._store.insert_many, collection, documents)
        return there

    async def upsert_many(self, collection: str, documents: Sequence[Document]) -> None:
        await self._write(self._store.upsert_many, collection, documents)

    async def delete(self, collection: str, id: str) -> bool:
        deleted: bool = await self._write(self._store.delete, collection, id)
        return deleted

    async def _write(self, write: Callable[..., Awaitable[Any]], collection: str, what: Any) -> Any:
        await self.look()
        fault = self._fault()
        if fault is Fault.NOTHING_WRITTEN:
            raise Unavailable("away")
        if fault is Fault.COMES_LATE:
            self._late[collection] = partial(write, collection, what)
            raise Unavailable("on its way")
        if fault is Fault.HALF_WRITTEN and isinstance(what, list):
            await write(collection, what[: len(what) // 2])
            raise Unavailable("lost on the way")
        result = await write(collection, what)
        if late := self._late.pop(collection, None):
            await late()
        await self.look()
        if fault:
            raise Unavailable("the reply was lost")
        return result

    def _fault(self) -> Fault | None:
        self._writes += 1
        failure = self._failure
        return failure.fault if failure and failure.at == self._writes else None
