"""Operations beside chat: each reads a body, and has an answer to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from .forms import Form
from .refusals import Words
from .rendering import Identity
from .scenarios import Scenario
from .usage import told

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be sent with status 200. The parts of a stream are events, or pieces of a file.

    `text_key` is what stands before a text, for scenarios that spoil one.
    """

    parts: tuple[bytes, ...]
    content_type: bytes = b"application/json"
    streamed: bool = False
    text_key: bytes = b'":"'


class Task(Protocol):
    """A valid request: it knows its answer."""

    @property
    def directive(self) -> str:
        """The scenario in the text of the request."""
        ...

    def reply(self, identity: Identity, scenario: Scenario) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation beside chat, of one vendor's API.

    `model_of` finds the model's name as it was sent, scenario and all; empty when there is none.
    `read` checks and reads a document, given the model's name alone; it raises Refusal.
    `form` makes a document of a multipart form; without it, bodies are JSON.
    """

    words: Words
    model_of: Callable[[object], str]
    read: Callable[[object, str], Task]
    form: Callable[[Form], Json] | None = None


def json_reply(body: Json, usage: Json, scenario: Scenario, member: str = "usage") -> Reply:
    """A JSON answer with its usage, as the scenario would have it."""
    return Reply((orjson.dumps(_with_usage(body, usage, scenario, member)),))


def event_stream(events: Iterable[bytes], text_key: bytes = b'":"') -> Reply:
    return Reply(tuple(events), b"text/event-stream; charset=utf-8", True, text_key)


def sse(event: Json) -> bytes:
    """An event of a stream whose events are told apart by their member `type`."""
    return b"data: " + orjson.dumps(event) + b"\n\n"


def last_sse(event: Json, usage: Json, scenario: Scenario) -> bytes:
    """The event that ends a stream, with the usage as the scenario would have it."""
    return sse(_with_usage(event, usage, scenario, "usage"))


def _with_usage(body: Json, usage: Json, scenario: Scenario, member: str) -> Json:
    claimed = told(usage, scenario)
    return body if claimed is None else {**body, member: claimed}
