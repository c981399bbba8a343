"""What providers were recorded to answer, as every kind of client gets it."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tollgate_common.rating import Units
from tollgate_providers.adapter import Ask, Wire
from tollgate_providers.catalogue import BUILT_IN, load_catalogue
from tollgate_providers.conversion import wire_of
from tollgate_providers.receipt import with_cost
from tollgate_providers.registry import load_adapters, load_dialects

_HERE = Path(__file__).parent
_RECORDINGS = _HERE / "recordings"
_ADAPTERS = load_adapters()
_DIALECTS = load_dialects()
_CATALOGUE = load_catalogue(BUILT_IN, _ADAPTERS)
# The dialect and the operation of each kind of client that chats.
CLIENTS = {
    "openai": ("openai", "chat"),
    "responses": ("openai", "responses"),
    "completions": ("openai", "completions"),
    "anthropic": ("anthropic", "chat"),
    "gemini": ("gemini", "chat"),
}
PAIRS = [(provider, client) for provider in sorted(_ADAPTERS) for client in CLIENTS]


def requests_of(client: str) -> dict[str, dict[str, Any]]:
    """Bodies that a client of this kind may send, by what is told about them."""
    bodies: dict[str, dict[str, Any]] = json.loads((_HERE / "asked" / f"{client}.json").read_text())
    return bodies


class Asked:
    """A client's request on its way to a provider, and the recorded answer on its way back."""

    def __init__(self, provider: str, client: str, name: str = "hello", **fields: Any) -> None:
        model = _CATALOGUE[_model(provider)]
        dialect, operation = CLIENTS[client]
        known: dict[str, Any] = {"stream": False, "include_usage": True} | fields
        self.ask = Ask(
            body=json.dumps(_body(model.name, client, name, known)).encode(),
            model=model.upstream,
            max_output_tokens=2048,
            extra_reasoning_tokens=model.extra_reasoning_tokens,
            dialect=dialect,
            operation=operation,
            request_id="R1",
            canonical_model=model.name,
            created_s=1795000000,
            input_tokens=9,
            # The first one is never edited, whatever comes after it.
            price=next(iter(model.prices.values())),
            **known,
        )
        self.wire: Wire = wire_of(_ADAPTERS[provider], _DIALECTS, self.ask)
        self._folder = _RECORDINGS / provider

    def recording(self, name: str) -> Path:
        """The file of this name, or of the other API where this request goes there."""
        if self.wire.target(self.ask) == "/responses":
            whole = {"unary.json": "responses.json", "stream.sse": "responses.sse"}
            name = whole.get(name, f"responses_{name}")
        return self._folder / name

    def whole(self, data: bytes) -> tuple[bytes, Units | None]:
        """The client's bytes for a whole answer, and the count that is billed."""
        reading = self.wire.read(data)
        return with_cost(reading.data, reading.reported, self.ask.price), reading.reported

    def streamed(self, events: Iterable[bytes]) -> tuple[bytes, Units | None]:
        """The client's bytes for a stream that comes event by event."""
        stream = self.wire.stream(self.ask)
        out = b"".join(_fed(stream.feed, lambda: stream.complete, events))
        if not stream.complete:
            out += stream.finish()
        assert stream.complete, stream.failure
        return out, stream.reported()


def _model(provider: str) -> str:
    """The one that was recorded, with the newer API where there are two."""
    newer, older = (_RECORDINGS / provider / name for name in ("responses.json", "unary.json"))
    recording = json.loads((newer if newer.exists() else older).read_text())
    return str(recording.get("model") or recording["request"]["model"])


def _body(model: str, client: str, name: str, how: dict[str, Any]) -> dict[str, Any]:
    """Gemini's clients say in the path which model they want, and whether as a stream."""
    body = requests_of(client)[name]
    if client == "gemini":
        return body
    streamed: dict[str, Any] = {"stream": True} if how["stream"] else {}
    if streamed and how["include_usage"] and client in ("openai", "completions"):
        streamed["stream_options"] = {"include_usage": True}
    return {"model": model, **streamed, **body}


def events_of(path: Path) -> list[bytes]:
    """A recorded stream, event by event."""
    return re.findall(rb".+?\r?\n\r?\n", path.read_bytes(), re.DOTALL)


def answer_of(path: Path) -> dict[str, Any]:
    """A recorded whole answer; empty where there was none."""
    answer: dict[str, Any] = json.loads(path.read_text()).get("answer", {}) if path.exists() else {}
    return answer


def _fed(
    feed: Callable[[bytes], bytes], complete: Callable[[], bool], events: Iterable[bytes]
) -> Iterator[bytes]:
    for event in events:
        if not complete():
            yield feed(event)
