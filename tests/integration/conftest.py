"""One run for all stories; each has an account of its own, so none sees another's money."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from stack import Customer, Stack, running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running(Path(tmp_path_factory.mktemp("run")) / "home", edges=2) as run:
        yield run


@pytest_asyncio.fixture(loop_scope="session")
async def customer(stack: Stack) -> Customer:
    return await stack.customer()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/integration" in str(item.path):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
