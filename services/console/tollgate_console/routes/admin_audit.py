"""For operators: what was done to whom, by whom, from where."""

import asyncio
from collections.abc import Mapping

from pydantic import Field
from tollgate.auth.v1 import users_pb2
from tollgate_common.errors import NotFound

from tollgate_console.api import Answer, Api, Ask, Policy
from tollgate_console.context import Context

api = Api()

_USER_PREFIX = "usr_"


class AuditAsk(Ask):
    """A page of entries. `user_id` is to whom it was done; empty: to anybody, or nobody."""

    user_id: str = Field(default="", max_length=64)
    # Each page asks for the users that it names.
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str = ""


class AuditEntry(Answer):
    """One thing that was done, or tried."""

    id: str
    at_ms: int
    # A user's id; "operator": who holds the deployment's token; empty: nobody was logged in.
    actor_id: str
    user_id: str
    # Of those two now; empty for who is no user, or has been deleted.
    actor_email: str
    user_email: str
    action: str
    address: str
    detail: str


class AuditPage(Answer):
    """Newest first; an empty token: there are no more."""

    entries: list[AuditEntry]
    next_page_token: str


@api.endpoint("GET", "/api/admin/audit", Policy.STAFF)
async def list_audit(context: Context, ask: AuditAsk) -> AuditPage:
    return await audit_page(context, ask.user_id, ask.page_size, ask.page_token)


async def audit_page(context: Context, user_id: str, size: int, token: str = "") -> AuditPage:
    """Of one user, or of all when the id is empty."""
    page = await context.services.users.ListAudit(
        users_pb2.ListAuditRequest(user_id=user_id, page_size=size, page_token=token)
    )
    emails = await _emails(context, page)
    return AuditPage(
        entries=[_entry_view(entry, emails) for entry in page.entries],
        next_page_token=page.next_page_token,
    )


async def _emails(context: Context, page: users_pb2.ListAuditResponse) -> Mapping[str, str]:
    named = {id for entry in page.entries for id in (entry.actor_id, entry.user_id)}
    ids = [id for id in named if id.startswith(_USER_PREFIX)]
    return dict(zip(ids, await asyncio.gather(*(_email(context, id) for id in ids)), strict=True))


async def _email(context: Context, user_id: str) -> str:
    try:
        user = await context.services.users.GetUser(users_pb2.GetUserRequest(user_id=user_id))
    except NotFound:
        return ""
    return user.email


def _entry_view(entry: users_pb2.AuditEntry, emails: Mapping[str, str]) -> AuditEntry:
    return AuditEntry(
        id=entry.id,
        at_ms=entry.at_ms,
        actor_id=entry.actor_id,
        user_id=entry.user_id,
        actor_email=emails.get(entry.actor_id, ""),
        user_email=emails.get(entry.user_id, ""),
        action=entry.action,
        address=entry.address,
        detail=entry.detail,
    )
