"""Announces changed keys on NATS, so that every edge forgets its cached grant."""

from tollgate.auth.v1 import auth_pb2
from tollgate_common.bus import Bus

from .keys import Key

SUBJECT = "auth.key_changed"


class BusAnnouncer:
    """The port Announcer on NATS."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def key_changed(self, key: Key) -> None:
        message = auth_pb2.KeyChanged(key_sha256=key.sha256)
        await self._bus.announce(SUBJECT, message.SerializeToString())
