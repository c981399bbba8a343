"""Kept answers on a document store: a slip for each key, and the answer in parts beside it."""

import base64
from typing import Any

from tollgate_common.store import Between, Collection, Document, Index, Store

from .answers import Failed, Slip, State
from .failures import FailureKind

_SLIPS = Collection("answer_slips", (Index(("until_ms",)),))
_PARTS = Collection("answer_parts", (Index(("owner",)), Index(("until_ms",))))
COLLECTIONS = (_SLIPS, _PARTS)
# In base64 it stays below what one document may hold.
_PART_BYTES = 512 * 1024
_PARTS_A_WRITE = 8
_SWEPT_AT_ONCE = 1000


class StoredAnswers:
    """The port Shelf on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, id: str) -> Slip | None:
        found = await self._store.get(_SLIPS.name, id)
        return _slip(found.document) if found else None

    async def put_first(self, slip: Slip) -> bool:
        return await self._store.insert(_SLIPS.name, _document(slip))

    async def put_again(self, slip: Slip, instead_of: Slip) -> bool:
        found = await self._store.get(_SLIPS.name, slip.id)
        if found is None or _slip(found.document) != instead_of:
            return False
        return await self._store.replace(_SLIPS.name, _document(slip), found.version)

    async def remove(self, slip: Slip) -> None:
        if await self.get(slip.id) == slip:
            await self._store.delete(_SLIPS.name, slip.id)

    async def put_data(self, slip: Slip, data: bytes) -> None:
        parts = [
            _part(slip, number, data[start : start + _PART_BYTES])
            for number, start in enumerate(range(0, len(data), _PART_BYTES))
        ]
        for first in range(0, len(parts), _PARTS_A_WRITE):
            await self._store.upsert_many(_PARTS.name, parts[first : first + _PARTS_A_WRITE])

    async def data(self, slip: Slip) -> bytes:
        where = {"owner": _owner(slip)}
        page = await self._store.find(_PARTS.name, where, limit=_SWEPT_AT_ONCE)
        return b"".join(base64.b64decode(str(part["data"])) for part in page.documents)

    async def sweep(self, now_ms: int) -> int:
        swept = 0
        for collection in COLLECTIONS:
            where = {"until_ms": Between(None, now_ms)}
            page = await self._store.find(collection.name, where, limit=_SWEPT_AT_ONCE)
            for document in page.documents:
                swept += await self._store.delete(collection.name, str(document["_id"]))
        return swept


def _owner(slip: Slip) -> str:
    """Another request under the same key has other parts."""
    return f"{slip.id}:{slip.request_id}"


def _part(slip: Slip, number: int, data: bytes) -> Document:
    owner = _owner(slip)
    return {
        "_id": f"{owner}:{number:04d}",
        "owner": owner,
        "until_ms": slip.until_ms,
        "data": base64.b64encode(data).decode(),
    }


def _document(slip: Slip) -> Document:
    failure: Document | None = None
    if slip.failure:
        failure = {
            "kind": int(slip.failure.kind),
            "message": slip.failure.message,
            "param": slip.failure.param,
        }
    return {
        "_id": slip.id,
        "fingerprint": slip.fingerprint,
        "request_id": slip.request_id,
        "state": int(slip.state),
        "running_until_ms": slip.running_until_ms,
        "until_ms": slip.until_ms,
        "content_type": slip.content_type,
        "cost_nano": slip.cost_nano,
        "failure": failure,
    }


def _slip(document: dict[str, Any]) -> Slip:
    failure = document["failure"]
    return Slip(
        id=document["_id"],
        fingerprint=document["fingerprint"],
        request_id=document["request_id"],
        state=State(document["state"]),
        running_until_ms=document["running_until_ms"],
        until_ms=document["until_ms"],
        content_type=document["content_type"],
        cost_nano=document["cost_nano"],
        failure=_failure(failure) if failure else None,
    )


def _failure(document: dict[str, Any]) -> Failed:
    return Failed(FailureKind(document["kind"]), document["message"], document["param"])
