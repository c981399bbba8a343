"""gRPC in: contracts to values and back, nothing else."""

from collections.abc import AsyncIterator

import grpc
from tollgate.ledger.v1 import ledger_pb2, ledger_pb2_grpc
from tollgate_common.clock import Clock
from tollgate_common.wire import page_size_of

from . import messages
from .history import History
from .metrics import ENTRIES, LEASES_DENIED
from .operations import Ledger
from .statements import Span

SERVICE = ledger_pb2.DESCRIPTOR.services_by_name["Ledger"].full_name
RECALL_SUBJECT = "ledger.lease_recall"


class LedgerServicer(ledger_pb2_grpc.LedgerServicer):
    """The contract tollgate/ledger/v1/ledger.proto."""

    def __init__(self, ledger: Ledger, history: History, clock: Clock) -> None:
        self._ledger = ledger
        self._history = history
        self._clock = clock

    def add_to(self, server: grpc.aio.Server) -> None:
        ledger_pb2_grpc.add_LedgerServicer_to_server(self, server)

    async def Acquire(
        self, request: ledger_pb2.AcquireRequest, context: object
    ) -> ledger_pb2.AcquireResponse:
        grant = await self._ledger.acquire(messages.ask_of(request))
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
        return messages.wallet_to_proto(wallet, self._clock.now_ms())

    async def SetLowBalance(
        self, request: ledger_pb2.SetLowBalanceRequest, context: object
    ) -> ledger_pb2.Wallet:
        wallet = await self._ledger.set_low_balance(request.account_id, request.low_balance_nano)
        return messages.wallet_to_proto(wallet, self._clock.now_ms())

    async def GetStatement(
        self, request: ledger_pb2.GetStatementRequest, context: object
    ) -> ledger_pb2.Statement:
        span = Span(request.from_ms, request.to_ms)
        statement = await self._history.statement(request.account_id, span)
        return messages.statement_to_proto(statement)

    async def ListEntries(
        self, request: ledger_pb2.ListEntriesRequest, context: object
    ) -> ledger_pb2.ListEntriesResponse:
        limit = page_size_of(request.page_size)
        entries = await self._history.entries(
            request.account_id,
            messages.span_of(request),
            messages.sequence_of(request.page_token),
            limit,
            without_usage=request.without_usage,
        )
        return ledger_pb2.ListEntriesResponse(
            entries=[messages.entry_to_proto(entry) for entry in entries],
            next_page_token=messages.token_after(entries, limit),
        )

    async def TopUp(
        self, request: ledger_pb2.TopUpRequest, context: object
    ) -> ledger_pb2.TopUpResponse:
        topped_up = await self._ledger.top_up(
            request.account_id,
            request.amount_nano,
            request.request_id,
            request.memo,
            messages.kind_of(request.source),
        )
        if not topped_up.repeated:
            ENTRIES.labels(topped_up.entry.kind).inc()
        return ledger_pb2.TopUpResponse(
            entry=messages.entry_to_proto(topped_up.entry), repeated=topped_up.repeated
        )

    async def Verify(
        self, request: ledger_pb2.VerifyRequest, context: object
    ) -> AsyncIterator[ledger_pb2.VerifyResponse]:
        if request.account_id:
            yield messages.verdict_to_proto(await self._ledger.verify(request.account_id))
            return
        async for verdict in self._ledger.verify_all():
            yield messages.verdict_to_proto(verdict)
