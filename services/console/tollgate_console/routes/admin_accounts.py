"""For operators: credit for somebody's account, and its entries."""

from pydantic import Field
from tollgate.auth.v1 import auth_pb2, users_pb2
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.errors import NotFound
from tollgate_common.money import ENTRY_NANO_MAX

from tollgate_console.api import Answer, Api, Ask, Policy
from tollgate_console.context import Context
from tollgate_console.tables import usd

from .wallet import Entries, Entry, entries_view, entry_view

api = Api()


class Credit(Ask):
    """Credit for an account. The same `request_id` credits once."""

    account_id: str
    amount_nano: int = Field(gt=0, le=ENTRY_NANO_MAX)
    memo: str = ""
    # Given, not paid for.
    promo: bool = False
    request_id: str = Field(min_length=1, max_length=64)


class Credited(Answer):
    """The entry, and whether it had been there before."""

    entry: Entry
    repeated: bool


class AccountEntriesAsk(Ask):
    """A page of an account's entries."""

    account_id: str
    without_usage: bool = False
    page_size: int = Field(default=50, ge=1, le=200)
    page_token: str = ""


@api.endpoint("POST", "/api/admin/accounts/{account_id}/credit", Policy.ADMIN)
async def credit_account(context: Context, ask: Credit) -> Credited:
    owner = await _owner(context, ask.account_id)
    reply = await context.services.ledger.TopUp(
        ledger_pb2.TopUpRequest(
            account_id=ask.account_id,
            amount_nano=ask.amount_nano,
            request_id=ask.request_id,
            memo=ask.memo,
            source=ledger_pb2.SOURCE_PROMO if ask.promo else ledger_pb2.SOURCE_CASH,
        )
    )
    # Noted when repeated, too: the first time may have been cut off before its note.
    amount = usd(ask.amount_nano).normalize()
    detail = f"{ask.account_id}: {amount:f} USD, {reply.entry.kind}, {ask.request_id}"
    await context.audit("wallet_topped_up", user_id=owner, detail=detail)
    return Credited(entry=entry_view(reply.entry), repeated=reply.repeated)


@api.endpoint("GET", "/api/admin/accounts/{account_id}/entries", Policy.STAFF)
async def list_account_entries(context: Context, ask: AccountEntriesAsk) -> Entries:
    request = ledger_pb2.ListEntriesRequest(**ask.model_dump())
    return entries_view(await context.services.ledger.ListEntries(request))


async def _owner(context: Context, account_id: str) -> str:
    """The id of its first user, or "". NotFound when there is no such account."""
    services = context.services
    account = await services.auth.GetAccount(auth_pb2.GetAccountRequest(account=account_id))
    # Names are taken there, too: a wallet is of an id.
    if account.id != account_id:
        raise NotFound("There is no account with this id.", field="account_id")
    request = users_pb2.ListUsersRequest(search=account_id, page_size=1)
    found = await services.users.ListUsers(request)
    return found.users[0].id if found.users else ""
