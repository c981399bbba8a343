"""Settings of who is logged in: profile, password, second factor, sessions, leaving."""

from collections.abc import AsyncGenerator
from typing import Literal

from pydantic import Field
from tollgate.auth.v1 import users_pb2

from tollgate_console.api import Answer, Api, Ask, Done, Nothing, Policy, Stream
from tollgate_console.context import Context
from tollgate_console.tables import attachment
from tollgate_console.users import User, user_view

api = Api()


class ProfileChange(Ask):
    """What to change; what is left out stays."""

    locale: Literal["en", "zh"] | None = None
    # IANA name; empty: the browser's.
    time_zone: str | None = None


class PasswordChange(Ask):
    """The password so far, and the one from now on."""

    password: str = Field(repr=False)
    new_password: str = Field(repr=False)


class EmailChange(Ask):
    """The address to come, and the proof."""

    email: str
    password: str = Field(repr=False)


class Password(Ask):
    """The proof that it is the user."""

    password: str = Field(repr=False)


class Code(Ask):
    """What the authenticator app shows."""

    code: str = Field(repr=False)


class BothFactors(Ask):
    """Password, and a code where there is a second factor."""

    password: str = Field(repr=False)
    code: str = Field(default="", repr=False)


class TotpSecret(Answer):
    """For an authenticator app: Base32, and the address that its QR code shows."""

    secret: str = Field(repr=False)
    uri: str = Field(repr=False)


class BackupCodes(Answer):
    """Shown once; each works once."""

    backup_codes: list[str] = Field(repr=False)


class OpenSession(Answer):
    """One place where the user is logged in."""

    id: str
    address: str
    user_agent: str
    created_at_ms: int
    used_at_ms: int
    # The one that asks.
    current: bool


class Sessions(Answer):
    """Last used first."""

    sessions: list[OpenSession]


class NamedSession(Ask):
    """A session by its id."""

    session_id: str


@api.endpoint("PATCH", "/api/profile", Policy.USER)
async def change_profile(context: Context, ask: ProfileChange) -> User:
    request = users_pb2.UpdateUserRequest(
        user_id=context.me.id, locale=ask.locale, time_zone=ask.time_zone
    )
    return user_view(await context.services.users.UpdateUser(request))


@api.endpoint("POST", "/api/profile/password", Policy.USER)
async def change_password(context: Context, ask: PasswordChange) -> Done:
    """Every other session ends."""
    await context.services.users.ChangePassword(
        users_pb2.ChangePasswordRequest(
            user_id=context.me.id,
            old_password=ask.password,
            new_password=ask.new_password,
            session_id=context.session_id,
            client=context.client,
        )
    )
    return Done()


@api.endpoint("POST", "/api/profile/email", Policy.USER)
async def change_email(context: Context, ask: EmailChange) -> Done:
    await context.services.users.ChangeEmail(
        users_pb2.ChangeEmailRequest(
            user_id=context.me.id, password=ask.password, email=ask.email, client=context.client
        )
    )
    return Done()


@api.endpoint("POST", "/api/profile/totp", Policy.USER)
async def begin_totp(context: Context, ask: Password) -> TotpSecret:
    reply = await context.services.users.BeginTotp(
        users_pb2.BeginTotpRequest(
            user_id=context.me.id, password=ask.password, client=context.client
        )
    )
    return TotpSecret(secret=reply.secret, uri=reply.uri)


@api.endpoint("POST", "/api/profile/totp/confirmation", Policy.USER)
async def confirm_totp(context: Context, ask: Code) -> BackupCodes:
    reply = await context.services.users.ConfirmTotp(
        users_pb2.ConfirmTotpRequest(user_id=context.me.id, code=ask.code, client=context.client)
    )
    return BackupCodes(backup_codes=list(reply.backup_codes))


@api.endpoint("POST", "/api/profile/totp/removal", Policy.USER)
async def disable_totp(context: Context, ask: BothFactors) -> User:
    reply = await context.services.users.DisableTotp(
        users_pb2.DisableTotpRequest(
            user_id=context.me.id, password=ask.password, code=ask.code, client=context.client
        )
    )
    return user_view(reply)


@api.endpoint("GET", "/api/sessions", Policy.USER)
async def list_sessions(context: Context, ask: Nothing) -> Sessions:
    reply = await context.services.users.ListSessions(
        users_pb2.ListSessionsRequest(user_id=context.me.id)
    )
    return Sessions(
        sessions=[
            OpenSession(
                id=session.id,
                address=session.address,
                user_agent=session.user_agent,
                created_at_ms=session.created_at_ms,
                used_at_ms=session.used_at_ms,
                current=session.id == context.session_id,
            )
            for session in reply.sessions
        ]
    )


@api.endpoint("DELETE", "/api/sessions/{session_id}", Policy.USER)
async def end_session(context: Context, ask: NamedSession) -> Done:
    await context.services.users.LogOut(
        users_pb2.LogOutRequest(user_id=context.me.id, session_id=ask.session_id)
    )
    return Done()


@api.endpoint("DELETE", "/api/sessions", Policy.USER)
async def end_all_sessions(context: Context, ask: Nothing) -> Done:
    """This one, too."""
    await context.services.users.LogOut(
        users_pb2.LogOutRequest(user_id=context.me.id, everywhere=True)
    )
    context.cookies.clear()
    return Done()


@api.endpoint("GET", "/api/profile/export", Policy.USER)
async def export_profile(context: Context, ask: Nothing) -> Stream:
    """Everything that is kept of the person; usage and entries have exports of their own."""
    reply = await context.services.users.ExportUser(
        users_pb2.ExportUserRequest(user_id=context.me.id)
    )

    async def whole() -> AsyncGenerator[bytes, None]:
        yield reply.json.encode()

    return Stream(whole(), "application/json", headers=attachment("tollgate-profile.json"))


@api.endpoint("POST", "/api/profile/deletion", Policy.USER)
async def delete_profile(context: Context, ask: BothFactors) -> Done:
    await context.services.users.DeleteUser(
        users_pb2.DeleteUserRequest(
            user_id=context.me.id, password=ask.password, code=ask.code, client=context.client
        )
    )
    context.cookies.clear()
    return Done()
