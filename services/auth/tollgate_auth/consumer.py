"""NATS in: what the ledger notices becomes letters, and is acknowledged once they are kept."""

from collections.abc import Sequence
from typing import Protocol

from google.protobuf.message import DecodeError
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.errors import InvalidArgument
from tollgate_common.telemetry import logger

from .notices import LowBalance, Notices

DURABLE = "auth"
DELIVERIES_MAX = 16


class Delivery(Protocol):
    """A message as the bus delivers it."""

    @property
    def payload(self) -> bytes: ...

    async def ack(self) -> None: ...


class LowBalanceConsumer:
    """Safe to run in any number of processes, on any repetition and order."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Raises what the store raises; then what is not acknowledged comes again."""
        for delivery in deliveries:
            try:
                low = _low_balance_of(delivery.payload)
            except InvalidArgument as error:
                # No money is in it, and nobody could be told.
                logger().error("low_balance_dropped", error=error.message)
            else:
                await self._notices.low_balance(low)
            await delivery.ack()


def _low_balance_of(payload: bytes) -> LowBalance:
    try:
        message = ledger_pb2.LowBalance.FromString(payload)
    except DecodeError as error:
        raise InvalidArgument("low balance: is none") from error
    if not message.account_id or message.sequence < 1:
        raise InvalidArgument("low balance: needs an account and a sequence")
    return LowBalance(
        account_id=message.account_id,
        sequence=message.sequence,
        posted_nano=message.posted_nano,
        low_balance_nano=message.low_balance_nano,
    )
