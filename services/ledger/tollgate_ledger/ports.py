"""What the operations need from the outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .entries import Entry
from .wallets import Wallet


@dataclass(frozen=True, slots=True)
class Held:
    """A wallet as it was read. Version 0: it is not stored yet."""

    wallet: Wallet
    version: int


class Wallets(Protocol):
    """Wallets, and the archive of entries that have left them. Any method raises Unavailable."""

    async def read(self, account_id: str) -> Held:
        """The latest durable state; an empty wallet at version 0 if there is none."""
        ...

    async def recent(self, account_id: str) -> Held:
        """A state that was the latest once: enough for who writes with its version, and cheap."""
        ...

    async def write(self, wallet: Wallet, version: int) -> bool:
        """Durable when it returns. False, and nothing is written, if the version is not current."""
        ...

    async def archive(self, entries: Sequence[Entry]) -> None:
        """Copies entries to the archive; those that are there stay.

        AlreadyExists if one of those has other content.
        """
        ...

    async def archived(self, account_id: str, ids: Sequence[str]) -> dict[str, Entry]:
        """Those of the account's entries that are in the archive, by id."""
        ...

    async def archive_before(self, account_id: str, sequence: int, limit: int) -> list[Entry]:
        """At most `limit` archived entries with a lower sequence, newest first."""
        ...

    async def archive_after(self, account_id: str, sequence: int, limit: int) -> list[Entry]:
        """At most `limit` archived entries with a higher sequence, oldest first."""
        ...

    async def accounts(self, limit: int, after: str) -> tuple[list[str], str]:
        """At most `limit` ids of accounts with a wallet, in order, and what continues after them.

        Both ends of the list are "".
        """
        ...


class Recall(Protocol):
    """Asks all edges to close the leases of an account that they can spare; nobody may hear."""

    async def __call__(self, account_id: str) -> None: ...


class Passing(Protocol):
    """Told by name of each place where a crash is to be survived, so that tests can crash there."""

    def __call__(self, place: str) -> None: ...
