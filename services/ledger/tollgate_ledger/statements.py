"""Statements: a wallet's entries in a span of time, added up. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tollgate_common.errors import InvalidArgument

from .entries import Kind
from .wallets import INT64_MAX


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time, in milliseconds since the Unix epoch, UTC: from (inclusive), to (exclusive).

    InvalidArgument unless 0 <= from_ms < to_ms.
    """

    from_ms: int = 0
    to_ms: int = INT64_MAX

    def __post_init__(self) -> None:
        if self.from_ms < 0:
            raise InvalidArgument("from_ms: must be 0 or above", field="from_ms")
        if self.to_ms <= self.from_ms:
            raise InvalidArgument("to_ms: must be after from_ms", field="to_ms")


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment in a wallet's life: how many entries it had, and its balance after them."""

    sequence: int = 0
    balance_nano: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """Entries of one kind, and the sum of their amounts."""

    kind: str
    entries: int
    amount_nano: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Exact: opening and all lines are closing. A kind without entries has no line."""

    opening_nano: int
    closing_nano: int
    lines: tuple[Line, ...]


def statement_of(opening: Mark, closing: Mark, others: Iterable[Line]) -> Statement:
    """`others` are all entries between the marks that are not usage, in any number of lines."""
    entries: Counter[str] = Counter()
    amounts_nano: Counter[str] = Counter()
    for line in others:
        entries[line.kind] += line.entries
        amounts_nano[line.kind] += line.amount_nano
    gained_nano = closing.balance_nano - opening.balance_nano
    # The rest is usage, of which there may be millions.
    entries[Kind.USAGE] = closing.sequence - opening.sequence - entries.total()
    amounts_nano[Kind.USAGE] = gained_nano - amounts_nano.total()
    lines = tuple(
        Line(kind.value, entries[kind], amounts_nano[kind]) for kind in Kind if entries[kind]
    )
    return Statement(opening.balance_nano, closing.balance_nano, lines)
