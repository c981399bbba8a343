"""What operators do with channels while the service runs."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs
from tollgate_common.errors import AlreadyExists, InvalidArgument, NotFound, Unavailable
from tollgate_providers.channels import Channel, ChannelError, Key, Source
from tollgate_providers.operations import Channels
from tollgate_providers.stored import ChannelChange

from .channel_fakes import (
    NEW,
    OLD,
    SECRET,
    Announcements,
    MemoryChannels,
    Served,
    channels_of,
    described,
)

SANDBOX = Channel(
    id="sandbox-openai",
    provider="openai",
    base_url="http://127.0.0.1:1",
    keys=(Key("1", "sk-sandbox"),),
    sandbox=True,
)
FIXED = replace(SANDBOX, id="openai", sandbox=False)


@pytest.fixture
def store() -> MemoryChannels:
    return MemoryChannels()


@pytest.fixture
def channels(store: MemoryChannels) -> Channels:
    return channels_of(store, SANDBOX)


def announced(channels: Channels) -> int:
    assert isinstance(channels.announcer, Announcements)
    return channels.announcer.count


def ids(channels: Channels) -> list[str]:
    return [channel.id for channel in channels.serving.channels]


async def test_an_added_channel_serves_at_once_and_pushes_the_sandbox_aside(
    channels: Channels,
) -> None:
    await channels.load()
    assert ids(channels) == ["sandbox-openai"]
    channel = await channels.add(described(), [SECRET])
    assert channel.base_url == "https://api.openai.com/v1"
    assert channel.source is Source.STORE
    assert [key.credential for key in channel.keys] == [SECRET]
    assert ids(channels) == ["eu"]
    assert announced(channels) == 1


async def test_an_id_is_unique_over_all_sources(store: MemoryChannels) -> None:
    channels = channels_of(store, FIXED)
    await channels.add(described(), [SECRET])
    for id in ("eu", "openai"):
        with pytest.raises(AlreadyExists):
            await channels.add(described(id), [SECRET])


@pytest.mark.parametrize(
    ("fields", "credentials", "said"),
    [
        ({"id": "A"}, [SECRET], "id"),
        ({"provider": "nobody"}, [SECRET], "provider"),
        ({"base_url": "http://10.0.0.1/v1"}, [SECRET], "base_url"),
        ({"base_url": "http://localhost/v1"}, [SECRET], "base_url"),
        ({"base_url": "gopher://x.example"}, [SECRET], "base_url"),
        ({"weight": 0}, [SECRET], "weight"),
        ({"priority": 1001}, [SECRET], "priority"),
        ({"models": {"glm-4.7": ""}}, [SECRET], "models"),
        ({}, [], "keys"),
        ({}, ["a\nb"], "api_key"),
        ({}, ["k"] * 2, "keys"),
        ({}, [f"k{number}" for number in range(101)], "keys"),
    ],
)
async def test_a_wrong_channel_is_refused_by_its_field(
    store: MemoryChannels, fields: dict[str, Any], credentials: list[str], said: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await channels_of(store).add(described(**fields), credentials)
    assert caught.value.field == said
    assert SECRET not in caught.value.message
    assert store.stored == {}


async def test_without_a_vault_key_nothing_is_added(store: MemoryChannels) -> None:
    with pytest.raises(Unavailable, match="openssl rand"):
        await channels_of(store, keys="").add(described(), [SECRET])


async def test_an_update_changes_what_is_given(channels: Channels) -> None:
    await channels.add(described(weight=3), [SECRET])
    channel = await channels.update("eu", ChannelChange(enabled=False, priority=2))
    assert (channel.enabled, channel.priority, channel.weight) == (False, 2, 3)
    assert announced(channels) == 2


async def test_keys_come_and_go_and_their_ids_do_not_come_back(channels: Channels) -> None:
    await channels.add(described(), [SECRET, "second"])
    change = ChannelChange(add_credentials=["third"], remove_keys=["k2"], disable_keys=["k1"])
    channel = await channels.update("eu", change)
    assert [(key.id, key.enabled) for key in channel.keys] == [("k1", False), ("k3", True)]
    channel = await channels.update("eu", ChannelChange(enable_keys=["k1"], remove_keys=["k3"]))
    assert [(key.id, key.credential) for key in channel.keys] == [("k1", SECRET)]
    channel = await channels.update("eu", ChannelChange(add_credentials=["fourth"]))
    assert [key.id for key in channel.keys] == ["k1", "k4"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (ChannelChange(remove_keys=["k9"]), "keys"),
        (ChannelChange(remove_keys=["k1"]), "keys"),
        (ChannelChange(add_credentials=[SECRET]), "keys"),
        (ChannelChange(weight=-1), "weight"),
        (ChannelChange(models={"gpt-9": ""}), "models"),
        (ChannelChange(base_url="https://thief.example/v1"), "base_url"),
    ],
)
async def test_a_wrong_change_changes_nothing(
    channels: Channels, change: ChannelChange, said: str
) -> None:
    before = await channels.add(described(), [SECRET])
    with pytest.raises(InvalidArgument) as caught:
        await channels.update("eu", change)
    assert caught.value.field == said
    assert channels.serving.channels[0] == before


async def test_another_host_needs_keys_of_its_own(channels: Channels) -> None:
    await channels.add(described(), [SECRET])
    there = "https://eu.example/v1"
    change = ChannelChange(base_url=there, remove_keys=["k1"], add_credentials=["new-one"])
    channel = await channels.update("eu", change)
    assert channel.base_url == there
    assert [key.credential for key in channel.keys] == ["new-one"]


async def test_fixed_channels_are_changed_where_they_are(store: MemoryChannels) -> None:
    channels = channels_of(store, FIXED)
    with pytest.raises(InvalidArgument, match="environment"):
        await channels.update("openai", ChannelChange(enabled=False))
    with pytest.raises(InvalidArgument, match="environment"):
        await channels.remove("openai")


async def test_what_is_not_there_is_not_found(channels: Channels) -> None:
    with pytest.raises(NotFound):
        await channels.update("eu", ChannelChange(enabled=False))
    with pytest.raises(NotFound):
        await channels.remove("eu")


async def test_a_removed_channel_is_gone(channels: Channels, store: MemoryChannels) -> None:
    await channels.add(described(), [SECRET])
    await channels.remove("eu")
    assert ids(channels) == ["sandbox-openai"]
    assert store.stored == {}


async def test_changes_at_the_same_moment_all_succeed(channels: Channels) -> None:
    await channels.add(described(), [SECRET])
    await asyncio.gather(
        channels.update("eu", ChannelChange(weight=7)),
        channels.update("eu", ChannelChange(priority=7)),
    )
    (channel,) = channels.serving.channels
    assert (channel.weight, channel.priority) == (7, 7)


async def test_other_processes_follow(store: MemoryChannels) -> None:
    one, other = channels_of(store), channels_of(store)
    await one.add(described(), [SECRET])
    await other.load()
    assert ids(other) == ["eu"]


async def test_nothing_is_swapped_when_nothing_has_changed(store: MemoryChannels) -> None:
    serving = Served()
    channels = channels_of(store, serving=serving)
    await channels.add(described(), [SECRET])
    await channels.load()
    assert serving.swaps == 1


async def test_a_bad_document_leaves_the_old_channels_in_place(
    channels: Channels, store: MemoryChannels
) -> None:
    good = await channels.add(described(), [SECRET])
    stored, version = store.stored["eu"]
    store.stored["eu"] = (replace(stored, weight=0), version)
    store.stored["us"] = (replace(stored, id="us"), version)
    with pytest.raises(ChannelError):
        await channels.load()
    assert list(channels.serving.channels) == [good]


async def test_a_channel_outlives_a_model_that_the_catalogue_drops(
    channels: Channels, store: MemoryChannels
) -> None:
    await channels.add(described(), [SECRET])
    stored, version = store.stored["eu"]
    store.stored["eu"] = (replace(stored, models={"gpt-1": "", "gpt-4o": ""}), version)
    await channels.load()
    (channel,) = channels.serving.channels
    served = [model.name for model in channels.rules.models.values() if channel.serves(model)]
    assert served == ["gpt-4o"]


async def test_a_channel_that_cannot_be_opened_can_still_be_removed(
    channels: Channels, store: MemoryChannels
) -> None:
    await channels.add(described(), [SECRET])
    later = channels_of(store, keys=NEW)
    with pytest.raises(ChannelError, match="key k1"):
        await later.load()
    await later.remove("eu")
    await later.load()


async def test_rotation_puts_every_credential_under_the_first_key(store: MemoryChannels) -> None:
    await channels_of(store).add(described("one"), [SECRET, "second"])
    await channels_of(store).add(described("two"), [SECRET])
    both = channels_of(store, keys=f"{NEW},{OLD}")
    await both.add(described("three"), [SECRET])
    done = await both.rotate()
    assert (done.rotated, done.credentials, done.vault_key) == (3, 4, "new")
    assert (await both.rotate()).rotated == 0
    await channels_of(store, keys=NEW).load()


async def test_no_log_shows_a_credential(channels: Channels) -> None:
    with capture_logs() as logs:
        await channels.add(described(), [SECRET])
        await channels.update("eu", ChannelChange(add_credentials=["sk-second-secret"]))
        await channels.rotate()
        await channels.remove("eu")
    assert {log["event"] for log in logs} >= {"channel_added", "channel_removed", "vault_rotated"}
    assert "secret" not in str(logs)
    assert SECRET not in str(logs)
