"""Plays a plan on a connection: waits, writes, cuts, hangs, and notices when the client leaves."""

import asyncio
from typing import Final

from .asgi import RawHeaders, Receive, Send
from .journal import Entry
from .plans import Plan
from .scenarios import Scenario

# Without delays, so much goes out in one write: above it the server's backpressure has a say.
_BATCH_BYTES: Final = 64 << 10
# Writes that must not be merged are this far apart.
_APART_S: Final = 0.001


async def play(plan: Plan, headers: RawHeaders, entry: Entry, receive: Receive, send: Send) -> bool:
    """True when the answer went out as planned; False when the client left before."""
    entry.status = plan.status
    if plan.broken:
        # Even when everything has gone out by then, no other request may meet such a connection.
        headers = [*headers, (b"connection", b"close")]
    start = {"type": "http.response.start", "status": plan.status, "headers": headers}
    if plan.immediate and sum(map(len, plan.writes)) <= _BATCH_BYTES:
        await send(start)
        await send({"type": "http.response.body", "body": b"".join(plan.writes)})
        entry.writes = len(plan.writes)
        return True
    client = Client(receive)
    try:
        if not await client.stays(plan.scenario.first_delay_ms / 1000):
            return False
        await send(start)
        return await _Player(plan, entry, client, send).play()
    finally:
        await client.close()


class Client:
    """Whether the client is still there. Waiting ends early when it leaves."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._waiter: asyncio.Future[None] | None = None
        self._task = asyncio.create_task(self._watch(), name="client")
        self._task.add_done_callback(lambda _: self._wake())

    @property
    def gone(self) -> bool:
        return self._task.done()

    async def stays(self, seconds: float) -> bool:
        """Waits so long. False as soon as the client has left."""
        if self.gone:
            return False
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = loop.call_later(seconds, self._wake)
        try:
            await self._waiter
        finally:
            timer.cancel()
        return not self.gone

    async def leaves(self) -> None:
        """Waits until the client has left."""
        await asyncio.wait([self._task])

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


class _Player:
    """The writing part of one answer."""

    def __init__(self, plan: Plan, entry: Entry, client: Client, send: Send) -> None:
        self._entry = entry
        self._client = client
        self._send = send
        self._hangs, cuts, self._end = _ending(plan.scenario, len(plan.writes))
        self._whole = not (self._hangs or cuts)
        self._writes = plan.writes
        self._apart = plan.apart
        self._delay = plan.scenario.delay_ms / 1000 or (_APART_S if self._apart else 0)

    async def play(self) -> bool:
        done = 0
        due = asyncio.get_running_loop().time()
        while done < self._end:
            start, done = done, self._batch(done, due)
            due += self._delay * (done - start)
            last = self._whole and done == self._end
            body = b"".join(self._writes[start:done])
            await self._send({"type": "http.response.body", "body": body, "more_body": not last})
            self._entry.writes = done
            if last:
                return True
            if not await self._client.stays(due - asyncio.get_running_loop().time()):
                return False
        if self._hangs:
            await self._client.leaves()
            return False
        # A cut is an answer that is never completed: the server then drops the connection.
        return True

    def _batch(self, start: int, due: float) -> int:
        """The end of the writes that are ready: all that are due by now, or a batch of them."""
        end = start + 1
        if self._apart:
            return end
        if self._delay:
            late = asyncio.get_running_loop().time() - due
            return min(end + max(0, int(late / self._delay)), self._end)
        size = len(self._writes[start])
        while end < self._end and size < _BATCH_BYTES:
            size += len(self._writes[end])
            end += 1
        return end


def _ending(scenario: Scenario, writes: int) -> tuple[bool, bool, int]:
    """Does it hang, is it cut, and after how many writes does the answer end."""
    hang = scenario.hang_after
    cut = scenario.cut_after
    if hang is not None and (cut is None or hang <= cut):
        return True, False, min(hang, writes)
    if cut is not None:
        return False, True, min(cut, writes)
    return False, False, writes
