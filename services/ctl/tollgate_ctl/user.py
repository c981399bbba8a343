"""tollgatectl user: the people who log in to the console."""

import secrets
import sys
from enum import StrEnum
from typing import Annotated

import typer
from tollgate.auth.v1 import users_pb2
from tollgate_common.errors import InvalidArgument, NotFound, TollgateError

from .account import id_of
from .clients import Clients, run
from .options import Limit, Output, examples
from .output import Format, fields, note, render
from .pages import first

commands = typer.Typer(help="People who log in to the console.")

# How auth's audit log calls who holds the deployment's token.
_ACTOR = "operator"
_COLUMNS = (
    "id",
    "email",
    "role",
    "account_id",
    "totp_enabled",
    "last_login_at_ms",
    "created_at_ms",
)

# Emails of which a whole email is a part.
_EMAILS_MAX = 1000
# Well above the longest password, so that auth says what is wrong with a longer one.
_PASSWORD_CHARACTERS_MAX = 4096
_PASSWORD_BYTES = 15

User = Annotated[str, typer.Argument(metavar="USER", help="A user's id or email.")]


class Role(StrEnum):
    """What a user may do beside what is its own."""

    CUSTOMER = "customer"
    SUPPORT = "support"
    ADMIN = "admin"


@commands.command(
    epilog=examples(
        "user create root@example.com --role admin",
        "user create ops@example.com --account acme --password-stdin < password.txt",
    )
)
def create(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="With which the user logs in.")],
    role: Annotated[Role, typer.Option(help="What the user may do.")] = Role.CUSTOMER,
    account: Annotated[
        str | None,
        typer.Option(metavar="ACCOUNT", help="One that is there: id or name; else a new one."),
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password; else one is made.")
    ] = False,
    output: Output = Format.TABLE,
) -> None:
    """Create a user who may log in at once. A password that is made is shown only now."""
    password = _password_read() if password_stdin else secrets.token_urlsafe(_PASSWORD_BYTES)
    request = users_pb2.CreateUserRequest(
        email=email, password=password, role=_number(role), actor_id=_ACTOR
    )

    async def created(clients: Clients) -> users_pb2.User:
        request.account_id = await id_of(clients, account)
        return await clients.users.call(lambda users: users.CreateUser(request))

    user = fields(run(created))
    if password_stdin:
        render(user, _COLUMNS, output)
        return
    render({"password": password, **user}, ("password", *_COLUMNS), output)
    note("The password is shown only now: store it safely.")


@commands.command("list", epilog=examples("user list", "user list --search @example.com -o json"))
def list_users(
    search: Annotated[
        str, typer.Option(metavar="TEXT", help="Part of an email, or an account's id.")
    ] = "",
    limit: Limit = 100,
    output: Output = Format.TABLE,
) -> None:
    """List users by email."""
    users = run(lambda clients: _list(clients, search, limit))
    render([fields(user) for user in users], _COLUMNS, output)


@commands.command(epilog=examples("user show ada@example.com"))
def show(user: User, output: Output = Format.TABLE) -> None:
    """Show one user."""
    render(fields(run(lambda clients: find(clients, user))), _COLUMNS, output)


@commands.command("set-role", epilog=examples("user set-role ada@example.com admin"))
def set_role(
    user: User,
    role: Annotated[Role, typer.Argument(help="What the user may do.")],
    output: Output = Format.TABLE,
) -> None:
    """Give a user another role; its sessions end."""

    async def changed(clients: Clients) -> users_pb2.User:
        request = users_pb2.SetRoleRequest(
            user_id=(await find(clients, user)).id, role=_number(role), actor_id=_ACTOR
        )
        return await clients.users.call(lambda users: users.SetRole(request))

    render(fields(run(changed)), _COLUMNS, output)


@commands.command(epilog=examples("user delete ada@example.com"))
def delete(
    user: User,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    output: Output = Format.TABLE,
) -> None:
    """Forget a user for good: its keys stop, what money did stays in the ledger."""
    if not yes and not typer.confirm(f"Forget {user} for good?", err=True):
        raise TollgateError(f"{user} was not deleted")

    async def deleted(clients: Clients) -> users_pb2.User:
        found = await find(clients, user)
        request = users_pb2.DeleteUserRequest(user_id=found.id, actor_id=_ACTOR)
        await clients.users.call(lambda users: users.DeleteUser(request))
        return found

    render(fields(run(deleted)), _COLUMNS, output)


def _number(role: Role) -> users_pb2.Role.ValueType:
    return users_pb2.Role.Value(f"ROLE_{role.name}")


def _password_read() -> str:
    """The first line of stdin. InvalidArgument when there is none."""
    try:
        password = sys.stdin.readline(_PASSWORD_CHARACTERS_MAX).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InvalidArgument("--password-stdin: it is no text") from error
    if not password:
        raise InvalidArgument("--password-stdin: there is no password")
    return password


async def _list(clients: Clients, search: str, limit: int) -> list[users_pb2.User]:
    async def page(size: int, token: str) -> tuple[list[users_pb2.User], str]:
        request = users_pb2.ListUsersRequest(search=search, page_size=size, page_token=token)
        reply = await clients.users.call(lambda users: users.ListUsers(request))
        return list(reply.users), reply.next_page_token

    return await first(limit, page)


async def find(clients: Clients, user: str) -> users_pb2.User:
    """The user of that id or email. NotFound says how to see which there are."""
    try:
        if "@" not in user:
            request = users_pb2.GetUserRequest(user_id=user)
            return await clients.users.call(lambda users: users.GetUser(request))
        for found in await _list(clients, user, _EMAILS_MAX):
            if found.email == user.lower():
                return found
    except NotFound:
        pass
    raise NotFound(f"there is no user {user!r}; `tollgatectl user list` shows all")
