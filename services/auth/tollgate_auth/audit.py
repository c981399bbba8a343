"""The audit log: what was done to whom, by whom, from where. It never holds an email."""

import re
from dataclasses import dataclass

from tollgate_common.clock import Clock
from tollgate_common.errors import InvalidArgument
from tollgate_common.ids import prefixed

from .ports import AuditStore
from .users import Client

_PREFIX = "aud"
# Who holds the deployment's token, and is no user.
OPERATOR = "operator"
_ACTION = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ID_LENGTH_MAX = 64
_DETAIL_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What another service says was done. InvalidArgument when it cannot be an entry."""

    actor_id: str
    action: str
    user_id: str = ""
    address: str = ""
    detail: str = ""

    def __post_init__(self) -> None:
        if not self.actor_id:
            raise InvalidArgument("actor_id: must say who did it", field="actor_id")
        if not _ACTION.fullmatch(self.action):
            raise InvalidArgument(
                "action: must be 1 to 64 lower-case letters, digits or underscores", field="action"
            )
        for name, length_max in (
            ("actor_id", _ID_LENGTH_MAX),
            ("user_id", _ID_LENGTH_MAX),
            ("detail", _DETAIL_LENGTH_MAX),
        ):
            text: str = getattr(self, name)
            if len(text) > length_max or not text.isprintable():
                raise InvalidArgument(
                    f"{name}: must be at most {length_max} printable characters", field=name
                )


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

    async def record(self, report: Report) -> None:
        """Notes what was done by way of another service."""
        await self.note(
            report.action,
            report.user_id,
            actor_id=report.actor_id,
            client=Client(report.address, ""),
            detail=report.detail,
        )

    async def page(self, user_id: str, limit: int, after: str) -> tuple[list[AuditEntry], str]:
        """Newest first, of one user or of all, and where to continue."""
        return await self.store.page(user_id, limit, after)
