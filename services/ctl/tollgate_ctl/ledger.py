"""tollgatectl ledger: the books, recomputed."""

from typing import Annotated

import typer
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.errors import TollgateError

from .account import id_of
from .clients import Clients, run
from .options import Output, examples
from .output import Format, fields, render

commands = typer.Typer(help="The books.")

# Verifying reads every entry of every account.
_VERIFY_SECONDS = 600


@commands.command(epilog=examples("ledger verify", "ledger verify acme -o json"))
def verify(
    account: Annotated[
        str | None, typer.Argument(metavar="[ACCOUNT]", help="An account's id or name; or all.")
    ] = None,
    output: Output = Format.TABLE,
) -> None:
    """Recompute the ledger's invariants. Lists the violations, and exits 1 if there are any."""
    verdicts = run(lambda clients: _verify(clients, account))
    columns = ("account_id", "entries", "posted_nano", "leased_nano", "violations")
    render([fields(verdict) for verdict in verdicts], columns, output)
    violated = [verdict.account_id for verdict in verdicts if verdict.violations]
    if violated:
        raise TollgateError(f"the ledger is wrong about {', '.join(violated)}; see the violations")


async def _verify(clients: Clients, account: str | None) -> list[ledger_pb2.VerifyResponse]:
    request = ledger_pb2.VerifyRequest(account_id=await id_of(clients, account))
    return await clients.ledger.stream(
        lambda ledger: ledger.Verify(request, timeout=_VERIFY_SECONDS)
    )
