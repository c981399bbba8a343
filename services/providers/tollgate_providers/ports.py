"""What lanes need of the world."""

from typing import Protocol

from tollgate.providers.v1.providers_pb2 import ProviderFrame
from tollgate_common.usage import UsageEvent


class Link(Protocol):
    """The way back to the edge."""

    def put(self, frame: ProviderFrame) -> None:
        """Sends with all others of this turn of the loop. Does nothing once the edge is gone."""
        ...


class Recorder(Protocol):
    """Makes usage events durable."""

    async def record(self, event: UsageEvent) -> None:
        """Returns when the event will arrive. Unavailable when it cannot be kept."""
        ...
