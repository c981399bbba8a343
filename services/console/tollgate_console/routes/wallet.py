"""The wallet of the account of who is logged in: balance, entries, statements."""

from collections.abc import AsyncGenerator

from pydantic import Field
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.errors import NotFound
from tollgate_common.money import ENTRY_NANO_MAX

from tollgate_console.api import Answer, Api, Ask, Nothing, Policy, Stream
from tollgate_console.context import Context
from tollgate_console.tables import CSV, attachment, csv_line, local_moment, moment, usd

api = Api()

_PAGE = 1000
_COLUMNS = (
    "sequence",
    "time_utc",
    "time_local",
    "kind",
    "amount_usd",
    "balance_usd",
    "id",
    "memo",
)


class Wallet(Answer):
    """An account's money in nano-dollars."""

    # Everything that was credited less everything that was used.
    posted_nano: int
    # Set aside for requests under way.
    leased_nano: int
    available_nano: int
    credited_nano: int
    used_nano: int
    # Below this a mail is sent; 0: never.
    low_balance_nano: int


class Filter(Ask):
    """Which entries. Times are milliseconds since the Unix epoch; 0: open."""

    from_ms: int = 0
    to_ms: int = 0
    without_usage: bool = False


class EntriesAsk(Filter):
    """A page of entries."""

    page_size: int = Field(default=50, ge=1, le=200)
    page_token: str = ""


class EntriesExport(Filter):
    """All entries that match, as CSV, newest first."""

    # Minutes east of UTC of the reader's clock.
    utc_offset_minutes: int = Field(default=0, ge=-14 * 60, le=14 * 60)


class Entry(Answer):
    """One movement of money, and the balance after it."""

    id: str
    sequence: int
    kind: str
    amount_nano: int
    balance_nano: int
    posted_at_ms: int
    memo: str


class Entries(Answer):
    """Newest first; an empty token: there are no more."""

    entries: list[Entry]
    next_page_token: str


class Span(Ask):
    """From (inclusive) and to (exclusive), in milliseconds since the Unix epoch."""

    from_ms: int
    to_ms: int


class StatementLine(Answer):
    """All entries of one kind."""

    kind: str
    entries: int
    amount_nano: int


class Statement(Answer):
    """Opening and all lines are closing, exactly."""

    opening_nano: int
    closing_nano: int
    lines: list[StatementLine]


class LowBalance(Ask):
    """When to be mailed; 0: never."""

    low_balance_nano: int = Field(ge=0, le=ENTRY_NANO_MAX)


@api.endpoint("GET", "/api/wallet", Policy.USER)
async def show_wallet(context: Context, ask: Nothing) -> Wallet:
    return await wallet_of(context, context.account_id)


@api.endpoint("PUT", "/api/wallet/low-balance", Policy.USER)
async def set_low_balance(context: Context, ask: LowBalance) -> Wallet:
    request = ledger_pb2.SetLowBalanceRequest(
        account_id=context.account_id, low_balance_nano=ask.low_balance_nano
    )
    return _wallet_view(await context.services.ledger.SetLowBalance(request))


@api.endpoint("GET", "/api/wallet/entries", Policy.USER)
async def list_entries(context: Context, ask: EntriesAsk) -> Entries:
    return entries_view(await _page(context, ask, ask.page_size, ask.page_token))


@api.endpoint("GET", "/api/wallet/statement", Policy.USER)
async def show_statement(context: Context, ask: Span) -> Statement:
    request = ledger_pb2.GetStatementRequest(account_id=context.account_id, **ask.model_dump())
    try:
        statement = await context.services.ledger.GetStatement(request)
    except NotFound:
        statement = ledger_pb2.Statement()
    return Statement(
        opening_nano=statement.opening_nano,
        closing_nano=statement.closing_nano,
        lines=[
            StatementLine(kind=line.kind, entries=line.entries, amount_nano=line.amount_nano)
            for line in statement.lines
        ],
    )


@api.endpoint("GET", "/api/wallet/entries.csv", Policy.USER)
async def export_entries(context: Context, ask: EntriesExport) -> Stream:
    # What cannot be found at all is refused while there is still a status to say so.
    first = await _page(context, ask, _PAGE)
    return Stream(_lines(context, ask, first), CSV, headers=attachment("tollgate-entries.csv"))


async def wallet_of(context: Context, account_id: str) -> Wallet:
    request = ledger_pb2.GetWalletRequest(account_id=account_id)
    try:
        return _wallet_view(await context.services.ledger.GetWallet(request))
    except NotFound:  # it is made by the first credit
        return _wallet_view(ledger_pb2.Wallet())


async def _page(
    context: Context, ask: Filter, size: int, token: str = ""
) -> ledger_pb2.ListEntriesResponse:
    return await context.services.ledger.ListEntries(
        ledger_pb2.ListEntriesRequest(
            account_id=context.account_id,
            from_ms=ask.from_ms,
            to_ms=ask.to_ms,
            without_usage=ask.without_usage,
            page_size=size,
            page_token=token,
        )
    )


async def _lines(
    context: Context, ask: EntriesExport, page: ledger_pb2.ListEntriesResponse
) -> AsyncGenerator[bytes, None]:
    yield csv_line(_COLUMNS)
    while True:
        yield b"".join(csv_line(_cells(entry, ask.utc_offset_minutes)) for entry in page.entries)
        if not page.next_page_token:
            return
        page = await _page(context, ask, _PAGE, page.next_page_token)


def _cells(entry: ledger_pb2.Entry, utc_offset_minutes: int) -> list[object]:
    return [
        entry.sequence,
        moment(entry.posted_at_ms),
        local_moment(entry.posted_at_ms, utc_offset_minutes),
        entry.kind,
        usd(entry.amount_nano),
        usd(entry.balance_nano),
        entry.id,
        entry.memo,
    ]


def _wallet_view(wallet: ledger_pb2.Wallet) -> Wallet:
    return Wallet(**{name: getattr(wallet, name) for name in Wallet.model_fields})


def entry_view(entry: ledger_pb2.Entry) -> Entry:
    return Entry(**{name: getattr(entry, name) for name in Entry.model_fields})


def entries_view(page: ledger_pb2.ListEntriesResponse) -> Entries:
    return Entries(
        entries=[entry_view(entry) for entry in page.entries],
        next_page_token=page.next_page_token,
    )
