"""NATS in: usage events become charges, and are acknowledged once they are durable."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from tollgate.events.v1 import usage_pb2
from tollgate_common.clock import Clock
from tollgate_common.dead_letters import DeadLetter, DeadLetters, read_batch
from tollgate_common.errors import TollgateError
from tollgate_common.telemetry import logger
from tollgate_common.wire import event_of

from .charges import Charge, Posting
from .metrics import CONFLICTS, DEAD_LETTERS, ENTRIES, LAG_SECONDS
from .operations import CHARGES_MAX, Ledger
from .ports import Passing

DURABLE = "ledger"
# Messages fetched at once; each holds the events that were ready at one moment.
DELIVERIES_MAX = 128
# Enough for the store to commit in groups.
_ACCOUNTS_AT_ONCE = 32


class Delivery(Protocol):
    """A message as the bus delivers it."""

    @property
    def payload(self) -> bytes: ...

    async def ack(self) -> None: ...

    async def retry(self) -> None: ...


class UsageConsumer:
    """Posts deliveries; safe to run in any number of processes, on any repetition and order."""

    def __init__(
        self,
        ledger: Ledger,
        dead_letters: DeadLetters,
        clock: Clock,
        passing: Passing = lambda place: None,
    ) -> None:
        self._ledger = ledger
        self._dead_letters = dead_letters
        self._clock = clock
        self._passing = passing

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledges each delivery whose events are all durable; the others come again."""
        charges: dict[str, list[Charge]] = defaultdict(list)
        accounts: list[set[str]] = []
        for delivery in deliveries:
            found, letters = read_batch(delivery.payload, _charge_of)
            await self._bury(letters)
            for charge in found:
                charges[charge.account_id].append(charge)
            accounts.append({charge.account_id for charge in found})
        failed = await self._post_all(charges)
        self._passing("post.before_ack")
        await asyncio.gather(
            *(
                delivery.retry() if failed & touched else delivery.ack()
                for delivery, touched in zip(deliveries, accounts, strict=True)
            )
        )

    async def _post_all(self, charges: dict[str, list[Charge]]) -> set[str]:
        """The accounts whose charges are not all durable."""
        slots = asyncio.Semaphore(_ACCOUNTS_AT_ONCE)
        failed: set[str] = set()

        async def post(account_id: str) -> None:
            async with slots:
                try:
                    await self._post(account_id, charges[account_id])
                except TollgateError as error:
                    failed.add(account_id)
                    logger().warning("not_posted", account_id=account_id, error=error.message)

        async with asyncio.TaskGroup() as group:
            for account_id in charges:
                group.create_task(post(account_id))
        return failed

    async def _post(self, account_id: str, charges: Sequence[Charge]) -> None:
        for start in range(0, len(charges), CHARGES_MAX):
            posting = await self._ledger.post(account_id, charges[start : start + CHARGES_MAX])
            await self._report(posting)

    async def _report(self, posting: Posting) -> None:
        now_ms = self._clock.now_ms()
        for charge in posting.posted:
            LAG_SECONDS.observe(max(0, now_ms - charge.ended_at_ms) / 1000)
        ENTRIES.labels("usage").inc(len(posting.posted))
        CONFLICTS.inc(len(posting.conflicting))
        for charge in posting.conflicting:
            logger().error(
                "usage_conflict", entry_id=charge.movement.id, account_id=charge.account_id
            )
        await self._bury(
            [
                DeadLetter(repr(charge).encode(), "balance: would leave the 64-bit range")
                for charge in posting.refused
            ]
        )

    async def _bury(self, letters: Sequence[DeadLetter]) -> None:
        DEAD_LETTERS.inc(await self._dead_letters.bury(letters))


def _charge_of(event: usage_pb2.UsageEvent) -> Charge:
    return Charge.of(event_of(event))
