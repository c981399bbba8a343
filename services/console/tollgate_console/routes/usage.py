"""What was used: records with their receipts, sums over time, and all of it as CSV."""

from collections.abc import AsyncGenerator
from typing import Any, Literal

from pydantic import Field
from tollgate.events.v1 import usage_pb2
from tollgate.metering.v1 import metering_pb2
from tollgate.providers.v1 import providers_pb2
from tollgate_common.errors import NotFound
from tollgate_common.rating import UNIT_NAMES

from tollgate_console.api import Answer, Api, Ask, Policy, Stream
from tollgate_console.context import Context
from tollgate_console.tables import CSV, attachment, csv_line, local_moment, moment, usd

from .models import Price, price_view

api = Api()

_PAGE = 1000
_OUTCOMES = {
    "all": metering_pb2.OUTCOMES_UNSPECIFIED,
    "answered": metering_pb2.OUTCOMES_ANSWERED,
    "failed": metering_pb2.OUTCOMES_FAILED,
}
_STEPS = {"hour": metering_pb2.STEP_HOUR, "day": metering_pb2.STEP_DAY}
_GROUPS = {
    "none": metering_pb2.GROUP_BY_UNSPECIFIED,
    "model": metering_pb2.GROUP_BY_MODEL,
    "key": metering_pb2.GROUP_BY_KEY,
}
_COLUMNS = (
    "time_utc",
    "time_local",
    "request_id",
    "key_id",
    "model",
    "operation",
    "status",
    "outcome",
    "cost_usd",
    "first_byte_ms",
    "duration_ms",
    *UNIT_NAMES,
    "price_version",
    "agent",
)
Outcome = Literal[
    "completed", "client_cancelled", "upstream_cut", "budget_exhausted", "failed", "providers_lost"
]
_OUTCOME: dict[int, Outcome] = {
    usage_pb2.OUTCOME_COMPLETED: "completed",
    usage_pb2.OUTCOME_CLIENT_CANCELLED: "client_cancelled",
    usage_pb2.OUTCOME_UPSTREAM_CUT: "upstream_cut",
    usage_pb2.OUTCOME_BUDGET_EXHAUSTED: "budget_exhausted",
    usage_pb2.OUTCOME_FAILED: "failed",
    usage_pb2.OUTCOME_PROVIDERS_LOST: "providers_lost",
}


class Filter(Ask):
    """Which records; what is empty matches all. Times are milliseconds since the Unix epoch."""

    key_id: str = ""
    model: str = ""
    operation: str = ""
    request_id: str = ""
    outcomes: Literal["all", "answered", "failed"] = "all"
    from_ms: int = 0
    to_ms: int = 0


class RecordsAsk(Filter):
    """A page of records."""

    ascending: bool = False
    page_size: int = Field(default=50, ge=1, le=200)
    page_token: str = ""


class UsageExport(Filter):
    """All records that match, as CSV, newest first."""

    # Minutes east of UTC of the reader's clock.
    utc_offset_minutes: int = Field(default=0, ge=-14 * 60, le=14 * 60)


class Units(Answer):
    """Disjoint buckets: a token is counted in exactly one of them."""

    input: int
    cached_read: int
    cache_write_5m: int
    cache_write_1h: int
    output: int
    reasoning: int
    image_input: int
    audio_input: int
    image_output: int
    audio_output: int
    calls: int


class Record(Answer):
    """One request. Which channel answered it is nobody's business but the operator's."""

    request_id: str
    started_at_ms: int
    key_id: str
    model: str
    dialect: str
    operation: str
    status: int
    outcome: Outcome
    stream: bool
    # Units were counted by us, because the provider gave no usage.
    estimated: bool
    cost_nano: int
    # Milliseconds from the start to the first byte (0: there was none) and to the end.
    first_byte_ms: int
    duration_ms: int
    agent: str
    price_version: str
    units: Units


class Records(Answer):
    """A page; an empty token: there are no more."""

    records: list[Record]
    next_page_token: str


class NamedRecord(Ask):
    """A record by its request id."""

    request_id: str


class Receipt(Answer):
    """What a request cost, and why: the exact sum of units times prices, rounded up once."""

    record: Record
    # None when nothing was used, so that no price was applied.
    price: Price | None


class SeriesAsk(Ask):
    """Sums over time. Hours at most 40 days apart, days of the given zone at most 400."""

    from_ms: int
    to_ms: int
    step: Literal["hour", "day"]
    group_by: Literal["none", "model", "key"] = "none"
    key_id: str = ""
    model: str = ""
    # Minutes east of UTC.
    utc_offset_minutes: int = Field(default=0, ge=-14 * 60, le=14 * 60)


class SeriesRow(Answer):
    """One step of one group. A step without requests has no row."""

    start_ms: int
    # A model's name, or a key's id.
    group: str
    requests: int
    failures: int
    cost_nano: int
    units: Units
    # Requests that were answered, and sums over them for means.
    answered: int
    first_byte_ms_sum: int
    duration_ms_sum: int


class Series(Answer):
    """In the order of time."""

    rows: list[SeriesRow]


@api.endpoint("GET", "/api/usage", Policy.USER)
async def list_usage(context: Context, ask: RecordsAsk) -> Records:
    page = await context.services.metering.ListUsage(
        usage_request(
            ask,
            account_id=context.account_id,
            ascending=ask.ascending,
            page_size=ask.page_size,
            page_token=ask.page_token,
        )
    )
    return Records(
        records=[record_view(record) for record in page.records],
        next_page_token=page.next_page_token,
    )


@api.endpoint("GET", "/api/usage/series", Policy.USER)
async def show_series(context: Context, ask: SeriesAsk) -> Series:
    return await series_of(context, context.account_id, ask)


@api.endpoint("GET", "/api/usage/{request_id}/receipt", Policy.USER)
async def show_receipt(context: Context, ask: NamedRecord) -> Receipt:
    page = await context.services.metering.ListUsage(
        metering_pb2.ListUsageRequest(
            account_id=context.account_id, request_id=ask.request_id, page_size=1
        )
    )
    if not page.records:
        raise NotFound("There is no request with this id in your account.", field="request_id")
    record = page.records[0]
    return Receipt(record=record_view(record), price=await _price(context, record))


@api.endpoint("GET", "/api/usage.csv", Policy.USER)
async def export_usage(context: Context, ask: UsageExport) -> Stream:
    # What cannot be found at all is refused while there is still a status to say so.
    first = await _page(context, ask)
    return Stream(_lines(context, ask, first), CSV, headers=attachment("tollgate-usage.csv"))


async def series_of(context: Context, account_id: str, ask: SeriesAsk) -> Series:
    """Of one account, or of all when it is empty."""
    reply = await context.services.metering.SeriesUsage(
        metering_pb2.SeriesUsageRequest(
            account_id=account_id,
            key_id=ask.key_id,
            model=ask.model,
            from_ms=ask.from_ms,
            to_ms=ask.to_ms,
            step=_STEPS[ask.step],
            group_by=_GROUPS[ask.group_by],
            utc_offset_minutes=ask.utc_offset_minutes,
        )
    )
    return Series(rows=[_row_view(row) for row in reply.rows])


def usage_request(ask: Filter, **more: Any) -> metering_pb2.ListUsageRequest:  # noqa: ANN401
    return metering_pb2.ListUsageRequest(
        key_id=ask.key_id,
        model=ask.model,
        operation=ask.operation,
        request_id=ask.request_id,
        outcomes=_OUTCOMES[ask.outcomes],
        from_ms=ask.from_ms,
        to_ms=ask.to_ms,
        **more,
    )


def record_view(event: usage_pb2.UsageEvent) -> Record:
    plain = (name for name in Record.model_fields if name not in ("outcome", "units"))
    return Record(
        outcome=_OUTCOME[event.outcome],
        units=units_view(event.units),
        **{name: getattr(event, name) for name in plain},
    )


def units_view(units: usage_pb2.Units) -> Units:
    return Units(**{name: getattr(units, name) for name in UNIT_NAMES})


def _row_view(row: metering_pb2.SeriesRow) -> SeriesRow:
    plain = (name for name in SeriesRow.model_fields if name != "units")
    return SeriesRow(units=units_view(row.units), **{name: getattr(row, name) for name in plain})


async def _price(context: Context, record: usage_pb2.UsageEvent) -> Price | None:
    catalogue = await context.services.providers.GetCatalogue(providers_pb2.GetCatalogueRequest())
    for model in catalogue.models:
        for price in (model.price, *model.former_prices):
            if price.version == record.price_version:
                return price_view(price)
    return None


async def _page(
    context: Context, ask: UsageExport, token: str = ""
) -> metering_pb2.ListUsageResponse:
    return await context.services.metering.ListUsage(
        usage_request(ask, account_id=context.account_id, page_size=_PAGE, page_token=token)
    )


async def _lines(
    context: Context, ask: UsageExport, page: metering_pb2.ListUsageResponse
) -> AsyncGenerator[bytes, None]:
    yield csv_line(_COLUMNS)
    while True:
        yield b"".join(csv_line(_cells(record, ask.utc_offset_minutes)) for record in page.records)
        if not page.next_page_token:
            return
        page = await _page(context, ask, page.next_page_token)


def _cells(record: usage_pb2.UsageEvent, utc_offset_minutes: int) -> list[object]:
    return [
        moment(record.started_at_ms),
        local_moment(record.started_at_ms, utc_offset_minutes),
        record.request_id,
        record.key_id,
        record.model,
        record.operation,
        record.status,
        _OUTCOME[record.outcome],
        usd(record.cost_nano),
        record.first_byte_ms,
        record.duration_ms,
        *(getattr(record.units, name) for name in UNIT_NAMES),
        record.price_version,
        record.agent,
    ]
