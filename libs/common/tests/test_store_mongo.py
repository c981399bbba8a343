"""What can happen to MongoDB: lost replies, step-downs, restarts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from mongo_server import Fault, MongoServer, mongo_server
from store_cases import COLLECTIONS, content, ids
from tollgate_common.errors import Unavailable
from tollgate_common.store import Document, Store, open_store


@pytest.fixture
async def server() -> AsyncIterator[MongoServer]:
    async with mongo_server() as server:
        yield server


@pytest.fixture
async def mongo_store(server: MongoServer) -> AsyncIterator[Store]:
    store = await open_store(server.url("tollgate_test"), COLLECTIONS)
    yield store
    await store.close()


Act = Callable[[Store], Awaitable[object]]
OLD: list[Document] = [{"_id": "a"}, {"_id": "b"}]
# A command, what needs it, what that must answer, and what must be there afterwards.
WRITES: list[tuple[str, Act, object, list[Document]]] = [
    ("insert", lambda s: s.insert("things", {"_id": "c"}), True, [*OLD, {"_id": "c"}]),
    ("insert", lambda s: s.insert("things", {"_id": "a", "n": 1}), False, OLD),
    (
        "insert",
        lambda s: s.insert_many("things", [{"_id": id} for id in "cad"]),
        ["a"],
        [*OLD, {"_id": "c"}, {"_id": "d"}],
    ),
    (
        "update",
        lambda s: s.replace("things", {"_id": "b", "n": 1}, 1),
        True,
        [{"_id": "a"}, {"_id": "b", "n": 1}],
    ),
    ("update", lambda s: s.replace("things", {"_id": "b", "n": 1}, 2), False, OLD),
    ("update", lambda s: s.upsert_many("things", [{"_id": "c"}]), None, [*OLD, {"_id": "c"}]),
    ("delete", lambda s: s.delete("things", "b"), True, [{"_id": "a"}]),
]


async def suffer(fault: Fault, command: str, act: Act) -> tuple[object, list[Document]]:
    """What a write answers whose command has this fault, and what is there afterwards."""
    async with mongo_server() as server:
        store = await open_store(server.url("tollgate_test"), COLLECTIONS)
        await store.insert_many("things", OLD)
        server.fail(command, fault)
        answer = await act(store)
        there = await store.find("things", {})
        await store.close()
    return answer, there.documents


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.DROP_AFTER])
async def test_a_lost_reply_changes_no_answer(fault: Fault) -> None:
    # All at once, because the driver takes half a second to trust a server again.
    outcomes = await asyncio.gather(*[suffer(fault, command, act) for command, act, _, _ in WRITES])
    assert outcomes == [(answer, there) for _, _, answer, there in WRITES]


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.DROP_AFTER])
async def test_a_lost_reply_and_another_writer(
    server: MongoServer, mongo_store: Store, fault: Fault
) -> None:
    await mongo_store.insert("things", {"_id": "a"})
    server.fail("update", fault)
    gate = server.hold("update")
    ours = asyncio.ensure_future(mongo_store.replace("things", {"_id": "a", "by": "us"}, 1))
    await gate.reached.wait()
    version = 1 if fault is Fault.DROP_BEFORE else 2
    assert await mongo_store.replace("things", {"_id": "a", "by": "them"}, version)
    gate.open.set()
    if fault is Fault.DROP_BEFORE:
        assert not await ours
    else:
        with pytest.raises(Unavailable, match="did not say"):
            await ours
    assert await content(mongo_store, "a") == {"_id": "a", "by": "them"}


async def test_a_step_down_is_unavailable_and_then_works(
    server: MongoServer, mongo_store: Store
) -> None:
    await mongo_store.ping()
    server.stepped_down = True
    with pytest.raises(Unavailable):
        await mongo_store.insert("things", {"_id": "a"})
    with pytest.raises(Unavailable):
        await mongo_store.ping()
    server.stepped_down = False
    await mongo_store.ping()
    assert await ids(mongo_store, {}) == []
    server.fail("insert", Fault.STEP_DOWN)
    assert await mongo_store.insert("things", {"_id": "a"})


async def test_a_restart_of_the_server_is_survived(server: MongoServer, mongo_store: Store) -> None:
    assert await mongo_store.insert("things", {"_id": "a"})
    await server.restart()
    assert await mongo_store.insert("things", {"_id": "b"})
    assert await ids(mongo_store, {}) == ["a", "b"]


@pytest.mark.parametrize(
    "url", ["mongodb://127.0.0.1:1", "mongodb://127.0.0.1:1/", "mongodb://:@:/", "postgres://x/y"]
)
async def test_a_url_that_cannot_be_used_is_refused_with_a_reason(url: str) -> None:
    with pytest.raises(ValueError, match=r"store URL: (must|is not)"):
        await open_store(url, COLLECTIONS)
