"""Telling users what another service has noticed."""

from contextlib import suppress
from dataclasses import dataclass, replace

from tollgate_common.errors import NotFound

from . import letters
from .letters import Kind, Letter
from .people import People
from .postman import Post
from .users import User

# Of one account; of more, the first by email.
USERS_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LowBalance:
    """An account's balance fell below the limit that was set, by its entry of this sequence."""

    account_id: str
    sequence: int
    posted_nano: int
    low_balance_nano: int


@dataclass(frozen=True, slots=True)
class Notices:
    """Leaves letters."""

    people: People
    post: Post

    async def low_balance(self, low: LowBalance) -> None:
        """Tells every user of the account, once, however often it is repeated."""
        users, _ = await self.people.store.page(low.account_id, USERS_MAX, "")
        for user in users:
            if user.low_balance_sequence < low.sequence:
                await self._tell(user, low)

    async def _tell(self, user: User, low: LowBalance) -> None:
        """The letter first: cut short here, the repetition finds it waiting under its id."""
        now_ms = self.people.clock.now_ms()
        letter = Letter(
            id=f"{letters.ID_PREFIX}_{user.id}_{low.sequence}",
            kind=Kind.LOW_BALANCE,
            email=user.email,
            locale=user.locale,
            created_at_ms=now_ms,
            next_at_ms=now_ms,
            user_id=user.id,
            posted_nano=low.posted_nano,
            low_balance_nano=low.low_balance_nano,
        )
        await self.post.post(letter)

        def told(found: User) -> User:
            newest = max(found.low_balance_sequence, low.sequence)
            return replace(found, low_balance_sequence=newest)

        with suppress(NotFound):  # it was deleted meanwhile
            await self.people.change(user.id, told)
