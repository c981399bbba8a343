"""Auth with everything that a person may do, on a store of choice, and mails to be read."""

import re
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from tollgate_auth.keys import Key
from tollgate_auth.mail import Mail
from tollgate_auth.operations import Auth
from tollgate_auth.postman import Postman
from tollgate_auth.rpc_users import UserCases
from tollgate_auth.sessions import Tokens
from tollgate_auth.users import Client
from tollgate_common.clock import ManualClock
from tollgate_common.errors import TollgateError, Unavailable
from tollgate_common.sealing import Sealing
from tollgate_common.store import Store

from .memory_store import MemoryStore

EMAIL = "ada@example.com"
PASSWORD = "correct horse battery"
CLIENT = Client("192.0.2.7", "a browser")
TOKEN = "a token for tests only"
VAULT = Sealing("TOLLGATE_AUTH_SEALING_KEYS", {"v1": bytes(range(32))})
CONSOLE = "https://console.example.com"


class RecordingAnnouncer:
    """Remembers what it was told, and in which state each key was."""

    def __init__(self) -> None:
        self.announced: list[Key] = []

    async def key_changed(self, key: Key) -> None:
        self.announced.append(key)


class RecordingMailer:
    """Remembers what it sent; fails as often as there are failures."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.failures: deque[Exception] = deque()

    async def send(self, mail: Mail) -> None:
        if self.failures:
            raise self.failures.popleft()
        self.sent.append(mail)


@dataclass
class World:
    store: Store
    auth: Auth
    announcer: RecordingAnnouncer
    cases: UserCases
    postman: Postman
    mailer: RecordingMailer
    clock: ManualClock

    async def mails(self) -> list[Mail]:
        """What was sent since the last look."""
        before = len(self.mailer.sent)
        await self.postman.deliver()
        return self.mailer.sent[before:]

    async def token(self) -> str:
        """The token of the link in the only mail that has one."""
        (token,) = [found for mail in await self.mails() for found in tokens_in(mail)]
        return token

    async def asked(self, use_case: Coroutine[Any, Any, object]) -> list[tuple[str, str]]:
        """What a use case asks of the store, refused or not: that is what its time tells."""
        assert isinstance(self.store, MemoryStore)
        self.store.calls.clear()
        try:
            await use_case
        except TollgateError:
            pass
        return self.store.calls[:]

    async def cut(self, use_case: Coroutine[Any, Any, object], *, after_writes: int) -> bool:
        """Lets the database go away in the middle of a use case; False when it was done before."""
        assert isinstance(self.store, MemoryStore)
        self.store.writes_left = after_writes
        try:
            await use_case
        except Unavailable:
            return True
        finally:
            self.store.writes_left = None
        return False

    async def register(self, email: str = EMAIL, password: str = PASSWORD) -> None:
        """Until the user can log in."""
        await self.cases.registration.register(email, password, "", CLIENT)
        await self.cases.registration.verify_email(await self.token(), CLIENT)

    async def log_in(
        self, email: str = EMAIL, password: str = PASSWORD, code: str = "", client: Client = CLIENT
    ) -> Tokens:
        tokens = await self.cases.logins.log_in(email, password, code, client)
        assert tokens, "a code is needed"
        return tokens

    async def registered(self, email: str = EMAIL) -> Tokens:
        await self.register(email)
        return await self.log_in(email)

    async def actions(self, user_id: str = "") -> list[str]:
        """What the audit log says was done, by name: within a millisecond there is no order."""
        entries, _ = await self.cases.users.list_audit(user_id, 1000, "")
        return sorted(entry.action for entry in entries)


def tokens_in(mail: Mail) -> list[str]:
    return re.findall(r"#token=([\w-]+)", mail.text)
