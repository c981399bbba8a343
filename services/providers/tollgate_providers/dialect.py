"""What the service needs of a client's dialect: one file in dialects/ satisfies it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .adapter import Ask
from .neutral import Event, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What an answer says about itself besides its content.

    `id` is the request's, `model` the one that the client asked for, and `input_tokens` what the
    input probably has, for dialects that tell usage before it is known.
    """

    id: str
    model: str
    created_s: int
    include_usage: bool = False
    # "array": Gemini's stream as one JSON array; else the dialect's usual.
    variant: str = ""
    input_tokens: int = 0
    # The request's own words, for dialects whose answers repeat them.
    echo: Mapping[str, Any] = field(default_factory=dict)


class Writer(Protocol):
    """A streamed answer in the client's dialect: whatever events come, the order is a legal one.

    Returned bytes are whole events. Nothing comes after `end` or `cut`.
    """

    def write(self, events: Iterable[Event]) -> bytes:
        """The client's bytes for these events. What depends on usage waits for `end`."""
        ...

    def end(self) -> bytes:
        """Ends an answer that is complete."""
        ...

    def cut(self) -> bytes:
        """Ends the answer as if the model had reached its limit."""
        ...


class Dialect(Protocol):
    """An operation of a client's API family that can be converted."""

    name: str
    operation: str

    def read(self, ask: Ask) -> Request:
        """The client's body. InvalidArgument names the field that is wrong or cannot be carried.

        The limit on tokens and whether to stream are the ask's, whatever the body says.
        """
        ...

    def writer(self, envelope: Envelope) -> Writer:
        """A streamed answer."""
        ...

    def answer(self, envelope: Envelope, events: Iterable[Event]) -> bytes:
        """A whole answer, from the events that a stream would have had."""
        ...
