"""Wallets and entries as documents. An entry's _id carries its account: wallets share no entry."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, cast

from tollgate_common.dead_letters import DEAD_LETTERS
from tollgate_common.errors import AlreadyExists
from tollgate_common.store import (
    AnyOf,
    Between,
    Collection,
    Document,
    Index,
    Json,
    Page,
    Store,
)

from .entries import Entry
from .leases import Lease
from .ports import Held
from .wallets import Wallet

_WALLETS = "wallets"
_ENTRIES = "entries"
COLLECTIONS = (
    Collection(_WALLETS),
    Collection(_ENTRIES, (Index(("account_id", "sequence"), unique=True),)),
    DEAD_LETTERS,
)
# A wallet is at most some 50 KB.
_CACHED_MAX = 1000


class StoredWallets:
    """The port `Wallets` on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cache: OrderedDict[str, Held] = OrderedDict()

    async def read(self, account_id: str) -> Held:
        found = await self._store.get(_WALLETS, account_id)
        if found is None:
            return Held(Wallet(account_id=account_id), 0)
        held = Held(_wallet_of(found.document), found.version)
        self._remember(held)
        return held

    async def recent(self, account_id: str) -> Held:
        held = self._cache.get(account_id)
        return held or await self.read(account_id)

    async def write(self, wallet: Wallet, version: int) -> bool:
        # Whatever becomes of the write, the cached state is not the latest any more.
        self._cache.pop(wallet.account_id, None)
        document = _document_of_wallet(wallet)
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
            [{"_id": id, **_document_of_entry(entry)} for id, entry in by_id.items()],
        )
        if not taken:
            return
        page = await self._store.find(_ENTRIES, {"_id": AnyOf(taken)}, limit=len(taken))
        for document in page.documents:
            if _entry_of(document) != by_id[str(document["_id"])]:
                raise AlreadyExists(f"entry {document['_id']}: the archive holds other content")

    async def archived(self, account_id: str, ids: Sequence[str]) -> dict[str, Entry]:
        wanted = [_archive_id(account_id, id) for id in ids]
        page = await self._store.find(_ENTRIES, {"_id": AnyOf(wanted)}, limit=len(wanted))
        return {entry.id: entry for entry in _entries_of(page)}

    async def archive_before(self, account_id: str, sequence: int, limit: int) -> list[Entry]:
        return await self._archive(account_id, Between(high=sequence), limit, descending=True)

    async def archive_after(self, account_id: str, sequence: int, limit: int) -> list[Entry]:
        return await self._archive(account_id, Between(low=sequence + 1), limit)

    async def accounts(self, limit: int, after: str) -> tuple[list[str], str]:
        page = await self._store.find(_WALLETS, {}, limit=limit, after=after)
        return [str(document["_id"]) for document in page.documents], page.next

    async def _archive(
        self, account_id: str, range: Between, limit: int, *, descending: bool = False
    ) -> list[Entry]:
        page = await self._store.find(
            _ENTRIES,
            {"account_id": account_id, "sequence": range},
            order="sequence",
            descending=descending,
            limit=limit,
        )
        return _entries_of(page)

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


def _document_of_entry(entry: Entry) -> Document:
    return {
        "id": entry.id,
        "account_id": entry.account_id,
        "sequence": entry.sequence,
        "kind": entry.kind,
        "amount_nano": entry.amount_nano,
        "counterpart": entry.counterpart,
        "balance_nano": entry.balance_nano,
        "posted_at_ms": entry.posted_at_ms,
        "memo": entry.memo,
        "hash": entry.hash,
    }


def _entry_of(document: Document) -> Entry:
    fields = cast("dict[str, Any]", document)
    return Entry(**{name: value for name, value in fields.items() if name != "_id"})


def _entries_of(page: Page) -> list[Entry]:
    return [_entry_of(document) for document in page.documents]


def _document_of_lease(lease: Lease) -> dict[str, Json]:
    return {
        "id": lease.id,
        "edge_id": lease.edge_id,
        "granted_nano": lease.granted_nano,
        "expires_at_ms": lease.expires_at_ms,
        "orphaned_at_ms": lease.orphaned_at_ms,
        "ends_at_ms": lease.ends_at_ms,
        "settled_cost_nano": lease.settled_cost_nano,
        "settled_hold_nano": lease.settled_hold_nano,
        "held_total_nano": lease.held_total_nano,
    }


def _document_of_wallet(wallet: Wallet) -> Document:
    return {
        "_id": wallet.account_id,
        "posted_nano": wallet.posted_nano,
        "sequence": wallet.sequence,
        "archived_sequence": wallet.archived_sequence,
        "head_hash": wallet.head_hash,
        "tail": [_document_of_entry(entry) for entry in wallet.tail],
        "leases": [_document_of_lease(lease) for lease in wallet.leases],
    }


def _wallet_of(document: Document) -> Wallet:
    fields = cast("dict[str, Any]", document)
    return Wallet(
        account_id=fields["_id"],
        posted_nano=fields["posted_nano"],
        sequence=fields["sequence"],
        archived_sequence=fields["archived_sequence"],
        head_hash=fields["head_hash"],
        tail=tuple(_entry_of(entry) for entry in fields["tail"]),
        leases=tuple(Lease(**lease) for lease in fields["leases"]),
    )
