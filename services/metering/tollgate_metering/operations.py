"""What metering does: one method a use case."""

from collections.abc import Sequence
from dataclasses import dataclass

from tollgate_common.usage import UsageEvent

from .ports import Records
from .records import Filter, Summary, period_of_days


@dataclass(frozen=True, slots=True)
class Metering:
    """Stores every usage event once, finds it again, and adds up."""

    records: Records

    async def record(self, events: Sequence[UsageEvent]) -> int:
        """How many of the events were new; all of them are durable."""
        return await self.records.add(events) if events else 0

    async def list_usage(
        self, which: Filter, limit: int, after: str
    ) -> tuple[list[UsageEvent], str]:
        """Newest first, and where to continue."""
        return await self.records.page(which, limit, after)

    async def summarize_usage(
        self, account_id: str, model: str, from_day: str, to_day: str
    ) -> list[Summary]:
        """Oldest day first. InvalidArgument when a day is none or when there are too many rows."""
        period = period_of_days(from_day, to_day)
        return await self.records.sum(Filter(account_id=account_id, model=model, period=period))
