"""What the operations and the consumer need from the outside."""

from collections.abc import Sequence
from typing import Protocol

from tollgate_common.usage import UsageEvent

from .records import Filter, Summary


class Records(Protocol):
    """Stored usage records. Any method raises Unavailable when the database is away."""

    async def add(self, events: Sequence[UsageEvent]) -> int:
        """Stores durably each event whose request id is new, and returns how many were."""
        ...

    async def page(self, which: Filter, limit: int, after: str) -> tuple[list[UsageEvent], str]:
        """Newest first, and where to continue. InvalidArgument on a bad `after`."""
        ...

    async def sum(self, which: Filter) -> list[Summary]:
        """Ordered by day, account and model. InvalidArgument when there are too many rows."""
        ...


class Delivery(Protocol):
    """One message of the bus: acknowledged when its effect is durable, otherwise it comes again."""

    @property
    def payload(self) -> bytes: ...

    async def ack(self) -> None: ...
