"""A lane: one request from its opening to its recorded bill, in exactly one usage event.

Frames are the contract's generated messages: values of our own would have to be converted for
every chunk.
"""

import asyncio
from dataclasses import dataclass

from tollgate.providers.v1.providers_pb2 import Failure, FailureKind, Head, Open, ProviderFrame
from tollgate_common.clock import Clock
from tollgate_common.errors import Unavailable
from tollgate_common.rating import Price, Units, billed, cost_nano
from tollgate_common.telemetry import logger
from tollgate_common.usage import Outcome, UsageEvent
from tollgate_common.wire import units_to_proto

from . import failures, metrics, tracing
from .adapter import AnswerStream, Ask, CountingWire
from .answers import Answers, Claim, Failed
from .bill import Bill
from .exchange import Exchange, Exchanges
from .failures import AnswerFailed, unusable
from .ports import Link, Recorder
from .receipt import with_cost
from .tally import Tally, estimate_input
from .upstream import READ_BYTES

# Chunks between two reports of what was counted: a report costs more than the frame around it.
_REPORT_EVERY = 16
# Images are larger than a message can be.
_FRAME_BYTES = 1 << 20
# More than any answer is long.
_NO_END = 1 << 40
_EVENT_STREAM = "text/event-stream"
_JSON = "application/json"
_TEXTS = ("text/plain", "text/vtt", "application/x-subrip")


@dataclass(frozen=True, slots=True)
class Services:
    """What all lanes share."""

    exchanges: Exchanges
    recorder: Recorder
    clock: Clock
    answer_bytes_max: int
    answers: Answers


class Lane:
    """Run it once, as one task. `grant` and `cancel` may be called at any time."""

    def __init__(self, number: int, opened: Open, link: Link, services: Services) -> None:
        self._number = number
        self._open = opened
        self._link = link
        self._services = services
        self._clock = services.clock
        self._begun_at = services.clock.monotonic()
        # What passed before the lane was opened, as well as two machines' clocks can tell.
        self._before_ms = max(0, services.clock.now_ms() - opened.started_at_ms)
        self._model = services.exchanges.models.get(opened.model)
        self._price = self._model.prices.get(opened.price_version) if self._model else None
        self._window = opened.window
        self._granted = asyncio.Event()
        self._exchange: Exchange | None = None
        self._tally = Tally(0)
        self._answer_model = ""
        self._content_type = ""
        self._first_byte_ms = 0
        self._chunks = 0
        # The last data, which leaves together with the settlement.
        self._last: ProviderFrame | None = None
        # Of the request's idempotency key, if it has one.
        self._claim: Claim | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancelled = False
        self._settled = False

    def grant(self, window: int) -> None:
        """The edge is ready for so many further bytes."""
        self._window += window
        self._granted.set()

    def leave(self) -> None:
        """The edge is gone. What has a key runs on: its client will ask for it again."""
        if self._open.idempotency_key:
            self.grant(_NO_END)
        else:
            self.cancel()

    def cancel(self) -> None:
        """Nobody waits for the answer any more. What was counted is still settled and recorded."""
        if self._cancelled or self._settled:
            return
        self._cancelled = True
        if self._task:
            self._task.cancel()

    async def run(self, refusal: AnswerFailed | None = None) -> None:
        """Returns when the bill is recorded. A refusal ends the lane before it costs anything."""
        self._task = asyncio.current_task()
        opened = self._open
        model = self._model.upstream if self._model else opened.model
        with tracing.call(opened.operation, model, opened.traceparent) as current:
            outcome, failure = await self._run(refusal)
            if self._exchange and outcome is not Outcome.COMPLETED:
                self._exchange.answer.close()  # at once: what is not read is still paid for
            event, last = self._settle(outcome, failure)
            if self._claim:
                await self._keep(self._claim, event, failure)
            self._link.put(last)
            asked = self._exchange.ask.model if self._exchange else model
            tracing.describe(current, event, asked, self._answer_model, failure)
            await self._record(event)
        if self._exchange:
            self._exchange.answer.close()

    async def _run(self, refusal: AnswerFailed | None) -> tuple[Outcome, AnswerFailed | None]:
        """How it ended, and why it did not end well."""
        failure = refusal
        outcome = Outcome.FAILED
        try:
            if not refusal:
                await self._take_key()
                outcome = await self._answer()
        except AnswerFailed as error:
            failure = error
            outcome = Outcome.UPSTREAM_CUT if self._exchange else Outcome.FAILED
        except asyncio.CancelledError:
            outcome = Outcome.CLIENT_CANCELLED
        except Exception:
            # A bug of ours must not make an answer free, nor leave its hold open.
            logger().exception("lane_failed", request_id=self._open.request_id)
            failure = AnswerFailed(failures.FailureKind.UPSTREAM_ERROR, "The request failed.")
            outcome = Outcome.UPSTREAM_CUT if self._exchange else Outcome.FAILED
        return outcome, failure

    async def _take_key(self) -> None:
        opened = self._open
        if not opened.idempotency_key:
            return
        try:
            self._claim = await self._services.answers.claim(
                opened.account_id, opened.idempotency_key, opened.fingerprint, opened.request_id
            )
        except Unavailable as error:
            message = "The request's Idempotency-Key cannot be looked up now."
            kind = failures.FailureKind.UNAVAILABLE
            raise AnswerFailed(kind, message, retry_after_s=1) from error
        if self._claim is None:
            message = "A request with this Idempotency-Key is under way; wait for its end."
            raise AnswerFailed(failures.FailureKind.IN_USE, message, retry_after_s=1)

    async def _keep(self, claim: Claim, event: UsageEvent, failure: AnswerFailed | None) -> None:
        """Before the client has its end, so that no answer is had that is not kept."""
        exchange = self._exchange
        try:
            if exchange is None:
                await claim.release()
            elif event.outcome is Outcome.CLIENT_CANCELLED:
                await claim.lose(event.cost_nano)
            else:
                failed = Failed(failure.kind, failure.message, failure.param) if failure else None
                await claim.keep(self._content_type, event.cost_nano, failed)
        except Unavailable as error:
            logger().error("answer_not_kept", request_id=event.request_id, error=error.message)

    async def _answer(self) -> Outcome:
        opened, model, price = self._open, self._model, self._price
        if self._cancelled:  # before the task had begun
            raise asyncio.CancelledError
        if model is None or price is None:
            message = "The catalogue has changed; try again."
            raise AnswerFailed(failures.FailureKind.UNAVAILABLE, message)
        self._tally.input_tokens = estimate_input(opened.body, model.image_tokens)
        ask = Ask(
            body=opened.body,
            model=model.upstream,
            stream=opened.stream,
            include_usage=opened.include_usage,
            max_output_tokens=opened.max_output_tokens,
            extra_reasoning_tokens=model.extra_reasoning_tokens,
            dialect=opened.dialect,
            operation=opened.operation,
            variant=opened.variant,
            content_type=opened.content_type or _JSON,
            headers=opened.headers,
            request_id=opened.request_id,
            canonical_model=model.name,
            created_s=opened.started_at_ms // 1000,
            input_tokens=self._tally.input_tokens,
            audio_second_tokens=model.audio_second_tokens,
            account_id=opened.account_id,
            order=opened.order,
            only=opened.only,
            price=price,
        )
        self._exchange = exchange = await self._services.exchanges.open(model, ask)
        if isinstance(exchange.wire, CountingWire):
            self._tally.own = exchange.wire.own(exchange.ask)
        if opened.stream:
            return await self._stream(exchange, exchange.wire.stream(exchange.ask), price)
        return await self._unary(exchange)

    async def _unary(self, exchange: Exchange) -> Outcome:
        frame = self._head(exchange, _whole_type(exchange))
        if not exchange.answer.arrived:  # from now on the request costs money: the edge must know
            self._link.put(frame)
            frame = ProviderFrame(lane=self._number)
        reading = exchange.wire.read(
            await exchange.answer.read_all(self._services.answer_bytes_max)
        )
        self._tally.output_bytes = reading.output_bytes
        self._tally.reasoning_bytes = reading.reasoning_bytes
        self._tally.reported = reading.reported
        self._answer_model = reading.model
        data = with_cost(reading.data, reading.reported, self._price)
        if self._claim:
            self._claim.add(data)
        # It may exceed the window, but it is in memory already; no round of grants is needed.
        at = 0
        while len(data) - at > _FRAME_BYTES:
            frame.data = data[at : at + _FRAME_BYTES]
            self._link.put(frame)
            frame = ProviderFrame(lane=self._number)
            at += _FRAME_BYTES
        frame.data = data[at:]
        self._first_byte_ms = self._elapsed_ms()
        self._last = frame
        return Outcome.COMPLETED

    async def _stream(self, exchange: Exchange, stream: AnswerStream, price: Price) -> Outcome:
        self._link.put(self._head(exchange, self._stream_type(exchange)))
        try:
            while data := await self._read(exchange):
                self._send(stream, stream.feed(data))
                if stream.complete:
                    return Outcome.COMPLETED
                if stream.failure:
                    raise stream.failure
                if self._tally.least_nano(price) > self._open.hold_nano:
                    self._send(stream, stream.cut())
                    return Outcome.BUDGET_EXHAUSTED
            self._send(stream, stream.finish())
            if stream.complete:
                return Outcome.COMPLETED
            raise stream.failure or unusable("ended too early")
        finally:
            self._tally.reported = stream.reported()
            self._tally.reported_input = stream.reported_input()
            self._answer_model = stream.model

    async def _read(self, exchange: Exchange) -> bytes:
        """Reads only into the window, so that a slow client holds the provider back.

        The edge ends clients that stand still; a lane exceeds its window by less than one event.
        """
        while self._window <= 0:
            self._granted.clear()
            await self._granted.wait()
        return await exchange.answer.read(min(self._window, READ_BYTES))

    def _head(self, exchange: Exchange, content_type: str) -> ProviderFrame:
        channel = exchange.channel
        self._content_type = content_type
        head = Head(provider=channel.provider, channel_id=channel.id, content_type=content_type)
        counted = units_to_proto(self._tally.units())
        return ProviderFrame(lane=self._number, head=head, counted=counted)

    def _stream_type(self, exchange: Exchange) -> str:
        if self._open.operation == "speech":
            given = exchange.answer.content_type
            return given if given.startswith("audio/") else "application/octet-stream"
        return _JSON if self._open.variant == "array" else _EVENT_STREAM

    def _send(self, stream: AnswerStream, data: bytes) -> None:
        tally = self._tally
        tally.output_bytes = stream.output_bytes
        tally.reasoning_bytes = stream.reasoning_bytes
        if not data:
            return
        self._first_byte_ms = self._first_byte_ms or self._elapsed_ms()
        self._window -= len(data)
        if self._claim:
            self._claim.add(data)
        frame = ProviderFrame(lane=self._number, data=data)
        if stream.complete:
            self._last = frame
            return
        self._chunks += 1
        if self._chunks % _REPORT_EVERY == 0:
            frame.counted.CopyFrom(units_to_proto(tally.units()))
        self._link.put(frame)

    def _elapsed_ms(self) -> int:
        passed = self._clock.monotonic() - self._begun_at
        return max(1, self._before_ms + round(passed * 1000))

    def _settle(
        self, outcome: Outcome, failure: AnswerFailed | None
    ) -> tuple[UsageEvent, ProviderFrame]:
        """The exact bill, and the frame that ends the client's answer with it."""
        self._settled = True
        begun, price = self._exchange is not None, self._price
        units = billed(self._tally.units(), price) if begun and price else Units()
        bill = Bill(
            channel=self._exchange.channel if self._exchange else None,
            units=units,
            cost_nano=cost_nano(units, price) if price else 0,
            estimated=begun and self._tally.reported is None,
            outcome=outcome,
            first_byte_ms=self._first_byte_ms,
            duration_ms=self._elapsed_ms(),
            status=200 if self._first_byte_ms else failures.STATUS[failure.kind] if failure else 0,
        )
        frame = self._last or ProviderFrame(lane=self._number)
        if failure:
            frame.failure.CopyFrom(_failure_to_proto(failure))
        frame.settlement.CopyFrom(bill.settlement())
        return bill.event(self._open), frame

    async def _record(self, event: UsageEvent) -> None:
        metrics.count(event, known_model=self._model is not None)
        try:
            await self._services.recorder.record(event)
        except Unavailable as error:
            # Without `recorded` the edge publishes the event itself, under the same id.
            logger().error("usage_not_recorded", request_id=event.request_id, error=error.message)
            return
        self._link.put(ProviderFrame(lane=self._number, recorded=True))


def _whole_type(exchange: Exchange) -> str:
    """Transcriptions may be plain text, which all providers send as UTF-8."""
    given = exchange.answer.content_type
    return f"{given}; charset=utf-8" if given in _TEXTS else _JSON


def _failure_to_proto(failure: AnswerFailed) -> Failure:
    return Failure(
        kind=FailureKind.ValueType(failure.kind),
        message=failure.message,
        param=failure.param,
        retry_after_s=failure.retry_after_s,
    )
