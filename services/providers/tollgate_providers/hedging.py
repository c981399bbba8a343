"""Asks the next one when the first is slow: the first answer wins, the others are dropped."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from .failures import AnswerFailed

Won = TypeVar("Won")
Attempt = Coroutine[Any, Any, Won]


async def race(
    attempts: Iterator[Attempt[Won]], seconds: float, drop: Callable[[Won], None]
) -> Won | AnswerFailed | None:
    """The first answer; else the last failure, or nothing when nothing was attempted.

    The next one starts `seconds` after the one before it, or at once when that one has failed.
    """
    running: set[asyncio.Task[Won]] = set()
    failure: AnswerFailed | None = None
    more = True
    try:
        while True:
            attempt = next(attempts, None) if more else None
            more = attempt is not None
            if attempt:
                running.add(asyncio.create_task(attempt, name="attempt"))
            if not running:
                return failure
            ended, _ = await asyncio.wait(
                running, timeout=seconds if more else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in ended:
                error = task.exception()
                if error is None:
                    running.discard(task)
                    return task.result()
                running.discard(task)
                if not isinstance(error, AnswerFailed) or not error.elsewhere:
                    raise error
                failure = error
    finally:
        await _drop(running, drop)


async def _drop(running: set[asyncio.Task[Won]], drop: Callable[[Won], None]) -> None:
    for task in running:
        task.cancel()
    for outcome in await asyncio.gather(*running, return_exceptions=True):
        if not isinstance(outcome, BaseException):  # it was answered in the very same moment
            drop(outcome)
