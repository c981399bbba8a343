"""Registering, and confirming an email: one method a use case."""

from dataclasses import dataclass, replace

from tollgate_common.errors import AlreadyExists, NotFound
from tollgate_common.ids import prefixed

from . import tokens, users
from .attempts import MAIL_ADDRESS, MAIL_EMAIL, TOKEN_ADDRESS
from .letters import Kind
from .operations import Auth
from .people import People
from .ports import TokenStore
from .postman import Post
from .tokens import Purpose, Token
from .users import Client, User, UserId


@dataclass(frozen=True, slots=True)
class Registration:
    """From a stranger to a user. Until the email is confirmed there is no user, only a letter."""

    people: People
    tokens: TokenStore
    post: Post
    auth: Auth

    async def register(self, email: str, password: str, locale: str, client: Client) -> None:
        """Mails a link. It does, and takes, the same whether the email is known or not."""
        email = users.canonical_email(email)
        users.checked_password(password, email)
        locale = users.checked_locale(locale)
        await self.people.guard.admit(MAIL_ADDRESS, users.neighbourhood(client.address))
        await self.people.guard.admit(MAIL_EMAIL, email)
        password_hash = await self.people.passwords.hash(password)
        user_id = UserId(prefixed(users.ID_PREFIX, self.people.clock.now_ms()))
        await self.post.leave(
            Kind.REGISTER, email, locale, user_id=user_id, password_hash=password_hash
        )

    async def verify_email(self, secret: str, client: Client) -> None:
        """Ends a registration or a change of email. NotFound when the link does not work."""
        address = users.neighbourhood(client.address)
        await self.people.guard.admit(TOKEN_ADDRESS, address)
        token = await self.tokens.get(tokens.digest_of(secret))
        if token is None or self.people.clock.now_ms() >= token.expires_at_ms:
            raise tokens.unknown()
        match token.purpose:
            case Purpose.REGISTER:
                await self._create(token, client)
            case Purpose.CHANGE_EMAIL:
                await self._change_email(token, client)
            case Purpose.RESET_PASSWORD:
                raise tokens.unknown()
        await self.people.guard.forgive(TOKEN_ADDRESS, address)

    async def _create(self, token: Token, client: Client) -> None:
        """Account, user, and only then the link is used up: a try that was cut can be repeated."""
        if await self.people.store.find_by_email(token.email):
            raise tokens.unknown()
        # Named by the user's id: a name must not outlive the person with an email in it.
        account = await self.auth.create_account(token.user_id, None, token.user_id)
        user = User(
            id=token.user_id,
            account_id=account.id,
            email=token.email,
            password_hash=token.password_hash,
            locale=token.locale,
            created_at_ms=self.people.clock.now_ms(),
        )
        if not await self.people.store.insert(user):
            raise tokens.unknown()
        await self.people.audit.note("registered", user.id, client=client)
        await self.tokens.take(token.sha256)

    async def _change_email(self, token: Token, client: Client) -> None:
        if not await self.tokens.take(token.sha256):
            raise tokens.unknown()

        def confirmed(user: User) -> User:
            if user.pending_email != token.email or user.epoch != token.epoch:
                raise tokens.unknown()
            return replace(user, email=token.email, pending_email="")

        try:
            await self.people.change(token.user_id, confirmed)
        except (AlreadyExists, NotFound) as error:
            raise tokens.unknown() from error
        await self.people.audit.note("email_changed", token.user_id, client=client)
