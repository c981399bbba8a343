"""Dialects: what clients speak. One file each; this page says what such a file must know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tollgate_edge.catalogue import Model
from tollgate_edge.json import Json
from tollgate_edge.refusals import Cause, Refusal


@dataclass(slots=True)
class Media:
    """What a request shows beside text."""

    images: int = 0
    # Of sound as it was recorded, not as it is written.
    sound_bytes: int = 0
    # Files whose pages the provider reads: nothing in the body bounds their tokens.
    documents: int = 0
    # Tools that are brought in by name, and how often again: each time by less than the body.
    loaded_tools: set[str] = field(default_factory=set)
    repeats: int = 0
    # Bytes of the body that are files: they are not read as text.
    file_bytes: int = 0

    def add_image(self, base64: Json = None) -> None:
        self.images += 1
        self.file_bytes += len(base64) if type(base64) is str else 0

    def add_audio(self, base64: str) -> None:
        self.sound_bytes += len(base64) * 3 // 4
        self.file_bytes += len(base64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the edge has to know of a request; all else passes through untouched."""

    model: str
    stream: bool = False
    # Whether the client asked to see usage on its stream.
    include_usage: bool = False
    # Answers that are asked for, each as long as the limit allows.
    choices: int = 1
    # None when the client set no limit; the field is the one that it used.
    max_output_tokens: int | None = None
    max_output_field: str = ""
    tools: bool = False
    media: Media = field(default_factory=Media)
    # Pieces that are billed as such: images to be made.
    calls: int = 0
    # Units of text at most, where they are not the bytes of the body: characters to be spoken.
    text_units: int | None = None
    # Whether the input is one prompt, which the model's context bounds; a list is not.
    one_prompt: bool = True
    # Where the input is, for refusals that have to do with it.
    input_field: str = "messages"
    # Which form of the operation the URL asks for, if not the usual one: "array" for a stream that
    # is one JSON array, "batch" of Gemini's embeddings, "edits" of images, "translations" of sound.
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """What a URL asks of a model, by its name in usage records.

    `kind` is what the catalogue says a model can be asked for. `read` gives a body's facts:
    Refusal when a field is wrong, or asks for what has no price. The body is JSON, or a `form`.
    """

    name: str
    kind: str
    read: Callable[[Mapping[str, Json]], Facts]
    form: bool = False


class Dialect(Protocol):
    """Reads requests, and words everything that does not come from a provider."""

    @property
    def name(self) -> str: ...

    @property
    def keepalive(self) -> bytes:
        """What says "still here" on a stream; nothing where there is nothing to say it with."""
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

    def read_count(self, document: Mapping[str, Json]) -> Facts:
        """The facts of the request that is to be counted. Refusal as for an Operation."""
        ...

    def counted(self, count: int) -> bytes:
        """The body that says how many."""
        ...
