"""What operators do with channels while the service runs: one method a use case."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tollgate_common.errors import AlreadyExists, InvalidArgument, NotFound, Unavailable
from tollgate_common.sealing import Sealing
from tollgate_common.telemetry import logger

from .channel_rules import Rules
from .channels import Channel, ChannelError, combined
from .ports import Announcer, ChannelStore, Serving
from .stored import (
    CHANNELS_MAX,
    ChannelChange,
    StoredChannel,
    changed,
    channel_of,
    checked,
    sealed_again,
    with_keys,
)

# Operators who change one channel at the same moment all succeed, unless one loses this often.
_ATTEMPTS_MAX = 5


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did; `credentials` counts all of them, `vault_key` is what they are under."""

    rotated: int
    credentials: int
    vault_key: str


@dataclass(slots=True)
class Channels:
    """Channels of the store beside those that are fixed."""

    fixed: Sequence[Channel]
    store: ChannelStore
    vault: Sealing
    rules: Rules
    announcer: Announcer
    serving: Serving
    _loading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def load(self) -> None:
        """Uses what is stored. ChannelError or Unavailable: then those of before go on."""
        async with self._loading:
            stored = [channel_of(s, self.rules, self.vault) for s in await self.store.all()]
            channels = tuple(combined(self.fixed, stored))
            if channels != self.serving.channels:
                self.serving.use(channels)
                logger().info("channels", ids=[channel.id for channel in channels])

    async def add(self, stored: StoredChannel, credentials: Sequence[str]) -> Channel:
        """AlreadyExists when the id is taken; InvalidArgument names the field at fault."""
        with _refusals():
            stored = checked(with_keys(stored, credentials, self.vault), self.rules)
            self.rules.check_known(stored.id, stored.models)
            if len(await self.store.all()) >= CHANNELS_MAX:
                raise ChannelError(stored.id, "id", f"there are {CHANNELS_MAX} channels already")
        if self._fixed(stored.id) or not await self.store.insert(stored):
            raise AlreadyExists(f"channel {stored.id}: id: is taken already", field="id")
        return await self._told("channel_added", stored.id)

    async def update(self, id: str, change: ChannelChange) -> Channel:
        """NotFound when there is no such channel; InvalidArgument names the field at fault."""

        def apply(stored: StoredChannel) -> StoredChannel:
            return changed(stored, change, self.rules, self.vault)

        self._check_changeable(id)
        with _refusals():
            self.rules.check_known(id, change.models or ())
        await self._change(id, apply)
        return await self._told("channel_updated", id)

    async def remove(self, id: str) -> None:
        """NotFound when there is no such channel."""
        self._check_changeable(id)
        if not await self.store.remove(id):
            raise _missing(id)
        logger().info("channel_removed", channel=id)
        await self._changed()

    async def rotate(self) -> Rotation:
        """Puts every credential under the first vault key. What was done before stays done."""
        current = self.vault.current
        rotated = credentials = 0
        with _refusals():
            every = await self.store.all()
        for stored in every:
            credentials += len(stored.keys)
            old = sum(key.sealed.key_id != current for key in stored.keys)
            if old:
                with suppress(NotFound):  # removed meanwhile
                    await self._change(stored.id, lambda stored: sealed_again(stored, self.vault))
                rotated += old
        logger().info("vault_rotated", rotated=rotated, credentials=credentials, key=current)
        return Rotation(rotated, credentials, current)

    async def _change(self, id: str, change: Callable[[StoredChannel], StoredChannel]) -> None:
        for _ in range(_ATTEMPTS_MAX):
            with _refusals():
                found = await self.store.get(id)
                if found is None:
                    raise _missing(id)
                before, version = found
                after = change(before)
            if after == before or await self.store.replace(after, version):
                return
        raise Unavailable(f"channel {id}: is being changed by others; try again", field="id")

    async def _told(self, event: str, id: str) -> Channel:
        logger().info(event, channel=id)
        await self._changed()
        for channel in self.serving.channels:
            if channel.id == id:
                return channel
        raise _missing(id)  # somebody has removed it meanwhile

    async def _changed(self) -> None:
        # A repeated change is announced, too: whoever repeats one doubts its arrival.
        await self.announcer.channels_changed()
        try:
            await self.load()
        except ChannelError as error:
            message = f"done, but no change is used before this is mended: {error}"
            raise Unavailable(message) from error

    def _fixed(self, id: str) -> Channel | None:
        return next((channel for channel in self.fixed if channel.id == id), None)

    def _check_changeable(self, id: str) -> None:
        if channel := self._fixed(id):
            message = f"channel {id}: comes from the {channel.source}; change it there"
            raise InvalidArgument(message, field="id")


def _missing(id: str) -> NotFound:
    return NotFound(f"channel {id}: there is none", field="id")


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except ChannelError as error:
        raise InvalidArgument(str(error), field=error.field) from error
