"""What the operations need from the outside."""

from typing import Protocol

from .accounts import Account
from .keys import Key


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

    async def insert(self, key: Key) -> None: ...

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
