"""What can happen to SQLite: another process, a full disk, a kill -9."""

import asyncio
import os
import resource
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from store_cases import COLLECTIONS, content, ids
from tollgate_common.errors import DeadlineExceeded, Unavailable
from tollgate_common.store import Store, open_store
from tollgate_common.store.lanes import WAITING_MAX, Lane, Reader


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "in" / "a" / "folder" / "store.db"


@pytest.fixture
async def sqlite_store(path: Path) -> AsyncIterator[Store]:
    store = await open_store(f"sqlite:///{path}", COLLECTIONS)
    yield store
    await store.close()


async def test_a_second_opener_is_told_what_to_do(sqlite_store: Store, path: Path) -> None:
    with pytest.raises(Unavailable, match="open in another process: stop that one"):
        await open_store(f"sqlite:///{path}", COLLECTIONS)


async def test_other_users_cannot_read_the_files(sqlite_store: Store, path: Path) -> None:
    assert await sqlite_store.insert("things", {"_id": "a"})
    assert {file.stat().st_mode & 0o077 for file in path.parent.iterdir()} == {0}


async def test_a_damaged_file_is_not_opened(path: Path) -> None:
    await asyncio.to_thread(path.parent.mkdir, parents=True)
    await asyncio.to_thread(path.write_bytes, b"this is not a database" * 100)
    for _ in range(2):
        with pytest.raises(Unavailable, match="cannot be used"):
            await open_store(f"sqlite:///{path}", COLLECTIONS)


async def test_a_path_that_cannot_be_is_refused(path: Path, sqlite_store: Store) -> None:
    with pytest.raises(Unavailable, match="cannot be used"):
        await open_store(f"sqlite:///{path}/store.db", COLLECTIONS)


async def test_writes_wait_for_nobody_who_holds_the_lock(sqlite_store: Store, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="SQLITE_BUSY"):
        await sqlite_store.insert("things", {"_id": "a"})
    assert await content(sqlite_store, "a") is None
    other.close()
    assert await sqlite_store.insert("things", {"_id": "a"})


async def test_the_queue_is_bounded(sqlite_store: Store, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writes = asyncio.gather(
        *[sqlite_store.insert("others", {"_id": f"{n}"}) for n in range(WAITING_MAX + 500)],
        return_exceptions=True,
    )
    await asyncio.sleep(0)
    other.close()
    outcomes = await writes
    refused = [outcome for outcome in outcomes if isinstance(outcome, Unavailable)]
    assert 0 < len(refused) <= 500
    assert outcomes.count(True) == len(outcomes) - len(refused)
    assert await sqlite_store.sum("others", {}, by=[], of=[]) == [{"count": outcomes.count(True)}]


async def test_a_search_without_end_is_ended(path: Path, sqlite_store: Store) -> None:
    lane = Lane("test", [Reader(str(path), read_s_max=0.0)], batch_max=1)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with pytest.raises(DeadlineExceeded):
        await lane.do(lambda connection: connection.execute(endless).fetchone())
    assert await lane.do(lambda connection: connection.execute("SELECT 1").fetchone()) == (1,)
    await lane.close()


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Lets no file grow much beyond the largest one of the folder."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = max(file.stat().st_size for file in folder.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 64 * 1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_stops_writes_and_nothing_else(sqlite_store: Store, path: Path) -> None:
    stored = await ids(sqlite_store, {})
    with full_disk(path.parent):
        with pytest.raises(Unavailable):
            for n in range(100):
                assert await sqlite_store.insert("things", {"_id": f"{n:02}", "fill": "x" * 4096})
                stored.append(f"{n:02}")
        with pytest.raises(Unavailable):
            await sqlite_store.ping()
        assert stored
        assert await ids(sqlite_store, {}) == stored
    await sqlite_store.ping()
    assert await sqlite_store.insert("things", {"_id": "after"})
    assert await ids(sqlite_store, {}) == [*stored, "after"]


WRITER = """
import asyncio, sys
from tollgate_common.store import Collection, open_store

async def write(store, worker):
    for n in range(100_000):
        id = f"{worker}-{n}"
        assert await store.insert("things", {"_id": id})
        sys.stdout.write(id + "\\n")

async def main():
    store = await open_store(sys.argv[1], [Collection("things")])
    await asyncio.gather(*[write(store, worker) for worker in range(16)])

sys.stdout.reconfigure(line_buffering=True)
asyncio.run(main())
"""


async def test_kill_9_loses_nothing_that_was_acknowledged(path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, f"sqlite:///{path}", stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout
    acknowledged = [await child.stdout.readline() for _ in range(500)]
    os.kill(child.pid, signal.SIGKILL)
    acknowledged += (await child.stdout.read()).splitlines(keepends=True)
    await child.wait()
    expected = [line.decode().strip() for line in acknowledged if line.endswith(b"\n")]
    store = await open_store(f"sqlite:///{path}", COLLECTIONS)
    found = [await store.get("things", id) for id in expected]
    assert len(expected) >= 500
    assert all(found)
    await store.close()


async def test_writes_that_were_accepted_are_finished_on_close(path: Path) -> None:
    store = await open_store(f"sqlite:///{path}", COLLECTIONS)
    writes = asyncio.gather(*[store.insert("things", {"_id": f"{n}"}) for n in range(500)])
    await asyncio.sleep(0)
    await store.close()
    assert all(await writes)
    with pytest.raises(Unavailable):
        await store.insert("things", {"_id": "late"})
