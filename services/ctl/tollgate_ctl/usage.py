"""tollgatectl usage: what was used and what it cost."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated

import typer
from tollgate.events.v1 import usage_pb2
from tollgate.metering.v1 import metering_pb2
from tollgate_common.clock import SystemClock
from tollgate_common.errors import InvalidArgument

from .account import find, id_of
from .clients import Clients, run
from .options import Account, Limit, OfAccount, Output, examples
from .output import Format, Row, fields, render
from .pages import first
from .times import day, since_ms

commands = typer.Typer(help="What was used and what it cost.")

_COLUMNS = (
    "started_at_ms",
    "request_id",
    "account_id",
    "model",
    "prompt_tokens",
    "answer_tokens",
    "cost_nano",
    "duration_ms",
    "outcome",
)
_SUMMARY_COLUMNS = (
    "day",
    "account_id",
    "model",
    "requests",
    "failures",
    "prompt_tokens",
    "answer_tokens",
    "cost_nano",
)
_SERIES_COLUMNS = (
    "start",
    "group",
    "requests",
    "failures",
    "prompt_tokens",
    "answer_tokens",
    "cost_nano",
    "mean_first_byte_ms",
    "mean_duration_ms",
)

_KEY_COLUMNS = ("key_id", "last_used_at_ms", "requests", "cost_nano")


class Step(StrEnum):
    """How long a row of a series is."""

    HOUR = "hour"
    DAY = "day"


class By(StrEnum):
    """What rows of a series tell apart beside time."""

    NOTHING = "nothing"
    MODEL = "model"
    KEY = "key"


_STEPS = {Step.HOUR: metering_pb2.STEP_HOUR, Step.DAY: metering_pb2.STEP_DAY}
_GROUPS = {
    By.NOTHING: metering_pb2.GROUP_BY_UNSPECIFIED,
    By.MODEL: metering_pb2.GROUP_BY_MODEL,
    By.KEY: metering_pb2.GROUP_BY_KEY,
}

OfKey = Annotated[str, typer.Option(metavar="KEY", help="Only this key: id.")]
OfModel = Annotated[str, typer.Option(metavar="MODEL", help="Only this model.")]
Since = Annotated[
    str, typer.Option(metavar="WHEN", help="30d or 24h ago, or a UTC day like 2026-12-31.")
]


@commands.command(
    "list",
    epilog=examples(
        "usage list --account acme --since 24h", "usage list --request-id 01K... -o json"
    ),
)
def list_records(
    account: OfAccount = None,
    key: OfKey = "",
    model: OfModel = "",
    request_id: Annotated[str, typer.Option(metavar="ID", help="Only this request.")] = "",
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="90m, 24h or 7d ago, or a UTC day like 2026-12-31."),
    ] = None,
    oldest_first: Annotated[
        bool, typer.Option("--oldest-first", help="Instead of newest first.")
    ] = False,
    limit: Limit = 100,
    output: Output = Format.TABLE,
) -> None:
    """List usage records, newest first."""
    now_ms = SystemClock().now_ms()
    request = metering_pb2.ListUsageRequest(
        key_id=key,
        model=model,
        request_id=request_id,
        from_ms=0 if since is None else since_ms(since, now_ms, field="--since"),
        ascending=oldest_first,
    )
    records = run(lambda clients: _list(clients, account, request, limit))
    render([_row(record) for record in records], _COLUMNS, output)


async def _list(
    clients: Clients, account: str | None, request: metering_pb2.ListUsageRequest, limit: int
) -> list[usage_pb2.UsageEvent]:
    request.account_id = await id_of(clients, account)

    async def page(size: int, token: str) -> tuple[list[usage_pb2.UsageEvent], str]:
        request.page_size = size
        request.page_token = token
        reply = await clients.metering.call(lambda metering: metering.ListUsage(request))
        return list(reply.records), reply.next_page_token

    return await first(limit, page)


@commands.command(
    epilog=examples(
        "usage summary", "usage summary --account acme --from 2026-11-01 --to 2026-11-30"
    )
)
def summary(
    account: OfAccount = None,
    model: OfModel = "",
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First UTC day, like 2026-11-01.")
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="DAY", help="Last UTC day, inclusive.")] = None,
    output: Output = Format.TABLE,
) -> None:
    """Add usage up per UTC day, account and model, oldest first."""
    request = metering_pb2.SummarizeUsageRequest(
        model=model,
        from_day="" if from_ is None else day(from_, field="--from"),
        to_day="" if to is None else day(to, field="--to"),
    )
    if request.from_day and request.to_day and request.from_day > request.to_day:
        raise InvalidArgument("--from: is after --to", field="--from")
    reply = run(lambda clients: _summary(clients, account, request))
    render([_row(row) for row in reply.rows], _SUMMARY_COLUMNS, output)


async def _summary(
    clients: Clients, account: str | None, request: metering_pb2.SummarizeUsageRequest
) -> metering_pb2.SummarizeUsageResponse:
    request.account_id = await id_of(clients, account)
    return await clients.metering.call(lambda metering: metering.SummarizeUsage(request))


@commands.command(
    epilog=examples(
        "usage series --account acme --by model",
        "usage series --since 24h --step hour --utc-offset 8 -o json",
    )
)
def series(
    account: OfAccount = None,
    key: OfKey = "",
    model: OfModel = "",
    since: Since = "30d",
    step: Annotated[Step, typer.Option(help="A row an hour, or a row a day.")] = Step.DAY,
    by: Annotated[By, typer.Option(help="What rows tell apart.")] = By.NOTHING,
    utc_offset: Annotated[
        int, typer.Option(metavar="HOURS", min=-12, max=14, help="Of your days, east of UTC.")
    ] = 0,
    output: Output = Format.TABLE,
) -> None:
    """Add usage up over time, until now."""
    now_ms = SystemClock().now_ms()
    request = metering_pb2.SeriesUsageRequest(
        key_id=key,
        model=model,
        from_ms=since_ms(since, now_ms, field="--since"),
        to_ms=now_ms,
        step=_STEPS[step],
        utc_offset_minutes=utc_offset * 60,
        group_by=_GROUPS[by],
    )
    reply = run(lambda clients: _series(clients, account, request))
    zone = timezone(timedelta(hours=utc_offset))
    render([_series_row(row, zone) for row in reply.rows], _SERIES_COLUMNS, output)


async def _series(
    clients: Clients, account: str | None, request: metering_pb2.SeriesUsageRequest
) -> metering_pb2.SeriesUsageResponse:
    request.account_id = await id_of(clients, account)
    return await clients.metering.call(lambda metering: metering.SeriesUsage(request))


@commands.command(epilog=examples("usage keys acme", "usage keys acme --since 7d -o json"))
def keys(account: Account, since: Since = "30d", output: Output = Format.TABLE) -> None:
    """Add up what each key of an account used since then, last used first."""
    from_ms = since_ms(since, SystemClock().now_ms(), field="--since")
    used = run(lambda clients: _keys(clients, account, from_ms))
    used.sort(key=lambda key: (-key.last_used_ms, key.key_id))
    rows = [{**fields(key), "last_used_at_ms": key.last_used_ms} for key in used]
    render(rows, _KEY_COLUMNS, output)


async def _keys(clients: Clients, account: str, from_ms: int) -> list[metering_pb2.KeyUsage]:
    request = metering_pb2.ListKeyUsageRequest(
        account_id=(await find(clients, account)).id, from_ms=from_ms
    )
    reply = await clients.metering.call(lambda metering: metering.ListKeyUsage(request))
    return list(reply.keys)


def _series_row(row: metering_pb2.SeriesRow, zone: timezone) -> Row:
    start = datetime.fromtimestamp(row.start_ms // 1000, UTC).astimezone(zone)
    answered = max(row.answered, 1)
    return {
        **_row(row),
        "start": start.isoformat(timespec="minutes"),
        "mean_first_byte_ms": row.first_byte_ms_sum // answered,
        "mean_duration_ms": row.duration_ms_sum // answered,
    }


def _row(
    message: usage_pb2.UsageEvent | metering_pb2.UsageSummary | metering_pb2.SeriesRow,
) -> Row:
    units = message.units
    prompt = units.input + units.cached_read + units.cache_write_5m + units.cache_write_1h
    answer = units.output + units.reasoning
    return fields(message) | {"prompt_tokens": prompt, "answer_tokens": answer}
