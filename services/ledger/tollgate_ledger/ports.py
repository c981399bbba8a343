"""What the operations need from the outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tollgate_common.errors import NotFound

from .entries import Entry
from .notices import LowBalance
from .statements import Line
from .wallets import Wallet


@dataclass(frozen=True, slots=True)
class Held:
    """A wallet as it was read. Version 0: it is not stored yet."""

    wallet: Wallet
    version: int

    def existing(self) -> Wallet:
        """NotFound if it is not stored yet."""
        if not self.version:
            raise NotFound(f"account {self.wallet.account_id} has no wallet; top it up first")
        return self.wallet


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

    async def archive_after(self, account_id: str, sequence: int, limit: int) -> list[Entry]:
        """At most `limit` archived entries with a higher sequence, oldest first."""
        ...

    async def accounts(self, limit: int, after: str) -> tuple[list[str], str]:
        """At most `limit` ids of accounts with a wallet, in order, and what continues after them.

        Both ends of the list are "".
        """
        ...


class Archive(Protocol):
    """Wallets and archived entries, for who only reads. Any method raises Unavailable."""

    async def read(self, account_id: str) -> Held:
        """As in Wallets."""
        ...

    async def archive_at(self, account_id: str, sequences: range) -> list[Entry]:
        """The archived entries with these sequences, oldest first; at most 1,000."""
        ...

    async def archive_within(
        self, account_id: str, sequences: range, limit: int, *, without_usage: bool
    ) -> list[Entry]:
        """At most `limit` of the archived entries with these sequences, newest first."""
        ...

    async def archive_totals(self, account_id: str, sequences: range) -> list[Line]:
        """The archived entries with these sequences that are not usage, a line a kind."""
        ...


class Noticing(Protocol):
    """Who finds the wallets that remember notices. Raises Unavailable."""

    async def noticed(self, limit: int) -> list[Wallet]:
        """At most `limit` of them, as they were a moment ago."""
        ...


class Publish(Protocol):
    """Publishes a notice under its id: durable when it returns. Raises Unavailable."""

    async def __call__(self, notice: LowBalance) -> None: ...


class Recall(Protocol):
    """Asks all edges to close the leases of an account that they can spare; nobody may hear."""

    async def __call__(self, account_id: str) -> None: ...


class Passing(Protocol):
    """Told by name of each place where a crash is to be survived, so that tests can crash there."""

    def __call__(self, place: str) -> None: ...
