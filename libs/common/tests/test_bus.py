"""The bus against a real nats-server, which is stopped, killed and started again."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.js.api import StreamConfig
from tollgate_common.bus import LOW_BALANCE, USAGE, Bus, Message, UsagePublisher
from tollgate_common.clock import SystemClock
from tollgate_common.errors import Unavailable
from tollgate_common.rating import Units
from tollgate_common.spool import Spool
from tollgate_common.usage import Outcome, UsageEvent
from tollgate_common.wire import decode_batch

SECONDS_MAX = 20


class NatsServer:
    """A real nats-server on a port of its own, which keeps its store across restarts."""

    def __init__(self, folder: Path) -> None:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"nats://127.0.0.1:{self._port}"
        self._config = folder / "nats.conf"
        self._config.write_text(
            f"listen: 127.0.0.1:{self._port}\n"
            f'jetstream {{ store_dir: "{folder}/nats", sync_interval: always }}\n'
        )
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("nats-server"),
            *("--config", str(self._config)),
            stderr=asyncio.subprocess.DEVNULL,
        )
        await until(self._accepts)

    async def stop(self) -> None:
        if self._process:
            self._process.terminate()
            await self._process.wait()
            self._process = None

    async def kill(self) -> None:
        assert self._process
        self._process.kill()
        await self._process.wait()
        self._process = None

    def _accepts(self) -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


class Consumer:
    """Remembers what it was given; acknowledges unless told to fail."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.deliveries: list[int] = []
        self.failures = 0

    async def handle(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self.payloads.append(message.payload)
            self.deliveries.append(message.deliveries)
        if self.failures:
            self.failures -= 1
            raise Unavailable("the database is away")
        for message in messages:
            await message.ack()

    def request_ids(self) -> list[str]:
        return [e.request_id for payload in self.payloads for e in decode_batch(payload)]


async def until(condition: Callable[[], bool]) -> None:
    """Returns when the condition holds; fails when it takes too long."""
    async with asyncio.timeout(SECONDS_MAX):
        while not condition():  # noqa: ASYNC110  # what is waited for knows nothing of events
            await asyncio.sleep(0.01)


@pytest.fixture
async def nats_stopped(tmp_path: Path) -> AsyncIterator[NatsServer]:
    server = NatsServer(tmp_path)
    yield server
    await server.stop()


@pytest.fixture
async def nats(nats_stopped: NatsServer) -> NatsServer:
    await nats_stopped.start()
    return nats_stopped


@pytest.fixture
async def bus(nats_stopped: NatsServer) -> AsyncIterator[Bus]:
    bus = await Bus.connect(nats_stopped.url, "test")
    yield bus
    await bus.close()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool", SystemClock(), bytes_max=1_000_000)
    yield spool
    spool.close()


@asynccontextmanager
async def running(*loops: object) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(loop) for loop in loops]  # type: ignore[call-overload]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results), results


def make_event(request_id: str) -> UsageEvent:
    return UsageEvent(
        request_id=request_id,
        account_id="acc_1",
        key_id="key_1",
        model="m1",
        provider="deepseek",
        channel_id="ch_1",
        dialect="openai",
        operation="chat",
        units=Units(input=1),
        price_version="v1",
        cost_nano=1,
        hold_nano=1,
        lease_id="lease_1",
        started_at_ms=1_800_000_000_000,
        first_byte_ms=1,
        duration_ms=2,
        outcome=Outcome.COMPLETED,
        estimated=False,
        observer="providers",
        status=200,
        stream=True,
    )


async def test_what_is_published_reaches_every_durable_once(nats: NatsServer, bus: Bus) -> None:
    await until(lambda: bus.connected)
    one, other = Consumer(), Consumer()
    payloads = [f"p{i}".encode() for i in range(20)]
    for payload in payloads:
        await bus.publish(payload.decode(), payload)
    async with running(
        bus.consume("one", one.handle, batch=8), bus.consume("other", other.handle, batch=8)
    ):
        await until(lambda: len(one.payloads) >= 20 and len(other.payloads) >= 20)
    assert one.payloads == other.payloads == payloads
    async with running(bus.consume("one", one.handle, batch=8)):
        await bus.publish("last", b"last")
        await until(lambda: b"last" in one.payloads)
    assert one.payloads == [*payloads, b"last"]


async def test_the_same_id_is_stored_once(nats: NatsServer, bus: Bus) -> None:
    await until(lambda: bus.connected)
    consumer = Consumer()
    for _ in range(3):
        await bus.publish("same", b"same")
    await bus.publish("end", b"end")
    async with running(bus.consume("one", consumer.handle, batch=8)):
        await until(lambda: b"end" in consumer.payloads)
    assert consumer.payloads == [b"same", b"end"]


async def test_streams_are_apart_and_share_durable_names_and_ids(
    nats: NatsServer, bus: Bus
) -> None:
    await until(lambda: bus.connected)
    usage, low = Consumer(), Consumer()
    await bus.publish("same", b"usage")
    await bus.publish("same", b"low", stream=LOW_BALANCE)
    async with running(
        bus.consume("one", usage.handle, batch=8),
        bus.consume("one", low.handle, batch=8, stream=LOW_BALANCE),
    ):
        await until(lambda: bool(usage.payloads and low.payloads))
    assert (usage.payloads, low.payloads) == ([b"usage"], [b"low"])


async def test_what_a_handler_fails_on_comes_again(nats: NatsServer, bus: Bus) -> None:
    await until(lambda: bus.connected)
    consumer = Consumer()
    consumer.failures = 2
    await bus.publish("a", b"a")
    async with running(bus.consume("one", consumer.handle, batch=8)):
        await until(lambda: len(consumer.payloads) == 3)
    assert consumer.payloads == [b"a"] * 3
    assert consumer.deliveries == [1, 2, 3]


async def test_only_what_was_not_acknowledged_comes_again(nats: NatsServer, bus: Bus) -> None:
    await until(lambda: bus.connected)
    handled: list[bytes] = []

    async def acks_the_first_of_each_turn_and_fails(messages: Sequence[Message]) -> None:
        handled.append(messages[0].payload)
        await messages[0].ack()
        raise Unavailable("the rest could not be stored")

    for payload in (b"a", b"b", b"c"):
        await bus.publish(payload.decode(), payload)
    async with running(bus.consume("one", acks_the_first_of_each_turn_and_fails, batch=8)):
        await until(lambda: len(handled) == 3)
    assert sorted(handled) == [b"a", b"b", b"c"]


async def test_publishing_fails_at_once_while_nats_is_away(bus: Bus) -> None:
    with pytest.raises(Unavailable):
        await bus.publish("a", b"a")


async def test_a_stream_that_an_earlier_release_made_is_brought_up_to_date(
    nats: NatsServer, bus: Bus
) -> None:
    client = Client()
    await client.connect(nats.url)
    jetstream = client.jetstream()
    await jetstream.add_stream(StreamConfig(name=USAGE.name, subjects=["usage.>"], max_age=60))
    await until(lambda: bus.connected)
    await bus.publish("a", b"a")
    info = await jetstream.stream_info(USAGE.name)
    await client.close()
    assert info.state.messages == 1
    assert info.config.max_age == 15 * 24 * 3600


async def test_events_are_spooled_while_nats_is_away_and_arrive_when_it_is_back(
    nats_stopped: NatsServer, bus: Bus, spool: Spool
) -> None:
    publisher, consumer = UsagePublisher(bus, spool, SystemClock()), Consumer()
    async with running(publisher.run(), bus.consume("one", consumer.handle, batch=8)):
        await asyncio.gather(*(publisher.record(make_event(f"r{i}")) for i in range(200)))
        assert not spool.empty
        await publisher.ready()
        await nats_stopped.start()
        await until(lambda: len(consumer.request_ids()) == 200)
        await until(lambda: spool.empty)
    assert set(consumer.request_ids()) == {f"r{i}" for i in range(200)}
    assert spool.files() == []


async def test_what_an_earlier_process_spooled_is_sent(
    nats: NatsServer, bus: Bus, tmp_path: Path
) -> None:
    away = await Bus.connect("nats://127.0.0.1:9", "earlier")
    spool = Spool(tmp_path / "spool", SystemClock(), bytes_max=1_000_000)
    earlier = UsagePublisher(away, spool, SystemClock())
    async with running(earlier.run()):
        await earlier.record(make_event("r1"))
    await away.close()
    spool.close()

    spool = Spool(tmp_path / "spool", SystemClock(), bytes_max=1_000_000)
    later, consumer = UsagePublisher(bus, spool, SystemClock()), Consumer()
    async with running(later.run(), bus.consume("one", consumer.handle, batch=8)):
        await until(lambda: consumer.request_ids() == ["r1"])
    spool.close()


async def test_what_is_recorded_while_the_process_stops_is_spooled(bus: Bus, spool: Spool) -> None:
    publisher = UsagePublisher(bus, spool, SystemClock())
    run = asyncio.create_task(publisher.run())
    before = asyncio.create_task(publisher.record(make_event("before")))
    await asyncio.sleep(0)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    await publisher.record(make_event("after"))
    await before
    assert not spool.empty


async def test_a_full_spool_refuses_events_and_readiness(bus: Bus, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", SystemClock(), bytes_max=0)
    publisher = UsagePublisher(bus, spool, SystemClock())
    async with running(publisher.run()):
        with pytest.raises(Unavailable):
            await publisher.record(make_event("r1"))
        with pytest.raises(Unavailable):
            await publisher.ready()
    spool.close()


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_no_event_is_lost_when_nats_ends_in_the_middle(
    nats: NatsServer, bus: Bus, spool: Spool, how: str
) -> None:
    await until(lambda: bus.connected)
    publisher, consumer = UsagePublisher(bus, spool, SystemClock()), Consumer()
    recorded: list[str] = []

    async def record_some(lane: int) -> None:
        for number in range(100):
            event = make_event(f"r{lane}-{number}")
            await publisher.record(event)
            recorded.append(event.request_id)

    async with running(publisher.run(), bus.consume("one", consumer.handle, batch=8)):
        lanes = [asyncio.create_task(record_some(lane)) for lane in range(8)]
        await until(lambda: len(recorded) > 100)
        if how == "stop":
            await nats.stop()
        else:
            await nats.kill()
        await asyncio.gather(*lanes)
        assert len(recorded) == 800
        await nats.start()
        await until(lambda: set(consumer.request_ids()) == set(recorded))
        await until(lambda: spool.empty)


async def test_announcements_are_heard_also_after_nats_was_away(
    nats_stopped: NatsServer, bus: Bus
) -> None:
    listening = await Bus.connect(nats_stopped.url, "listener")
    heard: list[bytes] = []
    listen = asyncio.create_task(listening.listen("news", heard.append))
    await bus.announce("news", b"nobody can hear this yet")
    await nats_stopped.start()
    await asyncio.wait_for(listen, SECONDS_MAX)
    await until(lambda: bus.connected)
    await bus.announce("news", b"one")
    await until(lambda: b"one" in heard)
    await nats_stopped.kill()
    await until(lambda: not bus.connected and not listening.connected)
    await nats_stopped.start()
    while b"two" not in heard:  # each one may come before the listener is back
        await bus.announce("news", b"two")
        await asyncio.sleep(0.05)
    await listening.close()
