"""Whatever a provider answers: a legal answer or a failure, never both, and counted in any case."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tollgate_common.rating import Price, Units, billed, cost_nano
from tollgate_providers.adapter import AnswerStream, Ask, Carrier, Wire
from tollgate_providers.conversion import ConvertedStream, wire_of
from tollgate_providers.dialect import Envelope
from tollgate_providers.embedding import EmbeddingsDialect
from tollgate_providers.failures import AnswerFailed
from tollgate_providers.registry import load_adapters, load_dialects

from services.providers.tests.test_gemini_answers import check_legal, said
from services.providers.tests.test_responses_answers import check as check_response
from services.providers.tests.test_writers import CHECKS

from .fuzzing import examples, in_pieces, mutated, spliced

RECORDINGS = Path(__file__).parents[2] / "services/providers/tests/recordings"
ADAPTERS = load_adapters()
RESPONSES = ("openai", "responses")
DIALECTS = {
    spoken: dialect
    for spoken, dialect in load_dialects().items()
    if not isinstance(dialect, EmbeddingsDialect)
}
# A client that speaks as the provider does.
SAME = ("", "")
PRICE = Price("p1", 1_000, 100, 1_250, 2_000, 2_000, 2_000)
KEY = "0123abcd.SecretPart"


_TURN = {"role": "user", "content": "Hello"}
HELLO: dict[tuple[str, str], Any] = {
    ("openai", "chat"): {"messages": [_TURN]},
    ("openai", "completions"): {"prompt": "Hello"},
    RESPONSES: {"input": "Hello"},
    ("anthropic", "chat"): {"max_tokens": 9, "messages": [_TURN]},
    ("gemini", "chat"): {"contents": [{"parts": [{"text": "Hello"}]}]},
}


@dataclass(frozen=True)
class Recording:
    """A provider's answer, by the operation that it was given to."""

    provider: str
    name: str

    @property
    def data(self) -> bytes:
        data = (RECORDINGS / self.provider / self.name).read_bytes()
        return (
            data if self.name.endswith(".sse") else json.dumps(json.loads(data)["answer"]).encode()
        )

    @property
    def carrier(self) -> Carrier:
        adapter = ADAPTERS[self.provider]
        return cast(Carrier, adapter.wires[RESPONSES]) if "responses" in self.name else adapter

    def wire(self, client: tuple[str, str]) -> Wire:
        """What serves such a client."""
        if client == SAME:
            return self.carrier
        dialect, operation = client
        body = json.dumps(HELLO[client]).encode()
        asked = replace(self.ask(), body=body, dialect=dialect, operation=operation, stream=False)
        return wire_of(ADAPTERS[self.provider], DIALECTS, asked)

    def ask(self) -> Ask:
        return Ask(
            body=b"{}",
            model="m",
            stream=True,
            include_usage=True,
            max_output_tokens=50,
            price=PRICE,
            request_id="R1",
        )

    def stream(self, client: tuple[str, str]) -> AnswerStream:
        if client == SAME:
            return self.carrier.stream(self.ask())
        writer = DIALECTS[client].writer(ENVELOPE)
        return ConvertedStream(self.carrier.reader(self.ask()), writer, PRICE)


ENVELOPE = Envelope(id="R1", model="m", created_s=1, include_usage=True, input_tokens=7)
STREAMS = [Recording(path.parent.name, path.name) for path in sorted(RECORDINGS.glob("*/*.sse"))]
WHOLE = [
    Recording(path.parent.name, name)
    for path in sorted(RECORDINGS.glob("*/unary.json"))
    for name in ("unary.json", "responses.json")
    if (path.parent / name).exists()
]
CLIENTS = [SAME, *sorted(DIALECTS)]


def payloads(data: bytes) -> list[dict[str, Any]]:
    """The events of a stream, each in a whole frame."""
    *frames, last = data.split(b"\n\n")
    assert last == b""
    lines = [line for frame in frames for line in frame.split(b"\n")]
    assert all(line.startswith((b"data: ", b"event: ")) for line in lines)
    told = [line[6:] for line in lines if line.startswith(b"data: ")]
    return [json.loads(one) for one in told if one != b"[DONE]"]


def check_legal_stream(client: tuple[str, str], data: bytes) -> None:
    told = payloads(data)
    if client == RESPONSES:
        check_response(told)
    elif client == ("openai", "completions"):
        assert data.endswith(b"data: [DONE]\n\n")
    elif client == ("gemini", "chat"):
        check_legal(told)
    elif client != SAME:
        CHECKS[client[0]](data)


def check_legal_types_aside(client: tuple[str, str], data: bytes) -> None:
    """Values of a provider's are handed on as they are: theirs is the type, ours the order."""
    with suppress(ValidationError):
        check_legal_stream(client, data)


def fed(stream: AnswerStream, pieces: list[bytes]) -> bytes:
    """As a lane does it: to the end, or to the first failure. Counts never shrink."""
    out, counted = b"", (0, 0)
    for piece in pieces:
        out += stream.feed(piece)
        now = (stream.output_bytes, stream.reasoning_bytes)
        assert now >= counted
        assert now[0] >= counted[0]
        counted = now
        assert not (stream.complete and stream.failure)
        if stream.complete or stream.failure:
            break
    return out


def ended(stream: AnswerStream) -> bytes:
    return b"" if stream.complete or stream.failure else stream.finish()


def check_count(reported: Units | None) -> None:
    assert reported is None or cost_nano(billed(reported, PRICE), PRICE) >= 0


@st.composite
def spoilt(draw: st.DrawFn, data: bytes) -> bytes:
    """A stream with events changed, lost, doubled or out of order, and bytes that are none."""
    lines = data.split(b"\n")
    events = [at for at, line in enumerate(lines) if line.startswith(b"data: {")]
    for at in draw(st.sets(st.sampled_from(events), max_size=2)):
        lines[at] = b"data: " + draw(mutated(json.loads(lines[at][6:]))).replace(b"\n", b"")
    for _ in range(draw(st.integers(0, 2))):
        at, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["cut", "double", "swap"])):
            case "cut":
                lines[at] = b""
            case "double":
                lines.insert(at, lines[at])
            case _:
                lines[at], lines[other] = lines[other], lines[at]
    joined = draw(st.sampled_from([b"\n", b"\r\n", b"\r"])).join(lines)
    return draw(spliced(joined)) if draw(st.integers(0, 2)) == 0 else joined


cuts = st.lists(st.integers(0, 12_000), max_size=6)
clients = st.sampled_from(CLIENTS)
streamed = pytest.mark.parametrize("recording", STREAMS, ids=lambda r: f"{r.provider}/{r.name}")
whole = pytest.mark.parametrize("recording", WHOLE, ids=lambda r: f"{r.provider}/{r.name}")


@streamed
@examples(24)
@given(st.data(), clients, cuts)
def test_any_stream(
    recording: Recording, data: st.DataObject, client: tuple[str, str], at: list[int]
) -> None:
    answer = data.draw(spoilt(recording.data))
    stream = recording.stream(client)
    out = fed(stream, in_pieces(answer, at))
    out += ended(stream)
    assert not (stream.complete and stream.failure)
    check_count(stream.reported())
    assert type(stream.model) is str
    if stream.complete and client != SAME:
        check_legal_types_aside(client, out)
    else:
        payloads(out)


@streamed
@examples(10)
@given(st.data(), clients, cuts)
def test_a_cut_ends_any_stream(
    recording: Recording, data: st.DataObject, client: tuple[str, str], at: list[int]
) -> None:
    answer = data.draw(spoilt(recording.data))
    stream = recording.stream(client)
    out = fed(stream, in_pieces(answer, at)[:-1])
    if not (stream.complete or stream.failure):
        out += stream.cut()
        assert stream.complete
        check_legal_types_aside(client, out)


@streamed
@examples(10)
@given(clients, cuts, st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_pieces_make_no_difference(
    recording: Recording, client: tuple[str, str], at: list[int], end: bytes
) -> None:
    expected = recording.stream(client)
    out = fed(expected, [recording.data])
    out += ended(expected)
    assert expected.complete
    check_legal_stream(client, out)
    stream = recording.stream(client)
    again = fed(stream, in_pieces(recording.data.replace(b"\n", end), at))
    again += ended(stream)
    # A Gemini client gets what arrives together as one event.
    gemini = client == ("gemini", "chat")
    assert said(payloads(again)) == said(payloads(out)) if gemini else again == out
    assert stream.reported() == expected.reported()


@streamed
@pytest.mark.parametrize("client", CLIENTS, ids="-".join)
@pytest.mark.parametrize(
    "line",
    [b"a" * (1 << 21), b"data: " + b"[" * (1 << 21), b"\xff" * 99],
    ids=["long", "data", "bytes"],
)
def test_a_line_that_is_none(recording: Recording, client: tuple[str, str], line: bytes) -> None:
    stream = recording.stream(client)
    fed(stream, in_pieces(line + recording.data, [1 << 20]))
    assert stream.failure or not line.startswith(b"data: ")
    assert not (stream.complete and stream.failure)


@whole
@examples(20)
@given(st.data())
def test_any_whole_answer(recording: Recording, data: st.DataObject) -> None:
    answer = data.draw(mutated(json.loads(recording.data)))
    for client in CLIENTS:
        try:
            reading = recording.wire(client).read(answer)
        except AnswerFailed as failure:
            assert failure.message
            continue
        check_count(reading.reported)
        assert type(reading.model) is str
        assert min(reading.output_bytes, reading.reasoning_bytes) >= 0
        json.loads(reading.data)


@pytest.mark.parametrize("provider", sorted(ADAPTERS))
@examples(15)
@given(st.data(), st.integers(300, 599))
def test_any_refusal(provider: str, data: st.DataObject, status: int) -> None:
    recorded = json.loads((RECORDINGS / provider / "error.json").read_text())["body"]
    body = data.draw(mutated(recorded | {"key": KEY, "url": "https://api.internal:8443/v1"}))
    failure = ADAPTERS[provider].failure(status, body, KEY, 0)
    assert failure.message
    for told in (failure.message, failure.param):
        assert KEY not in told
        assert "api.internal" not in told
    assert 0 <= failure.retry_after_s <= 3_600
