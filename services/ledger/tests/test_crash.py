"""The process dies at each named place; what it was doing is done once when it comes again."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mongo_server import store_url
from tollgate_common.clock import ManualClock
from tollgate_common.dead_letters import DeadLetters
from tollgate_common.store import open_store
from tollgate_common.usage import UsageEvent
from tollgate_common.wire import encode_batch
from tollgate_ledger.consumer import UsageConsumer
from tollgate_ledger.leases import LeaseTerms
from tollgate_ledger.notices import LowBalance
from tollgate_ledger.notifier import Notifier
from tollgate_ledger.operations import Ledger
from tollgate_ledger.store import COLLECTIONS, StoredWallets

# Enough for two writes, so that the second one archives what the first one added.
EVENTS = 200
CHILD = """
import asyncio, sys
from tollgate_common.clock import ManualClock
from tollgate_common.dead_letters import DeadLetters
from tollgate_common.store import open_store
from tollgate_ledger.app import crashing_at
from tollgate_ledger.consumer import UsageConsumer
from tollgate_ledger.operations import Ledger
from tollgate_ledger.store import COLLECTIONS, StoredWallets

class Delivery:
    payload = sys.stdin.buffer.read()

async def main(url, place):
    store, clock, passing = await open_store(url, COLLECTIONS), ManualClock(), crashing_at(place)
    ledger = Ledger(StoredWallets(store), clock, None, None, passing=passing)
    await UsageConsumer(ledger, DeadLetters(store, clock), clock, passing).handle([Delivery()])

asyncio.run(main(*sys.argv[1:]))
"""


class FakeDelivery:
    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.acked = False

    async def ack(self) -> None:
        self.acked = True

    async def retry(self) -> None:
        raise AssertionError("nothing has failed")


@pytest.mark.parametrize(
    ("place", "durable"),
    [("post.after_cas", 128), ("archive.after_insert", 128), ("post.before_ack", EVENTS)],
)
async def test_killed_ledger_posts_each_event_once(
    tmp_path: Path,
    make_event: Callable[..., UsageEvent],
    terms: LeaseTerms,
    place: str,
    durable: int,
) -> None:
    payload = encode_batch(make_event(f"R{number}", 1) for number in range(EVENTS))
    async with store_url("sqlite", tmp_path) as url:
        await _killed(url, place, payload)
        store = await open_store(url, COLLECTIONS)
        clock = ManualClock()
        ledger = Ledger(StoredWallets(store), clock, terms, _nobody)
        assert (await ledger.verify("acc")).entries == durable
        delivery = FakeDelivery(payload)
        await UsageConsumer(ledger, DeadLetters(store, clock), clock).handle([delivery])
        verdict = await ledger.verify("acc")
        await store.close()
    assert delivery.acked
    assert (verdict.entries, verdict.posted_nano, verdict.violations) == (EVENTS, -EVENTS, ())


async def test_notice_outlives_a_ledger_that_is_killed_after_the_write(
    tmp_path: Path, make_event: Callable[..., UsageEvent], terms: LeaseTerms
) -> None:
    published: list[LowBalance] = []

    async def publish(notice: LowBalance) -> None:
        published.append(notice)

    async with store_url("sqlite", tmp_path) as url:
        store = await open_store(url, COLLECTIONS)
        ledger = Ledger(StoredWallets(store), ManualClock(), terms, _nobody)
        await ledger.top_up("acc", 10, "order-1", "")
        await ledger.set_low_balance("acc", 5)
        await store.close()
        await _killed(url, "post.after_cas", encode_batch([make_event("R1", 8)]))
        store = await open_store(url, COLLECTIONS)
        wallets = StoredWallets(store)
        ledger = Ledger(wallets, ManualClock(), terms, _nobody)
        await Notifier(wallets, ledger, publish).publish()
        await Notifier(wallets, ledger, publish).publish()
        await store.close()
    assert published == [LowBalance("acc", 2, 2, 5)]


async def _killed(url: str, place: str, payload: bytes) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, url, place, stdin=asyncio.subprocess.PIPE
    )
    await asyncio.wait_for(child.communicate(payload), 20)
    assert child.returncode == 137


async def _nobody(account_id: str) -> None:
    return
