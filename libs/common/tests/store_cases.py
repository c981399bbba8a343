"""The collections of the store's tests, and what is asked of them again and again."""

from tollgate_common.store import Collection, Document, Index, Page, Store, Where

THINGS = Collection(
    "things",
    (
        Index(("account", "at")),
        Index(("email",), unique=True),
        Index(("account", "seq"), unique=True),
    ),
)
OTHERS = Collection("others")
COLLECTIONS = [THINGS, OTHERS]


async def content(store: Store, id: str) -> Document | None:
    found = await store.get("things", id)
    return found.document if found else None


async def ids(store: Store, where: Where, **options: str | int | bool) -> list[str]:
    page: Page = await store.find("things", where, **options)  # type: ignore[arg-type]
    return [str(document["_id"]) for document in page.documents]
