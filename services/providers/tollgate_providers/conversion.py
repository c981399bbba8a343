"""What serves a client: its own wire, or neutral values between its dialect and another one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import Units

from .adapter import Adapter, AnswerStream, Ask, Carrier, Reader, Reading, Wire
from .dialect import Dialect, Envelope, Writer
from .failures import AnswerFailed, FailureKind
from .neutral import Event, Started

Dialects = Mapping[tuple[str, str], Dialect]


def wire_of(adapter: Adapter, dialects: Dialects, ask: Ask) -> Wire:
    """The adapter's own wire where it has one that the client speaks.

    AnswerFailed when the client's request is wrong, or is nothing that the adapter offers.
    """
    spoken = (ask.dialect, ask.operation)
    if spoken == (adapter.dialect, "chat"):
        return adapter
    if wire := adapter.wires.get(spoken):
        return wire
    dialect = dialects.get(spoken)
    if dialect is None:
        raise AnswerFailed(FailureKind.UNAVAILABLE, "No channel serves this operation now.")
    return Converted(adapter, dialect, ask)


class Converted:
    """One request's conversion: a wire for this request only."""

    def __init__(self, adapter: Adapter, dialect: Dialect, ask: Ask) -> None:
        self._dialect = dialect
        self._ask = ask
        with _refusals():
            self._request = dialect.read(ask)
        self._carrier: Carrier = adapter.carrier(self._request)
        self.target = self._carrier.target

    def body(self, ask: Ask) -> bytes:
        with _refusals():
            return self._carrier.body_of(self._request, ask)

    def read(self, data: bytes) -> Reading:
        reader = self._carrier.reader(self._ask)
        events = reader.read(data)
        answer = self._dialect.answer(_envelope(self._ask), events)
        return Reading(
            answer,
            reader.reported(),
            reader.output_bytes,
            reader.reasoning_bytes,
            _model_of(events),
        )

    def stream(self, ask: Ask) -> AnswerStream:
        return ConvertedStream(self._carrier.reader(ask), self._dialect.writer(_envelope(ask)))


@contextmanager
def _refusals() -> Iterator[None]:
    """What the neutral side refuses is the client's fault."""
    try:
        yield
    except InvalidArgument as error:
        kind = FailureKind.INVALID_REQUEST
        raise AnswerFailed(kind, error.message, param=error.field) from error


class ConvertedStream:
    """An AnswerStream from a provider's reader to a client's writer."""

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self.output_bytes = 0
        self.reasoning_bytes = 0
        self.complete = False
        self.failure: AnswerFailed | None = None
        self.model = ""
        self._reader = reader
        self._writer = writer

    def feed(self, data: bytes) -> bytes:
        events = self._reader.feed(data)
        self.model = self.model or _model_of(events)
        return self._written(self._writer.write(events))

    def finish(self) -> bytes:
        return self._written(self._writer.write(self._reader.finish()))

    def cut(self) -> bytes:
        self.complete = True
        return self._writer.cut()

    def reported(self) -> Units | None:
        return self._reader.reported()

    def _written(self, out: bytes) -> bytes:
        reader = self._reader
        self.output_bytes = reader.output_bytes
        self.reasoning_bytes = reader.reasoning_bytes
        self.failure = reader.failure
        if reader.complete:
            self.complete = True
            out += self._writer.end()
        return out


def _model_of(events: Sequence[Event]) -> str:
    """The model that the provider says has answered: it says so first, if at all."""
    return events[0].model if events and isinstance(events[0], Started) else ""


def _envelope(ask: Ask) -> Envelope:
    return Envelope(
        id=ask.request_id,
        model=ask.canonical_model,
        created_s=ask.created_s,
        include_usage=ask.include_usage,
        framing=ask.framing,
        input_tokens=ask.input_tokens,
    )
