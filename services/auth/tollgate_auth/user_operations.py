"""What a user, or who helps one, does with a user as a whole: one method a use case."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass

from . import accounts, users
from .audit import AuditEntry, Report
from .keys import Key
from .letters import Kind
from .operations import Auth
from .people import People
from .ports import SessionStore, WelcomeStore
from .postman import Post
from .sessions import LISTED_MAX
from .users import Client, Role, User, UserChange

_PAGE = 1000
# Bounds of one call, so that none of them reads a whole database.
_SEARCHED_PAGES_MAX = 10
_EXPORTED_ENTRIES_MAX = 10_000
# Of a user: secrets, and what only auth can use.
_OWN_NOTES = ("password_hash", "totp", "epoch", "first_key_due", "low_balance_sequence")


@dataclass(frozen=True, slots=True)
class Users:
    """Users as a whole."""

    people: People
    sessions: SessionStore
    post: Post
    auth: Auth
    welcomes: WelcomeStore

    async def get(self, user_id: str) -> User:
        """NotFound when there is none."""
        return await self.people.get(user_id)

    async def update(self, user_id: str, change: UserChange) -> User:
        """NotFound when there is none; InvalidArgument when a value cannot be."""
        return await self.people.change(user_id, lambda user: users.updated(user, change))

    async def claim_welcome(self, user_id: str) -> bool:
        """Whether the user's account is the first of its mailbox. NotFound without such a user."""
        user = await self.people.get(user_id)
        first = await self.welcomes.claim(users.mailbox_digest(user.email), user.account_id)
        return first == user.account_id

    async def search(self, text: str, limit: int, after: str) -> tuple[list[User], str]:
        """By email, those with the text in it or of that account, and where to continue."""
        if accounts.is_account_id(text):
            return await self.people.store.page(text, limit, after)
        wanted = text.lower()
        for _ in range(_SEARCHED_PAGES_MAX):
            page, after = await self.people.store.page("", limit, after)
            found = [user for user in page if wanted in user.email]
            if found or not after:
                break
        return found, after

    async def set_role(self, user_id: str, role: Role, actor_id: str) -> User:
        """Ends the user's sessions. PermissionDenied unless an admin or the operator does it."""
        await self.people.check_admin(actor_id)
        user = await self.people.change(user_id, lambda found: users.with_role(found, role))
        await self.people.audit.note(
            "role_set", user.id, actor_id=actor_id, detail=role.name.lower()
        )
        return user

    async def record_audit(self, report: Report) -> None:
        """Notes what was done by way of another service."""
        await self.people.audit.record(report)

    async def list_audit(
        self, user_id: str, limit: int, after: str
    ) -> tuple[list[AuditEntry], str]:
        """Newest first, and where to continue."""
        return await self.people.audit.page(user_id, limit, after)

    async def export(self, user_id: str) -> str:
        """Everything that is kept of a user and is no secret, as JSON."""
        user = await self.people.get(user_id)
        account = await self.auth.get_account(user.account_id)
        sessions = await self.sessions.of_user(user.id, LISTED_MAX)
        kept = {
            "user": _without(asdict(user), *_OWN_NOTES)
            | {"role": user.role.name.lower(), "totp_enabled": user.totp.enabled},
            "account": asdict(account),
            "keys": [
                _without(asdict(key), "sha256") | {"state": key.state.name.lower()}
                async for key in self._keys(user)
            ],
            "sessions": [
                _without(asdict(session), "secret_sha256", "epoch") for session in sessions
            ],
            "audit": [asdict(entry) async for entry in self._entries(user)],
        }
        await self.people.audit.note("exported", user.id)
        return json.dumps(kept, indent=2, ensure_ascii=False)

    async def delete(self, user_id: str, password: str, code: str, client: Client) -> None:
        """Forgets the user, who proves both factors."""
        user = await self.people.prove_both(user_id, password, code, client)
        await self._forget(user, user.id, client)

    async def delete_by(self, user_id: str, actor_id: str) -> None:
        """The same, by an admin or the operator."""
        await self.people.check_admin(actor_id)
        await self._forget(await self.people.get(user_id), actor_id, None)

    async def _forget(self, user: User, actor_id: str, client: Client | None) -> None:
        """The user itself goes last: until then, everything can be repeated.

        Sessions end before keys, so that none of them makes another key meanwhile.
        """
        while found := await self.sessions.of_user(user.id, LISTED_MAX):
            for session in found:
                await self.sessions.delete(session.id)
        was_shared = await self._is_shared(user)
        if not was_shared:
            await self.auth.end_keys(user.account_id, actor_id)
        await self.post.leave(Kind.USER_DELETED, user.email, user.locale)
        await self.people.audit.note("user_deleted", user.id, actor_id=actor_id, client=client)
        await self.people.store.delete(user.id)
        # Whoever shared the account may have been deleted at the same moment.
        if was_shared and not await self._is_shared(user):
            await self.auth.end_keys(user.account_id, actor_id)

    async def _is_shared(self, user: User) -> bool:
        """An operator may have let several users into one account: its keys are all of theirs."""
        users, _ = await self.people.store.page(user.account_id, 2, "")
        return any(other.id != user.id for other in users)

    async def _keys(self, user: User) -> AsyncIterator[Key]:
        after = ""
        while True:
            keys, after = await self.auth.list_keys(user.account_id, _PAGE, after)
            for key in keys:
                yield key
            if not after:
                return

    async def _entries(self, user: User) -> AsyncIterator[AuditEntry]:
        after, count = "", 0
        while count < _EXPORTED_ENTRIES_MAX:
            entries, after = await self.people.audit.page(user.id, _PAGE, after)
            for entry in entries:
                yield entry
            count += len(entries)
            if not after:
                return


def _without(values: dict[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in values.items() if name not in names}
