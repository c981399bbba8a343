"""tollgatectl audit: who did what to whom."""

import asyncio
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Annotated

import typer
from tollgate.auth.v1 import users_pb2
from tollgate_common.clock import SystemClock
from tollgate_common.errors import NotFound

from .clients import Clients, run
from .options import Limit, Output, examples
from .output import Format, Row, fields, render
from .pages import first
from .times import since_ms
from .user import find

commands = typer.Typer(help="The audit log.")

_COLUMNS = ("at_ms", "action", "actor", "user", "address", "detail")

_USER_PREFIX = "usr_"
# Each page asks for the users that it names, all at once.
_PAGE_SIZE_MAX = 100


@commands.command(
    "list", epilog=examples("audit list --since 24h", "audit list --user ada@example.com -o json")
)
def list_entries(
    user: Annotated[
        str, typer.Option(metavar="USER", help="Only what was done to this user: id or email.")
    ] = "",
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="90m, 24h or 7d ago, or a UTC day like 2026-12-31."),
    ] = None,
    limit: Limit = 100,
    output: Output = Format.TABLE,
) -> None:
    """List what was done, newest first, with the emails that the users have now."""
    from_ms = since_ms(since, SystemClock().now_ms(), field="--since") if since else 0
    render(run(lambda clients: _list(clients, user, from_ms, limit)), _COLUMNS, output)


async def _list(clients: Clients, user: str, from_ms: int, limit: int) -> list[Row]:
    # A deleted user has an id still, which no user answers to.
    user_id = (await find(clients, user)).id if "@" in user else user
    emails: dict[str, str] = {}

    async def page(size: int, token: str) -> tuple[list[Row], str]:
        request = users_pb2.ListAuditRequest(
            user_id=user_id, page_size=min(size, _PAGE_SIZE_MAX), page_token=token
        )
        reply = await clients.users.call(lambda users: users.ListAudit(request))
        recent = [entry for entry in reply.entries if entry.at_ms >= from_ms]
        await _learn(clients, recent, emails)
        older = len(recent) < len(reply.entries)
        return [_row(entry, emails) for entry in recent], "" if older else reply.next_page_token

    return await first(limit, page)


async def _learn(
    clients: Clients, entries: Sequence[users_pb2.AuditEntry], emails: MutableMapping[str, str]
) -> None:
    """The emails of those who are named, and not known yet."""
    named = {id for entry in entries for id in (entry.actor_id, entry.user_id)}
    ids = [id for id in named if id.startswith(_USER_PREFIX) and id not in emails]
    found = await asyncio.gather(*(_email(clients, id) for id in ids))
    emails.update(zip(ids, found, strict=True))


async def _email(clients: Clients, user_id: str) -> str:
    """The id itself once the user is deleted."""
    try:
        request = users_pb2.GetUserRequest(user_id=user_id)
        return (await clients.users.call(lambda users: users.GetUser(request))).email
    except NotFound:
        return user_id


def _row(entry: users_pb2.AuditEntry, emails: Mapping[str, str]) -> Row:
    return fields(entry) | {
        "actor": emails.get(entry.actor_id, entry.actor_id),
        "user": emails.get(entry.user_id, entry.user_id),
    }
