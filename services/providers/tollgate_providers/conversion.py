"""An adapter for a client of another dialect: neutral values stand between the two."""

from collections.abc import Mapping, Sequence

from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import Units

from .adapter import Adapter, AnswerStream, Ask, Reader, Reading
from .dialect import Dialect, Envelope, Writer
from .failures import AnswerFailed, FailureKind
from .neutral import Event, Started


def adapted(adapter: Adapter, dialects: Mapping[str, Dialect], ask: Ask) -> "Adapter | Converted":
    """The adapter itself when the client speaks the provider's own dialect."""
    if ask.dialect == adapter.dialect:
        return adapter
    return Converted(adapter, dialects[ask.dialect], ask)


class Converted:
    """One request's conversion; of an adapter it has what an exchange needs."""

    def __init__(self, adapter: Adapter, dialect: Dialect, ask: Ask) -> None:
        self._adapter = adapter
        self._dialect = dialect
        self._ask = ask
        self.target = adapter.target
        self.headers = adapter.headers
        self.failure = adapter.failure

    def body(self, ask: Ask) -> bytes:
        try:
            return self._adapter.body_of(self._dialect.read(ask), ask)
        except InvalidArgument as error:
            kind = FailureKind.INVALID_REQUEST
            raise AnswerFailed(kind, error.message, param=error.field) from error

    def read(self, data: bytes) -> Reading:
        reader = self._adapter.reader(self._ask)
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
        return ConvertedStream(self._adapter.reader(ask), self._dialect.writer(_envelope(ask)))


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
