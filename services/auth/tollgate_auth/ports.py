"""What the operations need from the outside."""

from typing import TYPE_CHECKING, Protocol

from .accounts import Account
from .keys import Key
from .letters import Letter
from .mail import Mail
from .sessions import Session
from .tokens import Token
from .users import User

if TYPE_CHECKING:
    from .attempts import Attempts
    from .audit import AuditEntry


class Accounts(Protocol):
    """Stored accounts. Any method raises Unavailable when the database is away."""

    async def insert(self, account: Account, request_id: str) -> bool:
        """False, and nothing is written, if the name or the request id is taken."""
        ...

    async def get(self, id: str) -> Account | None: ...

    async def find_by_name(self, name: str) -> Account | None: ...

    async def find_by_request(self, request_id: str) -> Account | None:
        """The account that this request created."""
        ...

    async def page(self, limit: int, after: str) -> tuple[list[Account], str]:
        """By name, and where to continue (empty at the end). InvalidArgument on a bad `after`."""
        ...


class Keys(Protocol):
    """Stored keys. Any method raises Unavailable when the database is away."""

    async def insert(self, key: Key) -> bool:
        """False, and nothing is written, if the id or the secret is taken."""
        ...

    async def get(self, id: str) -> tuple[Key, int] | None:
        """The key and its version."""
        ...

    async def find_by_digest(self, sha256: bytes) -> Key | None: ...

    async def replace(self, key: Key, version: int) -> bool:
        """False, and nothing is written, if the stored version is another one by now."""
        ...

    async def page(self, account_id: str, limit: int, after: str) -> tuple[list[Key], str]:
        """Oldest first, otherwise like Accounts.page."""
        ...


class Announcer(Protocol):
    """Tells every edge what has changed."""

    async def key_changed(self, key: Key) -> None:
        """Best effort, and never fails: edges ask again within 30 s in any case."""
        ...


class UserStore(Protocol):
    """Stored users. Any method raises Unavailable when the database is away."""

    async def insert(self, user: User) -> bool:
        """False, and nothing is written, if the id or the email is taken."""
        ...

    async def get(self, id: str) -> tuple[User, int] | None:
        """The user and its version."""
        ...

    async def find_by_email(self, email: str) -> User | None: ...

    async def replace(self, user: User, version: int) -> bool:
        """False if the stored version is another one; AlreadyExists if the email is taken."""
        ...

    async def delete(self, id: str) -> None: ...

    async def page(self, account_id: str, limit: int, after: str) -> tuple[list[User], str]:
        """By email, of one account or of all, and where to continue."""
        ...


class SessionStore(Protocol):
    """Stored sessions, by id."""

    async def insert(self, session: Session) -> None: ...

    async def get(self, id: str) -> tuple[Session, int] | None:
        """The session and its version."""
        ...

    async def replace(self, session: Session, version: int) -> bool:
        """False, and nothing is written, if the stored version is another one by now."""
        ...

    async def delete(self, id: str) -> None: ...

    async def of_user(self, user_id: str, limit: int) -> list[Session]:
        """Last used first."""
        ...


class TokenStore(Protocol):
    """Stored tokens of mailed links, by digest."""

    async def insert(self, token: Token) -> None: ...

    async def get(self, sha256: str) -> Token | None: ...

    async def take(self, sha256: str) -> bool:
        """Deletes it; of many who try, one is told True."""
        ...


class WelcomeStore(Protocol):
    """Which account was the first of its mailbox, by the mailbox's digest; it outlives the user."""

    async def claim(self, digest: str, account_id: str) -> str:
        """The account that was first: this one, if nobody came before."""
        ...


class LetterStore(Protocol):
    """Letters that wait to be sent."""

    async def insert(self, letter: Letter) -> None:
        """Changes nothing when a letter of this id waits already."""
        ...

    async def due(self, now_ms: int, limit: int) -> list[tuple[Letter, int]]:
        """Those whose time has come, with their versions, the longest waiting first."""
        ...

    async def replace(self, letter: Letter, version: int) -> bool:
        """False, and nothing is written, if the stored version is another one by now."""
        ...

    async def delete(self, id: str) -> None: ...


class AttemptStore(Protocol):
    """Counted tries."""

    async def read(self, id: str) -> "tuple[Attempts, int] | None":
        """The tries and their version."""
        ...

    async def write(self, attempts: "Attempts", version: int) -> bool:
        """False, and nothing is written, if the version (0: none) is another one by now."""
        ...

    async def delete(self, id: str) -> None: ...


class AuditStore(Protocol):
    """The audit log, which only grows."""

    async def append(self, entry: "AuditEntry") -> None: ...

    async def page(self, user_id: str, limit: int, after: str) -> "tuple[list[AuditEntry], str]":
        """Newest first, of one user or of all, and where to continue."""
        ...


class Mailer(Protocol):
    """Sends mail."""

    async def send(self, mail: Mail) -> None:
        """Unavailable when a later try may work; MailRefused when none will."""
        ...
