"""Usage events in: each is stored once, and acknowledged when it is durable."""

from collections.abc import Sequence

from prometheus_client import Counter
from tollgate_common.clock import Clock
from tollgate_common.errors import InvalidArgument
from tollgate_common.telemetry import logger
from tollgate_common.usage import UsageEvent
from tollgate_common.wire import decode_batch, event_of

from .operations import Metering
from .ports import Delivery
from .records import DeadLetter

DURABLE = "metering"
# Messages a turn: enough for one group commit of the store, and a few seconds of work at most.
DELIVERIES_MAX = 64

_STORED = Counter("tollgate_metering_records_total", "Usage records stored")
_DUPLICATES = Counter("tollgate_metering_duplicates_total", "Usage events that were stored before")
_DEAD_LETTERS = Counter("tollgate_metering_dead_letters_total", "Payloads that cannot be records")


class UsageConsumer:
    """Turns deliveries into usage records."""

    def __init__(self, metering: Metering, clock: Clock) -> None:
        self._metering = metering
        self._clock = clock

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Raises what the store raises; then nothing is acknowledged and all of it comes again."""
        events: list[UsageEvent] = []
        letters: list[DeadLetter] = []
        for delivery in deliveries:
            self._read(delivery.payload, events, letters)
        new = await self._metering.record(events)
        await self._metering.set_aside(letters)
        for delivery in deliveries:
            await delivery.ack()
        _STORED.inc(new)
        _DUPLICATES.inc(len(events) - new)
        _DEAD_LETTERS.inc(len(letters))

    def _read(self, payload: bytes, events: list[UsageEvent], letters: list[DeadLetter]) -> None:
        try:
            messages = decode_batch(payload)
        except InvalidArgument as error:
            letters.append(self._letter(payload, error))
            return
        for message in messages:
            try:
                events.append(event_of(message))
            except InvalidArgument as error:
                letters.append(self._letter(message.SerializeToString(), error))

    def _letter(self, payload: bytes, error: InvalidArgument) -> DeadLetter:
        logger().error("dead_letter", reason=error.message)
        return DeadLetter(
            payload=payload, reason=error.message, received_at_ms=self._clock.now_ms()
        )
