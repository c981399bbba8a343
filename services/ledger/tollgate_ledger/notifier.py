"""NATS out: publishes the notices that wallets remember, and lets the wallets forget them."""

import asyncio

from tollgate_common.errors import Unavailable
from tollgate_common.telemetry import logger

from .metrics import LOW_BALANCES
from .operations import Ledger
from .ports import Noticing, Publish

_POLL_SECONDS = 1.0
_WALLETS_AT_ONCE = 100


class Notifier:
    """Safe to run in any number of processes: a notice that comes twice has the same id."""

    def __init__(self, wallets: Noticing, ledger: Ledger, publish: Publish) -> None:
        self._wallets = wallets
        self._ledger = ledger
        self._publish = publish

    async def run(self) -> None:
        """For the service's life."""
        while True:
            try:
                await self.publish()
            except Unavailable as error:
                logger().warning("notices_wait", error=error.message)
            await asyncio.sleep(_POLL_SECONDS)

    async def publish(self) -> None:
        """Publishes all that wait. Unavailable when one cannot be published or forgotten now."""
        while wallets := await self._wallets.noticed(_WALLETS_AT_ONCE):
            for wallet in wallets:
                for notice in wallet.notices:
                    await self._publish(notice)
                await self._ledger.published(wallet.account_id, wallet.notices[-1].sequence)
                LOW_BALANCES.inc(len(wallet.notices))
