"""Every interleaving of posters and archivers, with crashes anywhere, posts each charge once.

The ledger's own code runs against a port that stops before every call to the store. The checker
walks through all orders of these calls; a process is the list of answers that it has had.
"""

from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from tollgate_common.clock import ManualClock
from tollgate_ledger.charges import Charge
from tollgate_ledger.entries import Entry, Kind, Movement
from tollgate_ledger.leases import LeaseTerms
from tollgate_ledger.operations import Ledger
from tollgate_ledger.ports import Held
from tollgate_ledger.verify import Audit
from tollgate_ledger.wallets import Wallet

ACCOUNT = "acc"
CLOCK = ManualClock()
TERMS = LeaseTerms(30_000, 5_000, 900_000)


@dataclass(frozen=True)
class World:
    """All that is durable."""

    wallet: Wallet
    version: int
    archive: frozenset[Entry]


Answered = tuple[World, Any]


@dataclass(frozen=True)
class Call:
    """One call to the store: what it does to the world, and what it answers."""

    apply: Callable[[World], Answered]

    def __await__(self) -> Generator["Call", Any, Any]:
        return (yield self)


class SteppedWallets:
    """The ledger's port; every call waits for its turn."""

    async def recent(self, account_id: str) -> Any:
        return await Call(lambda world: (world, Held(world.wallet, world.version)))

    async def archived(self, account_id: str, ids: Sequence[str]) -> dict[str, Entry]:
        archive = await Call(lambda world: (world, world.archive))
        return {entry.id: entry for entry in archive if entry.id in ids}

    async def archive(self, entries: Sequence[Entry]) -> None:
        for entry in entries:  # A store may be killed between any two of them.
            await Call(partial(_with_archived, entry))

    async def write(self, wallet: Wallet, version: int) -> Any:
        def apply(world: World) -> Answered:
            if world.version != version:
                return world, False
            return replace(world, wallet=wallet, version=version + 1), True

        return await Call(apply)


class WithoutFence(SteppedWallets):
    """Mutant: writes whatever the stored version is."""

    async def write(self, wallet: Wallet, version: int) -> Any:
        return await Call(
            lambda world: (replace(world, wallet=wallet, version=world.version + 1), True)
        )


class ArchiveReadFirst(SteppedWallets):
    """Mutant: looks into the archive before it reads the wallet."""

    async def recent(self, account_id: str) -> Any:
        self._seen: frozenset[Entry] = await Call(lambda world: (world, world.archive))
        return await super().recent(account_id)

    async def archived(self, account_id: str, ids: Sequence[str]) -> dict[str, Entry]:
        return {entry.id: entry for entry in self._seen if entry.id in ids}


def _with_archived(entry: Entry, world: World) -> Answered:
    if any(known.id == entry.id for known in world.archive):
        return world, None
    return replace(world, archive=world.archive | {entry}), None


@dataclass(frozen=True)
class Process:
    """A poster of some requests; `answers` is all that it has seen so far."""

    requests: tuple[str, ...]
    answers: tuple[Any, ...] = ()


async def _no_pause(attempt: int) -> None:
    return


async def _no_recall(account_id: str) -> None:
    return


def _post(wallets: Any, requests: Sequence[str]) -> Coroutine[Call, Any, Any]:
    # A tail of any length is archived, so that every poster is an archiver, too.
    ledger = Ledger(wallets, CLOCK, TERMS, _no_recall, pause=_no_pause, tail_max=0)
    charges = [
        Charge(ACCOUNT, Movement(f"usage:{request}", Kind.USAGE, -1, "model"), "", 1, 0)
        for request in requests
    ]
    return ledger.post(ACCOUNT, charges)


def next_call(make: Callable[[], Any], process: Process) -> Call | None:
    """What the process does next, None when it has ended."""
    running = _post(make(), process.requests)
    try:
        call = running.send(None)
        for answer in process.answers:
            call = running.send(answer)
    except StopIteration:
        return None
    running.close()
    return call


def step(make: Callable[[], Any], world: World, process: Process) -> tuple[World, Process] | None:
    call = next_call(make, process)
    if call is None:
        return None
    world, answer = call.apply(world)
    return world, replace(process, answers=(*process.answers, answer))


def delivered_again(make: Callable[[], Any], world: World, process: Process) -> World:
    """The world after a message that nobody acknowledged has come again."""
    stepped = step(make, world, replace(process, answers=()))
    while stepped:
        world, process = stepped
        stepped = step(make, world, process)
    return world


def violations(world: World, requests: set[str]) -> list[str]:
    audit = Audit(world.wallet)
    old = [entry for entry in world.archive if entry.sequence <= world.wallet.archived_sequence]
    entries = sorted(old, key=lambda entry: entry.sequence) + list(world.wallet.tail)
    for entry in entries:
        audit.see(entry)
    found = list(audit.verdict().violations)
    ids = [entry.id for entry in entries]
    expected = ["top-up:1", *(f"usage:{request}" for request in requests)]
    if sorted(ids) != sorted(expected):
        found.append(f"expected {expected}, found {ids}")
    return found


@dataclass(frozen=True)
class State:
    """A moment of the run: what is durable, who runs, and who was killed."""

    world: World
    running: tuple[Process, ...]
    killed: tuple[Process, ...] = ()


def following(make: Callable[[], Any], state: State, crashes: int) -> Iterator[State]:
    for index, process in enumerate(state.running):
        others = state.running[:index] + state.running[index + 1 :]
        stepped = step(make, state.world, process)
        if stepped is None:
            yield replace(state, running=others)
            continue
        yield replace(state, world=stepped[0], running=(*others, stepped[1]))
        if len(state.killed) < crashes:
            killed = (*state.killed, Process(process.requests))
            yield replace(state, running=others, killed=killed)


def endings(make: Callable[[], Any], start: State, crashes: int) -> Iterator[State]:
    """Every state that can be there when all processes have ended or were killed."""
    waiting = [start]
    seen = {start}
    while waiting:
        state = waiting.pop()
        if not state.running:
            yield state
        for after in following(make, state, crashes):
            if after not in seen:
                seen.add(after)
                waiting.append(after)


def first_violation(make: Callable[[], Any], *posters: str, crashes: int) -> list[str]:
    """Posters are named by the requests that they post, one letter each."""
    wallet = Wallet(account_id=ACCOUNT).moved(Movement("top-up:1", Kind.TOP_UP, 100, ""), 0)
    processes = tuple(Process(tuple(requests)) for requests in posters)
    start = State(World(wallet, 1, frozenset()), processes)
    for end in endings(make, start, crashes):
        world = end.world
        for process in end.killed:
            world = delivered_again(make, world, process)
        found = violations(world, set("".join(posters)))
        if found:
            return found
    return []


@pytest.mark.parametrize(
    ("posters", "crashes"),
    [(("A", "A", "B"), 0), (("A", "A", "B"), 1), (("A", "AB", "B"), 2)],
)
def test_each_charge_is_posted_once(posters: tuple[str, ...], crashes: int) -> None:
    assert first_violation(SteppedWallets, *posters, crashes=crashes) == []


def test_checker_sees_a_missing_fence() -> None:
    assert first_violation(WithoutFence, "A", "B", crashes=0)


def test_checker_sees_an_archive_that_is_read_too_early() -> None:
    found = first_violation(ArchiveReadFirst, "A", "A", "B", crashes=0)
    assert any("I4" in violation for violation in found)
