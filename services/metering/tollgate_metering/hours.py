"""Hourly sums as documents, and the batches of records that are on their way into them.

A row is written by one writer only: a process, until it fails to finish a batch. It holds what
that writer's batches added up to, up to the batch with the number `seq`. A batch is noted before
its records are inserted, and forgotten after its rows are written. So whoever reads the batches,
then the rows, then those records of the batches that no row holds yet, misses and doubles nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence, Set
from typing import Any

from tollgate_common.clock import Clock
from tollgate_common.errors import InvalidArgument, Unavailable
from tollgate_common.ids import ulid
from tollgate_common.store import AnyOf, Between, Collection, Index, Scalar, Store, Where
from tollgate_common.usage import UsageEvent

from .rows import Batch, Row, row_document, row_id, row_of, uncounted
from .series import Question
from .sums import DAY_MS, Cell, Grain, Place, cells_of

HOURS = Collection(
    "hours",
    (
        Index(("grain", "account_id", "day_ms")),
        Index(("grain", "day_ms")),
        Index(("key_id", "grain", "day_ms")),
        Index(("grain", "account_id", "key_id")),
    ),
)
BATCHES = Collection("batches", (Index(("noted_at_ms",)),))
# A row is written once for many events, but soon: readers add up what is not in it yet.
_EVENTS_PER_WRITE = 2_000
_WRITE_EVERY_MS = 1_000
# Rows are written within this time or left behind; then, well after, another may write them.
_WRITTEN_WITHIN_MS = 1_200_000
_LEFT_BEHIND_MS = 3_600_000
_DOCUMENTS_MAX = 1_000
# The writer of rows for records older than the sums, and the document that says so.
_ADOPTED = "adopted"
# Rows that a writer keeps at hand: some tens of megabytes.
_ROWS_KEPT_MAX = 5_000
# Rows that one answer is made of: about a second of work.
_ROWS_READ_MAX = 50_000
# Keys of one account that one answer is made of: each takes a search of its own.
_KEYS_MAX = 2_000


class Hours:
    """Hourly sums on a document store. Any method raises Unavailable as the store does."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.rename()

    def rename(self) -> None:
        """Goes on as another writer, after a failure.

        What became of this one's last write is not known: it may still come, and undo a later one.
        """
        self._writer = ulid(self._clock.now_ms())
        self._seq = 0
        self._rows: dict[str, Row] = {}
        # What is counted in memory only: batches with the time of the first, rows, events.
        self._batches: list[Batch] = []
        self._first_noted_at_ms = 0
        self._changed: dict[str, Row] = {}
        self._events = 0

    async def note(self, request_ids: Sequence[str]) -> Batch:
        """Tells readers of a batch, before any of its records is there."""
        self._seq += 1
        batch = Batch(self._writer, self._seq, request_ids)
        noted_at_ms = self._clock.now_ms()
        if not self._batches:
            self._first_noted_at_ms = noted_at_ms
        self._batches.append(batch)
        await self._store.insert(
            BATCHES.name,
            {
                "_id": batch.id,
                "writer": batch.writer,
                "seq": batch.seq,
                "request_ids": list(batch.request_ids),
                "noted_at_ms": noted_at_ms,
            },
        )
        return batch

    async def count(self, batch: Batch, events: Sequence[UsageEvent]) -> None:
        """Adds the batch's new events, all of them; rows are written when it is worth it."""
        cells = [cell for event in events for cell in cells_of(event)]
        places = {place for place, _, _ in cells}
        ids = {place: row_id(batch.writer, place) for place in places}
        rows = await self._at_hand(set(ids.values()))
        for place, hour_ms, sums in cells:
            id = ids[place]
            row = self._changed[id] = rows.setdefault(id, Row(batch.writer, place))
            row.add(hour_ms, sums)
            row.seq = batch.seq
        self._events += len(events)
        if self._events >= _EVENTS_PER_WRITE or self._age_ms() >= _WRITE_EVERY_MS:
            await self.write()

    async def write(self) -> None:
        """Writes the rows that have changed, and forgets the batches that changed them."""
        if self._age_ms() > _WRITTEN_WITHIN_MS:
            raise Unavailable("records took too long to be counted")
        await self._write(self._changed.values())
        await asyncio.gather(
            *(self._store.delete(BATCHES.name, batch.id) for batch in self._batches)
        )
        self._batches, self._changed, self._events = [], {}, 0

    def _age_ms(self) -> int:
        """By the clock that others judge by, who may take a batch over when it is old."""
        return self._clock.now_ms() - self._first_noted_at_ms if self._batches else 0

    async def batches(self, *, left_behind: bool = False) -> list[Batch]:
        """Those that are not forgotten: all, or only those that nobody is busy with any more."""
        before_ms = self._clock.now_ms() - _LEFT_BEHIND_MS if left_behind else None
        where = {"noted_at_ms": Between(None, before_ms)}
        return [
            Batch(document["writer"], document["seq"], document["request_ids"])
            async for document in self._all(BATCHES, where, "_id")
            if not (left_behind and document["writer"] == self._writer)
        ]

    async def read(
        self, question: Question, under_way: Set[str]
    ) -> tuple[list[Cell], dict[str, int]]:
        """Cells of the answer, and the seq of each row that was read.

        Rows of batches that are under way are passed over. InvalidArgument if there are too many.
        """
        cells: list[Cell] = []
        seqs: dict[str, int] = {}
        async for document in self._all(HOURS, _where(question), "day_ms"):
            if len(seqs) == _ROWS_READ_MAX:
                raise InvalidArgument("too much was used: narrow the range")
            seqs[document["_id"]] = document["seq"]
            row = row_of(document)
            if row.writer not in under_way and question.asks_for(row.place):
                cells += row.cells(question.span)
        return cells, seqs

    async def keys(self, account_id: str) -> set[str]:
        """Those that an account's rows are of. InvalidArgument if there are too many."""
        keys: set[str] = set()
        where: dict[str, Scalar | Between] = {"grain": Grain.KEY.value, "account_id": account_id}
        while last := await self._last(where):
            keys.add(last)
            if len(keys) > _KEYS_MAX:
                raise InvalidArgument(f"account_id: has used more than {_KEYS_MAX} keys")
            # From key to key by the index, whatever the number of rows that each has.
            where["key_id"] = Between(None, last)
        return keys

    async def _last(self, where: Where) -> str:
        """The last of these rows' keys; empty when there is none."""
        page = await self._store.find(HOURS.name, where, order="key_id", descending=True, limit=1)
        return str(page.documents[0]["key_id"]) if page.documents else ""

    async def mend(self, batch: Batch, events: Iterable[UsageEvent]) -> None:
        """Counts the events of a batch that was left behind where its writer did not.

        The rows are the batch's own and always the same, whoever writes them and how often.
        """
        cells = [cell for event in events for cell in cells_of(event)]
        ids = {row_id(batch.writer, place) for place, _, _ in cells}
        seqs = {id: row.seq for id, row in (await self._stored(ids)).items()}
        rows: dict[str, Row] = {}
        for place, hour_ms, sums in uncounted(batch, cells, seqs):
            row = rows.setdefault(row_id(batch.id, place), Row(batch.id, place, 1))
            row.add(hour_ms, sums)
        await self._write(rows.values())
        await self._store.delete(BATCHES.name, batch.id)

    async def adopt(self, events: AsyncIterator[UsageEvent]) -> None:
        """Counts, once for ever, records that no batch inserted: those from before there were sums.

        The rows are always the same, whoever writes them and how often.
        """
        if await self._store.get(HOURS.name, _ADOPTED):
            return
        rows: dict[Place, Row] = {}
        async for event in events:
            for place, hour_ms, sums in cells_of(event):
                rows.setdefault(place, Row(_ADOPTED, place, 1)).add(hour_ms, sums)
        await self._write(rows.values())
        await self._store.insert(HOURS.name, {"_id": _ADOPTED})

    async def _write(self, rows: Iterable[Row]) -> None:
        documents = [row_document(row) for row in rows]
        for start in range(0, len(documents), _DOCUMENTS_MAX):
            await self._store.upsert_many(HOURS.name, documents[start : start + _DOCUMENTS_MAX])

    async def _at_hand(self, ids: set[str]) -> dict[str, Row]:
        """Rows of this writer, with those of these that it has ever written."""
        if len(self._rows) > _ROWS_KEPT_MAX:
            self._rows = dict(self._changed)
        self._rows |= await self._stored(ids - self._rows.keys())
        return self._rows

    async def _stored(self, ids: Set[str]) -> dict[str, Row]:
        rows: dict[str, Row] = {}
        some = sorted(ids)
        for start in range(0, len(some), _DOCUMENTS_MAX):
            where = {"_id": AnyOf(some[start : start + _DOCUMENTS_MAX])}
            page = await self._store.find(HOURS.name, where, limit=_DOCUMENTS_MAX)
            rows |= {str(document["_id"]): row_of(document) for document in page.documents}
        return rows

    async def _all(
        self, collection: Collection, where: Where, order: str
    ) -> AsyncIterator[dict[str, Any]]:
        after = ""
        while True:
            page = await self._store.find(
                collection.name, where, order=order, limit=_DOCUMENTS_MAX, after=after
            )
            for document in page.documents:
                yield document
            after = page.next
            if not after:
                return


def _where(question: Question) -> Where:
    span = question.span
    equal = {
        "grain": question.grain.value,
        "key_id": question.key_id,
        # A key is of one account: with both, the wrong index could be taken.
        "account_id": "" if question.key_id else question.account_id,
        "model": question.model,
    }
    return {
        **{field: value for field, value in equal.items() if value},
        "day_ms": Between(span.from_ms // DAY_MS * DAY_MS, span.to_ms),
    }
