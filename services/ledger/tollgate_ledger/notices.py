"""Notices: the news that a balance has become low. A wallet remembers it until it is published."""

from dataclasses import dataclass

# Each one needs a top-up before it. Should more than this ever wait for NATS, the oldest ones are
# forgotten, so that the wallet's document stays small.
NOTICES_MAX = 64


@dataclass(frozen=True, slots=True)
class LowBalance:
    """The entry `sequence` took posted from at or above `low_balance_nano` to below it."""

    account_id: str
    sequence: int
    posted_nano: int
    low_balance_nano: int

    @property
    def id(self) -> str:
        """The same, however often it is published."""
        return f"{self.account_id}:{self.sequence}"
