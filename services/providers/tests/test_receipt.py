"""The cost stands in the usage of an answer, and everything else stays as it was."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.rating import Price, Units
from tollgate_providers.receipt import with_cost

PRICE = Price("v1", 1_000_000_000, 0, 0, 0, 2_000_000_000, 0)
UNITS = Units(input=3, output=2)
COST = 0.000007

ANSWERS: list[dict[str, Any]] = [
    {"choices": [], "usage": {"prompt_tokens": 3}},
    {"usageMetadata": {"promptTokenCount": 3}, "candidates": []},
    {"type": "message_delta", "usage": {}},
    {"usage": {"input_tokens": 3}, "content": [{"input": {"usage": {"kind": "daily"}}}]},
    {"type": "response.completed", "response": {"tools": [{"usage": {}}], "usage": {"x": 1}}},
    {"choices": [{"text": 'so: "usage": {"a": 1}'}], "usage": {"a": 1}},
]


def _usage(answer: dict[str, Any]) -> dict[str, Any]:
    whole = answer.get("response", answer)
    usage: dict[str, Any] = whole.get("usage", whole.get("usageMetadata"))
    return usage


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_cost_is_added_to_the_usage_alone(answer: dict[str, Any], indent: int | None) -> None:
    receipted = json.loads(with_cost(json.dumps(answer, indent=indent).encode(), UNITS, PRICE))
    assert _usage(receipted).pop("cost") == COST
    assert receipted == answer


def test_events_have_it_in_the_last_usage() -> None:
    event = b'event: message_delta\ndata: {"usage":{"output_tokens":2}}\n\n'
    said = with_cost(event + b"event: message_stop\ndata: {}\n\n", UNITS, PRICE)
    assert said.startswith(event.replace(b":{", b':{"cost":0.000007000,'))


def test_what_has_no_price_of_its_own_is_in_the_cost() -> None:
    receipted = with_cost(b'{"usage":{}}', Units(audio_input=3, image_output=2), PRICE)
    assert json.loads(receipted)["usage"]["cost"] == COST


@given(st.binary())
def test_without_a_usage_nothing_is_touched(data: bytes) -> None:
    assert with_cost(data, None, PRICE) == data
    assert with_cost(data, UNITS, None) == data
    if b"usage" not in data:
        assert with_cost(data, UNITS, PRICE) == data
