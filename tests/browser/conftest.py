"""One run and one browser for all stories; each story has a visitor of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from stack import Stack, running

from .visitor import chromium


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    home = Path(tmp_path_factory.mktemp("run")) / "home"
    async with running(home, TOLLGATE_CONSOLE_TRUSTED_PROXIES="127.0.0.1") as run:
        yield run


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _is_story(item) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
    # What takes longest begins first, or one process would be left with it at the end.
    items.sort(key=lambda item: (not _is_story(item), "tests/integration" not in str(item.path)))


def _is_story(item: pytest.Item) -> bool:
    return "tests/browser" in str(item.path)
