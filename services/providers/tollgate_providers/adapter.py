"""What the service needs of a provider's API: one adapter file in adapters/ satisfies it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tollgate_common.rating import Units

from .failures import AnswerFailed


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


class Adapter(Protocol):
    """A provider's API family: its facts as data, its wire format as functions."""

    name: str
    # Ends where the API's paths begin; a channel may have another.
    base_url: str
    # Paths below the base URL.
    path: str
    # Names of the environment variables that configure a channel.
    api_key_variable: str
    base_url_variable: str

    def headers(self, credential: str) -> Mapping[str, str]:
        """What identifies us to the provider."""
        ...

    def body(self, ask: Ask) -> bytes:
        """The provider's body. AnswerFailed when the client's cannot be translated."""
        ...

    def read(self, data: bytes) -> Reading:
        """A whole answer. AnswerFailed when it is not one."""
        ...

    def stream(self, ask: Ask) -> AnswerStream:
        """A streamed answer."""
        ...

    def failure(
        self, status: int, body: bytes, credential: str, retry_after_s: int
    ) -> AnswerFailed:
        """What an answer that is not 2xx means, with a message that is safe to show."""
        ...
