"""Rows of hourly sums, and batches of records, as values and as documents."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tollgate_common.store import Document

from .series import Span
from .sums import HOUR_MS, SUM_NAMES, Cell, Grain, Place, Sums, added


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that one writer inserts together; the number orders a writer's batches."""

    writer: str
    seq: int
    request_ids: Sequence[str]

    @property
    def id(self) -> str:
        """Which its records carry."""
        return f"{self.writer}.{self.seq}"


@dataclass(slots=True)
class Row:
    """What one writer counted in one place, by the hour."""

    writer: str
    place: Place
    seq: int = 0
    hours: dict[int, Sums] = field(default_factory=dict)

    def add(self, hour_ms: int, sums: Sums) -> None:
        before = self.hours.get(hour_ms)
        self.hours[hour_ms] = added(before, sums) if before else sums

    def cells(self, span: Span) -> list[Cell]:
        """One for each of its hours in the span."""
        place, low, high = self.place, span.from_ms, span.to_ms
        return [(place, hour, sums) for hour, sums in self.hours.items() if low <= hour < high]


def uncounted(batch: Batch, cells: Iterable[Cell], seqs: Mapping[str, int]) -> Iterator[Cell]:
    """Those that their writer's rows, of which these are the seqs, do not hold yet."""
    for place, hour_ms, sums in cells:
        if seqs.get(row_id(batch.writer, place), 0) < batch.seq:
            yield place, hour_ms, sums


def row_id(writer: str, place: Place) -> str:
    """The same for everyone, so that a row is found without a search."""
    # No text of an event has a NUL.
    name = "\0".join(map(str, place))
    return f"{writer}.{sha256(name.encode()).hexdigest()[:32]}"


def row_document(row: Row) -> Document:
    """What is stored of it."""
    return {
        "_id": row_id(row.writer, row.place),
        "writer": row.writer,
        "seq": row.seq,
        **row.place._asdict(),
        "grain": row.place.grain.value,
        "hours": [
            [(hour_ms - row.place.day_ms) // HOUR_MS, *sums] for hour_ms, sums in row.hours.items()
        ],
    }


def row_of(document: Mapping[str, Any]) -> Row:
    """What was stored."""
    place = Place(
        Grain(document["grain"]),
        document["day_ms"],
        document["account_id"],
        document["key_id"],
        document["model"],
    )
    width = len(SUM_NAMES) + 1
    hours = {
        place.day_ms + part[0] * HOUR_MS: tuple(part[1:] if len(part) == width else _padded(part))
        for part in document["hours"]
    }
    return Row(document["writer"], place, document["seq"], hours)


def _padded(part: list[int]) -> list[int]:
    """Sums with a zero for each that there was not yet when these were written."""
    return part[1:] + [0] * (len(SUM_NAMES) + 1 - len(part))
