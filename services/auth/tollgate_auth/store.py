"""Accounts and keys as documents."""

from typing import Any

from tollgate_common.ids import AccountId, KeyId
from tollgate_common.store import Collection, Document, Index, Store, Where

from .accounts import Account, Limits
from .keys import Key, KeyState

_ACCOUNTS = Collection(
    "accounts", (Index(("name",), unique=True), Index(("request_id",), unique=True))
)
_KEYS = Collection(
    "keys", (Index(("sha256",), unique=True), Index(("account_id", "created_at_ms")))
)
COLLECTIONS = (_ACCOUNTS, _KEYS)


class StoredAccounts:
    """The port Accounts on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def insert(self, account: Account, request_id: str) -> bool:
        document = _account_to_document(account) | {"request_id": request_id}
        return await self._store.insert(_ACCOUNTS.name, document)

    async def get(self, id: str) -> Account | None:
        found = await self._store.get(_ACCOUNTS.name, id)
        return _account_of(found.document) if found else None

    async def find_by_name(self, name: str) -> Account | None:
        return await self._find({"name": name})

    async def find_by_request(self, request_id: str) -> Account | None:
        return await self._find({"request_id": request_id})

    async def page(self, limit: int, after: str) -> tuple[list[Account], str]:
        page = await self._store.find(_ACCOUNTS.name, {}, order="name", limit=limit, after=after)
        return [_account_of(document) for document in page.documents], page.next

    async def _find(self, where: Where) -> Account | None:
        page = await self._store.find(_ACCOUNTS.name, where, limit=1)
        return _account_of(page.documents[0]) if page.documents else None


class StoredKeys:
    """The port Keys on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def insert(self, key: Key) -> bool:
        return await self._store.insert(_KEYS.name, _key_to_document(key))

    async def get(self, id: str) -> tuple[Key, int] | None:
        found = await self._store.get(_KEYS.name, id)
        return (_key_of(found.document), found.version) if found else None

    async def find_by_digest(self, sha256: bytes) -> Key | None:
        page = await self._store.find(_KEYS.name, {"sha256": sha256.hex()}, limit=1)
        return _key_of(page.documents[0]) if page.documents else None

    async def replace(self, key: Key, version: int) -> bool:
        return await self._store.replace(_KEYS.name, _key_to_document(key), version)

    async def page(self, account_id: str, limit: int, after: str) -> tuple[list[Key], str]:
        page = await self._store.find(
            _KEYS.name, {"account_id": account_id}, order="created_at_ms", limit=limit, after=after
        )
        return [_key_of(document) for document in page.documents], page.next


def _account_to_document(account: Account) -> Document:
    return {
        "_id": account.id,
        "name": account.name,
        "limits": _limits_to_document(account.limits),
        "created_at_ms": account.created_at_ms,
    }


def _account_of(document: dict[str, Any]) -> Account:
    return Account(
        id=AccountId(document["_id"]),
        name=document["name"],
        limits=Limits(**document["limits"]),
        created_at_ms=document["created_at_ms"],
    )


def _key_to_document(key: Key) -> Document:
    return {
        "_id": key.id,
        "account_id": key.account_id,
        "sha256": key.sha256.hex(),
        "last4": key.last4,
        "label": key.label,
        "state": int(key.state),
        "models": list(key.models),
        "expires_at_ms": key.expires_at_ms,
        "limits": _limits_to_document(key.limits),
        "created_at_ms": key.created_at_ms,
        "networks": list(key.networks),
    }


def _key_of(document: dict[str, Any]) -> Key:
    return Key(
        id=KeyId(document["_id"]),
        account_id=AccountId(document["account_id"]),
        sha256=bytes.fromhex(document["sha256"]),
        last4=document["last4"],
        label=document["label"],
        state=KeyState(document["state"]),
        models=tuple(document["models"]),
        expires_at_ms=document["expires_at_ms"],
        limits=Limits(**document["limits"]),
        created_at_ms=document["created_at_ms"],
        # Keys that are older than the field have none.
        networks=tuple(document.get("networks", ())),
    )


def _limits_to_document(limits: Limits) -> Document:
    return {
        "requests_per_minute": limits.requests_per_minute,
        "tokens_per_minute": limits.tokens_per_minute,
        "concurrent_requests": limits.concurrent_requests,
    }
