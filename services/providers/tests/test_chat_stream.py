"""Usage in a stream that passes through: seen once and with its cost, or not at all."""

import json
from decimal import Decimal
from typing import Any

import pytest
from tollgate_common.rating import Units
from tollgate_providers.adapters.deepseek import ADAPTER as DEEPSEEK
from tollgate_providers.adapters.kimi import ADAPTER as KIMI
from tollgate_providers.formats.openai.compatible import OpenAICompatible
from tollgate_providers.formats.openai.passthrough import ChatStream

from .recorded import Asked

PRICE = Asked("deepseek", "openai").ask.price
USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
ABOUT = {"id": "c1", "created": 1, "model": "m"}
HELLO = {"index": 0, "delta": {"content": "Hello"}, "finish_reason": None}
END: dict[str, Any] = {"index": 0, "delta": {}, "finish_reason": "stop"}
LAST = {**ABOUT, "choices": [], "usage": USAGE}
# Where vendors tell it: in a chunk of its own, beside the last words, within the choice, or always.
STREAMS: dict[str, tuple[OpenAICompatible, list[dict[str, Any]]]] = {
    "apart": (
        DEEPSEEK,
        [
            {**ABOUT, "choices": [HELLO], "usage": None},
            {**ABOUT, "choices": [END], "usage": None},
            LAST,
        ],
    ),
    "beside the end": (
        DEEPSEEK,
        [
            {**ABOUT, "choices": [HELLO], "usage": None},
            {**ABOUT, "choices": [END], "usage": USAGE},
        ],
    ),
    "within the choice": (
        KIMI,
        [{**ABOUT, "choices": [HELLO]}, {**ABOUT, "choices": [{**END, "usage": USAGE}]}],
    ),
    "everywhere": (
        DEEPSEEK,
        [
            {**ABOUT, "choices": [HELLO], "usage": {**USAGE, "completion_tokens": 1}},
            {**ABOUT, "choices": [END], "usage": USAGE},
            LAST,
        ],
    ),
}


def seen(how: str, *, asked: bool) -> list[Any]:
    """The events that the client gets."""
    vendor, events = STREAMS[how]
    stream = ChatStream(vendor, include_usage=asked, price=PRICE)
    lines = [json.dumps(event, separators=(",", ":")).encode() for event in events]
    data = b"".join(b"data: %b\n\n" % line for line in [*lines, b"[DONE]"])
    *told, done = stream.feed(data).removesuffix(b"\n\n").split(b"\n\n")
    assert stream.complete
    assert stream.reported() == Units(input=7, output=5)
    assert done == b"data: [DONE]"
    return [json.loads(line.removeprefix(b"data: "), parse_float=Decimal) for line in told]


@pytest.mark.parametrize("how", STREAMS)
def test_who_asked_sees_usage_once_at_the_end(how: str) -> None:
    *said, last = seen(how, asked=True)
    assert [event["choices"] for event in said] == [[HELLO], [END]]
    assert all(event.get("usage") is None for event in said)
    assert last["choices"] == []
    assert ABOUT.items() <= last.items()
    assert last["usage"].items() >= USAGE.items()
    assert last["usage"]["cost"] > 0


@pytest.mark.parametrize("how", STREAMS)
def test_who_did_not_ask_sees_none(how: str) -> None:
    assert seen(how, asked=False) == [
        {**ABOUT, "choices": [HELLO]},
        {**ABOUT, "choices": [END]},
    ]


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("end", ["cut", "finish"])
def test_usage_is_seen_too_where_an_answer_is_not_ended(end: str, asked: bool) -> None:
    """By its vendor: it was cut here, or the vendor has closed too early."""
    stream = ChatStream(DEEPSEEK, include_usage=asked, price=PRICE)
    line = json.dumps({**ABOUT, "choices": [END], "usage": USAGE}).encode()
    stream.feed(b"data: %b\n\n" % line)
    rest = stream.cut() if end == "cut" else stream.finish()
    assert rest.count(b'"usage":{"cost":') == asked
    assert (b"[DONE]" in rest) == (end == "cut")


def test_other_chunks_pass_byte_for_byte() -> None:
    stream = ChatStream(DEEPSEEK, include_usage=True, price=PRICE)
    chunk = b'data: { "choices": [{"index":0, "delta":{"content":"\\u00e9"}}],"usage":null}\n\n'
    assert stream.feed(chunk) == chunk
