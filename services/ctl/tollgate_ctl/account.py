"""tollgatectl account: customers."""

from typing import Annotated

import typer
from tollgate.auth.v1 import auth_pb2
from tollgate_common.clock import SystemClock
from tollgate_common.errors import NotFound
from tollgate_common.ids import ulid

from .clients import Clients, run
from .options import (
    Account,
    Ceiling,
    Limit,
    Output,
    examples,
    limits_given,
)
from .output import Format, fields, render
from .pages import first

commands = typer.Typer(help="Customers.")

_COLUMNS = (
    "id",
    "name",
    "limits.requests_per_minute",
    "limits.tokens_per_minute",
    "limits.concurrent_requests",
    "created_at_ms",
)


async def find(clients: Clients, account: str) -> auth_pb2.Account:
    """The account of that id or name. NotFound says how to see which there are."""
    request = auth_pb2.GetAccountRequest(account=account)
    try:
        return await clients.auth.call(lambda auth: auth.GetAccount(request))
    except NotFound as error:
        raise NotFound(
            f"there is no account {account!r}; `tollgatectl account list` shows all"
        ) from error


async def id_of(clients: Clients, account: str | None) -> str:
    """The id of that account, or nothing when none is named."""
    return "" if account is None else (await find(clients, account)).id


@commands.command(
    epilog=examples("account create acme", "account create acme --requests-per-minute 600")
)
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Unique, lower case.")],
    requests_per_minute: Ceiling = None,
    tokens_per_minute: Ceiling = None,
    concurrent_requests: Ceiling = None,
    output: Output = Format.TABLE,
) -> None:
    """Create an account. Its keys share its limits; with none given, it gets the default ones."""
    limits = limits_given(
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
        concurrent_requests=concurrent_requests,
    )
    request = auth_pb2.CreateAccountRequest(
        name=name,
        limits=auth_pb2.Limits(**limits) if limits else None,
        request_id=ulid(SystemClock().now_ms()),
    )
    created = run(lambda clients: clients.auth.call(lambda auth: auth.CreateAccount(request)))
    render(fields(created), _COLUMNS, output)


@commands.command("list", epilog=examples("account list", "account list -o json"))
def list_accounts(limit: Limit = 100, output: Output = Format.TABLE) -> None:
    """List accounts by name."""
    accounts = run(lambda clients: first(limit, lambda size, token: _page(clients, size, token)))
    render([fields(account) for account in accounts], _COLUMNS, output)


async def _page(clients: Clients, size: int, token: str) -> tuple[list[auth_pb2.Account], str]:
    request = auth_pb2.ListAccountsRequest(page_size=size, page_token=token)
    reply = await clients.auth.call(lambda auth: auth.ListAccounts(request))
    return list(reply.accounts), reply.next_page_token


@commands.command(epilog=examples("account show acme"))
def show(account: Account, output: Output = Format.TABLE) -> None:
    """Show one account."""
    render(fields(run(lambda clients: find(clients, account))), _COLUMNS, output)
