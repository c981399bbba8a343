"""Ids of a response and its items: which of them belong together, and what was stored.

Nothing is stored. An id tells by itself whether the vendor would know it.
"""

from tollgate_sandbox.signatures import mark

_HEAD = 32


def response_id(digest: str) -> str:
    return f"resp_{digest}"


def item_id(prefix: str, digest: str, number: int = 0) -> str:
    return f"{prefix}_{digest[:_HEAD]}{number:02d}"


def thought_id(digest: str, *, stored: bool) -> str:
    head = digest[:_HEAD]
    return f"rs_{head}{mark(f'{head} {stored}')}"


def is_stored(thought: str) -> bool:
    """Whether it is the id of a thought that the vendor was allowed to keep."""
    return thought == thought_id(_digest(thought), stored=True)


def same_answer(one: str, other: str) -> bool:
    return _digest(one) == _digest(other)


def _digest(item: str) -> str:
    return item.partition("_")[2][:_HEAD]
