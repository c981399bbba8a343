"""Sends letters: makes their links, tries again when the mail server is away."""

import asyncio
from dataclasses import dataclass, field
from urllib.parse import quote

from tollgate_common.clock import Clock
from tollgate_common.errors import Unavailable
from tollgate_common.ids import prefixed
from tollgate_common.telemetry import logger

from . import letters, mail
from .letters import NOBODY, Kind, Letter
from .mail import Mail, MailRefused
from .ports import LetterStore, Mailer, TokenStore, UserStore
from .tokens import LIFE_MS, Purpose, Token, digest_of, new_secret
from .users import User, UserId

_BATCH_MAX = 20
# Letters of this process are sent at once; this is for retries and for other processes' letters.
_POLL_SECONDS = 5.0
_PATHS = {
    Purpose.REGISTER: "verify-email",
    Purpose.CHANGE_EMAIL: "verify-email",
    Purpose.RESET_PASSWORD: "reset-password",
}


@dataclass(frozen=True, slots=True)
class Post:
    """Where use cases leave letters. One write, whether the email is known or not."""

    letters: LetterStore
    clock: Clock
    waiting: asyncio.Event = field(default_factory=asyncio.Event)

    async def leave(
        self,
        kind: Kind,
        email: str,
        locale: str,
        *,
        user_id: UserId = NOBODY,
        password_hash: str = "",
    ) -> None:
        """Unavailable when the database is away."""
        now_ms = self.clock.now_ms()
        letter = Letter(
            id=prefixed(letters.ID_PREFIX, now_ms),
            kind=kind,
            email=email,
            locale=locale,
            created_at_ms=now_ms,
            next_at_ms=now_ms,
            user_id=user_id,
            password_hash=password_hash,
        )
        await self.post(letter)

    async def post(self, letter: Letter) -> None:
        """The same for a letter with an id of its own: one that waits already changes nothing."""
        await self.letters.insert(letter)
        self.waiting.set()


@dataclass(frozen=True, slots=True)
class Postman:
    """Takes letters to the mailer. Several may work at once: each letter is one's at a time."""

    post: Post
    users: UserStore
    tokens: TokenStore
    mailer: Mailer
    clock: Clock
    console_url: str

    async def run(self) -> None:
        """For the service's life."""
        while True:
            self.post.waiting.clear()
            try:
                while await self.deliver():
                    pass
            except Unavailable as error:
                logger().warning("letters_wait", error=error.message)
            try:
                await asyncio.wait_for(self.post.waiting.wait(), _POLL_SECONDS)
            except TimeoutError:
                pass

    async def deliver(self) -> int:
        """Tries what is due now, and says how many there were."""
        due = await self.post.letters.due(self.clock.now_ms(), _BATCH_MAX)
        for letter, version in due:
            if await self.post.letters.replace(letters.tried(letter, self.clock.now_ms()), version):
                await self._deliver(letter)
        return len(due)

    async def _deliver(self, letter: Letter) -> None:
        try:
            written = await self._written(letter)
            if written:
                await self.mailer.send(written)
        except MailRefused as error:
            logger().warning("letter_refused", letter=letter.id, error=str(error))
        except Exception as error:
            # Whatever is wrong with this letter, others wait behind it. A bug may quote the mail.
            reason = error.message if isinstance(error, Unavailable) else type(error).__name__
            logger().warning("letter_not_sent", letter=letter.id, error=reason)
            if not letters.is_hopeless(letter, self.clock.now_ms()):
                return
            logger().error("letter_given_up", letter=letter.id, kind=letter.kind)
        await self.post.letters.delete(letter.id)

    async def _written(self, letter: Letter) -> Mail | None:
        """The mail with a fresh link; None when there is nobody to tell."""
        owner = await self.users.find_by_email(letter.email)
        match letter.kind:
            case Kind.REGISTER if owner:
                link = await self._link(Purpose.RESET_PASSWORD, letter, owner)
                return mail.written("taken", owner.locale, letter.email, link)
            case Kind.REGISTER:
                link = await self._link(Purpose.REGISTER, letter, None)
            case Kind.RESET_PASSWORD if owner:
                link = await self._link(Purpose.RESET_PASSWORD, letter, owner)
                return mail.written(letter.kind, owner.locale, letter.email, link)
            case Kind.LOW_BALANCE if owner and owner.id == letter.user_id:
                return mail.low_balance(letter, owner.locale, f"{self._console()}/wallet")
            case Kind.RESET_PASSWORD | Kind.LOW_BALANCE:
                return None
            case Kind.CHANGE_EMAIL:
                found = await self.users.get(letter.user_id)
                if owner or found is None or found[0].pending_email != letter.email:
                    return None
                link = await self._link(Purpose.CHANGE_EMAIL, letter, found[0])
            case _:
                link = ""
        return mail.written(letter.kind, letter.locale, letter.email, link)

    async def _link(self, purpose: Purpose, letter: Letter, user: User | None) -> str:
        secret = new_secret()
        token = Token(
            sha256=digest_of(secret),
            purpose=purpose,
            user_id=user.id if user else letter.user_id,
            email=letter.email,
            expires_at_ms=self.clock.now_ms() + LIFE_MS[purpose],
            epoch=user.epoch if user else 0,
            password_hash=letter.password_hash if purpose is Purpose.REGISTER else "",
            locale=letter.locale,
        )
        await self.tokens.insert(token)
        # After the # it is sent to no server, and named in no log or referrer.
        return f"{self._console()}/{_PATHS[purpose]}#token={quote(secret)}"

    def _console(self) -> str:
        return self.console_url.rstrip("/")
