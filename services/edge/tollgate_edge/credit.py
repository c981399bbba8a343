"""Keeps every account's lease book supplied, one question at a time, and gives leases back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from tollgate_common.clock import Clock
from tollgate_common.errors import NotFound, TollgateError
from tollgate_common.ids import AccountId, LeaseId, ulid
from tollgate_common.money import ENTRY_NANO_MAX
from tollgate_common.telemetry import logger

from .leases import Closing, LeaseBook
from .ports import Granted, Ledger
from .refusals import Cause, Refusal

# Until the ledger has said how long its leases live.
_TTL_SECONDS = 30.0
_TURN_SECONDS = 1.0
# Closings in a call, and calls at once: a turn neither floods the ledger nor waits for one call.
_CLOSINGS_MAX = 100
_CALLS_MAX = 16
# A wallet that gave nothing in advance is asked in advance at most this often.
_REFILL_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Question:
    """A lease that is being asked for because somebody waits: who joins learns whether it came."""

    need_nano: int
    granted: asyncio.Task[bool]


class _Wallet:
    """One account: its leases, who waits for more, and the questions under way."""

    def __init__(self, account_id: AccountId, ttl_seconds: float) -> None:
        self.account_id = account_id
        self.book = LeaseBook(ttl_seconds)
        self.waiting_nano = 0
        self.question: _Question | None = None
        self.refill: asyncio.Task[None] | None = None
        # One lease is asked for at a time.
        self.lock = asyncio.Lock()
        # A lease that was asked for and since when, until answered: it may have been granted.
        self.unanswered: tuple[LeaseId, float] | None = None
        self.refill_failed_at = float("-inf")

    @property
    def idle(self) -> bool:
        waits = self.waiting_nano or self.question or self.refill or self.unanswered
        return self.book.empty and not waits and not self.lock.locked()


class Credit:
    """Admits requests against leases. Amounts are nano-dollars."""

    def __init__(self, ledger: Ledger, clock: Clock, *, wait_seconds: float) -> None:
        self._ledger = ledger
        self._clock = clock
        self._wait_seconds = wait_seconds
        self._ttl_seconds = _TTL_SECONDS
        self._wallets: dict[AccountId, _Wallet] = {}
        self._hurry = asyncio.Event()

    async def admit(self, account_id: AccountId, hold_nano: int) -> LeaseId:
        """The lease that carries the hold.

        Refusal when the wallet does not cover it, Unavailable when nobody can say.
        """
        wallet = self._wallets.get(account_id)
        if wallet is None:
            wallet = self._wallets[account_id] = _Wallet(account_id, self._ttl_seconds)
        now = self._clock.monotonic()
        lease_id = wallet.book.admit(hold_nano, now)
        if lease_id is None:
            return await self._admit_late(wallet, hold_nano)
        if wallet.refill is None and wallet.book.low(now):
            self._fetch_ahead(wallet, hold_nano, now)
        return lease_id

    def finish(
        self, account_id: AccountId, lease_id: LeaseId, hold_nano: int, actual_nano: int
    ) -> None:
        """An admitted request has cost this much."""
        book = self._wallets[account_id].book
        book.finish(lease_id, hold_nano, actual_nano, self._clock.monotonic())

    def take_back(self, account_id: AccountId, lease_id: LeaseId, hold_nano: int) -> None:
        """An admission that came to nothing, in the same turn as it was made."""
        self._wallets[account_id].book.take_back(lease_id, hold_nano)

    def recall(self, account_id: AccountId) -> None:
        """The wallet runs short: its leases go back, and what was admitted goes on."""
        if wallet := self._wallets.get(account_id):
            wallet.book.close_all()
            self._hurry.set()

    @property
    def holds_leases(self) -> bool:
        return any(wallet.book.open for wallet in self._wallets.values())

    async def run(self) -> None:
        """Gives back leases that have expired or that nobody uses, for ever."""
        while True:
            now = self._clock.monotonic()
            for wallet in self._wallets.values():
                wallet.book.close_stale(now)
                self._give_up_unanswered(wallet, now)
            await self._send_closings()
            for wallet in [wallet for wallet in self._wallets.values() if wallet.idle]:
                del self._wallets[wallet.account_id]
            await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(_TURN_SECONDS):
                await self._hurry.wait()
        except TimeoutError:
            return
        self._hurry.clear()

    async def close_all(self) -> None:
        """Gives back everything: the last words of an edge."""
        for wallet in self._wallets.values():
            wallet.book.close_all()
        await self._send_closings()

    async def _admit_late(self, wallet: _Wallet, hold_nano: int) -> LeaseId:
        deadline = self._clock.monotonic() + self._wait_seconds
        wallet.waiting_nano += hold_nano
        try:
            while True:
                question = wallet.question or self._ask(wallet, hold_nano)
                granted = await asyncio.shield(question.granted)
                now = self._clock.monotonic()
                if lease_id := wallet.book.admit(hold_nano, now):
                    return lease_id
                # That somebody else's larger hold was refused says nothing about this one.
                if not granted and question.need_nano <= hold_nano:
                    raise Refusal(
                        Cause.INSUFFICIENT_FUNDS,
                        "Your balance does not cover this request. Top up, or lower max_tokens.",
                    )
                if now >= deadline:
                    # The ledger answers, and others took what it gave: it is the balance that is
                    # too small for so many requests at once.
                    raise Refusal(
                        Cause.INSUFFICIENT_FUNDS,
                        "Your balance does not cover all of your requests at once. Top up, or wait "
                        "until some of them are done.",
                        retry_after_s=1,
                    )
        finally:
            wallet.waiting_nano -= hold_nano

    def _ask(self, wallet: _Wallet, need_nano: int) -> _Question:
        task = asyncio.create_task(self._acquire_now(wallet, need_nano), name="acquire")
        # Whoever waited for a failure may have gone: it is heard here, too.
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        wallet.question = _Question(need_nano, task)
        return wallet.question

    async def _acquire_now(self, wallet: _Wallet, need_nano: int) -> bool:
        """Whether there is credit. Leases that are too small for it go back in the same call."""
        try:
            async with wallet.lock:
                if wallet.book.covers(need_nano, self._clock.monotonic()):
                    return True  # a lease that was fetched ahead has arrived meanwhile
                wallet.book.close_all()
                return await self._acquire(wallet, need_nano)
        finally:
            # Not a turn later: who comes then would find an answer that he need not wait for, again
            # and again, and nobody else would have a turn.
            wallet.question = None

    def _fetch_ahead(self, wallet: _Wallet, need_nano: int, now: float) -> None:
        if now - wallet.refill_failed_at < _REFILL_AGAIN_SECONDS:
            return
        wallet.refill = asyncio.create_task(self._acquire_ahead(wallet, need_nano), name="refill")

    async def _acquire_ahead(self, wallet: _Wallet, need_nano: int) -> None:
        granted = False
        try:
            async with wallet.lock:
                granted = await self._acquire(wallet, need_nano)
        except TollgateError as error:
            logger().warning("lease_not_refilled", error=error.message)
        finally:
            wallet.refill = None
            if not granted:
                wallet.refill_failed_at = self._clock.monotonic()

    async def _acquire(self, wallet: _Wallet, need_nano: int) -> bool:
        """One call, under the wallet's lock. Whether something was granted."""
        book = wallet.book
        repeated = wallet.unanswered is not None
        if wallet.unanswered is None:
            id = LeaseId(ulid(self._clock.now_ms()))
            wallet.unanswered = id, self._clock.monotonic()
        lease_id, asked_at = wallet.unanswered
        want_nano = min(book.want_nano(need_nano, wallet.waiting_nano), ENTRY_NANO_MAX)
        granted = await self._call(wallet, lease_id, need_nano, want_nano)
        wallet.unanswered = None
        if not granted.granted_nano:
            return False
        if not repeated:  # a repeated question is told what is left of the lease's life
            self._ttl_seconds = book.ttl_seconds = granted.ttl_seconds
        deadline = asked_at + granted.ttl_seconds
        book.grant(lease_id, granted.granted_nano, deadline, self._clock.monotonic())
        return True

    async def _call(
        self, wallet: _Wallet, lease_id: LeaseId | None, need_nano: int = 0, want_nano: int = 0
    ) -> Granted:
        closing: Sequence[Closing] = list(wallet.book.closings.values())[:_CLOSINGS_MAX]
        try:
            granted = await self._ledger.acquire(
                wallet.account_id,
                lease_id,
                need_nano=need_nano,
                want_nano=want_nano,
                closing=closing,
            )
        except NotFound:  # no wallet yet: there is nothing to grant, nor to close
            granted = Granted(0, self._ttl_seconds)
        wallet.book.acknowledged([each.lease_id for each in closing])
        return granted

    def _give_up_unanswered(self, wallet: _Wallet, now: float) -> None:
        """Nobody has asked again: if the lease was granted, it goes back unused."""
        if wallet.unanswered is None or wallet.lock.locked():
            return
        lease_id, asked_at = wallet.unanswered
        if now - asked_at >= self._ttl_seconds:
            wallet.unanswered = None
            wallet.book.closings[lease_id] = Closing(lease_id, 0)

    async def _send_closings(self) -> None:
        due = [wallet for wallet in self._wallets.values() if wallet.book.closings]
        for start in range(0, len(due), _CALLS_MAX):
            await asyncio.gather(*map(self._close, due[start : start + _CALLS_MAX]))

    async def _close(self, wallet: _Wallet) -> None:
        try:
            await self._call(wallet, None)
        except TollgateError as error:
            logger().warning("leases_not_closed", error=error.message)
