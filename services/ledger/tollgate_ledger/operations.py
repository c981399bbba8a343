"""The ledger's use cases. Every write is one compare-and-swap of one wallet."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from tollgate_common.clock import Clock
from tollgate_common.errors import AlreadyExists, InvalidArgument, Unavailable

from .changes import Changes
from .charges import Charge, Posting, post
from .entries import Entry, Kind, Movement, checked_id
from .leases import LeaseTerms
from .ports import Held, Passing, Recall, Wallets
from .verify import Audit, Verdict
from .wallets import Ask, Wallet

# Every lost race is one that somebody else has won: so many in a row mean a fault.
_TRIES_MAX = 20
_PAUSE_MS_MAX = 32
# How long an edge may wait for other edges to give credit back.
_RECALL_SECONDS = 0.3
# A longer tail is archived before the next entry is added.
TAIL_MAX = 32
# Charges that become one write.
CHARGES_MAX = 128
_SCAN = 500


@dataclass(frozen=True, slots=True)
class Grant:
    """The answer to an Ask: 0 when the balance does not cover it."""

    granted_nano: int
    ttl_ms: int
    available_nano: int
    is_recallable: bool


@dataclass(frozen=True, slots=True)
class ToppedUp:
    """The entry of a top-up, and whether it had been there before."""

    entry: Entry
    repeated: bool


async def pause(attempt: int) -> None:
    """Waits a random moment, longer after every lost race."""
    await asyncio.sleep(secrets.randbelow(min(2**attempt, _PAUSE_MS_MAX)) / 1000)


class Ledger:
    """Wallets, leases and entries of all accounts. Unavailable when the store is away."""

    def __init__(
        self,
        wallets: Wallets,
        clock: Clock,
        terms: LeaseTerms,
        recall: Recall,
        *,
        passing: Passing = lambda place: None,
        pause: Callable[[int], Awaitable[None]] = pause,
        tail_max: int = TAIL_MAX,
    ) -> None:
        self._wallets = wallets
        self._clock = clock
        self._terms = terms
        self._recall = recall
        self._passing = passing
        self._pause = pause
        self._tail_max = tail_max
        self._changes = Changes()

    async def acquire(self, ask: Ask) -> Grant:
        """Closes leases and grants one; before it refuses, it asks other edges for credit.

        Idempotent by lease id.
        """
        grant = await self._decide(ask)
        if not ask.lease_id or grant.granted_nano or not grant.is_recallable:
            return grant
        deadline = self._clock.monotonic() + _RECALL_SECONDS
        if not self._changes.is_awaited(ask.account_id):
            await self._recall(ask.account_id)
        while True:
            change = self._changes.next(ask.account_id)
            grant = await self._decide(ask)
            if grant.granted_nano:
                return grant
            try:
                await asyncio.wait_for(change.wait(), deadline - self._clock.monotonic())
            except TimeoutError:
                # Another replica of the ledger may have changed it.
                return await self._decide(ask)

    async def wallet(self, account_id: str) -> Wallet:
        """NotFound before the first top-up."""
        held = await self._wallets.read(checked_id(account_id, "account_id"))
        return held.existing().at(self._clock.now_ms())

    async def set_low_balance(self, account_id: str, low_balance_nano: int) -> Wallet:
        """Sets when the wallet is low, and creates it if need be. 0: never."""
        checked_id(account_id, "account_id")
        wallet = await self._change(account_id, lambda wallet: wallet.watched(low_balance_nano))
        return wallet.at(self._clock.now_ms())

    async def published(self, account_id: str, sequence: int) -> None:
        """Forgets the notices of the entries up to that one."""
        await self._change(account_id, lambda wallet: wallet.published(sequence))

    async def top_up(
        self,
        account_id: str,
        amount_nano: int,
        request_id: str,
        memo: str,
        kind: Kind = Kind.TOP_UP,
    ) -> ToppedUp:
        """Credits once a request id. AlreadyExists if it was used for another amount or kind."""
        checked_id(account_id, "account_id")
        checked_id(request_id, "request_id")
        # One name whatever the kind, so that a request id credits once.
        movement = Movement(f"top-up:{account_id}:{request_id}", kind, amount_nano, memo)
        for attempt in range(_TRIES_MAX):
            held = await self._wallets.read(account_id)
            entry = await self._entry(held.wallet, movement.id)
            if entry:
                _check_repeated(entry, movement, request_id)
                return ToppedUp(entry, repeated=True)
            wallet = (await self._with_short_tail(held.wallet)).moved(
                movement, self._clock.now_ms()
            )
            if await self._write(wallet, held):
                return ToppedUp(wallet.tail[-1], repeated=False)
            await self._pause(attempt)
        raise _contended(account_id)

    async def post(self, account_id: str, charges: Sequence[Charge]) -> Posting:
        """Posts at most CHARGES_MAX charges of one account, each at most once, in one write."""
        if len(charges) > CHARGES_MAX:
            raise InvalidArgument(f"charges: must be at most {CHARGES_MAX}", field="charges")
        ids = [charge.movement.id for charge in charges]
        for attempt in range(_TRIES_MAX):
            held = await self._wallets.recent(account_id)
            # After the wallet, never before: what was trimmed from the tail since is a new version,
            # and what was trimmed earlier had been archived by then.
            known = await self._wallets.archived(account_id, ids)
            known |= {entry.id: entry for entry in held.wallet.tail}
            wallet = await self._with_short_tail(held.wallet)
            now_ms = self._clock.now_ms()
            posting = post(wallet.at(now_ms), charges, known, now_ms)
            if not posting.posted:
                return posting
            if await self._write(posting.wallet, held):
                self._passing("post.after_cas")
                return posting
            await self._pause(attempt)
        raise _contended(account_id)

    async def verify(self, account_id: str) -> Verdict:
        """Recomputes one account's invariants. NotFound if it has no wallet."""
        audit = Audit(wallet := await self.wallet(account_id))
        sequence = 0
        while sequence < wallet.archived_sequence:
            page = await self._wallets.archive_after(account_id, sequence, _SCAN)
            # Later entries may have been archived since the wallet was read.
            seen = [entry for entry in page if entry.sequence <= wallet.archived_sequence]
            for entry in seen:
                audit.see(entry)
            if len(seen) < _SCAN:
                break
            sequence = seen[-1].sequence
        for entry in wallet.tail:
            audit.see(entry)
        return audit.verdict()

    async def verify_all(self) -> AsyncIterator[Verdict]:
        """Recomputes every account's invariants, in order of account id."""
        accounts, after = await self._wallets.accounts(_SCAN, "")
        while accounts:
            for account_id in accounts:
                yield await self.verify(account_id)
            accounts, after = await self._wallets.accounts(_SCAN, after) if after else ([], "")

    async def _decide(self, ask: Ask) -> Grant:
        for attempt in range(_TRIES_MAX):
            held = await self._wallets.read(ask.account_id)
            now_ms = self._clock.now_ms()
            wallet = held.wallet.at(now_ms).closed(ask.edge_id, ask.closing)
            if ask.lease_id:
                wallet = wallet.granted(ask, self._terms, now_ms)
            if wallet == held.wallet or await self._write(wallet, held):
                lease = wallet.lease(ask.lease_id)
                return Grant(
                    lease.granted_nano if lease else 0,
                    lease.ttl_ms(now_ms) if lease else 0,
                    wallet.available_nano,
                    wallet.is_recallable(ask.edge_id, now_ms),
                )
            await self._pause(attempt)
        raise _contended(ask.account_id)

    async def _change(self, account_id: str, change: Callable[[Wallet], Wallet]) -> Wallet:
        for attempt in range(_TRIES_MAX):
            held = await self._wallets.read(account_id)
            wallet = change(held.wallet)
            if (held.version and wallet == held.wallet) or await self._write(wallet, held):
                return wallet
            await self._pause(attempt)
        raise _contended(account_id)

    async def _entry(self, wallet: Wallet, id: str) -> Entry | None:
        for entry in wallet.tail:
            if entry.id == id:
                return entry
        return (await self._wallets.archived(wallet.account_id, [id])).get(id)

    async def _with_short_tail(self, wallet: Wallet) -> Wallet:
        """Archives a long tail. The caller's write trims it, unless it was trimmed meanwhile."""
        if len(wallet.tail) <= self._tail_max:
            return wallet
        await self._wallets.archive(wallet.tail)
        self._passing("archive.after_insert")
        return wallet.archived()

    async def _write(self, wallet: Wallet, held: Held) -> bool:
        written = await self._wallets.write(wallet, held.version)
        if written:
            self._changes.happened(wallet.account_id)
        return written


def _check_repeated(entry: Entry, movement: Movement, request_id: str) -> None:
    if (entry.amount_nano, entry.kind) != (movement.amount_nano, movement.kind):
        raise AlreadyExists(
            f"request_id {request_id}: was used for a top-up of another amount or source",
            field="request_id",
        )


def _contended(account_id: str) -> Unavailable:
    return Unavailable(f"account {account_id} is written to too often; retry later")
