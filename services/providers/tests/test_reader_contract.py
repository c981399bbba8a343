"""Every adapter's answers, read into neutral events and written for every dialect."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tollgate_common.rating import Units
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Adapter, Ask
from tollgate_providers.catalogue import BUILT_IN, load_catalogue
from tollgate_providers.conversion import Converted
from tollgate_providers.dialect import Dialect
from tollgate_providers.failures import AnswerFailed, FailureKind
from tollgate_providers.registry import load_adapters

from .conftest import chat_dialects

RECORDINGS = Path(__file__).parent / "recordings"
ADAPTERS = load_adapters()
DIALECTS = chat_dialects()
MODELS = load_catalogue(BUILT_IN, ADAPTERS)


def recorded(adapter: Adapter, name: str) -> Any:
    return json.loads((RECORDINGS / adapter.name / name).read_text())


_TURN = {"role": "user", "content": "Hello"}
HELLO = {
    "openai": {"messages": [_TURN]},
    "anthropic": {"max_tokens": 9, "messages": [_TURN]},
    "gemini": {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
}


def ask(adapter: Adapter, **fields: Any) -> Ask:
    model = next(model for model in MODELS.values() if model.provider == adapter.name)
    defaults: dict[str, Any] = {
        "body": json.dumps(HELLO[fields.get("dialect", "openai")]).encode(),
        "model": model.upstream,
        "canonical_model": model.name,
        "stream": True,
        "include_usage": True,
        "max_output_tokens": 2048,
        "request_id": "R1",
    }
    return Ask(**(defaults | fields))


@pytest.fixture(params=sorted(ADAPTERS))
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return ADAPTERS[request.param]


@pytest.fixture(params=sorted(DIALECTS))
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return DIALECTS[request.param]


# Recordings of what clients of other dialects reach, where the provider has another API for them.
CARRIED = {"openai": ("responses.sse", "responses_stream.json", "responses.json")}
FOREIGN = [(a, d) for a in sorted(ADAPTERS) for d in sorted(DIALECTS) if ADAPTERS[a].dialect != d]


def text_of(events: list[n.Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, n.TextDelta))


def test_a_whole_answer_becomes_events(adapter: Adapter) -> None:
    recording = recorded(adapter, "unary.json")
    reader = adapter.reader(ask(adapter, stream=False))
    events = reader.read(json.dumps(recording["answer"]).encode())
    assert isinstance(events[0], n.Started)
    assert isinstance(events[-1], n.UsageSeen)
    assert reader.reported() == events[-1].units == Units(**recording["units"])
    assert any(isinstance(event, n.Finished) for event in events)
    passed = adapter.read(json.dumps(recording["answer"]).encode())
    assert (reader.output_bytes, reader.reasoning_bytes) == (
        passed.output_bytes,
        passed.reasoning_bytes,
    )


@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
def test_a_streamed_answer_becomes_events(adapter: Adapter, size: int) -> None:
    recording = (RECORDINGS / adapter.name / "stream.sse").read_bytes()
    expected = recorded(adapter, "stream.json")
    reader = adapter.reader(ask(adapter))
    events: list[n.Event] = []
    for at in range(0, len(recording), size):
        if not reader.complete:
            events += reader.feed(recording[at : at + size])
    if not reader.complete:
        events += reader.finish()
    assert reader.complete
    assert reader.failure is None
    assert text_of(events) == expected["text"]
    assert reader.reported() == Units(**expected["units"])
    assert events[-1] == n.UsageSeen(Units(**expected["units"]))


@pytest.mark.parametrize(("provider", "client"), FOREIGN)
def test_every_client_gets_text_and_usage(provider: str, client: str) -> None:
    """Streamed or whole."""
    adapter = ADAPTERS[provider]
    streamed, told, whole = CARRIED.get(provider, ("stream.sse", "stream.json", "unary.json"))
    expected = recorded(adapter, told)
    asked = ask(adapter, dialect=client)
    converted = Converted(adapter, DIALECTS[client], asked)
    stream = converted.stream(asked)
    out = stream.feed((RECORDINGS / provider / streamed).read_bytes())
    if not stream.complete:
        out += stream.finish()
    assert stream.complete
    assert stream.reported() == Units(**expected["units"])
    texts = re.findall(rb'"(?:content|text)":("(?:[^"\\]|\\.)*")', out)
    assert "".join(map(json.loads, texts)).endswith(expected["text"])  # after any thoughts
    recording = recorded(adapter, whole)
    reading = converted.read(json.dumps(recording["answer"]).encode())
    assert reading.reported == Units(**recording["units"])
    assert json.loads(reading.data)


@pytest.mark.parametrize("data", [b"", b"<html>", b"[]", b'"x"', b'{"error":{}}'])
def test_what_is_no_answer_is_refused(adapter: Adapter, data: bytes) -> None:
    with pytest.raises(AnswerFailed) as caught:
        adapter.reader(ask(adapter)).read(data)
    assert caught.value.kind is FailureKind.UPSTREAM_ERROR


@pytest.mark.parametrize(
    "garbage", [b"data: {broken\n\n", b"data: [1]\n\n", b"data: 5\n\n", b'data: {"x":"\xff"}\n\n']
)
def test_garbage_ends_a_stream(adapter: Adapter, dialect: Dialect, garbage: bytes) -> None:
    reader = adapter.reader(ask(adapter))
    reader.feed(garbage)
    assert reader.failure is not None
    assert not reader.complete
    asked = ask(adapter, dialect=dialect.name)
    stream = Converted(adapter, dialect, asked).stream(asked)
    assert stream.feed(garbage) == b""
    assert stream.failure is not None


def test_a_simple_request_reaches_every_provider(adapter: Adapter, dialect: Dialect) -> None:
    asked = ask(adapter, dialect=dialect.name)
    sent = Converted(adapter, dialect, asked).body(asked)
    assert b"Hello" in sent
    assert b"2048" in sent
