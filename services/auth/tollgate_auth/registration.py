"""How users come to be, and confirming an email: one method a use case."""

from dataclasses import dataclass, field, replace

from tollgate_common.errors import AlreadyExists, NotFound
from tollgate_common.ids import prefixed

from . import tokens, users
from .accounts import Account
from .attempts import MAIL_ADDRESS, MAIL_EMAIL, TOKEN_ADDRESS
from .letters import Kind
from .operations import Auth
from .people import People
from .ports import TokenStore
from .postman import Post
from .tokens import Purpose, Token
from .users import Client, Role, User, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """Whom an operator lets in. Without an account's id, it gets an account of its own."""

    email: str
    password: str = field(repr=False)
    role: Role = Role.CUSTOMER
    account_id: str = ""
    locale: str = ""


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
        user_id = self._new_id()
        await self.post.leave(
            Kind.REGISTER, email, locale, user_id=user_id, password_hash=password_hash
        )

    async def create_user(self, new: NewUser, actor_id: str) -> User:
        """A user who may log in at once. PermissionDenied unless an admin or the operator asks.

        AlreadyExists when the email is taken; NotFound when there is no such account.
        """
        await self.people.check_admin(actor_id)
        email = users.canonical_email(new.email)
        users.checked_password(new.password, email)
        locale = users.checked_locale(new.locale)
        if await self.people.store.find_by_email(email):
            raise _taken()
        password_hash = await self.people.passwords.hash(new.password)
        id = self._new_id()
        account = await self._account(new.account_id, id)
        user = User(
            id=id,
            account_id=account.id,
            email=email,
            password_hash=password_hash,
            role=new.role,
            locale=locale,
            created_at_ms=self.people.clock.now_ms(),
            first_key_due=not new.account_id,
        )
        if not await self.people.store.insert(user):
            raise _taken()
        await self.people.audit.note(
            "user_created", user.id, actor_id=actor_id, detail=user.role.name.lower()
        )
        return user

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
        account = await self._account("", token.user_id)
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

    async def _account(self, account_id: str, user_id: UserId) -> Account:
        """That account, or the user's own."""
        if not account_id:
            # Named by the user's id: a name must not outlive the person with an email in it.
            return await self.auth.create_account(user_id, None, user_id)
        try:
            return await self.auth.get_account(account_id)
        except NotFound as error:
            raise NotFound("account_id: there is no such account", field="account_id") from error

    def _new_id(self) -> UserId:
        return UserId(prefixed(users.ID_PREFIX, self.people.clock.now_ms()))


def _taken() -> AlreadyExists:
    return AlreadyExists("email: is taken", field="email")
