"""Announces on NATS that channels have changed, and hears it of the other processes."""

from collections.abc import Callable

from tollgate.providers.v1.providers_pb2 import ChannelsChanged
from tollgate_common.bus import Bus

SUBJECT = "providers.channels_changed"


class BusAnnouncer:
    """The port Announcer on NATS."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def channels_changed(self) -> None:
        await self._bus.announce(SUBJECT, ChannelsChanged().SerializeToString())

    async def listen(self, hear: Callable[[], None]) -> None:
        """Calls `hear` at every announcement, once NATS can be reached."""
        await self._bus.listen(SUBJECT, lambda _payload: hear())
