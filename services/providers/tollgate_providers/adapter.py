"""What the service needs of a provider's API: one adapter file in adapters/ satisfies it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from tollgate_common.rating import Price, Units

from .failures import AnswerFailed
from .neutral import Event, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One admitted request, in the client's dialect."""

    body: bytes
    # The model's name at the provider.
    model: str
    stream: bool
    include_usage: bool
    max_output_tokens: int
    # Reasoning that may come on top of max_output_tokens.
    extra_reasoning_tokens: int = 0
    dialect: str = "openai"
    operation: str = "chat"
    variant: str = ""
    # Of the body.
    content_type: str = "application/json"
    # Of the client's headers those that its dialect hands on.
    headers: Mapping[str, str] = field(default_factory=dict)
    # What a converted answer says about itself.
    request_id: str = ""
    canonical_model: str = ""
    created_s: int = 0
    # Tokens that the input probably has.
    input_tokens: int = 0
    # Units that a second of sound is billed as.
    audio_second_tokens: int = 0
    # Who asks, and which providers it wants first, or at all; empty when any will do.
    account_id: str = ""
    order: Collection[str] = ()
    only: Collection[str] = ()
    # What the answer is rated with, so that it can show its cost.
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole answer: the client's bytes, the provider's count if credible, and ours in bytes."""

    data: bytes
    reported: Units | None
    output_bytes: int
    reasoning_bytes: int
    # What answered, in the provider's words; empty when it did not say.
    model: str


class AnswerStream(Protocol):
    """A streamed answer on its way into the client's dialect: feed it, send what it returns."""

    output_bytes: int
    reasoning_bytes: int
    # The answer said that it is complete.
    complete: bool
    # The answer cannot be used from here on.
    failure: AnswerFailed | None

    @property
    def model(self) -> str:
        """What answers, in the provider's words; empty when it did not say."""
        ...

    def feed(self, data: bytes) -> bytes:
        """The client's bytes for what has arrived. Never raises: sets `failure`."""
        ...

    def finish(self) -> bytes:
        """The client's bytes for what is left when the provider has closed."""
        ...

    def cut(self) -> bytes:
        """Ends the answer for the client as if the model had reached its limit."""
        ...

    def reported(self) -> Units | None:
        """The provider's own count, or None when it gave none that is credible."""
        ...

    def reported_input(self) -> Units | None:
        """The provider's count of the input, where it tells this before it counts the answer."""
        ...


class Reader(Protocol):
    """A provider's answer on its way into neutral events: feed it, or let it read all at once."""

    output_bytes: int
    reasoning_bytes: int
    # The answer said that it is complete.
    complete: bool
    # The answer cannot be used from here on.
    failure: AnswerFailed | None

    def feed(self, data: bytes) -> list[Event]:
        """Events of what has arrived. Never raises: sets `failure`."""
        ...

    def finish(self) -> list[Event]:
        """Events of what is left when the provider has closed."""
        ...

    def read(self, data: bytes) -> list[Event]:
        """A whole answer that is not streamed. AnswerFailed when it is not one."""
        ...

    def reported(self) -> Units | None:
        """The provider's own count, or None when it gave none that is credible."""
        ...

    def reported_input(self) -> Units | None:
        """The provider's count of the input, where it tells this before it counts the answer."""
        ...


class Wire(Protocol):
    """One operation of a provider's API: clients that speak it pass untouched."""

    def target(self, ask: Ask) -> str:
        """Path and query below the base URL; below its host where they begin with //."""
        ...

    def body(self, ask: Ask) -> bytes:
        """The provider's body. AnswerFailed when the client's cannot be passed on."""
        ...

    def read(self, data: bytes) -> Reading:
        """A whole answer. AnswerFailed when it is not one."""
        ...

    def stream(self, ask: Ask) -> AnswerStream:
        """A streamed answer."""
        ...


@runtime_checkable
class CountingWire(Protocol):
    """A wire whose requests are more than text: it counts them when the provider does not."""

    def own(self, ask: Ask) -> Units:
        """What the request is probably billed as."""
        ...


class Carrier(Wire, Protocol):
    """An operation that has a neutral side for clients of other dialects, see conversion.py."""

    def body_of(self, request: Request, ask: Ask) -> bytes:
        """The provider's body for a client of another dialect.

        InvalidArgument names the client's field that the provider cannot carry.
        """
        ...

    def reader(self, ask: Ask) -> Reader:
        """The provider's answer for a client of another dialect."""
        ...


class Adapter(Carrier, Protocol):
    """A provider's API family: its facts as data, its chat's wire format as functions."""

    name: str
    # What its chat speaks; a client of the same dialect is passed through.
    dialect: str
    # Ends where the API's paths begin; a channel may have another.
    base_url: str
    # Names of the environment variables that configure a channel.
    api_key_variable: str
    base_url_variable: str
    # What else it offers, by the dialect and the operation that pass through.
    wires: Mapping[tuple[str, str], Wire]

    def passes(self, ask: Ask) -> bool:
        """Whether its chat takes what a client of its own dialect asks, untouched."""
        ...

    def carrier(self, request: Request, ask: Ask) -> Carrier:
        """What carries this request of a client that passes through nowhere."""
        ...

    def headers(self, credential: str, ask: Ask) -> Mapping[str, str]:
        """What identifies us to the provider, and what it wants of the client's."""
        ...

    def failure(
        self, status: int, body: bytes, credential: str, retry_after_s: int
    ) -> AnswerFailed:
        """What an answer that is not 2xx means, with a message that is safe to show."""
        ...
