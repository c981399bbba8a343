"""Users as the web app sees them."""

from typing import Literal

from tollgate.auth.v1 import users_pb2

from .api import Answer

Role = Literal["customer", "support", "admin"]
_ROLES: dict[int, Role] = {
    users_pb2.ROLE_CUSTOMER: "customer",
    users_pb2.ROLE_SUPPORT: "support",
    users_pb2.ROLE_ADMIN: "admin",
}


class User(Answer):
    """A person. Times are milliseconds since the Unix epoch, UTC."""

    id: str
    account_id: str
    email: str
    pending_email: str
    role: Role
    locale: str
    # IANA name; empty: the browser's.
    time_zone: str
    totp_enabled: bool
    created_at_ms: int
    last_login_at_ms: int


def user_view(user: users_pb2.User) -> User:
    return User(
        id=user.id,
        account_id=user.account_id,
        email=user.email,
        pending_email=user.pending_email,
        role=_ROLES[user.role],
        locale=user.locale,
        time_zone=user.time_zone,
        totp_enabled=user.totp_enabled,
        created_at_ms=user.created_at_ms,
        last_login_at_ms=user.last_login_at_ms,
    )
