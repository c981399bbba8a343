"""Dead letters: usage that can never be used. Kept for whoever mends it, it stops nothing."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from tollgate.events.v1 import usage_pb2

from .clock import Clock
from .errors import InvalidArgument
from .store import Collection, Document, Index, Store
from .telemetry import logger
from .wire import decode_batch

DEAD_LETTERS = Collection("dead_letters", (Index(("buried_at_ms",)),))
# Above every message of ours, and well below what a document may have; of more, the beginning.
_PAYLOAD_BYTES_MAX = 512 * 1024
_WRITE_MAX = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What arrived, and what is wrong with it."""

    payload: bytes
    reason: str


def read_batch(
    payload: bytes, read: Callable[[usage_pb2.UsageEvent], T]
) -> tuple[list[T], list[DeadLetter]]:
    """What `read` makes of each event of a message; what it refuses becomes a dead letter."""
    good: list[T] = []
    letters: list[DeadLetter] = []
    try:
        events = decode_batch(payload)
    except InvalidArgument as error:
        return [], [DeadLetter(payload, error.message)]
    for event in events:
        try:
            good.append(read(event))
        except InvalidArgument as error:
            letters.append(DeadLetter(event.SerializeToString(), error.message))
    return good, letters


class DeadLetters:
    """A service's dead letters, in its own store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def bury(self, letters: Sequence[DeadLetter]) -> int:
        """Keeps each payload once, durably; says how many are new. Unavailable as the store is."""
        by_id = {sha256(letter.payload).hexdigest(): letter for letter in letters}
        documents = [self._document(id, letter) for id, letter in by_id.items()]
        known: set[str] = set()
        for start in range(0, len(documents), _WRITE_MAX):
            some = documents[start : start + _WRITE_MAX]
            known.update(await self._store.insert_many(DEAD_LETTERS.name, some))
        for id in by_id.keys() - known:
            logger().error("dead_letter", id=id, reason=by_id[id].reason)
        return len(by_id) - len(known)

    def _document(self, id: str, letter: DeadLetter) -> Document:
        return {
            "_id": id,
            "reason": letter.reason,
            "payload_base64": b64encode(letter.payload[:_PAYLOAD_BYTES_MAX]).decode(),
            "buried_at_ms": self._clock.now_ms(),
        }
