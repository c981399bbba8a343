"""A client sees the same usage and the same cost, to the token, whether its answer was streamed.

The recorded stream is given the usage of the recorded whole answer, where the two differ.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from tollgate_common.money import NANO_PER_USD
from tollgate_common.rating import Units, billed, cost_nano

from .recorded import PAIRS, Asked, answer_of, events_of

_NAMES = ("usage", "usageMetadata")


def usages(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Where in an answer, or in an event of one, a usage is."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _NAMES and inner:
                yield value, name
            else:
                yield from usages(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from usages(inner)


def with_usage(event: bytes, usage: dict[str, Any]) -> bytes:
    """The event as it is, but with this usage where it has one."""
    kept, mark, data = event.partition(b"data: {")
    if not mark:
        return event
    told = json.loads(b"{" + data)
    for place, name in usages(told):
        place[name] = usage
    return kept + b"data: " + json.dumps(told).encode() + b"\n\n"


def last_usage(data: bytes) -> dict[str, Any]:
    """What an answer says at its end, whole or streamed; costs as they were written."""
    lines = [line.removeprefix(b"data: ") for line in data.split(b"\n")]
    told = [json.loads(line, parse_float=Decimal) for line in lines if line.startswith(b"{")]
    *_, (place, name) = usages(told)
    usage: dict[str, Any] = place[name]
    return usage


def sums(client: str, usage: dict[str, Any]) -> tuple[int, int]:
    """All input and all output that a usage tells, as its dialect adds them up."""
    if client == "gemini":
        taken = usage["promptTokenCount"] + usage.get("toolUsePromptTokenCount", 0)
        given = usage["candidatesTokenCount"] + usage.get("thoughtsTokenCount", 0)
        assert usage["totalTokenCount"] == taken + given
        return taken, given
    if client == "anthropic":
        written = usage["cache_creation_input_tokens"]
        assert sum(usage["cache_creation"].values()) == written
        cached = usage["cache_read_input_tokens"]
        return usage["input_tokens"] + cached + written, usage["output_tokens"]
    names = ("input_tokens", "output_tokens")
    if client != "responses":
        names = ("prompt_tokens", "completion_tokens")
    taken, given = (usage[name] for name in names)
    assert usage["total_tokens"] == taken + given
    return taken, given


def parts(client: str, usage: dict[str, Any]) -> tuple[object, object]:
    """What was read from a cache, and what was reasoning; None where it is not told."""
    if client == "gemini":
        return usage.get("cachedContentTokenCount", 0), usage.get("thoughtsTokenCount", 0)
    if client == "anthropic":
        thinking = usage["output_tokens_details"]["thinking_tokens"]
        return usage["cache_read_input_tokens"], thinking
    taken, given = ("input", "output") if client == "responses" else ("prompt", "completion")
    cached = usage.get(f"{taken}_tokens_details", {}).get("cached_tokens")
    reasoning = usage.get(f"{given}_tokens_details", {}).get("reasoning_tokens")
    return cached, reasoning


def both(provider: str, client: str) -> Iterator[tuple[Asked, bytes, Units | None]]:
    """The same answer, whole and streamed."""
    asked = Asked(provider, client)
    answer = answer_of(asked.recording("unary.json"))
    yield asked, *asked.whole(json.dumps(answer).encode())
    ((place, name),) = usages(answer)
    asked = Asked(provider, client, stream=True)
    events = events_of(asked.recording("stream.sse"))
    yield asked, *asked.streamed(with_usage(event, place[name]) for event in events)


@pytest.mark.parametrize(("provider", "client"), PAIRS)
def test_a_stream_and_a_whole_answer_agree(provider: str, client: str) -> None:
    (asked, whole, whole_units), (_, streamed, streamed_units) = both(provider, client)
    assert whole_units is not None
    assert streamed_units == whole_units
    assert last_usage(streamed) == last_usage(whole)
    price = asked.ask.price
    assert price is not None
    cost = cost_nano(billed(whole_units, price), price)
    assert last_usage(whole)["cost"] == Decimal(cost) / NANO_PER_USD


@pytest.mark.parametrize(("provider", "client"), PAIRS)
def test_what_a_client_sees_adds_up_to_what_is_billed(provider: str, client: str) -> None:
    for _, data, units in both(provider, client):
        assert units is not None
        usage = last_usage(data)
        written = units.cache_write_5m + units.cache_write_1h
        taken = units.input + units.cached_read + written
        assert sums(client, usage) == (taken, units.output + units.reasoning)
        shown = zip(parts(client, usage), (units.cached_read, units.reasoning), strict=True)
        assert all(told == counted for told, counted in shown if told is not None)
