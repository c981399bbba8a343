"""The audit log: what was done to whom, by whom, from where. It never holds an email."""

from dataclasses import dataclass

from tollgate_common.clock import Clock
from tollgate_common.ids import prefixed

from .ports import AuditStore
from .users import Client

_PREFIX = "aud"
# Who holds the deployment's token, and is no user.
OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that was done, or tried. An empty actor: nobody was logged in."""

    id: str
    at_ms: int
    actor_id: str
    user_id: str
    action: str
    address: str
    detail: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Writes and reads entries. Any method raises Unavailable when the database is away."""

    store: AuditStore
    clock: Clock

    async def note(
        self,
        action: str,
        user_id: str,
        *,
        actor_id: str | None = None,
        client: Client | None = None,
        detail: str = "",
    ) -> None:
        """Without an actor, the user did it."""
        now_ms = self.clock.now_ms()
        entry = AuditEntry(
            id=prefixed(_PREFIX, now_ms),
            at_ms=now_ms,
            actor_id=user_id if actor_id is None else actor_id,
            user_id=user_id,
            action=action,
            address=client.address if client else "",
            detail=detail,
        )
        await self.store.append(entry)

    async def page(self, user_id: str, limit: int, after: str) -> tuple[list[AuditEntry], str]:
        """Newest first, of one user or of all, and where to continue."""
        return await self.store.page(user_id, limit, after)
