"""What the edge needs from outside, as it needs it. Every call may raise Unavailable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tollgate_common.ids import AccountId, LeaseId
from tollgate_common.usage import UsageEvent

if TYPE_CHECKING:
    from .billing import Totals
    from .catalogue import Model
    from .grants import Grant
    from .lanes import Admission, Lane
    from .leases import Closing


class Auth(Protocol):
    """Who knows the keys."""

    async def resolve(self, key_sha256: bytes) -> "Grant":
        """NotFound when there is no such key."""
        ...


@dataclass(frozen=True, slots=True)
class Granted:
    """The ledger's answer: 0 nano-dollars when the wallet does not cover the need."""

    granted_nano: int
    ttl_seconds: float


class Ledger(Protocol):
    """Who has the money."""

    async def acquire(
        self,
        account_id: AccountId,
        lease_id: LeaseId | None,
        *,
        need_nano: int,
        want_nano: int,
        closing: Sequence["Closing"],
    ) -> Granted:
        """Closes leases and grants one, in one write; without a lease id, closes. Idempotent."""
        ...


class Wallets(Protocol):
    """Who knows balances."""

    async def totals(self, account_id: AccountId) -> "Totals":
        """What the account was ever credited, and has used; nothing before its first top-up."""
        ...


class CatalogueSource(Protocol):
    """Who knows the models and their prices."""

    async def fetch(self) -> tuple[str, Sequence["Model"]]:
        """Version and models."""
        ...


class Relay(Protocol):
    """The way to providers."""

    def open(self, admission: "Admission", body: bytes) -> "Lane":
        """Sends an admitted request. Unavailable when there is no way: then nothing was sent."""
        ...


class Recorder(Protocol):
    """Who makes usage events durable."""

    async def ready(self) -> None:
        """Unavailable when an event could not be kept now."""
        ...

    async def record(self, event: UsageEvent) -> None:
        """Returns when the event will arrive whatever happens."""
        ...
