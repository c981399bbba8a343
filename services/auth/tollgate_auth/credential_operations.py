"""Changing what a user logs in with: one method a use case."""

from dataclasses import dataclass, replace

from tollgate_common.errors import AlreadyExists, NotFound

from . import tokens, totp, users
from .attempts import LOGIN_EMAIL, MAIL_ADDRESS, MAIL_EMAIL, PROOF, TOKEN_ADDRESS
from .letters import Kind
from .people import People
from .ports import SessionStore, TokenStore
from .postman import Post
from .tokens import Purpose
from .totp import Totp
from .users import Client, User
from .vault import place


@dataclass(frozen=True, slots=True)
class Credentials:
    """Passwords, emails and second factors."""

    people: People
    sessions: SessionStore
    tokens: TokenStore
    post: Post

    async def request_reset(self, email: str, client: Client) -> None:
        """Mails a link if the email is known; it does, and takes, the same if it is not."""
        email = users.canonical_email(email)
        await self.people.guard.admit(MAIL_ADDRESS, users.neighbourhood(client.address))
        await self.people.guard.admit(MAIL_EMAIL, email)
        await self.post.leave(Kind.RESET_PASSWORD, email, users.LOCALES[0])

    async def reset_password(self, secret: str, password: str, client: Client) -> None:
        """A new password by a mailed link; ends every session. NotFound when the link is void."""
        address = users.neighbourhood(client.address)
        await self.people.guard.admit(TOKEN_ADDRESS, address)
        token = await self.tokens.get(tokens.digest_of(secret))
        if (
            token is None
            or token.purpose is not Purpose.RESET_PASSWORD
            or self.people.clock.now_ms() >= token.expires_at_ms
        ):
            raise tokens.unknown()
        users.checked_password(password, token.email)
        password_hash = await self.people.passwords.hash(password)
        if not await self.tokens.take(token.sha256):
            raise tokens.unknown()

        def reset(user: User) -> User:
            if user.email != token.email or user.epoch != token.epoch:
                raise tokens.unknown()
            return users.with_password(user, password_hash)

        try:
            user = await self.people.change(token.user_id, reset)
        except NotFound as error:
            raise tokens.unknown() from error
        await self.people.guard.forgive(TOKEN_ADDRESS, address)
        # Who was kept out by somebody's guesses comes in again by mail.
        await self.people.guard.clear(LOGIN_EMAIL, user.email)
        await self.people.audit.note("password_reset", user.id, client=client)
        await self._tell(Kind.PASSWORD_CHANGED, user)

    async def change_password(
        self, user_id: str, old: str, new: str, session_id: str, client: Client
    ) -> None:
        """Ends every session but that one. Unauthenticated when the old password is wrong."""
        before = await self.people.prove(user_id, old, client)
        users.checked_password(new, before.email, name="new_password")
        password_hash = await self.people.passwords.hash(new)

        def change(user: User) -> User:
            if user.password_hash != before.password_hash:
                raise AlreadyExists("old_password: was changed meanwhile", field="old_password")
            return users.with_password(user, password_hash)

        user = await self.people.change(user_id, change)
        await self._keep(session_id, before, user)
        await self.people.audit.note("password_changed", user.id, client=client)
        await self._tell(Kind.PASSWORD_CHANGED, user)

    async def change_email(self, user_id: str, password: str, email: str, client: Client) -> None:
        """Mails a link to the new address and tells the old one; says not who has the address."""
        email = users.canonical_email(email)
        user = await self.people.prove(user_id, password, client)
        await self.people.guard.admit(MAIL_EMAIL, email)
        user = await self.people.change(user.id, lambda found: replace(found, pending_email=email))
        await self.post.leave(Kind.CHANGE_EMAIL, email, user.locale, user_id=user.id)
        await self.people.audit.note("email_change_requested", user.id, client=client)
        await self._tell(Kind.EMAIL_CHANGING, user)

    async def begin_totp(self, user_id: str, password: str, client: Client) -> tuple[str, str]:
        """A secret and its URI. AlreadyExists while a second factor is on."""
        user = await self.people.prove(user_id, password, client)
        secret = totp.new_secret()
        sealed = self.people.vault.seal(secret, place(user.id))

        def begin(found: User) -> User:
            if found.totp.enabled:
                raise AlreadyExists("the second factor is on; switch it off first")
            return replace(found, totp=replace(found.totp, pending=sealed))

        user = await self.people.change(user.id, begin)
        await self.people.audit.note("totp_begun", user.id, client=client)
        return secret, totp.uri_of(secret, user.email)

    async def confirm_totp(self, user_id: str, code: str, client: Client) -> list[str]:
        """Switches it on; the backup codes are shown only now. Unauthenticated for a wrong code."""
        user = await self.people.get(user_id)
        await self.people.guard.admit(PROOF, f"{user.id}:code")
        codes: list[str] = []

        def confirm(found: User) -> User:
            nonlocal codes
            secret = self.people.opened(totp.waiting(found.totp), found)
            after, codes = totp.confirmed(found.totp, secret, code, self.people.clock.now_ms())
            return replace(found, totp=after)

        user = await self.people.change(user.id, confirm)
        await self.people.guard.clear(PROOF, f"{user.id}:code")
        await self.people.audit.note("totp_enabled", user.id, client=client)
        await self._tell(Kind.TOTP_ENABLED, user)
        return codes

    async def disable_totp(self, user_id: str, password: str, code: str, client: Client) -> User:
        """Needs both factors, unless it is off already."""
        user = await self.people.prove_both(user_id, password, code, client)
        if not user.totp.enabled:
            return user
        user = await self.people.change(user.id, lambda found: replace(found, totp=Totp()))
        await self.people.audit.note("totp_disabled", user.id, client=client)
        await self._tell(Kind.TOTP_DISABLED, user)
        return user

    async def _keep(self, session_id: str, before: User, after: User) -> None:
        """One session goes on; it ends instead if it is used at this very moment."""
        found = await self.sessions.get(session_id) if session_id else None
        if found and (found[0].user_id, found[0].epoch) == (after.id, before.epoch):
            await self.sessions.replace(replace(found[0], epoch=after.epoch), found[1])

    async def _tell(self, kind: Kind, user: User) -> None:
        await self.post.leave(kind, user.email, user.locale, user_id=user.id)
