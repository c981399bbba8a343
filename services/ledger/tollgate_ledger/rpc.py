"""gRPC in: contracts to values and back, nothing else."""

from collections.abc import AsyncIterator

import grpc
from tollgate.ledger.v1 import ledger_pb2, ledger_pb2_grpc
from tollgate_common.clock import Clock
from tollgate_common.errors import InvalidArgument
from tollgate_common.wire import page_size_of

from .entries import Entry
from .metrics import ENTRIES, LEASES_DENIED
from .operations import Ledger
from .verify import Verdict
from .wallets import INT64_MAX, Ask, Wallet

SERVICE = ledger_pb2.DESCRIPTOR.services_by_name["Ledger"].full_name
RECALL_SUBJECT = "ledger.lease_recall"


class LedgerServicer(ledger_pb2_grpc.LedgerServicer):
    """The contract tollgate/ledger/v1/ledger.proto."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def add_to(self, server: grpc.aio.Server) -> None:
        ledger_pb2_grpc.add_LedgerServicer_to_server(self, server)

    async def Acquire(
        self, request: ledger_pb2.AcquireRequest, context: object
    ) -> ledger_pb2.AcquireResponse:
        grant = await self._ledger.acquire(_ask_of(request))
        if request.lease_id and not grant.granted_nano:
            LEASES_DENIED.inc()
        return ledger_pb2.AcquireResponse(
            granted_nano=grant.granted_nano,
            ttl_ms=grant.ttl_ms,
            available_nano=grant.available_nano,
        )

    async def GetWallet(
        self, request: ledger_pb2.GetWalletRequest, context: object
    ) -> ledger_pb2.Wallet:
        wallet = await self._ledger.wallet(request.account_id)
        return _wallet_to_proto(wallet, self._clock.now_ms())

    async def ListEntries(
        self, request: ledger_pb2.ListEntriesRequest, context: object
    ) -> ledger_pb2.ListEntriesResponse:
        limit = page_size_of(request.page_size)
        before = _sequence_of(request.page_token)
        entries = await self._ledger.entries(request.account_id, before, limit)
        return ledger_pb2.ListEntriesResponse(
            entries=[_entry_to_proto(entry) for entry in entries],
            next_page_token=_token_after(entries, limit),
        )

    async def TopUp(
        self, request: ledger_pb2.TopUpRequest, context: object
    ) -> ledger_pb2.TopUpResponse:
        topped_up = await self._ledger.top_up(
            request.account_id, request.amount_nano, request.request_id, request.memo
        )
        if not topped_up.repeated:
            ENTRIES.labels("top-up").inc()
        return ledger_pb2.TopUpResponse(
            entry=_entry_to_proto(topped_up.entry), repeated=topped_up.repeated
        )

    async def Verify(
        self, request: ledger_pb2.VerifyRequest, context: object
    ) -> AsyncIterator[ledger_pb2.VerifyResponse]:
        if request.account_id:
            yield _verdict_to_proto(await self._ledger.verify(request.account_id))
            return
        async for verdict in self._ledger.verify_all():
            yield _verdict_to_proto(verdict)


def recall_message(account_id: str) -> bytes:
    """The announcement that asks edges to close leases."""
    return ledger_pb2.LeaseRecall(account_id=account_id).SerializeToString()


def _ask_of(request: ledger_pb2.AcquireRequest) -> Ask:
    return Ask(
        account_id=request.account_id,
        edge_id=request.edge_id,
        lease_id=request.lease_id,
        need_nano=request.need_nano,
        want_nano=request.want_nano,
        closing={closing.lease_id: closing.held_total_nano for closing in request.closing},
    )


def _sequence_of(token: str) -> int:
    """A page token is the sequence of the last entry that was shown."""
    if not token:
        return INT64_MAX
    if not (token.isascii() and token.isdigit() and len(token) <= 18):
        raise InvalidArgument("page_token: is not one that was given out", field="page_token")
    return int(token)


def _token_after(entries: list[Entry], limit: int) -> str:
    if len(entries) < limit or entries[-1].sequence == 1:
        return ""
    return str(entries[-1].sequence)


def _entry_to_proto(entry: Entry) -> ledger_pb2.Entry:
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


def _wallet_to_proto(wallet: Wallet, now_ms: int) -> ledger_pb2.Wallet:
    return ledger_pb2.Wallet(
        account_id=wallet.account_id,
        posted_nano=wallet.posted_nano,
        leased_nano=wallet.leased_nano,
        available_nano=wallet.available_nano,
        sequence=wallet.sequence,
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


def _verdict_to_proto(verdict: Verdict) -> ledger_pb2.VerifyResponse:
    return ledger_pb2.VerifyResponse(
        account_id=verdict.account_id,
        entries=verdict.entries,
        posted_nano=verdict.posted_nano,
        leased_nano=verdict.leased_nano,
        violations=verdict.violations,
    )
