"""What keys may do, remembered for as long as it may be trusted."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum, auto

from tollgate_common.addresses import Networks
from tollgate_common.clock import Clock
from tollgate_common.errors import NotFound, Unavailable
from tollgate_common.ids import AccountId, KeyId
from tollgate_common.telemetry import logger

from .credentials import incorrect_key
from .limits import Limits
from .ports import Auth
from .refusals import Cause, Refusal


class KeyState(Enum):
    """Whether a key works."""

    ACTIVE = auto()
    DISABLED = auto()
    REVOKED = auto()


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key may do: canonical model names (none mean all), and limits by who shares them."""

    account_id: AccountId
    key_id: KeyId
    state: KeyState
    models: frozenset[str]
    # Milliseconds since the Unix epoch; 0 means never.
    expires_at_ms: int
    # Only those that limit something.
    limits: tuple[tuple[str, Limits], ...] = ()
    # Where requests may come from; None means anywhere.
    networks: Networks | None = None


@dataclass(frozen=True, slots=True)
class GrantTimes:
    """Seconds: how long a grant serves, when it is asked for again, and how long a "no" holds."""

    serve: float = 30.0
    refresh: float = 10.0
    absent: float = 5.0


@dataclass(frozen=True, slots=True)
class _Entry:
    grant: Grant | None
    asked_at: float


class Grants:
    """A cache by full digest: bounded, one question a digest, emptied by announcements."""

    def __init__(
        self, auth: Auth, clock: Clock, times: GrantTimes, *, entries_max: int, lookups_max: int
    ) -> None:
        self._auth = auth
        self._clock = clock
        self._times = times
        self._entries_max = entries_max
        self._lookups_max = lookups_max
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._lookups: dict[bytes, asyncio.Task[Grant | None]] = {}

    async def resolve(self, digest: bytes) -> Grant:
        """The grant of a key that works. Refusal if it does not, Unavailable if nobody can say."""
        entry = self._entries.get(digest)
        age = self._clock.monotonic() - entry.asked_at if entry else 0.0
        if entry and age < (self._times.serve if entry.grant else self._times.absent):
            grant = entry.grant
            if grant and age >= self._times.refresh and len(self._lookups) < self._lookups_max:
                self._lookup(digest)
        else:
            if len(self._lookups) >= self._lookups_max and digest not in self._lookups:
                raise Unavailable("too many keys are being looked up", retry_after_s=1)
            grant = await asyncio.shield(self._lookup(digest))
        return self._checked(grant)

    def forget(self, digest: bytes) -> None:
        """The key has changed: what is known, and what is being asked just now, is out of date."""
        self._entries.pop(digest, None)
        self._lookups.pop(digest, None)

    def _checked(self, grant: Grant | None) -> Grant:
        if grant is None or grant.state is KeyState.REVOKED:
            raise incorrect_key()
        if grant.state is KeyState.DISABLED:
            raise Refusal(Cause.KEY_DISABLED, "This API key is disabled. Enable it in the console.")
        if grant.expires_at_ms and self._clock.now_ms() >= grant.expires_at_ms:
            raise Refusal(Cause.KEY_EXPIRED, "This API key has expired. Make a new one.")
        return grant

    def _lookup(self, digest: bytes) -> asyncio.Task[Grant | None]:
        lookup = self._lookups.get(digest)
        if lookup is None:
            lookup = asyncio.create_task(self._ask(digest), name="resolve-key")
            self._lookups[digest] = lookup
            lookup.add_done_callback(lambda task: self._done(digest, task))
        return lookup

    async def _ask(self, digest: bytes) -> Grant | None:
        asked_at = self._clock.monotonic()
        try:
            grant = await self._auth.resolve(digest)
        except NotFound:
            grant = None
        if self._lookups.get(digest) is asyncio.current_task():
            self._remember(digest, _Entry(grant, asked_at))
        return grant

    def _remember(self, digest: bytes, entry: _Entry) -> None:
        self._entries[digest] = entry
        self._entries.move_to_end(digest)
        if len(self._entries) > self._entries_max:
            self._entries.popitem(last=False)

    def _done(self, digest: bytes, task: asyncio.Task[Grant | None]) -> None:
        if self._lookups.get(digest) is task:
            del self._lookups[digest]
        if not task.cancelled() and (error := task.exception()):
            logger().warning("key_not_resolved", error=repr(error))
