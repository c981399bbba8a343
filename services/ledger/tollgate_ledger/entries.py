"""Entries: movements of money with two legs, chained by hash. Written once, never changed."""

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from tollgate_common.errors import InvalidArgument
from tollgate_common.money import ENTRY_NANO_MAX

ID_CHARACTERS_MAX = 64
MEMO_CHARACTERS_MAX = 256


class Kind(StrEnum):
    """What moved the money; the names are the contract's."""

    USAGE = "usage"
    TOP_UP = "top-up"
    PROMO = "promo"


# The system account that has the other leg.
COUNTERPARTS = {Kind.USAGE: "revenue", Kind.TOP_UP: "cash_in", Kind.PROMO: "promo"}


@dataclass(frozen=True, slots=True)
class Movement:
    """What is to become an entry. The wallet gains `amount_nano`; `id` makes it happen once."""

    id: str
    kind: Kind
    amount_nano: int
    memo: str

    def __post_init__(self) -> None:
        low, high = amount_range(self.kind)
        if not low <= self.amount_nano <= high:
            raise InvalidArgument(f"amount_nano: must be from {low} to {high}", field="amount_nano")
        if len(self.memo) > MEMO_CHARACTERS_MAX or not self.memo.isprintable():
            raise InvalidArgument(
                f"memo: must have at most {MEMO_CHARACTERS_MAX} printable characters", field="memo"
            )


def amount_range(kind: Kind) -> tuple[int, int]:
    """The smallest and the largest amount of one entry, in nano-dollars, both allowed."""
    return (-ENTRY_NANO_MAX, 0) if kind is Kind.USAGE else (1, ENTRY_NANO_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One movement in one wallet. `hash` covers the content and, by its predecessor, the past."""

    id: str
    account_id: str
    sequence: int
    kind: str
    amount_nano: int
    counterpart: str
    balance_nano: int
    posted_at_ms: int
    memo: str
    hash: str


def entry_hash(previous: str, entry: Entry) -> str:
    """SHA-256 over the predecessor's hash ("" for the first entry) and the canonical content."""
    content = [
        previous,
        entry.id,
        entry.account_id,
        entry.sequence,
        entry.kind,
        entry.amount_nano,
        entry.counterpart,
        entry.balance_nano,
        entry.posted_at_ms,
        entry.memo,
    ]
    return sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def checked_id(value: str, field: str) -> str:
    """InvalidArgument unless it is 1 to 64 printable ASCII characters."""
    if not (1 <= len(value) <= ID_CHARACTERS_MAX and value.isascii() and value.isprintable()):
        raise InvalidArgument(
            f"{field}: must have 1 to {ID_CHARACTERS_MAX} printable characters", field=field
        )
    return value
