"""Usage records as documents, and the sums that are kept beside them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from typing import Any

from tollgate_common.clock import Clock
from tollgate_common.dead_letters import DEAD_LETTERS
from tollgate_common.rating import UNIT_NAMES, Units
from tollgate_common.store import (
    AnyOf,
    Between,
    Collection,
    Document,
    Index,
    Scalar,
    Store,
    Where,
)
from tollgate_common.usage import Outcome, UsageEvent

from .hours import BATCHES, HOURS, Hours
from .records import Filter
from .rows import Batch, uncounted
from .series import Question
from .sums import Cell, cells_of

# One for each way in which the console and operators list records, so that no page is searched for.
_RECORDS = Collection(
    "records",
    (
        Index(("account_id", "started_at_ms")),
        Index(("account_id", "key_id", "started_at_ms")),
        Index(("account_id", "model", "started_at_ms")),
        Index(("account_id", "failed", "started_at_ms")),
        Index(("key_id", "started_at_ms")),
        Index(("model", "started_at_ms")),
        Index(("started_at_ms",)),
    ),
)
COLLECTIONS = (_RECORDS, HOURS, BATCHES, DEAD_LETTERS)
_DOCUMENTS_PER_WRITE_MAX = 500
_DOCUMENTS_PER_READ_MAX = 1_000
_SAME_FIELDS = tuple(
    field.name
    for field in fields(UsageEvent)
    if field.name not in {"request_id", "units", "outcome"}
)


class StoredRecords:
    """The port Records on a document store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._hours = Hours(store, clock)
        self._writing = asyncio.Lock()

    async def add(self, events: Sequence[UsageEvent]) -> int:
        first: dict[str, UsageEvent] = {}
        for event in events:
            first.setdefault(event.request_id, event)
        once = list(first.values())
        new = 0
        async with self._writing:
            for start in range(0, len(once), _DOCUMENTS_PER_WRITE_MAX):
                new += await self._add(once[start : start + _DOCUMENTS_PER_WRITE_MAX])
        return new

    async def _add(self, events: Sequence[UsageEvent]) -> int:
        try:
            batch = await self._hours.note([event.request_id for event in events])
            documents = [_document(event, batch) for event in events]
            there = set(await self._store.insert_many(_RECORDS.name, documents))
            new = [event for event in events if event.request_id not in there]
            await self._hours.count(batch, new)
        except BaseException:
            self._hours.rename()
            raise
        return len(new)

    async def page(
        self, which: Filter, limit: int, after: str, *, ascending: bool
    ) -> tuple[list[UsageEvent], str]:
        page = await self._store.find(
            _RECORDS.name,
            _where(which),
            order="started_at_ms",
            descending=not ascending,
            limit=limit,
            after=after,
        )
        return [_event(document) for document in page.documents], page.next

    async def cells(self, question: Question) -> list[Cell]:
        batches = await self._hours.batches()
        cells, seqs = await self._hours.read(question, {batch.id for batch in batches})
        inserted = await self._inserted(batches)
        for batch in batches:
            late = [
                (place, hour_ms, sums)
                for event in inserted[batch.id]
                for place, hour_ms, sums in cells_of(event)
                if question.asks_for(place) and question.span.has(hour_ms)
            ]
            cells += uncounted(batch, late, seqs)
        return cells

    async def last_used(self, account_id: str) -> dict[str, int]:
        batches = await self._hours.batches()
        keys = await self._hours.keys(account_id)
        for events in (await self._inserted(batches)).values():
            keys |= {event.key_id for event in events if event.account_id == account_id}
        pairs = await asyncio.gather(*(self._last_used(account_id, key) for key in keys if key))
        return dict(pairs)

    async def _last_used(self, account_id: str, key_id: str) -> tuple[str, int]:
        which = Filter(account_id=account_id, key_id=key_id)
        [last], _ = await self.page(which, 1, "", ascending=False)
        return key_id, last.started_at_ms

    async def write_sums(self) -> None:
        async with self._writing:
            try:
                await self._hours.write()
            except BaseException:
                self._hours.rename()
                raise

    async def mend(self) -> int:
        batches = await self._hours.batches(left_behind=True)
        inserted = await self._inserted(batches)
        for batch in batches:
            await self._hours.mend(batch, inserted[batch.id])
        return len(batches)

    async def adopt(self) -> None:
        """Before anything else: sums for a store that is older than they are."""
        await self._hours.adopt(self._unbatched())

    async def _unbatched(self) -> AsyncIterator[UsageEvent]:
        after, more = "", True
        while more:
            page = await self._store.find(
                _RECORDS.name, {}, limit=_DOCUMENTS_PER_READ_MAX, after=after
            )
            for document in page.documents:
                if "batch" not in document:
                    yield _event(document)
            after = page.next
            more = bool(after)

    async def _inserted(self, batches: Sequence[Batch]) -> dict[str, list[UsageEvent]]:
        """By batch, the records that were new in it; others of it came with an earlier one."""
        inserted: dict[str, list[UsageEvent]] = {batch.id: [] for batch in batches}
        # Each once, although a repeated event is in several batches.
        ids = list(dict.fromkeys(id for batch in batches for id in batch.request_ids))
        for start in range(0, len(ids), _DOCUMENTS_PER_READ_MAX):
            some = AnyOf(ids[start : start + _DOCUMENTS_PER_READ_MAX])
            page = await self._store.find(
                _RECORDS.name, {"_id": some}, limit=_DOCUMENTS_PER_READ_MAX
            )
            for document in page.documents:
                if (id := str(document.get("batch"))) in inserted:
                    inserted[id].append(_event(document))
        return inserted


def _document(event: UsageEvent, batch: Batch) -> Document:
    return {
        "_id": event.request_id,
        "batch": batch.id,
        "outcome": int(event.outcome),
        "failed": int(event.outcome is Outcome.FAILED),
        **dict(zip(UNIT_NAMES, event.units.counts(), strict=True)),
        **{name: getattr(event, name) for name in _SAME_FIELDS},
    }


def _event(document: dict[str, Any]) -> UsageEvent:
    return UsageEvent(
        request_id=document["_id"],
        outcome=Outcome(document["outcome"]),
        units=Units(**{name: document.get(name, 0) for name in UNIT_NAMES}),
        **{name: document[name] for name in _SAME_FIELDS},
    )


def _where(which: Filter) -> Where:
    equal = {
        "_id": which.request_id,
        "account_id": which.account_id,
        "key_id": which.key_id,
        "model": which.model,
        "operation": which.operation,
    }
    where: dict[str, Scalar | Between] = {field: value for field, value in equal.items() if value}
    if which.failed is not None:
        where["failed"] = int(which.failed)
    period = which.period
    if period.from_ms is not None or period.to_ms is not None:
        where["started_at_ms"] = Between(period.from_ms, period.to_ms)
    return where
