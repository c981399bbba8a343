"""One contract for both engines of the document store."""

import asyncio

import pytest
from store_cases import COLLECTIONS, content, ids
from tollgate_common.errors import AlreadyExists, InvalidArgument
from tollgate_common.store import (
    AnyOf,
    Between,
    Collection,
    Document,
    Index,
    Scalar,
    Store,
    open_store,
)

INT64_MAX, INT64_MIN = 2**63 - 1, -(2**63)


async def test_a_document_comes_back_as_it_was(store: Store) -> None:
    document: Document = {
        "_id": "ключ/键 🗝",
        "texts": [
            "",
            "héllo",
            "日本語",
            "👩‍👩‍👧",
            "line\nquote\"'; DROP TABLE things; --",
            "\u2028",
        ],
        "numbers": [0, -1, 2**31, 2**53 + 1, INT64_MAX, INT64_MIN],
        "others": [True, False, None, [], {}],
        "nested": {"a.b": {"": [{"deep": [1, [2, [3]]]}]}},
    }
    assert await store.insert("things", document)
    found = await store.get("things", "ключ/键 🗝")
    assert found
    assert found.document == document
    assert found.version == 1
    assert repr(found.document["others"]) == repr(document["others"])
    assert {type(number) for number in found.document["numbers"]} == {int}  # type: ignore[union-attr]


async def test_there_is_nothing_under_an_unknown_id(store: Store) -> None:
    assert await store.get("things", "nobody") is None
    assert not await store.delete("things", "nobody")
    assert not await store.replace("things", {"_id": "nobody"}, 1)


async def test_collections_are_apart(store: Store) -> None:
    assert await store.insert("things", {"_id": "a"})
    assert await store.insert("others", {"_id": "a"})
    assert await store.delete("others", "a")
    assert await store.get("things", "a")


async def test_the_first_insert_of_an_id_wins(store: Store) -> None:
    done = await asyncio.gather(*[store.insert("things", {"_id": "a", "n": n}) for n in range(20)])
    assert done.count(True) == 1
    assert await content(store, "a") == {"_id": "a", "n": done.index(True)}


async def test_replace_needs_the_version_that_is_there(store: Store) -> None:
    await store.insert("things", {"_id": "a", "n": 1, "gone": True})
    assert await store.replace("things", {"_id": "a", "n": 2}, 1)
    assert not await store.replace("things", {"_id": "a", "n": 3}, 1)
    assert not await store.replace("things", {"_id": "a", "n": 3}, 3)
    found = await store.get("things", "a")
    assert found
    assert (found.document, found.version) == ({"_id": "a", "n": 2}, 2)


async def test_concurrent_increments_are_all_counted(store: Store) -> None:
    await store.insert("things", {"_id": "counter", "n": 0})

    async def increment() -> None:
        while found := await store.get("things", "counter"):
            n = found.document["n"]
            assert isinstance(n, int)
            if await store.replace("things", {"_id": "counter", "n": n + 1}, found.version):
                return

    await asyncio.gather(*[increment() for _ in range(100)])
    found = await store.get("things", "counter")
    assert found
    assert (found.document["n"], found.version) == (100, 101)


async def test_a_unique_value_is_taken_until_it_is_free(store: Store) -> None:
    assert await store.insert("things", {"_id": "a", "email": "x"})
    assert not await store.insert("things", {"_id": "b", "email": "x"})
    assert await content(store, "b") is None
    assert await store.insert("things", {"_id": "b", "email": "X"})
    with pytest.raises(AlreadyExists):
        await store.replace("things", {"_id": "b", "email": "x"}, 1)
    with pytest.raises(AlreadyExists):
        await store.upsert_many("things", [{"_id": "b", "email": "x"}, {"_id": "c"}])
    assert await content(store, "c")
    assert await content(store, "b") == {"_id": "b", "email": "X"}
    assert await store.delete("things", "a")
    assert await store.replace("things", {"_id": "b", "email": "x"}, 1)


async def test_a_refused_write_does_no_harm_to_those_beside_it(store: Store) -> None:
    await store.insert("things", {"_id": "a", "email": "x"})
    await store.insert("things", {"_id": "b", "email": "y"})

    async def write(n: int) -> object:
        if n % 3:
            return await store.insert("things", {"_id": f"{n:02}"})
        return await store.replace("things", {"_id": "b", "email": "x"}, 1)

    outcomes = await asyncio.gather(*[write(n) for n in range(60)], return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [AlreadyExists, bool, bool] * 20
    assert len(await ids(store, {})) == 2 + 40


async def test_a_unique_pair_is_taken_as_a_pair(store: Store) -> None:
    assert await store.insert("things", {"_id": "a", "account": "acc", "seq": 1})
    assert await store.insert("things", {"_id": "b", "account": "acc", "seq": 2})
    assert await store.insert("things", {"_id": "c", "account": "bcc", "seq": 1})
    assert not await store.insert("things", {"_id": "d", "account": "acc", "seq": 1})


async def test_a_missing_value_is_not_taken(store: Store) -> None:
    for id in ("a", "b"):
        assert await store.insert("things", {"_id": id, "account": "acc"})
    for id in ("c", "d"):
        assert await store.insert("things", {"_id": id, "email": None, "account": "acc"})


async def test_insert_many_says_which_were_there(store: Store) -> None:
    await store.insert("things", {"_id": "b", "n": 0})
    documents: list[Document] = [{"_id": id, "n": n} for n, id in enumerate("abcbda", start=1)]
    assert await store.insert_many("things", documents) == ["b", "b", "a"]
    assert [await content(store, id) for id in "abcd"] == [
        {"_id": "a", "n": 1},
        {"_id": "b", "n": 0},
        {"_id": "c", "n": 3},
        {"_id": "d", "n": 5},
    ]
    assert await store.insert_many("things", documents) == list("abcbda")
    assert await store.insert_many("things", []) == []


async def test_insert_many_reports_a_unique_value_and_adds_the_others(store: Store) -> None:
    await store.insert("things", {"_id": "a", "account": "acc", "seq": 1})
    with pytest.raises(AlreadyExists):
        await store.insert_many(
            "things",
            [
                {"_id": "b", "account": "acc", "seq": 1},
                {"_id": "c", "account": "acc", "seq": 2},
            ],
        )
    assert await ids(store, {}) == ["a", "c"]


async def test_upsert_many_writes_over_what_was_there(store: Store) -> None:
    await store.insert("things", {"_id": "a", "n": 1, "gone": True})
    await store.upsert_many("things", [{"_id": id, "n": n} for n, id in enumerate("abb", start=2)])
    assert await content(store, "a") == {"_id": "a", "n": 2}
    assert await content(store, "b") == {"_id": "b", "n": 4}
    assert not await store.replace("things", {"_id": "a", "n": 9}, 1), "it was read before"
    found = await store.get("things", "a")
    assert found
    assert await store.replace("things", {"_id": "a", "n": 9}, found.version)


async def test_conditions_compare_values_of_the_same_type(store: Store) -> None:
    values: list[Scalar] = ["1", 1, True, 0, False, None, "", "é", INT64_MAX]
    for place, value in enumerate(values):
        await store.insert("things", {"_id": str(place), "v": value})
    await store.insert("things", {"_id": "9"})
    for place, value in enumerate(values):
        expected = ["5", "9"] if value is None else [str(place)]
        assert await ids(store, {"v": value}) == expected
        assert await ids(store, {"v": AnyOf([value])}) == expected
    assert await ids(store, {"v": AnyOf(values)}) == list("0123456789")
    assert await ids(store, {"v": AnyOf([])}) == []
    assert await ids(store, {"v": Between(0, 2)}) == ["1", "3"]
    assert await ids(store, {"v": Between("1", None)}) == ["0", "7"]
    assert await ids(store, {"v": Between(None, 1)}) == ["3"]
    assert await ids(store, {"v": Between()}) == list("0123456789")
    assert await ids(store, {"v": 1, "_id": "1"}) == ["1"]
    assert await ids(store, {"_id": AnyOf(["2", "7", "x"])}) == ["2", "7"]
    assert await ids(store, {"_id": Between("2", "5")}) == ["2", "3", "4"]


@pytest.mark.parametrize("order", ["_id", "at", "maybe"])
@pytest.mark.parametrize("descending", [False, True])
async def test_pages_follow_each_other(store: Store, order: str, descending: bool) -> None:
    documents: list[Document] = [
        {"_id": f"{n:02}", "account": "acc", "at": n // 5, **({"maybe": -n} if n % 3 else {})}
        for n in range(25)
    ]
    assert await store.insert_many("things", [*documents, {"_id": "99", "account": "bcc"}]) == []

    def place(document: Document) -> tuple[bool, int, str]:
        value = document.get(order) if order != "_id" else None
        return value is not None, value if isinstance(value, int) else 0, str(document["_id"])

    expected = sorted(documents, key=place, reverse=descending)
    found: list[Document] = []
    after = ""
    while True:
        page = await store.find(
            "things",
            {"account": "acc"},
            order=order,
            descending=descending,
            limit=7,
            after=after,
        )
        found += page.documents
        assert len(page.documents) == 7 or not page.next
        if not (after := page.next):
            break
    assert found == expected


async def test_a_page_does_not_move_when_documents_come_and_go(store: Store) -> None:
    for n in range(10):
        await store.insert("things", {"_id": f"{n}", "at": n * 10})
    page = await store.find("things", {}, order="at", limit=4)
    await store.insert("things", {"_id": "before", "at": 5})
    await store.insert("things", {"_id": "behind", "at": 45})
    await store.delete("things", "3")
    rest = await store.find("things", {}, order="at", after=page.next)
    assert [document["_id"] for document in rest.documents] == ["4", "behind", *"56789"]
    assert rest.next == ""


async def test_a_position_fits_only_its_own_list(store: Store) -> None:
    await store.insert_many("things", [{"_id": id, "at": 1} for id in "abc"])
    next = (await store.find("things", {}, order="at", limit=1)).next
    for bad in ("x", "é", "W10=", "bnVsbA==", "eyIkZ3QiOiIifQ==", next[:-4], next + "AAAA"):
        with pytest.raises(InvalidArgument):
            await store.find("things", {}, order="at", after=bad)
    for other in ({"order": "_id"}, {"order": "at", "descending": True}):
        with pytest.raises(InvalidArgument):
            await ids(store, {}, after=next, **other)


async def test_a_limit_is_kept(store: Store) -> None:
    documents: list[Document] = [{"_id": f"{n:04}"} for n in range(1000)]
    await store.insert_many("things", documents)
    await store.insert("things", {"_id": "more"})
    page = await store.find("things", {}, limit=10**9)
    assert page.documents == documents
    assert await ids(store, {}, after=page.next) == ["more"]
    with pytest.raises(InvalidArgument):
        await store.find("things", {}, limit=0)
    with pytest.raises(InvalidArgument):
        await store.insert_many("things", [*documents, {"_id": "more"}])


async def test_sums_are_exact_and_ordered(store: Store) -> None:
    rows: list[Document] = [
        {"_id": "1", "account": "b", "paid": True, "cost": 2**62, "tokens": 1},
        {"_id": "2", "account": "b", "paid": True, "cost": 2**62 - 1, "tokens": "many"},
        {"_id": "3", "account": "a", "paid": False, "cost": 2**53},
        {"_id": "4", "account": "a", "paid": False, "cost": 1, "tokens": None},
        {"_id": "5", "account": "a", "paid": True, "cost": -5, "tokens": 3},
        {"_id": "6", "account": None, "cost": 0, "tokens": True},
        {"_id": "7", "cost": 0, "tokens": 7},
    ]
    await store.insert_many("things", rows)
    found = await store.sum("things", {}, by=["account", "paid"], of=["cost", "tokens"])
    assert found == [
        {"account": None, "paid": None, "count": 2, "cost": 0, "tokens": 7},
        {"account": "a", "paid": False, "count": 2, "cost": 2**53 + 1, "tokens": 0},
        {"account": "a", "paid": True, "count": 1, "cost": -5, "tokens": 3},
        {"account": "b", "paid": True, "count": 2, "cost": INT64_MAX, "tokens": 1},
    ]
    assert repr(found[1]["paid"]) == "False"
    assert await store.sum("things", {"account": "b"}, by=[], of=[]) == [{"count": 2}]
    assert await store.sum("things", {"account": "x"}, by=[], of=["cost"]) == []
    assert await store.sum("things", {"account": "x"}, by=["paid"], of=["cost"]) == []
    await store.insert("things", {"_id": "8", "account": "b", "paid": True, "cost": 1})
    await store.insert("others", {"_id": "1", "account": {"is": "no scalar"}})
    with pytest.raises(InvalidArgument):
        await store.sum("others", {}, by=["account"], of=[])
    with pytest.raises(InvalidArgument):
        await store.sum("things", {}, by=["account"], of=["cost"])


BAD_VALUES: list[object] = [
    {"$gt": ""},
    {"$ne": None},
    ["x"],
    1.5,
    INT64_MAX + 1,
    INT64_MIN - 1,
    b"x",
    "a\0b",
    "\ud800",
]


@pytest.mark.parametrize("value", BAD_VALUES, ids=ascii)
async def test_a_condition_is_never_an_operator(store: Store, value: object) -> None:
    await store.insert("things", {"_id": "a", "email": "x"})
    for condition in (value, AnyOf([value]), Between(low=value)):  # type: ignore[list-item, arg-type]
        with pytest.raises(InvalidArgument):
            await store.find("things", {"email": condition})  # type: ignore[dict-item]
        with pytest.raises(InvalidArgument):
            await store.sum("things", {"email": condition}, by=[], of=[])  # type: ignore[dict-item]
    with pytest.raises(InvalidArgument):
        await store.get("things", value)  # type: ignore[arg-type]
    with pytest.raises(InvalidArgument):
        await store.delete("things", value)  # type: ignore[arg-type]


BAD_DOCUMENTS: list[dict[str, object]] = [
    {},
    {"_id": ""},
    {"_id": 7},
    {"_id": "a", "_ver": 7},
    {"_id": "a", "n": 1.5},
    {"_id": "a", "n": [INT64_MAX + 1]},
    {"_id": "a", "n": {"$where": "1"}},
    {"_id": "a", "n": {7: 7}},
    {"_id": "a", "n": {"a\0": 7}},
    {"_id": "a", "n": "\ud800"},
    {"_id": "a", "n": {1, 2}},
    {"_id": "a", "email": {"a": 1}},
    {"_id": "a", "email": ["x", "y"]},
]


@pytest.mark.parametrize("document", BAD_DOCUMENTS, ids=ascii)
async def test_what_one_engine_could_not_keep_both_refuse(
    store: Store, document: dict[str, object]
) -> None:
    bad: Document = document  # type: ignore[assignment]
    for write in (
        lambda: store.insert("things", bad),
        lambda: store.insert_many("things", [bad]),
        lambda: store.replace("things", bad, 1),
        lambda: store.upsert_many("things", [bad]),
    ):
        with pytest.raises(InvalidArgument):
            await write()
    assert await ids(store, {}) == []


async def test_a_document_cannot_be_bottomless(store: Store) -> None:
    deep: Document = {"_id": "a"}
    for _ in range(100):
        deep = {"_id": "a", "in": deep}
    with pytest.raises(InvalidArgument):
        await store.insert("things", deep)
    with pytest.raises(InvalidArgument):
        await store.insert("things", {"_id": "a", "n": "x" * 1024 * 1024})


@pytest.mark.parametrize("name", ["a.b", "$where", "a'b", 'a"b', "", "_w", "a b", "a" * 64])
async def test_names_are_names(store: Store, url: str, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name"):
        await store.find("things", {name: 1})
    with pytest.raises(ValueError, match="cannot name"):
        await store.find("things", {}, order=name)
    with pytest.raises(ValueError, match="cannot name"):
        await store.sum("things", {}, by=[name], of=[])
    with pytest.raises(ValueError, match="cannot name"):
        await store.sum("things", {}, by=[], of=[name])
    with pytest.raises(ValueError, match="cannot name"):
        await open_store(url, [Collection(name)])
    with pytest.raises(ValueError, match="cannot name"):
        await open_store(url, [Collection("c", (Index((name,)),))])


async def test_what_was_acknowledged_outlives_the_store(url: str) -> None:
    store = await open_store(url, COLLECTIONS)
    await store.ping()
    writes = [store.insert("things", {"_id": f"{n:03}"}) for n in range(200)]
    tasks = [asyncio.ensure_future(write) for write in writes]
    assert all(await asyncio.gather(*tasks))
    await store.close()
    again = await open_store(url, COLLECTIONS)
    assert len(await ids(again, {}, limit=1000)) == 200
    assert not await again.insert("things", {"_id": "000"})
    await again.close()
