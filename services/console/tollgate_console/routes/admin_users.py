"""For operators: users, and what they have."""

from pydantic import Field
from tollgate.auth.v1 import users_pb2
from tollgate_common.errors import InvalidArgument

from tollgate_console.api import Answer, Api, Ask, Done, Policy
from tollgate_console.context import Context
from tollgate_console.users import Role, User, user_view

from .admin_audit import AuditEntry, audit_page
from .keys import Key, keys_of
from .wallet import Wallet, wallet_of

api = Api()

_RECENT = 10
_ROLES = {
    "customer": users_pb2.ROLE_CUSTOMER,
    "support": users_pb2.ROLE_SUPPORT,
    "admin": users_pb2.ROLE_ADMIN,
}


class UserSearch(Ask):
    """A page of users. `search` is part of an email or an account's id; empty: all."""

    search: str = Field(default="", max_length=200)
    page_size: int = Field(default=50, ge=1, le=200)
    page_token: str = ""


class UserPage(Answer):
    """By email; a page may be short. An empty token: there are no more."""

    users: list[User]
    next_page_token: str


class NamedUser(Ask):
    """A user by id."""

    user_id: str


class UserDetails(Answer):
    """A user, and what the user has."""

    user: User
    wallet: Wallet
    # Oldest first.
    keys: list[Key]
    # Where the user is logged in; a hundred at most.
    sessions: int
    # The latest.
    audit: list[AuditEntry]


class RoleChange(Ask):
    """The role from now on; a new one ends the user's sessions."""

    user_id: str
    role: Role


@api.endpoint("GET", "/api/admin/users", Policy.STAFF)
async def list_users(context: Context, ask: UserSearch) -> UserPage:
    page = await context.services.users.ListUsers(users_pb2.ListUsersRequest(**ask.model_dump()))
    return UserPage(
        users=[user_view(user) for user in page.users], next_page_token=page.next_page_token
    )


@api.endpoint("GET", "/api/admin/users/{user_id}", Policy.STAFF)
async def show_user(context: Context, ask: NamedUser) -> UserDetails:
    users = context.services.users
    user = await users.GetUser(users_pb2.GetUserRequest(user_id=ask.user_id))
    sessions = await users.ListSessions(users_pb2.ListSessionsRequest(user_id=user.id))
    recent = await audit_page(context, user.id, _RECENT)
    return UserDetails(
        user=user_view(user),
        wallet=await wallet_of(context, user.account_id),
        keys=await keys_of(context, user.account_id),
        sessions=len(sessions.sessions),
        audit=recent.entries,
    )


@api.endpoint("PUT", "/api/admin/users/{user_id}/role", Policy.ADMIN)
async def set_role(context: Context, ask: RoleChange) -> User:
    """Not one's own, so that the last admin is not lost by accident."""
    if ask.user_id == context.me.id:
        raise InvalidArgument("Your own role is for another admin to change.", field="role")
    request = users_pb2.SetRoleRequest(
        user_id=ask.user_id, role=_ROLES[ask.role], actor_id=context.me.id
    )
    return user_view(await context.services.users.SetRole(request))


@api.endpoint("DELETE", "/api/admin/users/{user_id}", Policy.ADMIN)
async def delete_user(context: Context, ask: NamedUser) -> Done:
    if ask.user_id == context.me.id:
        raise InvalidArgument("Delete yourself in your own settings.", field="user_id")
    await context.services.users.DeleteUser(
        users_pb2.DeleteUserRequest(user_id=ask.user_id, actor_id=context.me.id)
    )
    return Done()
