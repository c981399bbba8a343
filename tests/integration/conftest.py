"""One run for all stories; each has an account of its own, so none sees another's money."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from collector import Collector, collecting
from stack import Customer, Stack, running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running(Path(tmp_path_factory.mktemp("run")) / "home", edges=2) as run:
        yield run


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def collector() -> AsyncIterator[Collector]:
    async with collecting() as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def impatient(
    tmp_path_factory: pytest.TempPathFactory, collector: Collector
) -> AsyncIterator[Stack]:
    """A run that waits a second where others wait a minute, logs all that it can, and is traced."""
    async with running(
        Path(tmp_path_factory.mktemp("impatient")) / "home",
        TOLLGATE_EDGE_STALL_SECONDS="1",
        TOLLGATE_PROVIDERS_FIRST_BYTE_SECONDS="1",
        TOLLGATE_PROVIDERS_IDLE_SECONDS="1",
        TOLLGATE_LOG_LEVEL="DEBUG",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.port}",
        OTEL_BSP_SCHEDULE_DELAY="100",
    ) as run:
        yield run


@pytest_asyncio.fixture(loop_scope="session")
async def customer(stack: Stack) -> Customer:
    return await stack.customer()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/integration" in str(item.path) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
