"""For operators: somebody's account: its wallet, its keys, and credit for it."""

from pydantic import Field
from tollgate.auth.v1 import auth_pb2, users_pb2
from tollgate.ledger.v1 import ledger_pb2
from tollgate.metering.v1 import metering_pb2
from tollgate_common.errors import NotFound

from tollgate_console.api import Answer, Api, Ask, Policy
from tollgate_console.context import Context
from tollgate_console.tables import usd

from .keys import State
from .wallet import Entries, Entry, Wallet, entry_view, wallet_view

api = Api()

_KEYS_MAX = 1000
_NANO_MAX = 2**53 - 1
_MONTH_MS = 30 * 24 * 3600 * 1000
_STATES: dict[int, State] = {
    auth_pb2.KEY_STATE_ACTIVE: "active",
    auth_pb2.KEY_STATE_DISABLED: "disabled",
    auth_pb2.KEY_STATE_REVOKED: "revoked",
}


class AccountKey(Answer):
    """A key of somebody's account, without its secret. Times are milliseconds; 0: never."""

    id: str
    label: str
    last4: str
    state: State
    created_at_ms: int
    last_used_ms: int
    # In the last thirty days.
    cost_nano: int


class Credit(Ask):
    """Credit for an account. The same `request_id` credits once."""

    account_id: str
    amount_nano: int = Field(gt=0, le=_NANO_MAX)
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
    try:
        page = await context.services.ledger.ListEntries(request)
    except NotFound:  # nothing was ever credited
        page = ledger_pb2.ListEntriesResponse()
    return Entries(
        entries=[entry_view(entry) for entry in page.entries],
        next_page_token=page.next_page_token,
    )


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


async def account_wallet(context: Context, account_id: str) -> Wallet:
    request = ledger_pb2.GetWalletRequest(account_id=account_id)
    try:
        return wallet_view(await context.services.ledger.GetWallet(request))
    except NotFound:  # it is made by the first credit
        return wallet_view(ledger_pb2.Wallet())


async def account_keys(context: Context, account_id: str) -> list[AccountKey]:
    listed = await context.services.auth.ListKeys(
        auth_pb2.ListKeysRequest(account_id=account_id, page_size=_KEYS_MAX)
    )
    usage = await context.services.metering.ListKeyUsage(
        metering_pb2.ListKeyUsageRequest(
            account_id=account_id, from_ms=context.clock.now_ms() - _MONTH_MS
        )
    )
    used = {row.key_id: row for row in usage.keys}
    nothing = metering_pb2.KeyUsage()
    return [_key_view(key, used.get(key.id, nothing)) for key in listed.keys]


def _key_view(key: auth_pb2.Key, used: metering_pb2.KeyUsage) -> AccountKey:
    return AccountKey(
        id=key.id,
        label=key.label,
        last4=key.last4,
        state=_STATES[key.state],
        created_at_ms=key.created_at_ms,
        last_used_ms=used.last_used_ms,
        cost_nano=used.cost_nano,
    )
