"""What is asked of a model, such as POST /v1/chat/completions: the hot route."""

import asyncio
from dataclasses import dataclass

from tollgate_common.clock import Clock
from tollgate_common.telemetry import logger

from tollgate_edge.dialects import Operation
from tollgate_edge.json import parse_object
from tollgate_edge.lanes import Lane
from tollgate_edge.metrics import Metrics
from tollgate_edge.operations import Caller, Operations
from tollgate_edge.refusals import Cause, Refusal

from .exchange import Exchange


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
        grant = await operations.identify(exchange.headers, exchange.query)
        operations.enter(grant)
        try:
            exchange.check_json()
            body = await exchange.body(self._limits.bytes_max, self._limits.seconds_max)
            facts = operation.read(parse_object(body))
            caller = Caller(
                exchange.request_id,
                exchange.dialect.name,
                operation,
                started_at_ms,
                exchange.traceparent,
                exchange.agent,
                exchange.dialect.handed_on(exchange.headers),
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
        content_type = lane.head.content_type if lane.head else "application/json"
        await exchange.answer(200, b"".join(parts), content_type.encode())

    async def _stream(self, exchange: Exchange, lane: Lane) -> None:
        """The status is sent with the first data, so that what fails before has its true one."""
        while True:
            await lane.news()
            data = lane.take()
            if lane.quiet:
                lane.quiet = False
                data = data or (exchange.dialect.keepalive if lane.head else b"")
            if data:
                if not exchange.status:
                    await exchange.start_stream(_stream_type(lane))
                await exchange.write(data)
                lane.passed_on(len(data))
            if lane.ended_at:
                break
        if lane.left:
            return
        if refusal := _failure(lane):
            if not exchange.status:
                raise refusal
            logger().info("stream_failed", request_id=exchange.request_id, error=refusal.message)
            # Nothing after it: an answer that was cut must not look complete.
            await exchange.write(exchange.dialect.error_event(refusal, exchange.request_id))
        elif not exchange.status:
            await exchange.start_stream(_stream_type(lane))
        await exchange.end_stream()


def _stream_type(lane: Lane) -> str:
    return lane.head.content_type if lane.head else "text/event-stream"


def _failure(lane: Lane) -> Refusal | None:
    if lane.refusal or lane.settlement:
        return lane.refusal
    return Refusal(Cause.UPSTREAM_ERROR, "The connection to the model was lost.")
