"""Keeps this process's channels as the store has them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from tollgate_common.errors import TollgateError, Unavailable
from tollgate_common.telemetry import logger

from . import metrics
from .channels import ChannelError
from .operations import Channels

# Calls what it is given at every announcement, for as long as the process lives.
Listen = Callable[[Callable[[], None]], Coroutine[Any, Any, None]]


class Follower:
    """Loads at every announcement, and every so many seconds, since one may be lost."""

    def __init__(self, channels: Channels, listen: Listen, seconds: float) -> None:
        self._channels = channels
        self._listen = listen
        self._seconds = seconds
        self._changed = asyncio.Event()
        self._loaded = False

    async def load(self) -> None:
        """What cannot be used leaves the old channels in place, and an alarm."""
        try:
            await self._channels.load()
        except (ChannelError, TollgateError) as error:
            logger().error("channels_not_loaded", error=str(error))
            metrics.CHANNELS_STALE.set(1)
        else:
            self._loaded = True
            metrics.CHANNELS_STALE.set(0)

    async def ready(self) -> None:
        """Unavailable before the first load: a real provider's place is not the sandbox's."""
        if not self._loaded:
            raise Unavailable("the store's channels have not been loaded yet; see the log")

    async def run(self) -> None:
        """For ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(self._changed.set))
            group.create_task(self._follow())

    async def _follow(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._seconds):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            await self.load()
