"""The usage event as a value: what was used, what it cost, and who saw it end."""

from dataclasses import dataclass
from enum import IntEnum

from .rating import Units

SUBJECT = "usage.v1"


class Outcome(IntEnum):
    """How a request ended; the numbers are the contract's."""

    COMPLETED = 1
    CLIENT_CANCELLED = 2
    UPSTREAM_CUT = 3
    BUDGET_EXHAUSTED = 4
    FAILED = 5
    PROVIDERS_LOST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageEvent:
    """One request's bill; the contract (events/v1/usage.proto) gives every field's unit."""

    request_id: str
    account_id: str
    key_id: str
    model: str
    provider: str
    channel_id: str
    dialect: str
    operation: str
    units: Units
    price_version: str
    cost_nano: int
    hold_nano: int
    lease_id: str
    started_at_ms: int
    first_byte_ms: int
    duration_ms: int
    outcome: Outcome
    estimated: bool
    observer: str
    status: int
    stream: bool
    agent: str = ""


# Byte-pair tokens of English prose average four bytes; of Chinese in UTF-8, three to four.
_BYTES_PER_TOKEN = 4


def estimate_tokens(text_bytes: int) -> int:
    """Tokens that so many bytes of text probably are; only where a provider gave no usage."""
    return -(-text_bytes // _BYTES_PER_TOKEN)
