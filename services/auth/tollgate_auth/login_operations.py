"""Logging in and out: one method a use case."""

from dataclasses import dataclass, replace

from tollgate_common.errors import NotFound, TollgateError, Unauthenticated, Unavailable
from tollgate_common.telemetry import logger

from . import sessions, users
from .accounts import Limits
from .attempts import LOGIN_ADDRESS, LOGIN_EMAIL
from .operations import Auth
from .people import People
from .ports import SessionStore
from .sessions import LISTED_MAX, RefreshToken, Session, Tokens
from .signing import Signing, TokenRefused
from .users import Client, User, UserId

_RACES_MAX = 5
_FIRST_KEY_LABEL = "default"


@dataclass(frozen=True, slots=True)
class Logins:
    """Sessions: how they begin, go on and end."""

    people: People
    sessions: SessionStore
    signing: Signing
    auth: Auth

    async def log_in(self, email: str, password: str, code: str, client: Client) -> Tokens | None:
        """A new session; None when the password is right and a code is needed.

        Unauthenticated when anything is wrong, and it does not say what. RateLimited when guessed.
        """
        email = users.canonical_email(email)
        address = users.neighbourhood(client.address)
        guard = self.people.guard
        await guard.admit(LOGIN_ADDRESS, address)
        await guard.admit(LOGIN_EMAIL, email)
        user = await self.people.store.find_by_email(email)
        hashed = user.password_hash if user else None
        if not await self.people.passwords.verify(hashed, password) or user is None:
            raise await self._refused(user.id if user else "", client)
        if user.totp.enabled and not code:
            await guard.forgive(LOGIN_ADDRESS, address)
            await guard.forgive(LOGIN_EMAIL, email)
            return None
        after = await self._entered(user, password, code, client)
        await guard.forgive(LOGIN_ADDRESS, address)
        await guard.clear(LOGIN_EMAIL, email)
        session, token = sessions.opened(after, client, self.people.clock.now_ms())
        await self.sessions.insert(session)
        await self.people.audit.note("log_in", user.id, client=client, detail=session.id)
        first_key = await self._first_key(after) if after.first_key_due else ""
        return replace(self._tokens(after, session, token), first_key=first_key)

    async def refresh(self, refresh_token: str, client: Client) -> Tokens:
        """New tokens. Unauthenticated when the session is over, and it is, after a second use."""
        token = sessions.parsed(refresh_token)
        for _ in range(_RACES_MAX):
            session, version, user = await self._live(token, client)
            now_ms = self.people.clock.now_ms()
            after, following = sessions.rotated(session, token, client, now_ms)
            if await self.sessions.replace(after, version):
                return self._tokens(user, after, following)
        raise Unavailable("refresh_token: is being used by others; try again")

    async def authenticate(self, access_token: str) -> tuple[User, str]:
        """The user as it is now, and the session's id. Unauthenticated once the session is over."""
        now_ms = self.people.clock.now_ms()
        try:
            claims = self.signing.verified(access_token, now_ms)
        except TokenRefused as error:
            raise sessions.not_logged_in() from error
        owner = await self.people.store.get(claims.user_id)
        found = await self.sessions.get(claims.session_id)
        if owner is None or found is None:
            raise sessions.not_logged_in()
        user, session = owner[0], found[0]
        if session.user_id != user.id or not sessions.is_live(session, user, now_ms):
            raise sessions.not_logged_in()
        return user, session.id

    async def log_out(self, refresh_token: str) -> None:
        """Ends the token's session, if it has one."""
        found = await self.sessions.get(sessions.parsed(refresh_token).session_id)
        if found:
            await self.sessions.delete(found[0].id)
            await self.people.audit.note("log_out", found[0].user_id, detail=found[0].id)

    async def log_out_of(self, user_id: str, session_id: str) -> None:
        """Ends one of the user's sessions. NotFound when it is not one of them."""
        found = await self.sessions.get(session_id)
        if found is None or found[0].user_id != user_id:
            raise NotFound("session_id: there is no such session", field="session_id")
        await self.sessions.delete(session_id)
        await self.people.audit.note("log_out", user_id, detail=session_id)

    async def log_out_everywhere(self, user_id: str) -> None:
        """Ends every session of the user, those that begin at this moment, too."""
        user = await self.people.change(user_id, users.logged_out)
        await self.people.audit.note("log_out_everywhere", user.id)

    async def owner_of(self, refresh_token: str) -> UserId:
        """Whose session the token is of. Unauthenticated when it is over."""
        _, _, user = await self._live(sessions.parsed(refresh_token), None)
        return user.id

    async def list_sessions(self, user_id: str) -> list[Session]:
        """Last used first. NotFound when there is no such user."""
        user = await self.people.get(user_id)
        now_ms = self.people.clock.now_ms()
        found = await self.sessions.of_user(user.id, LISTED_MAX)
        return [session for session in found if sessions.is_live(session, user, now_ms)]

    async def _live(self, token: RefreshToken, client: Client | None) -> tuple[Session, int, User]:
        """The token's session, its version and its user. A token that was used before ends it."""
        found = await self.sessions.get(token.session_id)
        if found is None:
            raise sessions.over()
        session, version = found
        owner = await self.people.store.get(session.user_id)
        user = owner[0] if owner else None
        if user is None or not sessions.is_live(session, user, self.people.clock.now_ms()):
            await self.sessions.delete(session.id)
            raise sessions.over()
        if not sessions.is_current(session, token):
            await self.sessions.delete(session.id)
            await self.people.audit.note(
                "refresh_reused", user.id, actor_id="", client=client, detail=session.id
            )
            raise sessions.over()
        return session, version, user

    async def _entered(self, proven: User, password: str, code: str, client: Client) -> User:
        """The user before its first key is made, once the code is spent."""
        passwords, now_ms = self.people.passwords, self.people.clock.now_ms()
        fresh = proven.password_hash
        if passwords.outdated(fresh):
            fresh = await passwords.hash(password)
        due = False

        def enter(user: User) -> User:
            nonlocal due
            if user.epoch != proven.epoch:
                # The password was changed meanwhile, or everybody was sent away.
                raise _wrong()
            due = user.first_key_due
            entered = self.people.code_spent(user, code)
            return replace(
                entered, last_login_at_ms=now_ms, password_hash=fresh, first_key_due=False
            )

        try:
            user = await self.people.change(proven.id, enter)
        except (Unauthenticated, NotFound) as error:
            raise await self._refused(proven.id, client) from error
        return replace(user, first_key_due=due)

    async def _refused(self, user_id: str, client: Client) -> Unauthenticated:
        await self.people.audit.note("log_in_failed", user_id, actor_id="", client=client)
        return _wrong()

    async def _first_key(self, user: User) -> str:
        """The default key's secret; empty when none can be made now: the login goes on."""
        secret = ""
        try:
            _, secret = await self.auth.create_key(
                user.account_id, _FIRST_KEY_LABEL, (), 0, Limits(), actor_id=user.id
            )
        except TollgateError as error:
            logger().error("first_key_failed", user=user.id, error=error.message)
        return secret

    def _tokens(self, user: User, session: Session, token: RefreshToken) -> Tokens:
        now_ms = self.people.clock.now_ms()
        expires_at_ms = min(now_ms + sessions.ACCESS_MS, session.created_at_ms + sessions.LIFE_MS)
        claims: dict[str, str | int] = {
            "sub": user.id,
            "sid": session.id,
            "acct": user.account_id,
            "role": user.role.name.lower(),
            "iat": now_ms // 1000,
            "exp": expires_at_ms // 1000,
        }
        return Tokens(
            access=self.signing.sign(claims),
            access_expires_at_ms=expires_at_ms // 1000 * 1000,
            refresh=str(token),
            refresh_expires_at_ms=session.expires_at_ms,
            user=user,
        )


def _wrong() -> Unauthenticated:
    return Unauthenticated(
        "email, password or code is wrong, or the email is not confirmed yet: use the link in the "
        "mail, or register again for a new one"
    )
