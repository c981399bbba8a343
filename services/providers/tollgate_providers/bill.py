"""The bill of one request: what its edge is told, and the usage event that debits it."""

from dataclasses import dataclass

from tollgate.events.v1 import usage_pb2
from tollgate.providers.v1.providers_pb2 import Open, Settlement
from tollgate_common.rating import Units
from tollgate_common.usage import Outcome, UsageEvent
from tollgate_common.wire import units_to_proto

from .channels import Channel

OBSERVER = "providers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """How a request ended. Times count from its start; `status` is what the client got, or 0."""

    channel: Channel | None
    units: Units
    cost_nano: int
    estimated: bool
    outcome: Outcome
    first_byte_ms: int
    duration_ms: int
    status: int

    def settlement(self) -> Settlement:
        return Settlement(
            units=units_to_proto(self.units),
            cost_nano=self.cost_nano,
            estimated=self.estimated,
            outcome=usage_pb2.Outcome.ValueType(self.outcome),
        )

    def event(self, opened: Open) -> UsageEvent:
        return UsageEvent(
            request_id=opened.request_id,
            account_id=opened.account_id,
            key_id=opened.key_id,
            model=opened.model,
            provider=self.channel.provider if self.channel else "",
            channel_id=self.channel.id if self.channel else "",
            dialect=opened.dialect,
            operation=opened.operation,
            units=self.units,
            price_version=opened.price_version,
            cost_nano=self.cost_nano,
            hold_nano=opened.hold_nano,
            lease_id=opened.lease_id,
            started_at_ms=opened.started_at_ms,
            first_byte_ms=self.first_byte_ms,
            duration_ms=self.duration_ms,
            outcome=self.outcome,
            estimated=self.estimated,
            observer=OBSERVER,
            status=self.status,
            stream=opened.stream,
            agent=opened.agent,
        )
