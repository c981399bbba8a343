"""Threads that use SQLite for the event loop, and take what queued up meanwhile as one batch."""

import asyncio
import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar, cast

from tollgate_common.errors import DeadlineExceeded, TollgateError, Unavailable

from . import checks

# A call waits for its turn at most about as long as this many writes take: a second or two.
WAITING_MAX = 10_000
BUSY_MS = 1_000
READ_S_MAX = 10.0
# What a burst of writes may leave behind of the write-ahead log.
JOURNAL_BYTES = 64 * 1024 * 1024

T = TypeVar("T")
Call: TypeAlias = Callable[[sqlite3.Connection], object]


def connect(path: str) -> sqlite3.Connection:
    """A connection whose commits are on the disk when they return."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class Server(ABC):
    """One thread's share of the database; after an error it takes a new connection."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    @abstractmethod
    def run(self, calls: list[Call]) -> list[object]:
        """An outcome for each call: its result, or the exception to raise where it was made."""

    def close(self) -> None:
        """Lets go of the connection, and of what was not committed."""
        if self._connection:
            self._connection.close()
            self._connection = None


class Writer(Server):
    """Commits a batch at once, so that many callers share one sync of the disk."""

    def run(self, calls: list[Call]) -> list[object]:
        try:
            self._connection = connection = self._connection or connect(self._path)
            connection.execute("BEGIN IMMEDIATE")
            outcomes = [_guarded(connection, call) for call in calls]
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self.close()
            return [_translated(error) for _ in calls]
        return outcomes


def _guarded(connection: sqlite3.Connection, call: Call) -> object:
    """The call's outcome; a call that fails leaves the rest of the batch as it was."""
    connection.execute("SAVEPOINT call")
    outcome: object
    try:
        outcome = call(connection)
    except Exception as error:  # Whatever it is belongs to the caller: this thread must go on.
        if not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO call")
        outcome = _translated(error)
    connection.execute("RELEASE call")
    return outcome


class Reader(Server):
    """Answers from what is committed, beside the writer. A call may take `read_s_max` seconds."""

    def __init__(self, path: str, read_s_max: float = READ_S_MAX) -> None:
        super().__init__(path)
        self._read_s_max = read_s_max
        self._deadline_s = 0.0

    def run(self, calls: list[Call]) -> list[object]:
        return [self._answer(call) for call in calls]

    def _answer(self, call: Call) -> object:
        self._deadline_s = time.monotonic() + self._read_s_max
        try:
            self._connection = self._connection or self._connect()
            return call(self._connection)
        except Exception as error:  # As above: this thread must go on.
            if isinstance(error, sqlite3.Error):
                self.close()
            return _translated(error)

    def _connect(self) -> sqlite3.Connection:
        connection = connect(self._path)
        connection.execute("PRAGMA query_only = ON")
        connection.set_progress_handler(lambda: time.monotonic() > self._deadline_s, 50_000)
        return connection


def _translated(error: Exception) -> Exception:
    translated: TollgateError
    match error:
        case sqlite3.IntegrityError():
            translated = checks.taken()
        case sqlite3.Error(sqlite_errorcode=sqlite3.SQLITE_INTERRUPT):
            translated = DeadlineExceeded("the database took too long")
        case sqlite3.Error():
            name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
            translated = Unavailable(f"the database cannot be used now ({name})")
        case _:
            return error
    translated.__cause__ = error
    return translated


class Lane:
    """A bounded queue of calls, and one thread for each of `servers`.

    A thread takes every call that waits, at most `batch_max`.
    """

    def __init__(self, name: str, servers: Sequence[Server], *, batch_max: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._batch_max = batch_max
        self._servers = servers
        self._waiting: deque[tuple[Call, asyncio.Future[object]]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._serve, args=(server,), name=name, daemon=True)
            for server in servers
        ]
        for thread in self._threads:
            thread.start()

    async def do(self, call: Callable[[sqlite3.Connection], T]) -> T:
        """The call's result. Unavailable, and nothing is done, if too many calls wait."""
        future: asyncio.Future[object] = self._loop.create_future()
        with self._changed:
            if self._closed or len(self._waiting) >= WAITING_MAX:
                raise Unavailable("the database is overloaded or closing", retry_after_s=1)
            self._waiting.append((call, future))
            self._changed.notify()
        return cast(T, await future)

    async def close(self) -> None:
        """Returns when every call that was accepted is answered."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        for server in self._servers:
            server.close()

    def _serve(self, server: Server) -> None:
        while batch := self._take():
            outcomes = server.run([call for call, _ in batch])
            futures = [future for _, future in batch]
            # One wake-up a batch: one a call would cost more than the write itself.
            self._loop.call_soon_threadsafe(_complete, futures, outcomes)

    def _take(self) -> list[tuple[Call, asyncio.Future[object]]]:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            count = min(len(self._waiting), self._batch_max)
            return [self._waiting.popleft() for _ in range(count)]


def _complete(futures: list[asyncio.Future[object]], outcomes: list[object]) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if future.done():
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
