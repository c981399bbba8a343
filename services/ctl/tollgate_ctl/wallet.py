"""tollgatectl wallet: an account's money."""

from typing import Annotated

import typer
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.clock import SystemClock
from tollgate_common.errors import NotFound
from tollgate_common.ids import ulid
from tollgate_common.money import parse_usd

from .account import find
from .clients import Clients, run
from .options import Account, Limit, Output, examples
from .output import Format, fields, note, render
from .pages import first

commands = typer.Typer(help="An account's money.")

_COLUMNS = ("account_id", "posted_nano", "leased_nano", "available_nano", "sequence", "leases")
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
        "wallet top-up acme 25", "wallet top-up acme 12.50 --memo INV-7 --idempotency-key inv-7"
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
    output: Output = Format.TABLE,
) -> None:
    """Credit a wallet; the first top-up makes it."""
    request = ledger_pb2.TopUpRequest(
        amount_nano=parse_usd(amount, field="AMOUNT"),
        request_id=ulid(SystemClock().now_ms()) if idempotency_key is None else idempotency_key,
        memo=memo,
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


@commands.command(epilog=examples("wallet entries acme", "wallet entries acme --limit 500 -o json"))
def entries(account: Account, limit: Limit = 100, output: Output = Format.TABLE) -> None:
    """List movements of money, newest first."""
    found = run(lambda clients: _entries(clients, account, limit))
    render([fields(entry) for entry in found], _ENTRY_COLUMNS, output)


async def _entries(clients: Clients, account: str, limit: int) -> list[ledger_pb2.Entry]:
    account_id = (await find(clients, account)).id

    async def page(size: int, token: str) -> tuple[list[ledger_pb2.Entry], str]:
        request = ledger_pb2.ListEntriesRequest(
            account_id=account_id, page_size=size, page_token=token
        )
        reply = await clients.ledger.call(lambda ledger: ledger.ListEntries(request))
        return list(reply.entries), reply.next_page_token

    return await first(limit, page)
