"""Getting in and out: registration, log-in, refresh, forgotten passwords."""

from contextlib import suppress
from typing import Literal

from pydantic import Field
from tollgate.auth.v1 import users_pb2
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.errors import AlreadyExists, TollgateError, Unauthenticated
from tollgate_common.telemetry import logger

from tollgate_console.api import Answer, Api, Ask, Done, Nothing, Policy
from tollgate_console.context import EXPIRED, Context
from tollgate_console.users import User, user_view

api = Api()

# So long a log-in waits for its welcome credit; it goes on without.
_WELCOME_SECONDS = 2.0

Locale = Literal["en", "zh"]


class Registration(Ask):
    """Who wants an account."""

    email: str
    password: str = Field(repr=False)
    locale: Locale = "en"


class MailedToken(Ask):
    """What a mailed link carries."""

    token: str = Field(repr=False)


class LogIn(Ask):
    """Who somebody is, and the proof."""

    email: str
    password: str = Field(repr=False)
    # Of the second factor, or a backup code; empty at first.
    code: str = Field(default="", repr=False)


class LoggedIn(Answer):
    """Either `code_needed`, or the user."""

    code_needed: bool = False
    user: User | None = None
    # The secret of the account's default API key: at the first log-in, and never again.
    first_key: str = Field(default="", repr=False)


class Who(Answer):
    """Who is logged in."""

    user: User


class Email(Ask):
    """An email, known or not."""

    email: str


class NewPassword(Ask):
    """The password from now on, and the mailed proof."""

    token: str = Field(repr=False)
    password: str = Field(repr=False)


@api.endpoint("POST", "/api/registration", Policy.PUBLIC)
async def register(context: Context, ask: Registration) -> Done:
    await context.services.users.Register(
        users_pb2.RegisterRequest(
            email=ask.email, password=ask.password, locale=ask.locale, client=context.client
        )
    )
    return Done()


@api.endpoint("POST", "/api/email-verification", Policy.PUBLIC)
async def verify_email(context: Context, ask: MailedToken) -> Done:
    await context.services.users.VerifyEmail(
        users_pb2.VerifyEmailRequest(token=ask.token, client=context.client)
    )
    return Done()


@api.endpoint("POST", "/api/session", Policy.PUBLIC)
async def log_in(context: Context, ask: LogIn) -> LoggedIn:
    reply = await context.services.users.LogIn(
        users_pb2.LogInRequest(
            email=ask.email, password=ask.password, code=ask.code, client=context.client
        )
    )
    if reply.code_needed:
        return LoggedIn(code_needed=True)
    session = reply.session
    context.cookies.keep(session)
    await _welcome(context, session.user)
    return LoggedIn(user=user_view(session.user), first_key=session.first_key)


async def _welcome(context: Context, user: users_pb2.User) -> None:
    """Credits a mailbox's first account once. No log-in fails for it: the next one tries again."""
    nano = context.settings.welcome_credit_nano
    if not nano:
        return
    request = ledger_pb2.TopUpRequest(
        account_id=user.account_id,
        amount_nano=nano,
        request_id=f"welcome-{user.account_id}",
        memo="Welcome credit",
        source=ledger_pb2.SOURCE_PROMO,
    )
    try:
        claim = users_pb2.ClaimWelcomeRequest(user_id=user.id)
        if (await context.services.users.ClaimWelcome(claim)).granted:
            await context.services.ledger.TopUp(request, timeout=_WELCOME_SECONDS)
    except AlreadyExists:
        return  # with the amount of another day
    except TollgateError as error:
        logger().warning("welcome_credit_failed", account_id=user.account_id, error=str(error))


@api.endpoint("GET", "/api/session", Policy.USER)
async def who(context: Context, ask: Nothing) -> Who:
    return Who(user=user_view(context.me))


@api.endpoint("POST", "/api/session/refresh", Policy.PUBLIC)
async def refresh(context: Context, ask: Nothing) -> Who:
    token = context.cookies.refresh_token
    if not token:
        raise Unauthenticated(EXPIRED)
    request = users_pb2.RefreshRequest(refresh_token=token, client=context.client)
    try:
        session = await context.services.users.Refresh(request)
    except Unauthenticated:
        context.cookies.clear()
        raise Unauthenticated(EXPIRED) from None
    context.cookies.keep(session)
    return Who(user=user_view(session.user))


@api.endpoint("DELETE", "/api/session", Policy.PUBLIC)
async def log_out(context: Context, ask: Nothing) -> Done:
    """Also when the access token is over: who wants out gets out."""
    context.cookies.clear()
    token = context.cookies.refresh_token
    if token:
        with suppress(Unauthenticated):  # it was over already
            await context.services.users.LogOut(users_pb2.LogOutRequest(refresh_token=token))
    return Done()


@api.endpoint("POST", "/api/password-reset-request", Policy.PUBLIC)
async def request_password_reset(context: Context, ask: Email) -> Done:
    await context.services.users.RequestPasswordReset(
        users_pb2.RequestPasswordResetRequest(email=ask.email, client=context.client)
    )
    return Done()


@api.endpoint("POST", "/api/password-reset", Policy.PUBLIC)
async def reset_password(context: Context, ask: NewPassword) -> Done:
    await context.services.users.ResetPassword(
        users_pb2.ResetPasswordRequest(
            token=ask.token, password=ask.password, client=context.client
        )
    )
    context.cookies.clear()
    return Done()
