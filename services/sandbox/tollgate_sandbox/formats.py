"""What a wire format of chats has to bring: all of them share the decisions about an answer."""

from collections.abc import Mapping
from typing import Any, Protocol

from .asgi import Headers, RawHeaders
from .chat import ChatRequest
from .operations import Operation
from .refusals import Words
from .rendering import Answer

KEY_PREFIX = "sk-sandbox"

Query = Mapping[str, str]


class Format(Protocol):
    """One way to chat, of one vendor's API: reads its bodies, renders its answers."""

    @property
    def words(self) -> Words: ...

    @property
    def usage(self) -> str:
        """The vendor's own form of usage, as in a scenario; empty for the plain one."""
        ...

    @property
    def stream_type(self) -> bytes:
        """The content type of a stream."""
        ...

    @property
    def text_key(self) -> bytes:
        """What stands before a text, such as '"content":"'. "|" parts alternatives."""
        ...

    def model_of(self, document: object) -> str:
        """The model's name as it was sent, scenario and all; empty when there is none."""
        ...

    def read(self, document: object, model: str) -> ChatRequest:
        """Checks and reads a body; `model` is the name alone. Raises Refusal."""
        ...

    def whole(self, answer: Answer) -> bytes: ...

    def events(self, answer: Answer) -> list[bytes]:
        """The events of a stream, as they are written. The last one ends it."""
        ...

    def stream_error(self, sent: int) -> bytes:
        """The event that ends a stream early, after so many others."""
        ...


class Dialect(Protocol):
    """The HTTP side of one vendor's API."""

    @property
    def words(self) -> Words: ...

    def key_of(self, headers: Headers, query: Query) -> str:
        """The API key, when it is a good one. Raises Refusal."""
        ...

    def format_at(self, path: str, headers: Headers, query: Query) -> Format | Operation | None:
        """The operation at this path, when there is one. Raises Refusal for wrong headers."""
        ...

    def show(self, method: str, path: str) -> bytes:
        """What can be looked at: models. Raises Refusal."""
        ...

    def own_headers(self, request_id: str, took_ms: int) -> RawHeaders: ...


def bearer(headers: Headers) -> str:
    """The key of an Authorization header; empty without one."""
    scheme, _, key = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return key if scheme.lower() == "bearer" else ""


def named_model(document: Any) -> str:  # noqa: ANN401 - JSON
    """The member `model` of a body."""
    named = document.get("model") if isinstance(document, dict) else None
    return named if isinstance(named, str) else ""
