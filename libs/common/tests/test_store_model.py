"""I17: whatever is done, both engines and a dict say the same."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tollgate_common.errors import AlreadyExists
from tollgate_common.store import Between, Document, Store

INT64_MAX, INT64_MIN = 2**63 - 1, -(2**63)

Step = tuple[str, str, int, str | None]
steps = st.lists(
    st.tuples(
        st.sampled_from(["insert", "replace", "stale", "delete", "many", "upsert"]),
        st.sampled_from("abcd"),
        st.integers(INT64_MIN, INT64_MAX) | st.sampled_from([0, 1]),
        st.sampled_from(["x", "y", None]),
    ),
    max_size=12,
)


class Model:
    """The contract as a dict."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}

    def clashes(self, document: Document) -> bool:
        email = document["email"]
        return email is not None and any(
            other["email"] == email and other["_id"] != document["_id"]
            for other in self.documents.values()
        )

    def do(self, step: Step) -> object:
        action, id, n, email = step
        document: Document = {"_id": id, "n": n, "email": email}
        there, clash = id in self.documents, self.clashes(document)
        if action == "delete":
            return self.documents.pop(id, None) is not None
        if action == "insert" and not there and not clash:
            self.documents[id] = document
            return True
        if action == "replace" and there and not clash:
            self.documents[id] = document
            return True
        if action in ("insert", "stale") or (action == "replace" and not there):
            return False
        if action == "many" and there:
            return [id]
        if clash:
            return AlreadyExists
        self.documents[id] = document
        return [] if action == "many" else None


async def do(store: Store, step: Step) -> object:
    action, id, n, email = step
    document: Document = {"_id": id, "n": n, "email": email}
    found = await store.get("things", id)
    version = found.version if found else 1
    try:
        match action:
            case "insert":
                return await store.insert("things", document)
            case "replace":
                return await store.replace("things", document, version)
            case "stale":
                return await store.replace("things", document, version + 1)
            case "delete":
                return await store.delete("things", id)
            case "many":
                return await store.insert_many("things", [document])
            case _:
                await store.upsert_many("things", [document])
    except AlreadyExists:
        return AlreadyExists
    return None


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=steps)
async def test_an_engine_does_what_a_dict_does(store: Store, steps: list[Step]) -> None:
    for id in "abcd":
        await store.delete("things", id)
    model = Model()
    for step in steps:
        assert await do(store, step) == model.do(step)
    kept = sorted(model.documents.values(), key=lambda document: str(document["_id"]))
    assert (await store.find("things", {})).documents == kept
    by_value = await store.find("things", {"n": Between(0, None)}, order="n", descending=True)
    assert [document["n"] for document in by_value.documents] == sorted(
        [n for document in kept if isinstance(n := document["n"], int) and n >= 0], reverse=True
    )
