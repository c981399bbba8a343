"""Between values and the wire: protobuf conversions, and the one table of errors and statuses."""

from collections.abc import Iterable, Sequence

import grpc
from google.protobuf.message import DecodeError
from grpc.aio import AioRpcError
from tollgate.events.v1 import usage_pb2

from . import errors
from .rating import Units
from .usage import Outcome, UsageEvent

_STATUS: dict[type[errors.TollgateError], grpc.StatusCode] = {
    errors.InvalidArgument: grpc.StatusCode.INVALID_ARGUMENT,
    errors.Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    errors.PermissionDenied: grpc.StatusCode.PERMISSION_DENIED,
    errors.NotFound: grpc.StatusCode.NOT_FOUND,
    errors.AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    errors.InsufficientFunds: grpc.StatusCode.FAILED_PRECONDITION,
    errors.RateLimited: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.DeadlineExceeded: grpc.StatusCode.DEADLINE_EXCEEDED,
    errors.Unavailable: grpc.StatusCode.UNAVAILABLE,
}
_CLASS = {status: kind for kind, status in _STATUS.items()}
PAGE_SIZE = 100
PAGE_SIZE_MAX = 1000
# Longer than any name of ours.
_TEXT_MAX = 1024
# The caller's own words are cut, so that no length of them makes a request free.
_AGENT_MAX = 512
# The end of the year 9999: later moments have no day.
_STARTED_AT_MS_MAX = 253_402_300_799_999
_FIELD = "tollgate-field"
_RETRY_AFTER = "tollgate-retry-after"


def status_of(error: errors.TollgateError) -> grpc.StatusCode:
    """The gRPC status code of an error."""
    return _STATUS.get(type(error), grpc.StatusCode.UNKNOWN)


def trailers_of(error: errors.TollgateError) -> tuple[tuple[str, str], ...]:
    """What the message does not say, as trailing metadata."""
    return ((_FIELD, error.field), (_RETRY_AFTER, str(error.retry_after_s)))


def error_of(error: AioRpcError) -> errors.TollgateError:
    """The error that the other side raised, or Unavailable when it could not be asked."""
    kind = _CLASS.get(error.code(), errors.Unavailable)
    trailers = dict(error.trailing_metadata())
    return kind(
        error.details() or error.code().name,
        field=str(trailers.get(_FIELD, "")),
        retry_after_s=int(trailers.get(_RETRY_AFTER, 0)),
    )


def page_size_of(asked: int) -> int:
    """How many results a page may hold. InvalidArgument when that is out of range."""
    if not 0 <= asked <= PAGE_SIZE_MAX:
        raise errors.InvalidArgument(
            f"page_size: must be 1 to {PAGE_SIZE_MAX}; 0 means {PAGE_SIZE}", field="page_size"
        )
    return asked or PAGE_SIZE


def units_to_proto(units: Units) -> usage_pb2.Units:
    return usage_pb2.Units(
        input=units.input,
        cached_read=units.cached_read,
        cache_write_5m=units.cache_write_5m,
        cache_write_1h=units.cache_write_1h,
        output=units.output,
        reasoning=units.reasoning,
        image_input=units.image_input,
        audio_input=units.audio_input,
        image_output=units.image_output,
        audio_output=units.audio_output,
        calls=units.calls,
    )


def units_of(message: usage_pb2.Units) -> Units:
    """InvalidArgument when a count is out of range."""
    return Units(
        input=message.input,
        cached_read=message.cached_read,
        cache_write_5m=message.cache_write_5m,
        cache_write_1h=message.cache_write_1h,
        output=message.output,
        reasoning=message.reasoning,
        image_input=message.image_input,
        audio_input=message.audio_input,
        image_output=message.image_output,
        audio_output=message.audio_output,
        calls=message.calls,
    )


def event_to_proto(event: UsageEvent) -> usage_pb2.UsageEvent:
    return usage_pb2.UsageEvent(
        request_id=event.request_id,
        account_id=event.account_id,
        key_id=event.key_id,
        model=event.model,
        provider=event.provider,
        channel_id=event.channel_id,
        dialect=event.dialect,
        operation=event.operation,
        units=units_to_proto(event.units),
        price_version=event.price_version,
        cost_nano=event.cost_nano,
        hold_nano=event.hold_nano,
        lease_id=event.lease_id,
        started_at_ms=event.started_at_ms,
        first_byte_ms=event.first_byte_ms,
        duration_ms=event.duration_ms,
        outcome=usage_pb2.Outcome.ValueType(event.outcome),
        estimated=event.estimated,
        observer=event.observer,
        status=event.status,
        stream=event.stream,
        agent=event.agent[:_AGENT_MAX],
    )


def event_of(message: usage_pb2.UsageEvent) -> UsageEvent:
    """InvalidArgument when a field is out of range, so that nothing unexpected is ever billed."""
    if not message.request_id or not message.account_id:
        raise errors.InvalidArgument("request_id and account_id: must be set", field="request_id")
    for name, value in message.ListFields():
        if isinstance(value, str) and (len(value) > _TEXT_MAX or "\0" in value):
            raise errors.InvalidArgument(f"{name.name}: is too long or has a NUL", field=name.name)
    for field in ("cost_nano", "hold_nano"):
        if not 0 <= getattr(message, field) <= 2**53 - 1:
            raise errors.InvalidArgument(f"{field}: must be from 0 to 2^53 - 1", field=field)
    if not 0 <= message.started_at_ms <= _STARTED_AT_MS_MAX:
        raise errors.InvalidArgument("started_at_ms: is not a time", field="started_at_ms")
    try:
        outcome = Outcome(message.outcome)
    except ValueError:
        raise errors.InvalidArgument("outcome: is not known", field="outcome") from None
    return UsageEvent(
        request_id=message.request_id,
        account_id=message.account_id,
        key_id=message.key_id,
        model=message.model,
        provider=message.provider,
        channel_id=message.channel_id,
        dialect=message.dialect,
        operation=message.operation,
        units=units_of(message.units),
        price_version=message.price_version,
        cost_nano=message.cost_nano,
        hold_nano=message.hold_nano,
        lease_id=message.lease_id,
        started_at_ms=message.started_at_ms,
        first_byte_ms=message.first_byte_ms,
        duration_ms=message.duration_ms,
        outcome=outcome,
        estimated=message.estimated,
        observer=message.observer,
        status=message.status,
        stream=message.stream,
        agent=message.agent,
    )


def encode_batch(events: Iterable[UsageEvent]) -> bytes:
    """One NATS message of usage events."""
    batch = usage_pb2.UsageBatch(events=[event_to_proto(event) for event in events])
    return batch.SerializeToString()


def decode_batch(payload: bytes) -> Sequence[usage_pb2.UsageEvent]:
    """The events of one NATS message, each still to be checked by event_of.

    InvalidArgument when the message is torn.
    """
    try:
        return usage_pb2.UsageBatch.FromString(payload).events
    except DecodeError as error:
        raise errors.InvalidArgument("usage batch: is not one") from error
