"""One run for all clients; each has an account of its own and a machine with an empty home."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from compatibility import check_part
from stack import Stack, running

from .environments import INSTALL_SECONDS_MAX, RUN_SECONDS_MAX, Machine
from .newcomer import Newcomer
from .page import Page
from .told import Refusals

HERE = Path(__file__).parent


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running(Path(tmp_path_factory.mktemp("run")) / "home") as run:
        yield run


@pytest.fixture(scope="session")
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    """What was found: in the end compared with its part of the docs, if all clients have run."""
    found = Page()
    yield found
    if len(found.rows) == len(_clients(request.session.items)) and _all_ran(request.session):
        check_part("clients", found.text(), by="make test-clients")


@pytest.fixture(scope="session")
def refusals(stack: Stack) -> Refusals:
    return Refusals(stack)


@pytest_asyncio.fixture(loop_scope="session")
async def newcomer(stack: Stack, refusals: Refusals, page: Page, tmp_path: Path) -> Newcomer:
    return Newcomer(stack, await stack.customer(usd="50"), Machine(tmp_path), refusals, page)


def _clients(items: list[pytest.Item]) -> list[pytest.Item]:
    return [item for item in items if "page" in getattr(item, "fixturenames", ())]


def _all_ran(session: pytest.Session) -> bool:
    """Neither some files only, nor some names only."""
    chosen = bool(session.config.option.keyword)
    return not chosen and {item.path for item in session.items} >= set(HERE.glob("test_*.py"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(INSTALL_SECONDS_MAX + RUN_SECONDS_MAX))
            if pytest_asyncio.is_async_test(item):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
