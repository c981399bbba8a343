"""Streams whose events name their type, as Anthropic's messages and OpenAI's responses do."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import orjson
from tollgate_common.rating import Price, Units

from tollgate_providers.failures import AnswerFailed, unusable
from tollgate_providers.neutral import Event, UsageSeen
from tollgate_providers.receipt import with_cost
from tollgate_providers.sse import LineTooLong, Splitter

# What an event of another shape does to code that reads it.
DEFECTS = (orjson.JSONDecodeError, AttributeError, KeyError, TypeError)
Read = Callable[[Mapping[str, Any]], None]


class Meter(Protocol):
    """Counts text and keeps usage, event by event."""

    output_bytes: int
    reasoning_bytes: int
    complete: bool
    failure: AnswerFailed | None
    model: str

    def see(self, event: Mapping[str, Any]) -> None:
        """One of DEFECTS when the event has another shape."""
        ...

    def units(self) -> Units | None: ...

    def input_units(self) -> Units | None: ...


class _Metered:
    """What an AnswerStream and a Reader have of their meter."""

    def __init__(self, meter: Meter) -> None:
        self.output_bytes = 0
        self.reasoning_bytes = 0
        self.complete = False
        self.failure: AnswerFailed | None = None
        self._meter = meter
        self._splitter = Splitter()

    @property
    def model(self) -> str:
        return self._meter.model

    def reported(self) -> Units | None:
        return self._meter.units()

    def reported_input(self) -> Units | None:
        return self._meter.input_units()

    def _take_over(self) -> None:
        meter = self._meter
        self.output_bytes = meter.output_bytes
        self.reasoning_bytes = meter.reasoning_bytes
        self.complete = meter.complete
        self.failure = meter.failure


class TypedStream(_Metered):
    """An AnswerStream without its cut: payloads pass untouched, but for what the answer has cost.

    That stands in events of the `counted` types, which have the usage.
    """

    counted: frozenset[str]

    def __init__(self, meter: Meter, price: Price | None) -> None:
        super().__init__(meter)
        self._price = price

    def feed(self, data: bytes) -> bytes:
        try:
            return self._pass(self._splitter.feed(data))
        except LineTooLong:
            self.failure = unusable("had a line that never ended")
            return b""

    def finish(self) -> bytes:
        return self._pass(self._splitter.finish())

    def _see(self, event: Mapping[str, Any]) -> None:
        self._meter.see(event)

    def _pass(self, payloads: list[bytes]) -> bytes:
        meter = self._meter
        kept: list[bytes] = []
        for payload in payloads:
            try:
                event = orjson.loads(payload)
                kind = event["type"].encode()
                self._see(event)
            except DEFECTS:
                meter.failure = unusable("was garbled")
            if meter.failure:
                break
            if event["type"] in self.counted:
                payload = with_cost(payload, meter.units(), self._price)
            kept.append(framed(kind, payload))
            if meter.complete:
                break
        self._take_over()
        return b"".join(kept)


def framed(kind: bytes, payload: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind, payload)


def framed_all(events: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(framed(event["type"].encode(), orjson.dumps(event)) for event in events)


class TypedReader(_Metered):
    """A Reader without its `read`: `kinds` says what makes neutral events of which type."""

    def __init__(self, meter: Meter, kinds: Mapping[str, Read]) -> None:
        super().__init__(meter)
        self._kinds = kinds
        self._events: list[Event] = []

    def feed(self, data: bytes) -> list[Event]:
        try:
            return self._read(self._splitter.feed(data))
        except LineTooLong:
            self.failure = unusable("had a line that never ended")
            return []

    def finish(self) -> list[Event]:
        return self._read(self._splitter.finish())

    def _read(self, payloads: list[bytes]) -> list[Event]:
        meter = self._meter
        for payload in payloads:
            try:
                event = orjson.loads(payload)
                meter.see(event)
                if read := self._kinds.get(event["type"]):
                    read(event)
            except DEFECTS:
                meter.failure = unusable("was garbled")
            if meter.failure or meter.complete:
                break
        return self._taken()

    def _taken(self) -> list[Event]:
        """The events so far, with the usage at the end."""
        self._take_over()
        if self.complete and (units := self.reported()):
            self._events.append(UsageSeen(units))
        events, self._events = self._events, []
        return events
