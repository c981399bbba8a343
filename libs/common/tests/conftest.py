"""A store of each engine."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from mongo_server import store_url
from store_cases import COLLECTIONS
from tollgate_common.store import Store, open_store


@pytest.fixture(params=["sqlite", "mongo"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    engine: Literal["sqlite", "mongo"] = request.param
    async with store_url(engine, tmp_path) as url:
        yield url


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = await open_store(url, COLLECTIONS)
    yield store
    await store.close()
