"""tollgatectl wallet: an account's money."""

from typing import Annotated

import typer
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.clock import SystemClock, day_of
from tollgate_common.errors import InvalidArgument, NotFound
from tollgate_common.ids import ulid
from tollgate_common.money import parse_usd

from .account import find
from .clients import Clients, run
from .options import Account, Limit, Output, examples
from .output import Format, Row, fields, note, render
from .pages import first
from .times import day, since_ms

commands = typer.Typer(help="An account's money.")

_COLUMNS = (
    "account_id",
    "posted_nano",
    "leased_nano",
    "available_nano",
    "credited_nano",
    "used_nano",
    "low_balance_nano",
    "sequence",
    "leases",
)
_ENTRY_COLUMNS = (
    "sequence",
    "posted_at_ms",
    "kind",
    "amount_nano",
    "balance_nano",
    "counterpart",
    "id",
    "memo",
)
_STATEMENT_COLUMNS = ("kind", "entries", "amount_nano")
_DAY_MS = 86_400_000


@commands.command(epilog=examples("wallet show acme", "wallet show acme -o json"))
def show(account: Account, output: Output = Format.TABLE) -> None:
    """Show balances; available is posted less what edges hold in leases."""
    render(fields(run(lambda clients: _show(clients, account))), _COLUMNS, output)


async def _show(clients: Clients, account: str) -> ledger_pb2.Wallet:
    request = ledger_pb2.GetWalletRequest(account_id=(await find(clients, account)).id)
    try:
        return await clients.ledger.call(lambda ledger: ledger.GetWallet(request))
    except NotFound as error:
        raise NotFound(
            f"{account} has no wallet yet; `tollgatectl wallet top-up {account} 10` makes one"
        ) from error


@commands.command(
    epilog=examples(
        "wallet top-up acme 25",
        "wallet top-up acme 12.50 --memo INV-7 --idempotency-key inv-7",
        "wallet top-up acme 5 --promo --memo welcome",
    )
)
def top_up(
    account: Account,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="USD, such as 12.50.")],
    memo: Annotated[str, typer.Option(help="A note that stays with the entry.")] = "",
    idempotency_key: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="The same key credits once; made and shown when absent."),
    ] = None,
    promo: Annotated[bool, typer.Option("--promo", help="A present: it was not paid for.")] = False,
    output: Output = Format.TABLE,
) -> None:
    """Credit a wallet; the first top-up makes it."""
    request = ledger_pb2.TopUpRequest(
        amount_nano=parse_usd(amount, field="AMOUNT"),
        request_id=ulid(SystemClock().now_ms()) if idempotency_key is None else idempotency_key,
        memo=memo,
        source=ledger_pb2.SOURCE_PROMO if promo else ledger_pb2.SOURCE_CASH,
    )
    reply = run(lambda clients: _top_up(clients, account, request, idempotency_key is None))
    if reply.repeated:
        note("This top-up had been made before: nothing was credited again.")
    columns = ("entry.account_id", *[f"entry.{column}" for column in _ENTRY_COLUMNS], "repeated")
    render(fields(reply), columns, output)


async def _top_up(
    clients: Clients, account: str, request: ledger_pb2.TopUpRequest, generated: bool
) -> ledger_pb2.TopUpResponse:
    request.account_id = (await find(clients, account)).id
    if generated:
        # Said before the call: whoever sees it fail can repeat it without paying twice.
        note(f"idempotency key: {request.request_id} (repeat a failed call with it)")
    return await clients.ledger.call(lambda ledger: ledger.TopUp(request))


@commands.command(epilog=examples("wallet low-balance acme 5", "wallet low-balance acme 0"))
def low_balance(
    account: Account,
    amount: Annotated[
        str, typer.Argument(metavar="AMOUNT", help="USD, such as 12.50; 0 for never.")
    ],
    output: Output = Format.TABLE,
) -> None:
    """Set below which balance a wallet is low: whoever uses it is told when it falls so far."""
    limit_nano = 0 if amount == "0" else parse_usd(amount, field="AMOUNT")
    render(
        fields(run(lambda clients: _low_balance(clients, account, limit_nano))), _COLUMNS, output
    )


async def _low_balance(clients: Clients, account: str, limit_nano: int) -> ledger_pb2.Wallet:
    request = ledger_pb2.SetLowBalanceRequest(
        account_id=(await find(clients, account)).id, low_balance_nano=limit_nano
    )
    return await clients.ledger.call(lambda ledger: ledger.SetLowBalance(request))


@commands.command(
    epilog=examples(
        "wallet statement acme", "wallet statement acme --from 2026-11-01 --to 2026-11-30"
    )
)
def statement(
    account: Account,
    from_: Annotated[
        str,
        typer.Option("--from", metavar="WHEN", help="30d or 24h ago, or a UTC day, its start."),
    ] = "30d",
    to: Annotated[
        str | None, typer.Option(metavar="DAY", help="Last UTC day, inclusive; today when absent.")
    ] = None,
    output: Output = Format.TABLE,
) -> None:
    """Add up what a wallet gained and lost, by kind; opening and all lines are closing."""
    now_ms = SystemClock().now_ms()
    last_day = day_of(now_ms) if to is None else day(to, field="--to")
    request = ledger_pb2.GetStatementRequest(
        from_ms=since_ms(from_, now_ms, field="--from"),
        to_ms=since_ms(last_day, now_ms, field="--to") + _DAY_MS,
    )
    if request.from_ms >= request.to_ms:
        raise InvalidArgument("--from: is after --to", field="--from")
    reply = run(lambda clients: _statement(clients, account, request))
    render(
        fields(reply) if output is Format.JSON else _statement_rows(reply),
        _STATEMENT_COLUMNS,
        output,
    )


async def _statement(
    clients: Clients, account: str, request: ledger_pb2.GetStatementRequest
) -> ledger_pb2.Statement:
    request.account_id = (await find(clients, account)).id
    return await clients.ledger.call(lambda ledger: ledger.GetStatement(request))


def _statement_rows(statement: ledger_pb2.Statement) -> list[Row]:
    return [
        {"kind": "opening", "entries": "", "amount_nano": statement.opening_nano},
        *(fields(line) for line in statement.lines),
        {"kind": "closing", "entries": "", "amount_nano": statement.closing_nano},
    ]


@commands.command(
    epilog=examples("wallet entries acme", "wallet entries acme --without-usage --since 30d")
)
def entries(
    account: Account,
    without_usage: Annotated[
        bool, typer.Option("--without-usage", help="Only top-ups and the like.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="90m, 24h or 7d ago, or a UTC day like 2026-12-31."),
    ] = None,
    limit: Limit = 100,
    output: Output = Format.TABLE,
) -> None:
    """List movements of money, newest first."""
    now_ms = SystemClock().now_ms()
    request = ledger_pb2.ListEntriesRequest(
        without_usage=without_usage,
        from_ms=0 if since is None else since_ms(since, now_ms, field="--since"),
    )
    found = run(lambda clients: _entries(clients, account, request, limit))
    render([fields(entry) for entry in found], _ENTRY_COLUMNS, output)


async def _entries(
    clients: Clients, account: str, request: ledger_pb2.ListEntriesRequest, limit: int
) -> list[ledger_pb2.Entry]:
    request.account_id = (await find(clients, account)).id

    async def page(size: int, token: str) -> tuple[list[ledger_pb2.Entry], str]:
        request.page_size = size
        request.page_token = token
        reply = await clients.ledger.call(lambda ledger: ledger.ListEntries(request))
        return list(reply.entries), reply.next_page_token

    return await first(limit, page)
