"""Deletes what is over, so that no collection grows for ever."""

import asyncio
from dataclasses import dataclass

from tollgate_common.clock import Clock
from tollgate_common.errors import Unavailable
from tollgate_common.store import Store
from tollgate_common.telemetry import logger

from .user_store import forget_expired

_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Looks every ten minutes."""

    store: Store
    clock: Clock

    async def run(self) -> None:
        """For the service's life."""
        while True:
            await asyncio.sleep(_SECONDS)
            try:
                while await forget_expired(self.store, self.clock.now_ms()):
                    pass
            except Unavailable as error:
                logger().warning("sweep_failed", error=error.message)
