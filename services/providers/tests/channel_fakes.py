"""Ports of the operations in memory, and what operators would give them."""

from base64 import b64encode
from collections.abc import Sequence

from tollgate_common.errors import Unavailable
from tollgate_providers.catalogue import BUILT_IN, load_catalogue
from tollgate_providers.channel_rules import Rules
from tollgate_providers.channels import Channel
from tollgate_providers.operations import Channels
from tollgate_providers.ports import ChannelStore, Serving
from tollgate_providers.registry import load_adapters
from tollgate_providers.stored import StoredChannel
from tollgate_providers.vault import vault_of

OLD = f"old:{b64encode(bytes(range(32))).decode()}"
NEW = f"new:{b64encode(bytes(range(1, 33))).decode()}"
SECRET = "sk-of-the-provider-0001"
ADAPTERS = load_adapters()
RULES = Rules(ADAPTERS, load_catalogue(BUILT_IN, ADAPTERS), frozenset({"127.0.0.1"}))


class MemoryChannels:
    """The port ChannelStore; can be away."""

    def __init__(self) -> None:
        self.stored: dict[str, tuple[StoredChannel, int]] = {}
        self.away = False

    async def insert(self, stored: StoredChannel) -> bool:
        self._check()
        if stored.id in self.stored:
            return False
        self.stored[stored.id] = (stored, 1)
        return True

    async def get(self, id: str) -> tuple[StoredChannel, int] | None:
        self._check()
        return self.stored.get(id)

    async def replace(self, stored: StoredChannel, version: int) -> bool:
        self._check()
        if self.stored[stored.id][1] != version:
            return False
        self.stored[stored.id] = (stored, version + 1)
        return True

    async def remove(self, id: str) -> bool:
        self._check()
        return self.stored.pop(id, None) is not None

    async def all(self) -> list[StoredChannel]:
        self._check()
        return [stored for stored, _ in self.stored.values()]

    def _check(self) -> None:
        if self.away:
            raise Unavailable("the database is away")


class Announcements:
    """The port Announcer: counts."""

    def __init__(self) -> None:
        self.count = 0

    async def channels_changed(self) -> None:
        self.count += 1


class Served:
    """The port Serving: remembers."""

    def __init__(self) -> None:
        self.channels: Sequence[Channel] = ()
        self.swaps = 0

    def use(self, channels: Sequence[Channel]) -> None:
        self.channels = channels
        self.swaps += 1


def channels_of(
    store: ChannelStore, *fixed: Channel, keys: str = OLD, serving: Serving | None = None
) -> Channels:
    return Channels(fixed, store, vault_of(keys), RULES, Announcements(), serving or Served())


def described(id: str = "eu", **fields: object) -> StoredChannel:
    defaults: dict[str, object] = {"provider": "openai", "base_url": "", "keys": ()}
    return StoredChannel(id=id, **(defaults | fields))  # type: ignore[arg-type]
