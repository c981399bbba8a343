"""NATS: streams, published durably and consumed in batches, and announcements."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, StorageType, StreamConfig
from nats.js.errors import BadRequestError
from opentelemetry.trace import SpanKind

from .clock import Clock
from .errors import TollgateError, Unavailable
from .ids import ulid
from .spool import Spool, records
from .telemetry import TRACEPARENT, logger, span, traceparent
from .usage import SUBJECT, UsageEvent
from .wire import encode_batch

# The conveyor keeps what was consumed, too, so that a ledger restored from a backup can catch up.
_STREAM_AGE_S = 15 * 24 * 3600
# Only an optimisation: consumers are idempotent without a window.
_DUPLICATE_WINDOW_S = 600
# Between two fetches messages gather, so that a fetch and what follows serve several.
_GATHER_SECONDS = 0.02
# A publisher waits this long for NATS before it spools.
_CALL_SECONDS = 2.0
# JetStream's error code for a stream of this name with another configuration.
_STREAM_DIFFERS = 10058
# Work on one fetch takes milliseconds; after a kill -9 the events come again this soon.
_ACK_WAIT_S = 10
_FETCH_SECONDS = 2.0
_RETRY_SECONDS = 0.5
# One message stays far below NATS's 1 MiB limit: an event has 300 bytes, and never more than 8000.
_BATCH_EVENTS_MAX = 64
# Two messages under way: one is being stored while the next one fills.
_SENDERS = 2
# A message that is not full waits so long for more events: NATS and its consumers pay for every
# message. No client waits for it.
_FILL_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Stream:
    """What JetStream keeps under one subject, such as "usage.v1", and later versions of it."""

    name: str
    subject: str

    @property
    def subjects(self) -> str:
        return f"{self.subject.rpartition('.')[0]}.>"


USAGE = Stream("USAGE", SUBJECT)
LOW_BALANCE = Stream("LOW_BALANCE", "low-balance.v1")


class Bus:
    """A connection that lives as long as the process and comes back by itself."""

    def __init__(self, client: Client, replicas: int) -> None:
        self._client = client
        self._replicas = replicas
        self._streams_known: set[Stream] = set()
        self._connecting: asyncio.Task[None] | None = None

    @classmethod
    async def connect(cls, url: str, name: str, *, replicas: int = 1) -> "Bus":
        """Returns at once; connects in the background for as long as it takes."""
        client = Client()
        bus = cls(client, replicas)

        async def disconnected() -> None:
            bus._streams_known.clear()
            logger().warning("nats_disconnected")

        async def failed(_error: Exception) -> None:
            return  # every attempt to reconnect ends here; `disconnected` has said it once

        connecting = client.connect(
            servers=[url],
            name=f"tollgate-{name}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=_RETRY_SECONDS,  # type: ignore[arg-type]  # a float works
            disconnected_cb=disconnected,
            error_cb=failed,
        )
        bus._connecting = asyncio.create_task(connecting, name="nats-connect")
        return bus

    @property
    def connected(self) -> bool:
        return self._client.is_connected

    async def close(self) -> None:
        if self._connecting and not self._connecting.done():
            self._connecting.cancel()
        elif not self._client.is_closed:
            await self._client.close()

    async def announce(self, subject: str, payload: bytes) -> None:
        """Tells whoever listens. Never fails: while NATS is away it is kept for later, or lost."""
        try:
            await self._client.publish(subject, payload)
        except (NatsError, OSError) as error:
            logger().warning("announcement_lost", subject=subject, error=repr(error))

    async def listen(self, subject: str, hear: Callable[[bytes], None]) -> None:
        """Calls `hear` for every announcement, across reconnects, once NATS can be reached."""

        async def callback(message: Msg) -> None:
            hear(message.data)

        if self._connecting:
            await self._connecting
        await self._client.subscribe(subject, cb=callback)
        try:
            # Then it hears whatever is announced after this returns. The client's first PING
            # overtakes a subscription that is still to be written; the second one cannot.
            await self._client.flush()
            await self._client.flush()
        except (NatsError, OSError) as error:
            logger().warning("listening_later", subject=subject, error=repr(error))

    async def publish(
        self, id: str, payload: bytes, traces: Sequence[str] = (), *, stream: Stream = USAGE
    ) -> None:
        """Returns when JetStream has stored it. Unavailable when that cannot be had now.

        The same id again, within minutes, is stored once. `traces` are the trace contexts of what
        is in the payload.
        """
        if not self.connected:
            raise Unavailable("NATS is away")
        try:
            jetstream = await self._jetstream(stream)
            headers = {"Nats-Msg-Id": id}
            if traces:  # of one: as W3C has it; a list, which it has not, for our consumers only
                headers[TRACEPARENT] = ",".join(traces)
            await jetstream.publish(stream.subject, payload, headers=headers)
        except (NatsError, OSError, TimeoutError) as error:
            self._streams_known.discard(stream)
            raise Unavailable("NATS did not store the message") from error

    async def consume(
        self, durable: str, handle: "Handle", *, batch: int, stream: Stream = USAGE
    ) -> None:
        """Hands over deliveries for ever.

        `handle` acknowledges what is done; what it raises brings all of them again.
        """
        while True:
            try:
                await self._consume(stream, durable, handle, batch)
            except (NatsError, OSError, TimeoutError) as error:
                self._streams_known.discard(stream)
                logger().warning("consumer_interrupted", durable=durable, error=repr(error))
                await asyncio.sleep(_RETRY_SECONDS)

    async def _consume(self, stream: Stream, durable: str, handle: "Handle", batch: int) -> None:
        if not self.connected:
            await asyncio.sleep(_RETRY_SECONDS)
            return
        jetstream = await self._jetstream(stream)
        config = ConsumerConfig(
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=_ACK_WAIT_S,
            max_deliver=-1,
            max_ack_pending=4 * batch,
        )
        pull = await jetstream.pull_subscribe(stream.subject, durable, stream.name, config)
        try:
            while self.connected:
                try:
                    fetched = await pull.fetch(batch, timeout=_FETCH_SECONDS)
                except NatsTimeoutError:
                    continue
                if fetched:  # a fetch that NATS cuts short may bring nothing
                    await _deliver(durable, handle, [Message.of(message) for message in fetched])
                    await asyncio.sleep(_GATHER_SECONDS)
        finally:
            if self.connected:
                await pull.unsubscribe()

    async def _jetstream(self, stream: Stream) -> JetStreamContext:
        jetstream = self._client.jetstream(timeout=_CALL_SECONDS)
        if stream not in self._streams_known:
            await self._make(jetstream, stream)
            self._streams_known.add(stream)
        return jetstream

    async def _make(self, jetstream: JetStreamContext, stream: Stream) -> None:
        config = StreamConfig(
            name=stream.name,
            subjects=[stream.subjects],
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_age=_STREAM_AGE_S,
            duplicate_window=_DUPLICATE_WINDOW_S,
            num_replicas=self._replicas,
        )
        try:
            await jetstream.add_stream(config)
        except BadRequestError as error:
            if error.err_code != _STREAM_DIFFERS:
                raise
            await jetstream.update_stream(config)  # an earlier release made it


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery: acknowledged when its effect is durable, otherwise it comes again."""

    payload: bytes
    deliveries: int
    # Trace contexts of what is in it.
    traces: Sequence[str]
    _message: Msg

    @classmethod
    def of(cls, message: Msg) -> "Message":
        traces = (message.headers or {}).get(TRACEPARENT, "")
        return cls(
            message.data,
            message.metadata.num_delivered or 1,
            traces.split(",") if traces else (),
            message,
        )

    async def ack(self) -> None:
        await self._message.ack()

    async def retry(self) -> None:
        """Comes again soon, unless it is acknowledged; sooner than if it had been forgotten."""
        if not self._message.is_acked:
            await self._message.nak(delay=_RETRY_SECONDS)


Handle = Callable[[Sequence[Message]], Awaitable[None]]


async def _deliver(durable: str, handle: Handle, messages: list[Message]) -> None:
    traces = [trace for message in messages for trace in message.traces]
    # Work for one request belongs to its trace. Work for many cannot be a child of each of them:
    # it is a trace of its own, with a link to every one.
    parent = {TRACEPARENT: traces[0]} if len(traces) == 1 else None
    links = () if parent else traces
    try:
        with span(f"consume {durable}", SpanKind.CONSUMER, carrier=parent, links=links):
            await handle(messages)
    except Exception:
        # Whatever it was, nothing may be lost: they come again until it is mended.
        logger().exception("consumer_failed", durable=durable)
        for message in messages:
            await message.retry()
        await asyncio.sleep(_RETRY_SECONDS)


# An event, the trace that it belongs to if any, and who waits for it to be kept.
_Waiting: TypeAlias = tuple[UsageEvent, str, asyncio.Future[None]]


class UsagePublisher:
    """Makes usage events durable: in JetStream, or in the spool until JetStream takes them."""

    def __init__(self, bus: Bus, spool: Spool, clock: Clock) -> None:
        self._bus = bus
        self._spool = spool
        self._clock = clock
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._filling = asyncio.Lock()
        self._stopped = False

    async def record(self, event: UsageEvent) -> None:
        """Returns when the event will arrive even if this process is killed.

        Unavailable if it cannot be kept.
        """
        recorded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, traceparent(), recorded))
        self._wake.set()
        if self._stopped:
            self._spool_waiting()
        await recorded

    async def ready(self) -> None:
        """Unavailable when an event could not be kept now."""
        if not self._bus.connected:
            self._spool.check()

    async def run(self) -> None:
        """Sends until cancelled. What is not sent by then, or is recorded later, is spooled."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(_SENDERS):
                    group.create_task(self._send())
                group.create_task(self._send_spooled())
        finally:
            self._stopped = True
            self._spool_waiting()

    async def _send(self) -> None:
        while True:
            async with self._filling:
                batch = await self._filled_batch()
            await self._store(batch)

    async def _filled_batch(self) -> list[_Waiting]:
        await self._wake.wait()
        if len(self._waiting) < _BATCH_EVENTS_MAX:
            await asyncio.sleep(_FILL_SECONDS)
        batch = self._next_batch()
        if not self._waiting:
            self._wake.clear()
        return batch

    async def _store(self, batch: list[_Waiting]) -> None:
        id = ulid(self._clock.now_ms())
        payload = encode_batch(event for event, _, _ in batch)
        traces = [trace for _, trace, _ in batch if trace]
        published = False
        try:
            await self._bus.publish(id, payload, traces)
            published = True
        except Unavailable:
            pass
        finally:  # when cancelled, too: what was asked for outlives the process
            _settle(batch, None if published else self._spooled(id, payload))

    def _next_batch(self) -> list[_Waiting]:
        count = min(len(self._waiting), _BATCH_EVENTS_MAX)
        return [self._waiting.popleft() for _ in range(count)]

    def _spool_waiting(self) -> None:
        while batch := self._next_batch():
            payload = encode_batch(event for event, _, _ in batch)
            _settle(batch, self._spooled(ulid(self._clock.now_ms()), payload))

    def _spooled(self, id: str, payload: bytes) -> TollgateError | None:
        try:
            self._spool.append(id, payload)
        except Unavailable as error:
            return error
        return None

    async def _send_spooled(self) -> None:
        while True:
            if self._bus.connected and not self._spool.empty:
                try:
                    await self._empty_spool()
                except Unavailable as error:
                    logger().warning("spool_not_sent", error=error.message)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _empty_spool(self) -> None:
        for path in self._spool.take():
            for id, payload in records(path):
                await self._bus.publish(id, payload)
            self._spool.remove(path)


def _settle(batch: list[_Waiting], failure: TollgateError | None) -> None:
    for _, _, recorded in batch:
        if recorded.done():
            continue
        if failure:
            recorded.set_exception(failure)
        else:
            recorded.set_result(None)
