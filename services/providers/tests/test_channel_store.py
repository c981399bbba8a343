"""Channels in both databases; their credentials are in none of them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from mongo_server import store_url
from tollgate_common.store import Store, open_store
from tollgate_providers.channels import ChannelError
from tollgate_providers.store import COLLECTIONS, ChannelDocuments
from tollgate_providers.stored import with_keys
from tollgate_providers.vault import vault_of

from .channel_fakes import NEW, OLD, SECRET, channels_of, described

STORED = with_keys(
    described(models={"gpt-4.1": "own.name", "gpt-4o": ""}, weight=3), [SECRET], vault_of(OLD)
)


@pytest.fixture(params=["sqlite", "mongo"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with store_url(request.param, tmp_path) as url:
        store = await open_store(url, COLLECTIONS)
        yield store
        await store.close()


async def test_a_channel_comes_back_as_it_was(store: Store) -> None:
    documents = ChannelDocuments(store)
    assert await documents.insert(STORED)
    assert not await documents.insert(STORED)
    assert await documents.get("eu") == (STORED, 1)
    assert await documents.all() == [STORED]
    assert await documents.get("us") is None
    assert await documents.remove("eu")
    assert not await documents.remove("eu")


async def test_a_change_that_is_overtaken_is_not_written(store: Store) -> None:
    documents = ChannelDocuments(store)
    await documents.insert(STORED)
    assert await documents.replace(replace(STORED, weight=4), 1)
    assert not await documents.replace(replace(STORED, weight=5), 1)
    found = await documents.get("eu")
    assert found is not None
    assert found[0].weight == 4


async def test_what_is_no_channel_is_refused(store: Store) -> None:
    await store.insert("channels", {"_id": "eu", "provider": "openai"})
    with pytest.raises(ChannelError, match="eu: document"):
        await ChannelDocuments(store).all()


async def test_operators_changes_outlive_the_process(store: Store) -> None:
    channels = channels_of(ChannelDocuments(store))
    await channels.add(described(), [SECRET, "sk-of-the-provider-0002"])
    later = channels_of(ChannelDocuments(store), keys=f"{NEW},{OLD}")
    assert (await later.rotate()).rotated == 2
    latest = channels_of(ChannelDocuments(store), keys=NEW)
    await latest.load()
    (channel,) = latest.serving.channels
    assert [key.credential for key in channel.keys] == [SECRET, "sk-of-the-provider-0002"]


async def test_the_database_does_not_hold_the_credential(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/providers.db", COLLECTIONS)
    await channels_of(ChannelDocuments(store)).add(described(), [SECRET])
    await store.close()
    assert "eu" in text_of(tmp_path)
    assert SECRET not in text_of(tmp_path)


def text_of(folder: Path) -> str:
    return "".join(path.read_text("latin-1") for path in folder.iterdir())
