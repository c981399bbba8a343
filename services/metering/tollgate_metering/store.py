"""Usage records as documents."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from tollgate_common.clock import day_of
from tollgate_common.dead_letters import DEAD_LETTERS
from tollgate_common.rating import UNIT_NAMES, Units
from tollgate_common.store import Between, Collection, Document, Index, Scalar, Store, Where
from tollgate_common.usage import Outcome, UsageEvent

from .records import Filter, Summary

# Days are searched as moments, too, so that these four indexes serve every question.
_RECORDS = Collection(
    "records",
    (
        Index(("account_id", "started_at_ms")),
        Index(("key_id", "started_at_ms")),
        Index(("model", "started_at_ms")),
        Index(("started_at_ms",)),
    ),
)
COLLECTIONS = (_RECORDS, DEAD_LETTERS)
_DOCUMENTS_PER_WRITE_MAX = 500
_SAME_FIELDS = tuple(
    field.name
    for field in fields(UsageEvent)
    if field.name not in {"request_id", "units", "outcome"}
)


class StoredRecords:
    """The port Records on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, events: Sequence[UsageEvent]) -> int:
        first: dict[str, UsageEvent] = {}
        for event in events:
            first.setdefault(event.request_id, event)
        documents = [_document(event) for event in first.values()]
        new = len(documents)
        for start in range(0, len(documents), _DOCUMENTS_PER_WRITE_MAX):
            some = documents[start : start + _DOCUMENTS_PER_WRITE_MAX]
            new -= len(await self._store.insert_many(_RECORDS.name, some))
        return new

    async def page(self, which: Filter, limit: int, after: str) -> tuple[list[UsageEvent], str]:
        page = await self._store.find(
            _RECORDS.name,
            _where(which),
            order="started_at_ms",
            descending=True,
            limit=limit,
            after=after,
        )
        return [_event(document) for document in page.documents], page.next

    async def sum(self, which: Filter) -> list[Summary]:
        rows = await self._store.sum(
            _RECORDS.name,
            _where(which),
            by=("day", "account_id", "model"),
            of=("failed", *UNIT_NAMES, "cost_nano"),
        )
        return [_summary(row) for row in rows]


def _document(event: UsageEvent) -> Document:
    return {
        "_id": event.request_id,
        "day": day_of(event.started_at_ms),
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
    }
    where: dict[str, Scalar | Between] = {field: value for field, value in equal.items() if value}
    period = which.period
    if period.from_ms is not None or period.to_ms is not None:
        where["started_at_ms"] = Between(period.from_ms, period.to_ms)
    return where


def _summary(row: dict[str, Any]) -> Summary:
    return Summary(
        day=row["day"],
        account_id=row["account_id"],
        model=row["model"],
        requests=row["count"],
        failures=row["failed"],
        units={name: row[name] for name in UNIT_NAMES},
        cost_nano=row["cost_nano"],
    )
