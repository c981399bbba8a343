"""What metering does: one method a use case."""

from collections.abc import Sequence
from dataclasses import dataclass

from tollgate_common.clock import Clock
from tollgate_common.usage import UsageEvent

from .keys import KeyUsage, question_of_keys, usages_of
from .ports import Records
from .records import Filter, Summary, period_of_days, summaries_of
from .series import Question, Series, SeriesRow, Span, rows_of
from .sums import END_MS, Grain


@dataclass(frozen=True, slots=True)
class Metering:
    """Stores every usage event once, finds it again, and adds up."""

    records: Records
    clock: Clock

    async def record(self, events: Sequence[UsageEvent]) -> int:
        """How many of the events were new; all of them are durable."""
        return await self.records.add(events) if events else 0

    async def list_usage(
        self, which: Filter, limit: int, after: str, *, ascending: bool = False
    ) -> tuple[list[UsageEvent], str]:
        """Newest first, or oldest first, and where to continue."""
        return await self.records.page(which, limit, after, ascending=ascending)

    async def summarize_usage(
        self, account_id: str, model: str, from_day: str, to_day: str
    ) -> list[Summary]:
        """Oldest day first. InvalidArgument when a day is none or when there are too many rows."""
        period = period_of_days(from_day, to_day)
        span = Span.around(period.from_ms or 0, period.to_ms or END_MS)
        question = Question(
            grain=Grain.ACCOUNT_AND_MODEL, span=span, account_id=account_id, model=model
        )
        return summaries_of(await self.records.cells(question))

    async def usage_series(self, series: Series) -> list[SeriesRow]:
        """In the order of time, then of groups. InvalidArgument when there are too many rows."""
        return rows_of(series, await self.records.cells(series.question()))

    async def key_usage(self, account_id: str, from_ms: int) -> list[KeyUsage]:
        """One for each key that the account ever used. InvalidArgument for too long a time."""
        question = question_of_keys(account_id, from_ms, self.clock.now_ms())
        # In this order, every key that has a sum has a last use.
        cells = await self.records.cells(question)
        return usages_of(await self.records.last_used(account_id), cells)

    async def write_sums(self) -> None:
        """Makes the next answers quicker; they are right before and after."""
        await self.records.write_sums()

    async def mend(self) -> int:
        """Tidies up behind writers that died; sums are right before and after."""
        return await self.records.mend()
