"""Channels as documents."""

from typing import Any

from tollgate_common.sealing import Sealed, decode, encode
from tollgate_common.store import Collection, Document, Store

from .channels import ChannelError
from .stored import CHANNELS_MAX, SealedKey, StoredChannel

_CHANNELS = Collection("channels")
COLLECTIONS = (_CHANNELS,)


class ChannelDocuments:
    """The port ChannelStore on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def insert(self, stored: StoredChannel) -> bool:
        return await self._store.insert(_CHANNELS.name, _to_document(stored))

    async def get(self, id: str) -> tuple[StoredChannel, int] | None:
        found = await self._store.get(_CHANNELS.name, id)
        return (_stored_of(found.document), found.version) if found else None

    async def replace(self, stored: StoredChannel, version: int) -> bool:
        return await self._store.replace(_CHANNELS.name, _to_document(stored), version)

    async def remove(self, id: str) -> bool:
        return await self._store.delete(_CHANNELS.name, id)

    async def all(self) -> list[StoredChannel]:
        page = await self._store.find(_CHANNELS.name, {}, limit=CHANNELS_MAX)
        return [_stored_of(document) for document in page.documents]


def _to_document(stored: StoredChannel) -> Document:
    return {
        "_id": stored.id,
        "provider": stored.provider,
        "base_url": stored.base_url,
        "priority": stored.priority,
        "weight": stored.weight,
        "enabled": stored.enabled,
        # A list: names have dots, which the fields of a document may not have.
        "models": [{"name": name, "upstream": own} for name, own in stored.models.items()],
        "keys": [
            {
                "id": key.id,
                "enabled": key.enabled,
                "vault_key": key.sealed.key_id,
                "data_key": encode(key.sealed.data_key),
                "credential": encode(key.sealed.secret),
            }
            for key in stored.keys
        ],
        "keys_made": stored.keys_made,
    }


def _stored_of(document: dict[str, Any]) -> StoredChannel:
    try:
        return StoredChannel(
            id=document["_id"],
            provider=document["provider"],
            base_url=document["base_url"],
            keys=tuple(_key_of(key) for key in document["keys"]),
            priority=document["priority"],
            weight=document["weight"],
            enabled=document["enabled"] is True,
            models={model["name"]: model["upstream"] for model in document["models"]},
            keys_made=document["keys_made"],
        )
    except (KeyError, TypeError, ValueError) as error:
        reason = f"cannot be read: {type(error).__name__}"
        raise ChannelError(str(document.get("_id")), "document", reason) from error


def _key_of(key: dict[str, Any]) -> SealedKey:
    sealed = Sealed(key["vault_key"], decode(key["data_key"]), decode(key["credential"]))
    return SealedKey(key["id"], sealed, key["enabled"] is True)
