"""Usage events in: each is stored once, and acknowledged when it is durable."""

from collections.abc import Sequence

from prometheus_client import Counter
from tollgate_common.dead_letters import DeadLetter, DeadLetters, read_batch
from tollgate_common.usage import UsageEvent
from tollgate_common.wire import event_of

from .operations import Metering
from .ports import Delivery

DURABLE = "metering"
# Messages a turn: enough for one group commit of the store, and a few seconds of work at most.
DELIVERIES_MAX = 64

_STORED = Counter("tollgate_metering_records_total", "Usage records stored")
_DUPLICATES = Counter("tollgate_metering_duplicates_total", "Usage events that were stored before")
_DEAD_LETTERS = Counter("tollgate_metering_dead_letters_total", "Payloads that cannot be records")


class UsageConsumer:
    """Turns deliveries into usage records."""

    def __init__(self, metering: Metering, dead_letters: DeadLetters) -> None:
        self._metering = metering
        self._dead_letters = dead_letters

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Raises what the store raises; then nothing is acknowledged and all of it comes again."""
        events: list[UsageEvent] = []
        letters: list[DeadLetter] = []
        for delivery in deliveries:
            good, bad = read_batch(delivery.payload, event_of)
            events += good
            letters += bad
        new = await self._metering.record(events)
        _DEAD_LETTERS.inc(await self._dead_letters.bury(letters))
        for delivery in deliveries:
            await delivery.ack()
        _STORED.inc(new)
        _DUPLICATES.inc(len(events) - new)
