"""Lists come in pages; commands want the first so many rows."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from tollgate_common.wire import PAGE_SIZE_MAX

from .output import note

Item = TypeVar("Item")


async def first(
    limit: int, fetch: Callable[[int, str], Awaitable[tuple[Sequence[Item], str]]]
) -> list[Item]:
    """Up to `limit` rows. `fetch` takes a page's size and token; it gives rows and a token."""
    items: list[Item] = []
    token = ""
    while len(items) < limit:
        page, token = await fetch(min(limit - len(items), PAGE_SIZE_MAX), token)
        items += page
        if not token:
            return items
    note(f"there are more than these {limit}; --limit shows more")
    return items
