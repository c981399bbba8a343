"""What lanes and operations need of the world."""

from collections.abc import Sequence
from typing import Protocol

from tollgate.providers.v1.providers_pb2 import ProviderFrame
from tollgate_common.usage import UsageEvent

from .channels import Channel
from .stored import StoredChannel


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


class ChannelStore(Protocol):
    """Stored channels. Any method raises Unavailable when the database is away.

    ChannelError when a document is no channel.
    """

    async def insert(self, stored: StoredChannel) -> bool:
        """False, and nothing is written, if the id is taken."""
        ...

    async def get(self, id: str) -> tuple[StoredChannel, int] | None:
        """The channel and its version."""
        ...

    async def replace(self, stored: StoredChannel, version: int) -> bool:
        """False, and nothing is written, if the stored version is another one by now."""
        ...

    async def remove(self, id: str) -> bool:
        """False if there was none."""
        ...

    async def all(self) -> list[StoredChannel]: ...


class Announcer(Protocol):
    """Tells every process what has changed."""

    async def channels_changed(self) -> None:
        """Best effort, and never fails: processes look by themselves every 30 s in any case."""
        ...


class Serving(Protocol):
    """What serves requests by channels."""

    @property
    def channels(self) -> Sequence[Channel]: ...

    def use(self, channels: Sequence[Channel]) -> None:
        """From now on, all at once."""
        ...
