"""Wallets and entries in the document store."""

from collections import OrderedDict
from collections.abc import Sequence
from heapq import merge
from typing import Any, cast

from tollgate_common.dead_letters import DEAD_LETTERS
from tollgate_common.errors import AlreadyExists
from tollgate_common.store import (
    AnyOf,
    Between,
    Collection,
    Index,
    Store,
    Where,
)

from .documents import NOTICED, document_of_entry, document_of_wallet, entry_of, wallet_of
from .entries import Entry, Kind
from .ports import Held
from .statements import Line
from .wallets import Wallet

_WALLETS = "wallets"
_ENTRIES = "entries"
COLLECTIONS = (
    Collection(_WALLETS, (Index((NOTICED,)),)),
    Collection(
        _ENTRIES,
        (
            Index(("account_id", "sequence"), unique=True),
            Index(("account_id", "kind", "sequence")),
        ),
    ),
    DEAD_LETTERS,
)
_OTHER_KINDS = [kind.value for kind in Kind if kind is not Kind.USAGE]
# A wallet is at most some 50 KB.
_CACHED_MAX = 1000


class StoredWallets:
    """The ports `Wallets`, `Archive` and `Noticing` on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cache: OrderedDict[str, Held] = OrderedDict()

    async def read(self, account_id: str) -> Held:
        found = await self._store.get(_WALLETS, account_id)
        if found is None:
            return Held(Wallet(account_id=account_id), 0)
        held = Held(wallet_of(found.document), found.version)
        self._remember(held)
        return held

    async def recent(self, account_id: str) -> Held:
        held = self._cache.get(account_id)
        return held or await self.read(account_id)

    async def write(self, wallet: Wallet, version: int) -> bool:
        # Whatever becomes of the write, the cached state is not the latest any more.
        self._cache.pop(wallet.account_id, None)
        document = document_of_wallet(wallet)
        if version:
            written = await self._store.replace(_WALLETS, document, version)
        else:
            written = await self._store.insert(_WALLETS, document)
        if written:
            self._remember(Held(wallet, version + 1))
        return written

    async def archive(self, entries: Sequence[Entry]) -> None:
        by_id = {_archive_id(entry.account_id, entry.id): entry for entry in entries}
        taken = await self._store.insert_many(
            _ENTRIES,
            [{"_id": id, **document_of_entry(entry)} for id, entry in by_id.items()],
        )
        if not taken:
            return
        page = await self._store.find(_ENTRIES, {"_id": AnyOf(taken)}, limit=len(taken))
        for document in page.documents:
            if entry_of(document) != by_id[str(document["_id"])]:
                raise AlreadyExists(f"entry {document['_id']}: the archive holds other content")

    async def archived(self, account_id: str, ids: Sequence[str]) -> dict[str, Entry]:
        wanted = [_archive_id(account_id, id) for id in ids]
        page = await self._store.find(_ENTRIES, {"_id": AnyOf(wanted)}, limit=len(wanted))
        entries = (entry_of(document) for document in page.documents)
        return {entry.id: entry for entry in entries}

    async def archive_after(self, account_id: str, sequence: int, limit: int) -> list[Entry]:
        where: Where = {"account_id": account_id, "sequence": Between(low=sequence + 1)}
        return await self._in_sequence(where, limit)

    async def archive_at(self, account_id: str, sequences: range) -> list[Entry]:
        where: Where = {"account_id": account_id, "sequence": AnyOf(sequences)}
        return await self._in_sequence(where, len(sequences))

    async def archive_within(
        self, account_id: str, sequences: range, limit: int, *, without_usage: bool
    ) -> list[Entry]:
        where: Where = {"account_id": account_id, "sequence": _between(sequences)}
        if not without_usage:
            return await self._in_sequence(where, limit, descending=True)
        # One search a kind: only then do its entries come out of the index in their order.
        found = [
            await self._in_sequence({**where, "kind": kind}, limit, descending=True)
            for kind in _OTHER_KINDS
        ]
        return list(merge(*found, key=lambda entry: -entry.sequence))[:limit]

    async def archive_totals(self, account_id: str, sequences: range) -> list[Line]:
        where: Where = {
            "account_id": account_id,
            "kind": AnyOf(_OTHER_KINDS),
            "sequence": _between(sequences),
        }
        rows = await self._store.sum(_ENTRIES, where, by=["kind"], of=["amount_nano"])
        groups = cast("list[dict[str, Any]]", rows)
        return [Line(group["kind"], group["count"], group["amount_nano"]) for group in groups]

    async def noticed(self, limit: int) -> list[Wallet]:
        page = await self._store.find(_WALLETS, {NOTICED: True}, limit=limit)
        return [wallet_of(document) for document in page.documents]

    async def accounts(self, limit: int, after: str) -> tuple[list[str], str]:
        page = await self._store.find(_WALLETS, {}, limit=limit, after=after)
        return [str(document["_id"]) for document in page.documents], page.next

    async def _in_sequence(
        self, where: Where, limit: int, *, descending: bool = False
    ) -> list[Entry]:
        page = await self._store.find(
            _ENTRIES, where, order="sequence", descending=descending, limit=limit
        )
        return [entry_of(document) for document in page.documents]

    def _remember(self, held: Held) -> None:
        account_id = held.wallet.account_id
        cached = self._cache.get(account_id)
        if cached and cached.version > held.version:
            return
        self._cache[account_id] = held
        self._cache.move_to_end(account_id)
        if len(self._cache) > _CACHED_MAX:
            self._cache.popitem(last=False)


def _archive_id(account_id: str, id: str) -> str:
    return f"{account_id}/{id}"


def _between(sequences: range) -> Between:
    return Between(sequences.start, sequences.stop)
