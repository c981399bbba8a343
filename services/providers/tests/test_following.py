"""A process keeps its channels as the store has them, whatever it hears."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from tollgate_common.errors import Unavailable
from tollgate_providers.following import Follower
from tollgate_providers.operations import Channels

from .channel_fakes import SECRET, MemoryChannels, Served, channels_of, described


class Swaps(Served):
    """Says when channels are swapped."""

    def __init__(self) -> None:
        super().__init__()
        self.swapped = asyncio.Event()

    def use(self, channels: object) -> None:
        super().use(channels)  # type: ignore[arg-type]
        self.swapped.set()


class Announced:
    """What there is to hear."""

    def __init__(self) -> None:
        self.hear: Callable[[], None] = lambda: None
        self.listening = asyncio.Event()

    async def listen(self, hear: Callable[[], None]) -> None:
        self.hear = hear
        self.listening.set()


def stale() -> float | None:
    return REGISTRY.get_sample_value("tollgate_providers_channels_stale")


async def added_elsewhere(store: MemoryChannels) -> None:
    await channels_of(store).add(described(), [SECRET])


async def followed(channels: Channels, announced: Announced, seconds: float) -> None:
    """Until a swap."""
    assert isinstance(channels.serving, Swaps)
    running = asyncio.create_task(Follower(channels, announced.listen, seconds).run())
    await asyncio.wait_for(announced.listening.wait(), 5)
    assert channels.serving.swaps == 0
    announced.hear()
    await asyncio.wait_for(channels.serving.swapped.wait(), 5)
    running.cancel()
    await asyncio.wait([running])


async def test_it_loads_when_it_hears_of_a_change() -> None:
    store, serving = MemoryChannels(), Swaps()
    await added_elsewhere(store)
    await followed(channels_of(store, serving=serving), Announced(), 60)
    assert [channel.id for channel in serving.channels] == ["eu"]


async def test_it_looks_by_itself_when_an_announcement_is_lost() -> None:
    store, serving, announced = MemoryChannels(), Swaps(), Announced()
    await added_elsewhere(store)
    channels = channels_of(store, serving=serving)
    running = asyncio.create_task(Follower(channels, announced.listen, 0.01).run())
    await asyncio.wait_for(serving.swapped.wait(), 5)
    running.cancel()
    await asyncio.wait([running])


async def test_it_is_ready_once_it_has_loaded() -> None:
    store = MemoryChannels()
    store.away = True
    follower = Follower(channels_of(store), Announced().listen, 60)
    await follower.load()
    assert stale() == 1
    with pytest.raises(Unavailable):
        await follower.ready()
    store.away = False
    await follower.load()
    assert stale() == 0
    await follower.ready()


async def test_what_cannot_be_used_leaves_the_channels_of_before_and_an_alarm() -> None:
    store, serving = MemoryChannels(), Served()
    await added_elsewhere(store)
    follower = Follower(channels_of(store, serving=serving), Announced().listen, 60)
    await follower.load()
    before = serving.channels
    stored, version = store.stored["eu"]
    store.stored["eu"] = (replace(stored, provider="nobody"), version)
    await follower.load()
    assert serving.channels == before
    assert stale() == 1
    await follower.ready()
