"""The contract's messages to values, and values to messages."""

from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.errors import InvalidArgument

from .entries import Entry, Kind
from .notices import LowBalance
from .statements import Span, Statement
from .verify import Verdict
from .wallets import INT64_MAX, Ask, Wallet

_KINDS = {
    ledger_pb2.SOURCE_UNSPECIFIED: Kind.TOP_UP,
    ledger_pb2.SOURCE_CASH: Kind.TOP_UP,
    ledger_pb2.SOURCE_PROMO: Kind.PROMO,
}


def recall_message(account_id: str) -> bytes:
    """The announcement that asks edges to close leases."""
    return ledger_pb2.LeaseRecall(account_id=account_id).SerializeToString()


def low_balance_message(notice: LowBalance) -> bytes:
    """What is published when a balance has become low."""
    return ledger_pb2.LowBalance(
        account_id=notice.account_id,
        sequence=notice.sequence,
        posted_nano=notice.posted_nano,
        low_balance_nano=notice.low_balance_nano,
    ).SerializeToString()


def ask_of(request: ledger_pb2.AcquireRequest) -> Ask:
    return Ask(
        account_id=request.account_id,
        edge_id=request.edge_id,
        lease_id=request.lease_id,
        need_nano=request.need_nano,
        want_nano=request.want_nano,
        closing={closing.lease_id: closing.held_total_nano for closing in request.closing},
    )


def kind_of(source: ledger_pb2.Source.ValueType) -> Kind:
    """What a top-up from there is."""
    if source not in _KINDS:
        raise InvalidArgument("source: must be CASH or PROMO", field="source")
    return _KINDS[source]


def span_of(request: ledger_pb2.ListEntriesRequest) -> Span:
    """0 leaves an end open."""
    return Span(request.from_ms, request.to_ms or INT64_MAX)


def sequence_of(token: str) -> int:
    """A page token is the sequence of the last entry that was shown."""
    if not token:
        return INT64_MAX
    if not (token.isascii() and token.isdigit() and len(token) <= 18):
        raise InvalidArgument("page_token: is not one that was given out", field="page_token")
    return int(token)


def token_after(entries: list[Entry], limit: int) -> str:
    """Empty when there can be no more."""
    if len(entries) < limit or entries[-1].sequence == 1:
        return ""
    return str(entries[-1].sequence)


def entry_to_proto(entry: Entry) -> ledger_pb2.Entry:
    return ledger_pb2.Entry(
        id=entry.id,
        account_id=entry.account_id,
        sequence=entry.sequence,
        kind=entry.kind,
        amount_nano=entry.amount_nano,
        counterpart=entry.counterpart,
        balance_nano=entry.balance_nano,
        posted_at_ms=entry.posted_at_ms,
        memo=entry.memo,
    )


def wallet_to_proto(wallet: Wallet, now_ms: int) -> ledger_pb2.Wallet:
    return ledger_pb2.Wallet(
        account_id=wallet.account_id,
        posted_nano=wallet.posted_nano,
        leased_nano=wallet.leased_nano,
        available_nano=wallet.available_nano,
        sequence=wallet.sequence,
        credited_nano=wallet.credited_nano,
        used_nano=wallet.used_nano,
        low_balance_nano=wallet.low_balance_nano,
        leases=[
            ledger_pb2.Lease(
                id=lease.id,
                edge_id=lease.edge_id,
                granted_nano=lease.granted_nano,
                remaining_nano=lease.remaining_nano,
                expires_at_ms=lease.expires_at_ms,
                state=ledger_pb2.LeaseState.ValueType(lease.state(now_ms)),
            )
            for lease in wallet.leases
        ],
    )


def verdict_to_proto(verdict: Verdict) -> ledger_pb2.VerifyResponse:
    return ledger_pb2.VerifyResponse(
        account_id=verdict.account_id,
        entries=verdict.entries,
        posted_nano=verdict.posted_nano,
        leased_nano=verdict.leased_nano,
        violations=verdict.violations,
    )


def statement_to_proto(statement: Statement) -> ledger_pb2.Statement:
    return ledger_pb2.Statement(
        opening_nano=statement.opening_nano,
        closing_nano=statement.closing_nano,
        lines=[
            ledger_pb2.StatementLine(
                kind=line.kind, entries=line.entries, amount_nano=line.amount_nano
            )
            for line in statement.lines
        ],
    )
