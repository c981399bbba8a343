"""For operators: everybody's usage, with what answered it."""

from tollgate.events.v1 import usage_pb2

from tollgate_console.api import Answer, Api, Policy
from tollgate_console.context import Context

from .usage import Record, RecordsAsk, Series, SeriesAsk, record_view, series_of, usage_request

api = Api()


class AdminRecordsAsk(RecordsAsk):
    """A page of records, of one account or of all."""

    account_id: str = ""


class AdminRecord(Record):
    """A record with what only operators see of it."""

    account_id: str
    # Both empty when none was reached.
    provider: str
    channel_id: str


class AdminRecords(Answer):
    """A page; an empty token: there are no more."""

    records: list[AdminRecord]
    next_page_token: str


class AdminSeriesAsk(SeriesAsk):
    """Sums over time, of one account or of all."""

    account_id: str = ""


@api.endpoint("GET", "/api/admin/usage", Policy.STAFF)
async def list_all_usage(context: Context, ask: AdminRecordsAsk) -> AdminRecords:
    page = await context.services.metering.ListUsage(
        usage_request(
            ask,
            account_id=ask.account_id,
            ascending=ask.ascending,
            page_size=ask.page_size,
            page_token=ask.page_token,
        )
    )
    return AdminRecords(
        records=[_record_view(record) for record in page.records],
        next_page_token=page.next_page_token,
    )


@api.endpoint("GET", "/api/admin/usage/series", Policy.STAFF)
async def show_series_of_all(context: Context, ask: AdminSeriesAsk) -> Series:
    return await series_of(context, ask.account_id, ask)


def _record_view(event: usage_pb2.UsageEvent) -> AdminRecord:
    return AdminRecord(
        account_id=event.account_id,
        provider=event.provider,
        channel_id=event.channel_id,
        **dict(record_view(event)),
    )
