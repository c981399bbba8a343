"""Whole lanes whose client and provider speak different dialects, and Anthropic's own."""

import json
from pathlib import Path
from typing import Any

import pytest
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.clock import SystemClock
from tollgate_common.rating import Units, cost_nano
from tollgate_common.usage import Outcome
from tollgate_common.wire import units_of
from tollgate_providers.probe import probe

from .conftest import DONE, KEY, Edge, Gateway, MakeGateway, Vendor, without_cost
from .responding import BEGUN, LIMITED, response, text_delta

RECORDINGS = Path(__file__).parent / "recordings" / "anthropic"
CLAUDE = "claude-opus-5-5"
CLAUDE_PRICE = "claude-opus-5-5@2026-09-22"
HELLO = {"max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}


def open_anthropic(edge: Edge, body: dict[str, Any] = HELLO, **fields: Any) -> None:
    edge.open(dialect="anthropic", body=json.dumps(body).encode(), **fields)


def open_claude(edge: Edge, **fields: Any) -> None:
    edge.open(**({"model": CLAUDE, "price_version": CLAUDE_PRICE} | fields))


def events(data: bytes) -> list[dict[str, Any]]:
    lines = [line for line in data.split(b"\n") if line.startswith(b"data: {")]
    return [json.loads(line[6:]) for line in lines]


def check_bill(gateway: Gateway, outcome: Outcome, units: Units, price_version: str) -> None:
    (event,) = gateway.ledger.events
    assert (event.outcome, event.units, event.estimated) == (outcome, units, False)
    models = gateway.exchanges.models.values()
    price = next(m.prices[price_version] for m in models if price_version in m.prices)
    assert event.cost_nano == cost_nano(units, price)


async def test_an_anthropic_client_asks_an_openai_model(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says(response())
    edge = gateway.edge()
    open_anthropic(edge)
    story = await edge.to_the_end()
    message = json.loads(story.data)
    assert message["id"] == "msg_R1"
    assert message["content"] == [{"type": "text", "text": "Hello!"}]
    assert message["usage"]["input_tokens"] == 10
    assert message["usage"]["output_tokens"] == 3
    assert vendor.bodies[0] == {
        "model": "gpt-4o-mini",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello"}]}],
        "max_output_tokens": 100,
        "store": False,
        "stream": False,
    }
    check_bill(gateway, Outcome.COMPLETED, Units(input=10, output=3), "gpt-4o-mini@2024-07-18")
    assert gateway.ledger.events[0].dialect == "anthropic"


async def test_and_hears_it_as_a_stream(gateway: Gateway, vendor: Vendor) -> None:
    vendor.streams(BEGUN, text_delta("Hel"), text_delta("lo!"), LIMITED)
    edge = gateway.edge()
    open_anthropic(edge, stream=True)
    story = await edge.to_the_end()
    assert [event["type"] for event in events(story.data)] == [
        "message_start", "ping", "content_block_start", "content_block_delta",
        "content_block_delta", "content_block_stop", "message_delta", "message_stop",
    ]  # fmt: skip
    assert events(story.data)[-2]["delta"]["stop_reason"] == "max_tokens"
    assert story.heads[0].content_type == "text/event-stream"
    assert vendor.bodies[0]["stream"] is True
    check_bill(gateway, Outcome.COMPLETED, Units(input=10, output=3), "gpt-4o-mini@2024-07-18")


async def test_an_openai_client_asks_claude(gateway: Gateway, vendor: Vendor) -> None:
    vendor.streams((RECORDINGS / "tools.sse").read_bytes())
    edge = gateway.edge()
    open_claude(edge, stream=True, include_usage=True)
    story = await edge.to_the_end()
    assert story.data.endswith(DONE)
    *chunks, usage = events(story.data)
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    (signed,) = [d["reasoning_details"][0] for d in deltas
                 if "signature" in d.get("reasoning_details", [{}])[0]]  # fmt: skip
    assert signed["text"] == "Two cities, two calls."
    assert signed["format"] == "anthropic-claude-v1"
    assert usage["usage"]["completion_tokens"] == 89
    assert vendor.headers[0]["anthropic-version"] == "2023-06-01"
    assert vendor.bodies[0]["max_tokens"] == 100
    expected = json.loads((RECORDINGS / "tools.json").read_text())["units"]
    check_bill(gateway, Outcome.COMPLETED, Units(**expected), CLAUDE_PRICE)


async def test_reasoning_survives_the_round_trip(gateway: Gateway, vendor: Vendor) -> None:
    """What an OpenAI client got from Claude, it sends back as it is; Claude sees its own blocks."""
    answer = json.loads((RECORDINGS / "unary.json").read_text())["answer"]
    vendor.says(answer)
    edge = gateway.edge()
    open_claude(edge)
    said = json.loads((await edge.to_the_end()).data)["choices"][0]["message"]
    assert said["reasoning_content"] == "A greeting."
    user = {"role": "user", "content": "Hello"}
    edge = gateway.edge()
    open_claude(edge, lane=2, body=json.dumps({"messages": [user, said, user]}).encode())
    await edge.to_the_end(2)
    assert vendor.bodies[1]["messages"][1] == {"role": "assistant", "content": answer["content"]}


async def test_an_anthropic_client_of_claude_passes_untouched(
    gateway: Gateway, vendor: Vendor
) -> None:
    recording = (RECORDINGS / "stream.sse").read_bytes()
    vendor.streams(recording)
    edge = gateway.edge()
    beta = {"anthropic-beta": "interleaved-thinking-2025-05-14"}
    body = HELLO | {"unknown_field": 1}
    open_claude(
        edge, dialect="anthropic", stream=True, body=json.dumps(body).encode(), headers=beta
    )
    story = await edge.to_the_end()
    assert without_cost(story.data) == recording != story.data
    assert vendor.headers[0]["anthropic-beta"] == beta["anthropic-beta"]
    assert vendor.bodies[0]["unknown_field"] == 1
    assert not story.settlement.estimated
    units = Units(input=25, cached_read=512, cache_write_5m=100, output=15)
    assert units_of(story.settlement.units) == units


async def test_what_cannot_be_carried_is_refused_before_it_costs(
    gateway: Gateway, vendor: Vendor
) -> None:
    edge = gateway.edge()
    open_anthropic(edge, HELLO | {"top_k": 5})
    story = await edge.to_the_end()
    assert story.failures[0].kind == pb.FAILURE_KIND_INVALID_REQUEST
    assert story.failures[0].param == "top_k"
    assert gateway.ledger.events[0].cost_nano == 0
    assert vendor.bodies == []


async def test_a_converted_answer_is_cut_when_it_costs_too_much(
    gateway: Gateway, vendor: Vendor
) -> None:
    vendor.streams(BEGUN, text_delta("x" * 4000), text_delta("y" * 4000))
    edge = gateway.edge()
    open_anthropic(edge, stream=True, hold_nano=20_000)
    story = await edge.to_the_end()
    assert events(story.data)[-2]["delta"]["stop_reason"] == "max_tokens"
    assert story.data.endswith(b'{"type":"message_stop"}\n\n')
    assert gateway.ledger.events[0].outcome is Outcome.BUDGET_EXHAUSTED


async def test_claudes_own_answer_is_cut_in_its_own_words(gateway: Gateway, vendor: Vendor) -> None:
    vendor.streams(*((frame + b"\n\n") for frame in
                     (RECORDINGS / "stream.sse").read_bytes().split(b"\n\n")[:5]))  # fmt: skip
    edge = gateway.edge()
    body = json.dumps(HELLO).encode()
    open_claude(edge, dialect="anthropic", stream=True, body=body, hold_nano=1)
    story = await edge.to_the_end()
    assert events(story.data)[-2]["delta"]["stop_reason"] == "max_tokens"
    assert gateway.ledger.events[0].outcome is Outcome.BUDGET_EXHAUSTED


async def test_a_cut_converted_answer_never_looks_complete(
    gateway: Gateway, vendor: Vendor
) -> None:
    vendor.streams(BEGUN, text_delta("Hello"), cut=True)
    edge = gateway.edge()
    open_anthropic(edge, stream=True)
    story = await edge.to_the_end()
    assert b"message_stop" not in story.data
    assert story.failures[0].kind == pb.FAILURE_KIND_UPSTREAM_ERROR
    (event,) = gateway.ledger.events
    assert (event.outcome, event.estimated) == (Outcome.UPSTREAM_CUT, True)
    assert event.units.output == 2


async def test_a_client_that_leaves_is_billed_what_was_counted(
    make_gateway: MakeGateway, vendor: Vendor
) -> None:
    gateway = await make_gateway(vendor.url)
    vendor.streams(BEGUN, text_delta("Hello"), text_delta("!" * 100_000))
    edge = gateway.edge()
    open_anthropic(edge, stream=True, window=300)
    await edge.until(lambda frame: b"text_delta" in frame.data)
    edge.cancel()
    await edge.to_the_end()
    (event,) = gateway.ledger.events
    assert event.outcome is Outcome.CLIENT_CANCELLED
    assert event.units.output > 0


async def test_a_channel_of_another_dialect_is_tested(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says(json.loads((RECORDINGS / "unary.json").read_text())["answer"])
    (result,) = await probe(gateway.exchanges, SystemClock(), "anthropic-1", CLAUDE, "")
    assert result.ok
    assert vendor.bodies[0]["max_tokens"] == 1
    assert vendor.headers[0]["x-api-key"] == KEY


@pytest.mark.parametrize("client", ["anthropic", "openai"])
async def test_leaving_claude_costs_what_was_said_and_its_count_of_the_input(
    make_gateway: MakeGateway, vendor: Vendor, client: str
) -> None:
    """Its first event counts one token of the answer, which is not the answer's count."""
    gateway = await make_gateway(vendor.url)
    usage = {"input_tokens": 25, "cache_read_input_tokens": 512, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "model": CLAUDE, "content": []}
    said = {"type": "text_delta", "text": "x" * 40_000}
    block = {"type": "text", "text": ""}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**message, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": said},
    ]
    vendor.streams(
        *[f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in events], hang=True
    )
    edge = gateway.edge()
    open_claude(edge, dialect=client, stream=True, body=json.dumps(HELLO).encode())
    await edge.until(lambda frame: b"xxx" in frame.data)
    edge.cancel()
    story = await edge.to_the_end()
    assert story.settlement.estimated
    units = Units(input=25, cached_read=512, output=10_000)
    assert units_of(story.settlement.units) == units
