"""When a lane ends, credit is put right; what providers could not record is recorded here."""

import asyncio

from tollgate_common.clock import Clock
from tollgate_common.errors import Unavailable
from tollgate_common.rating import Units, cost_nano
from tollgate_common.telemetry import logger
from tollgate_common.usage import Outcome, UsageEvent

from .credit import Credit
from .lanes import Lane, Settlement
from .limits import Limiter
from .ports import Recorder

_RETRY_SECONDS = 1.0


class Settler:
    """The second observer: it speaks only when the first one, providers, has fallen silent."""

    def __init__(self, credit: Credit, limiter: Limiter, recorder: Recorder, clock: Clock) -> None:
        self._credit = credit
        self._limiter = limiter
        self._recorder = recorder
        self._clock = clock
        self._recording: set[asyncio.Task[None]] = set()

    def settled(self, lane: Lane) -> None:
        if lane.settlement:
            self._settle(lane, lane.settlement, lane.settlement.cost_nano)

    def lost(self, lane: Lane) -> None:
        """The same request id as providers would use: whichever event arrives first counts."""
        settlement = lane.settlement
        if settlement is None:
            settlement = _counted(lane)
            # Providers may have settled it otherwise, and first: until the lease ends, all of the
            # hold counts as spent, which no event can exceed.
            self._settle(lane, settlement, lane.admission.hold_nano)
        event = self._event(lane, settlement)
        task = asyncio.create_task(self._record(event), name="record-lost")
        self._recording.add(task)
        task.add_done_callback(self._recording.discard)

    async def drain(self, seconds_max: float) -> None:
        """Returns when everything that was lost is recorded, or has had its time."""
        if self._recording:
            await asyncio.wait(self._recording, timeout=seconds_max)

    def _settle(self, lane: Lane, settlement: Settlement, spent_nano: int) -> None:
        admission = lane.admission
        self._credit.finish(
            admission.account_id, admission.lease_id, admission.hold_nano, spent_nano
        )
        if admission.limits:
            used = sum(settlement.units.counts()) - admission.estimated_tokens
            self._limiter.correct_tokens(admission.limits, used, self._clock.monotonic())

    def _event(self, lane: Lane, settlement: Settlement) -> UsageEvent:
        admission = lane.admission
        first = lane.first_data_at - lane.opened_at if lane.first_data_at else 0.0
        return UsageEvent(
            request_id=admission.request_id,
            account_id=admission.account_id,
            key_id=admission.key_id,
            model=admission.model.name,
            provider=lane.head.provider if lane.head else "",
            channel_id=lane.head.channel_id if lane.head else "",
            dialect=admission.dialect,
            operation=admission.operation,
            units=settlement.units,
            price_version=admission.model.price.version,
            cost_nano=settlement.cost_nano,
            hold_nano=admission.hold_nano,
            lease_id=admission.lease_id,
            started_at_ms=admission.started_at_ms,
            first_byte_ms=round(first * 1000),
            duration_ms=max(0, self._clock.now_ms() - admission.started_at_ms),
            outcome=settlement.outcome,
            estimated=settlement.estimated,
            observer="edge",
            status=200 if lane.first_data_at else 502,
            stream=admission.stream,
            agent=admission.agent,
        )

    async def _record(self, event: UsageEvent) -> None:
        while True:
            try:
                await self._recorder.record(event)
                return
            except Unavailable as error:
                logger().error(
                    "usage_not_recorded", request_id=event.request_id, error=error.message
                )
            await asyncio.sleep(_RETRY_SECONDS)


def _counted(lane: Lane) -> Settlement:
    """What was counted when providers was lost; nothing is owed before an answer has begun."""
    units = Units()
    if lane.head:
        units = lane.counted or Units(input=lane.admission.estimated_tokens)
    cost = cost_nano(units, lane.admission.model.price)
    return Settlement(units, cost, estimated=True, outcome=Outcome.PROVIDERS_LOST)
