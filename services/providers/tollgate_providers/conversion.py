"""What serves a client: its own wire, or neutral values between its dialect and another one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import Price, Units

from .adapter import Adapter, AnswerStream, Ask, Carrier, Reader, Reading, Wire
from .dialect import Dialect, Envelope, Writer
from .embedding import ConvertedEmbeddings, EmbeddingsCarrier, EmbeddingsDialect
from .failures import AnswerFailed, FailureKind, unusable
from .neutral import Event, Started, ThinkingDelta, UsageSeen
from .receipt import with_cost

# Writers meet values of other types than a provider's format has.
_DEFECTS = (AttributeError, KeyError, TypeError, ValueError)
Dialects = Mapping[tuple[str, str], Dialect | EmbeddingsDialect]


def wire_of(adapter: Adapter, dialects: Dialects, ask: Ask) -> Wire:
    """The adapter's own wire where it has one that the client speaks.

    AnswerFailed when the client's request is wrong, or is nothing that the adapter offers.
    """
    spoken = (ask.dialect, ask.operation)
    if spoken == (adapter.dialect, "chat") and adapter.passes(ask):
        return adapter
    if wire := adapter.wires.get(spoken):
        return wire
    dialect = dialects.get(spoken)
    if isinstance(dialect, EmbeddingsDialect):
        carrier = adapter.wires.get((adapter.dialect, dialect.operation))
        if isinstance(carrier, EmbeddingsCarrier):
            with _refusals():
                return ConvertedEmbeddings(carrier, dialect, ask)
    elif dialect:
        return Converted(adapter, dialect, ask)
    raise AnswerFailed(FailureKind.UNAVAILABLE, "No channel serves this operation now.")


class Converted:
    """One request's conversion: a wire for this request only."""

    def __init__(self, adapter: Adapter, dialect: Dialect, ask: Ask) -> None:
        self._dialect = dialect
        self._ask = ask
        with _refusals():
            self._request = dialect.read(ask)
        reasoning = self._request.reasoning
        self._hides = reasoning is not None and reasoning.visible is False
        self._carrier: Carrier = adapter.carrier(self._request, ask)
        self.target = self._carrier.target

    def body(self, ask: Ask) -> bytes:
        with _refusals():
            return self._carrier.body_of(self._request, ask)

    def read(self, data: bytes) -> Reading:
        reader = self._carrier.reader(self._ask)
        events = reader.read(data)
        shown = _shown(events) if self._hides else events
        try:
            answer = self._dialect.answer(self._envelope(), shown)
        except _DEFECTS as error:
            raise unusable("was garbled") from error
        return Reading(
            answer,
            reader.reported(),
            reader.output_bytes,
            reader.reasoning_bytes,
            _model_of(events),
        )

    def stream(self, ask: Ask) -> AnswerStream:
        writer = self._dialect.writer(self._envelope())
        return ConvertedStream(self._carrier.reader(ask), writer, ask.price, hides=self._hides)

    def _envelope(self) -> Envelope:
        ask = self._ask
        return Envelope(
            id=ask.request_id,
            model=ask.canonical_model,
            created_s=ask.created_s,
            include_usage=ask.include_usage,
            variant=ask.variant,
            input_tokens=ask.input_tokens,
            echo=self._request.echo,
        )


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

    def __init__(
        self, reader: Reader, writer: Writer, price: Price | None, *, hides: bool = False
    ) -> None:
        self.output_bytes = 0
        self.reasoning_bytes = 0
        self.complete = False
        self.failure: AnswerFailed | None = None
        self.model = ""
        self._reader = reader
        self._writer = writer
        self._price = price
        self._hides = hides

    def feed(self, data: bytes) -> bytes:
        events = self._reader.feed(data)
        self.model = self.model or _model_of(events)
        return self._written(events)

    def finish(self) -> bytes:
        return self._written(self._reader.finish())

    def cut(self) -> bytes:
        """Shows the count that is billed, if the provider has given one already."""
        self.complete = True
        units = self._reader.reported()
        shown = self._writer.write([UsageSeen(units)]) if units else b""
        return shown + self._writer.cut()

    def reported(self) -> Units | None:
        return self._reader.reported()

    def reported_input(self) -> Units | None:
        return self._reader.reported_input()

    def _written(self, events: list[Event]) -> bytes:
        reader = self._reader
        self.output_bytes = reader.output_bytes
        self.reasoning_bytes = reader.reasoning_bytes
        self.failure = reader.failure
        try:
            out = self._writer.write(_shown(events) if self._hides else events)
            if reader.complete:
                out += with_cost(self._writer.end(), reader.reported(), self._price)
        except _DEFECTS:
            self.failure = unusable("was garbled")
            return b""
        self.complete = reader.complete
        return out


def _shown(events: list[Event]) -> list[Event]:
    """Without reasoning, which many providers cannot hide themselves."""
    return [event for event in events if not isinstance(event, ThinkingDelta)]


def _model_of(events: Sequence[Event]) -> str:
    """The model that the provider says has answered: it says so first, if at all."""
    first = events[0] if events else None
    return first.model if isinstance(first, Started) and isinstance(first.model, str) else ""
