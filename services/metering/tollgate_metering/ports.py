"""What the operations and the consumer need from the outside."""

from collections.abc import Sequence
from typing import Protocol

from tollgate_common.usage import UsageEvent

from .records import Filter
from .series import Question
from .sums import Cell


class Records(Protocol):
    """Stored usage records. Any method raises Unavailable when the database is away."""

    async def add(self, events: Sequence[UsageEvent]) -> int:
        """Stores durably each event whose request id is new, and returns how many were."""
        ...

    async def page(
        self, which: Filter, limit: int, after: str, *, ascending: bool
    ) -> tuple[list[UsageEvent], str]:
        """In the order of time, and where to continue. InvalidArgument on a bad `after`."""
        ...

    async def last_used(self, account_id: str) -> dict[str, int]:
        """By key, for each that the account ever used, when its last record started.

        InvalidArgument when there are too many.
        """
        ...

    async def cells(self, question: Question) -> list[Cell]:
        """Hourly sums that hold every stored record once, in any order.

        InvalidArgument when there are too many.
        """
        ...

    async def write_sums(self) -> None:
        """Writes down what is counted in memory only; answers are the same before and after."""
        ...

    async def mend(self) -> int:
        """Finishes what writers have left behind, and returns how many batches that were."""
        ...


class Delivery(Protocol):
    """One message of the bus: acknowledged when its effect is durable, otherwise it comes again."""

    @property
    def payload(self) -> bytes: ...

    async def ack(self) -> None: ...
