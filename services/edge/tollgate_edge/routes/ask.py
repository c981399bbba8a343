"""What is asked of a model, such as POST /v1/chat/completions: the hot route."""

import asyncio
from dataclasses import dataclass

from tollgate_common.clock import Clock
from tollgate_common.money import format_usd
from tollgate_common.telemetry import logger

from tollgate_edge.dialects import Operation
from tollgate_edge.dialects.common import query_values
from tollgate_edge.forms import parse_form, without_boundary
from tollgate_edge.idempotency import HEADER, NONE, Answer, Idempotency, idempotency_of
from tollgate_edge.json import parse_object
from tollgate_edge.lanes import Lane
from tollgate_edge.metrics import Metrics
from tollgate_edge.operations import Caller, Operations
from tollgate_edge.refusals import Cause, Refusal
from tollgate_edge.wishes import read_wishes

from .exchange import Exchange

_EVENT_STREAM = "text/event-stream"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """What is read from and held for one client."""

    bytes_max: int
    seconds_max: float
    answer_bytes_max: int


class ModelRoute:
    """Reads the request, and writes the answer as it comes. One task a request, none a chunk."""

    def __init__(
        self, operations: Operations, limits: BodyLimits, metrics: Metrics, clock: Clock
    ) -> None:
        self._operations = operations
        self._limits = limits
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, exchange: Exchange, operation: Operation) -> None:
        operations = self._operations
        started_at_ms = self._clock.now_ms()
        grant = await operations.identify(exchange.headers, exchange.query, exchange.peer)
        operations.enter(grant)
        try:
            content_type = exchange.check_form() if operation.form else exchange.check_json()
            body = await exchange.body(self._limits.bytes_max, self._limits.seconds_max)
            idempotency = _idempotency(exchange, body)
            if idempotency.key and (kept := await operations.answered(grant, idempotency)):
                await _repeat(exchange, kept)
                return
            document = parse_form(body, content_type) if operation.form else parse_object(body)
            facts = operation.read(document)
            caller = Caller(
                exchange.request_id,
                exchange.dialect.name,
                operation,
                started_at_ms,
                exchange.traceparent,
                exchange.agent,
                exchange.dialect.handed_on(exchange.headers),
                idempotency,
                content_type,
                wishes=read_wishes(exchange.headers),
            )
            lane = await operations.call(grant, facts, body, caller)
            del body  # it may be megabytes, and answers take minutes
            if grant.limits:
                exchange.limit_headers = operations.limit_headers(grant)
            await self._answer(exchange, lane)
        finally:
            operations.leave(grant)

    async def _answer(self, exchange: Exchange, lane: Lane) -> None:
        watch = asyncio.create_task(exchange.until_left(), name="client")
        if not lane.admission.idempotency.key:
            watch.add_done_callback(lambda _: lane.leave(self._clock.monotonic()))
        try:
            if lane.admission.stream:
                await self._stream(exchange, lane)
            else:
                await self._unary(exchange, lane)
        finally:
            watch.cancel()
            if lane.first_data_at:
                seconds = lane.first_data_at - exchange.started_at
                self._metrics.first_byte(lane.admission.model.name, seconds)

    async def _unary(self, exchange: Exchange, lane: Lane) -> None:
        parts: list[bytes] = []
        size = 0
        while not lane.ended_at:
            await lane.news()
            if data := lane.take():
                parts.append(data)
                size += len(data)
                lane.passed_on(len(data))
            if size > self._limits.answer_bytes_max:
                raise Refusal(Cause.UPSTREAM_ERROR, "The model's answer is too large.")
        if lane.left:
            return
        if refusal := _failure(lane):
            raise refusal
        content_type = lane.head.content_type if lane.head else _JSON
        receipt = _receipt(lane.settlement.cost_nano) if lane.settlement else None
        await exchange.answer(200, b"".join(parts), content_type.encode(), receipt)

    async def _stream(self, exchange: Exchange, lane: Lane) -> None:
        """The status is sent with the first data, so that what fails before has its true one.

        Whoever sits behind a proxy that cuts silent connections may have it before.
        """
        while True:
            await lane.news()
            data = lane.take()
            if lane.quiet:
                lane.quiet = False
                data = data or _keepalive(exchange, lane)
            if data:
                if not exchange.status:
                    await exchange.start_stream(_stream_type(lane))
                await exchange.write(data)
                lane.passed_on(len(data))
            if lane.ended_at:
                break
        if not lane.left:
            await self._end_stream(exchange, lane)

    async def _end_stream(self, exchange: Exchange, lane: Lane) -> None:
        if refusal := _failure(lane):
            if not exchange.status:
                raise refusal
            logger().info("stream_failed", request_id=exchange.request_id, error=refusal.message)
            # Nothing after it: an answer that was cut must not look complete.
            if not _speaks(_stream_type(lane)):
                return  # which closes the connection: there is nothing to say it with in sound
            await exchange.write(exchange.dialect.error_event(refusal, exchange.request_id))
        elif not exchange.status:
            await exchange.start_stream(_stream_type(lane))
        await exchange.end_stream()


def _idempotency(exchange: Exchange, body: bytes) -> Idempotency:
    """Refusal when the client's key cannot be one."""
    header = exchange.headers.get(HEADER)
    if header is None:
        return NONE
    how = query_values(exchange.query).get("alt", "")
    asked = f"{exchange.dialect.name} {exchange.address.path} {how}"
    operation = exchange.address.operation
    if operation and operation.form:
        # A client that comes again sends the same form with another boundary.
        body = without_boundary(body, exchange.headers[b"content-type"])
    return idempotency_of(header, asked, body)


async def _repeat(exchange: Exchange, kept: Answer) -> None:
    """The answer that the first request had, down to its failure."""
    exchange.repeats(kept.request_id)
    refusal = kept.refusal
    # What failed has data only if it was a stream that had begun.
    if refusal and not (kept.data and _speaks(kept.content_type)):
        raise refusal
    data = kept.data
    if refusal:
        data += exchange.dialect.error_event(refusal, exchange.request_id)
    await exchange.answer(200, data, kept.content_type.encode(), _receipt(kept.cost_nano))


def _receipt(cost_nano: int) -> list[tuple[bytes, bytes]]:
    return [(b"x-tollgate-cost", format_usd(cost_nano).encode())]


def _speaks(content_type: str) -> bool:
    """Whether the answer is text, in which more can be said than what the model says."""
    return content_type in (_EVENT_STREAM, _JSON)


def _keepalive(exchange: Exchange, lane: Lane) -> bytes:
    begun = lane.head or exchange.speaks_early
    return exchange.dialect.keepalive if begun and _speaks(_stream_type(lane)) else b""


def _stream_type(lane: Lane) -> str:
    return lane.head.content_type if lane.head else _EVENT_STREAM


def _failure(lane: Lane) -> Refusal | None:
    if lane.refusal or lane.settlement:
        return lane.refusal
    return Refusal(Cause.UPSTREAM_ERROR, "The connection to the model was lost.")
