"""Dialects: what clients speak. One file each; this page says what such a file must know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tollgate_edge.catalogue import Model
from tollgate_edge.json import Json
from tollgate_edge.refusals import Cause, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFacts:
    """What the edge has to know of a chat request; all else passes through untouched."""

    model: str
    stream: bool
    # Whether the client asked to see usage on its stream.
    include_usage: bool
    choices: int
    # None when the client set no limit; the field is the one that it used.
    max_output_tokens: int | None
    max_output_field: str
    tools: bool
    images: int
    # Bytes of the body that are images written as base64: they are not read as text.
    image_bytes: int
    # Files whose pages the provider reads: nothing in the body bounds their tokens.
    documents: int = 0
    # Where the conversation is, for refusals that have to do with it.
    input_field: str = "messages"
    # "array" for a stream that is one JSON array, else the dialect's usual.
    framing: str = ""


class Dialect(Protocol):
    """Reads requests, and words everything that does not come from a provider."""

    @property
    def name(self) -> str: ...

    @property
    def keepalive(self) -> bytes:
        """What says "still here" on a stream; nothing where there is nothing to say it with."""
        ...

    def read_chat(self, document: Mapping[str, Json]) -> ChatFacts:
        """Refusal when a field is wrong, or asks for what has no price."""
        ...

    def handed_on(self, headers: Mapping[bytes, bytes]) -> Mapping[str, str]:
        """What the provider has to see of the client's headers, if it speaks the same dialect."""
        ...

    def status(self, cause: Cause) -> int:
        """The HTTP status of a refusal."""
        ...

    def error(self, refusal: Refusal, request_id: str) -> bytes:
        """The body of a refusal."""
        ...

    def error_event(self, refusal: Refusal, request_id: str) -> bytes:
        """The same, when the answer has already begun as a stream."""
        ...

    def model(self, model: Model) -> bytes:
        """The body that describes one model."""
        ...

    def models(self, models: Sequence[Model], query: bytes) -> bytes:
        """The body that lists models. Refusal when the query asks for a page that is not there."""
        ...


class CountingDialect(Dialect, Protocol):
    """A dialect that can ask how many tokens a request has."""

    def read_count(self, document: Mapping[str, Json]) -> ChatFacts:
        """The facts of the request that is to be counted. Refusal as for `read_chat`."""
        ...

    def counted(self, count: int) -> bytes:
        """The body that says how many."""
        ...
