"""History: what has happened to wallets, read from their tails and from the archive.

An entry is never older than its predecessor, so a time is a place in the sequence.
"""

from tollgate_common.errors import InvalidArgument, TollgateError

from .entries import Entry, Kind, checked_id
from .ports import Archive
from .statements import Line, Mark, Span, Statement, statement_of
from .wallets import Wallet

STATEMENT_MS_MAX = 400 * 24 * 3600 * 1000
# Entries looked at in one step of a search: three steps find one of 200,000.
_PROBES = 64


class History:
    """Entries and statements of all accounts. Unavailable when the store is away."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def entries(
        self, account_id: str, span: Span, before: int, limit: int, *, without_usage: bool = False
    ) -> list[Entry]:
        """At most `limit` of the span's entries with a sequence below `before`, newest first."""
        wallet = (await self._archive.read(checked_id(account_id, "account_id"))).wallet
        begin, end = await self._mark(wallet, span.from_ms), await self._mark(wallet, span.to_ms)
        sequences = range(begin.sequence + 1, min(end.sequence + 1, before))
        recent = [
            entry
            for entry in reversed(wallet.tail)
            if entry.sequence in sequences and not (without_usage and entry.kind == Kind.USAGE)
        ][:limit]
        older = _archived(wallet, sequences)
        if len(recent) == limit or not older:
            return recent
        return recent + await self._archive.archive_within(
            account_id, older, limit - len(recent), without_usage=without_usage
        )

    async def statement(self, account_id: str, span: Span) -> Statement:
        """Adds a span up. NotFound if there is no wallet; InvalidArgument if it is too long."""
        if span.to_ms - span.from_ms > STATEMENT_MS_MAX:
            raise InvalidArgument("to_ms: must be at most 400 days after from_ms", field="to_ms")
        wallet = (await self._archive.read(checked_id(account_id, "account_id"))).existing()
        begin, end = await self._mark(wallet, span.from_ms), await self._mark(wallet, span.to_ms)
        sequences = range(begin.sequence + 1, end.sequence + 1)
        others = await self._archive.archive_totals(account_id, _archived(wallet, sequences))
        others += [
            Line(entry.kind, 1, entry.amount_nano)
            for entry in wallet.tail
            if entry.sequence in sequences and entry.kind != Kind.USAGE
        ]
        return statement_of(begin, end, others)

    async def _mark(self, wallet: Wallet, at_ms: int) -> Mark:
        """After the last entry before that time."""
        if not at_ms:
            return Mark()
        if wallet.head_at_ms < at_ms:
            return Mark(wallet.sequence, wallet.posted_nano)
        for entry in reversed(wallet.tail):
            if entry.posted_at_ms < at_ms:
                return _after(entry)
        return await self._archived_mark(wallet, at_ms)

    async def _archived_mark(self, wallet: Wallet, at_ms: int) -> Mark:
        mark = Mark()
        unknown = range(1, wallet.archived_sequence + 1)
        while unknown:
            probes = unknown[:: -(-len(unknown) // _PROBES)]
            found = await self._archive.archive_at(wallet.account_id, probes)
            if not found:
                raise TollgateError(f"account {wallet.account_id}: entries are missing; verify it")
            for entry in found:
                if entry.posted_at_ms >= at_ms:
                    unknown = range(unknown.start, entry.sequence)
                    break
                mark = _after(entry)
                unknown = range(entry.sequence + 1, unknown.stop)
        return mark


def _after(entry: Entry) -> Mark:
    return Mark(entry.sequence, entry.balance_nano)


def _archived(wallet: Wallet, sequences: range) -> range:
    """Those that were in the archive, and not in the tail, when the wallet was read."""
    return range(sequences.start, min(sequences.stop, wallet.archived_sequence + 1))
