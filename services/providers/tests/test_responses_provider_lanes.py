"""Whole lanes through OpenAI's Responses API: of clients that speak it, and of the others."""

import json
from pathlib import Path
from typing import Any

import pytest
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.rating import Units
from tollgate_common.usage import Outcome
from tollgate_common.wire import units_of

from .conftest import KEY, Edge, Gateway, Vendor, completion, without_cost
from .responding import BEGUN, FAILED, response, text_delta

RECORDINGS = Path(__file__).parent / "recordings" / "openai"
STREAM = (RECORDINGS / "responses.sse").read_bytes()
UNARY = json.loads((RECORDINGS / "responses.json").read_text())
TOLD = json.loads((RECORDINGS / "responses_stream.json").read_text())
TOOLS = json.loads((RECORDINGS / "responses_tools.json").read_text())
LUNA = {"model": "gpt-6-luna", "price_version": "gpt-6-luna@2026-09-22"}
USER = {"role": "user", "content": "Hello"}
TOOL = {"name": "get_weather", "input_schema": {"type": "object"}}


def open_responses(edge: Edge, body: dict[str, Any] = UNARY["request"], **fields: Any) -> None:
    data = json.dumps(body).encode()
    edge.open(**({"operation": "responses", "body": data} | LUNA | fields))


def open_anthropic(edge: Edge, *messages: Any, **fields: Any) -> None:
    more = fields.pop("more", {"thinking": {"type": "adaptive"}})
    body = {"max_tokens": 100, "messages": messages, "tools": [TOOL], **more}
    edge.open(**({"dialect": "anthropic", "body": json.dumps(body).encode()} | LUNA | fields))


def open_gemini(edge: Edge, *contents: Any, **fields: Any) -> None:
    config = {"thinkingConfig": {"includeThoughts": True}}
    body = {"contents": contents, "generationConfig": config}
    edge.open(**({"dialect": "gemini", "body": json.dumps(body).encode()} | LUNA | fields))


def events(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in data.split(b"\n") if line.startswith(b"data: ")]


async def test_a_stream_passes_untouched(gateway: Gateway, vendor: Vendor) -> None:
    vendor.streams(STREAM[:100], STREAM[100:])
    edge = gateway.edge()
    open_responses(edge, UNARY["request"] | {"stream": True}, stream=True)
    story = await edge.to_the_end()
    assert without_cost(story.data) == STREAM
    assert story.heads[0].content_type == "text/event-stream"
    assert vendor.bodies[0]["store"] is False
    assert vendor.bodies[0]["max_output_tokens"] == 100
    assert vendor.bodies[0]["prompt_cache_key"] == "k1"
    assert vendor.headers[0]["Authorization"] == f"Bearer {KEY}"
    (event,) = gateway.ledger.events
    assert (event.outcome, event.units) == (Outcome.COMPLETED, Units(**TOLD["units"]))
    assert not event.estimated


async def test_a_whole_answer_passes_untouched(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says(UNARY["answer"])
    edge = gateway.edge()
    open_responses(edge)
    story = await edge.to_the_end()
    assert json.loads(without_cost(story.data)) == UNARY["answer"]
    assert units_of(story.settlement.units) == Units(**UNARY["units"])


async def test_what_runs_at_the_provider_is_refused_before_it_costs(
    gateway: Gateway, vendor: Vendor
) -> None:
    edge = gateway.edge()
    open_responses(edge, UNARY["request"] | {"tools": [{"type": "web_search"}]})
    (failure,) = (await edge.to_the_end()).failures
    assert (failure.kind, failure.param) == (pb.FAILURE_KIND_INVALID_REQUEST, "tools[0].type")
    assert vendor.bodies == []


async def test_a_failed_response_costs_what_it_says(gateway: Gateway, vendor: Vendor) -> None:
    vendor.streams(BEGUN, text_delta("Hel"), FAILED)
    edge = gateway.edge()
    open_responses(edge, stream=True)
    story = await edge.to_the_end()
    assert story.data == BEGUN + text_delta("Hel")
    assert story.failures[0].kind == pb.FAILURE_KIND_UPSTREAM_ERROR
    (event,) = gateway.ledger.events
    assert (event.outcome, event.estimated) == (Outcome.UPSTREAM_CUT, False)
    assert event.units == Units(input=10, output=3)


async def test_an_answer_that_broke_off_never_looks_complete(
    gateway: Gateway, vendor: Vendor
) -> None:
    vendor.streams(BEGUN, text_delta("Hello"), cut=True)
    edge = gateway.edge()
    open_responses(edge, stream=True)
    story = await edge.to_the_end()
    assert story.data == BEGUN + text_delta("Hello")
    assert gateway.ledger.events[0].estimated


async def test_an_answer_is_cut_in_its_own_words(gateway: Gateway, vendor: Vendor) -> None:
    frames = STREAM.split(b"\n\n")
    vendor.streams(*(frame + b"\n\n" for frame in frames[:18]))
    edge = gateway.edge()
    open_responses(edge, stream=True, hold_nano=1)
    last = events((await edge.to_the_end()).data)[-1]
    assert last["type"] == "response.incomplete"
    assert last["response"]["incomplete_details"] == {"reason": "max_output_tokens"}
    assert gateway.ledger.events[0].outcome is Outcome.BUDGET_EXHAUSTED


def check_second_turn(vendor: Vendor, results: tuple[str, ...]) -> None:
    """OpenAI gets its own reasoning back, sealed, before what came of it."""
    _, thought, said, *rest = vendor.bodies[1]["input"]
    assert thought == {
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": TOOLS["thinking"]}],
        "encrypted_content": TOOLS["signature"],
    }
    assert said["content"] == [{"type": "output_text", "text": TOOLS["text"]}]
    calls, outputs = rest[:2], rest[2:]
    assert [[call["call_id"], call["name"], json.loads(call["arguments"])] for call in calls] == [
        *TOOLS["calls"]
    ]
    assert [output["call_id"] for output in outputs] == [id for id, _, _ in TOOLS["calls"]]
    assert tuple(output["output"] for output in outputs) == results


@pytest.mark.parametrize("streamed", [True, False])
async def test_reasoning_survives_anthropics_clients(
    gateway: Gateway, vendor: Vendor, streamed: bool
) -> None:
    recording = (RECORDINGS / "responses_tools.sse").read_bytes()
    vendor.streams(recording) if streamed else vendor.says(TOOLS["answer"])
    edge = gateway.edge()
    open_anthropic(edge, USER, stream=streamed)
    data = (await edge.to_the_end()).data
    blocks = streamed_blocks(data) if streamed else json.loads(data)["content"]
    kinds = [block["type"] for block in blocks]
    assert kinds == ["thinking", "text", "tool_use", "tool_use"]
    assert blocks[0]["thinking"] == TOOLS["thinking"]
    assert vendor.bodies[0]["reasoning"] == {"summary": "auto"}
    assert vendor.bodies[0]["include"] == ["reasoning.encrypted_content"]
    results = [
        {"type": "tool_result", "tool_use_id": block["id"], "content": text}
        for block, text in zip(blocks[2:], ("sun", "snow"), strict=True)
    ]
    vendor.says(response())
    edge = gateway.edge()
    turn = {"role": "assistant", "content": blocks}
    open_anthropic(edge, USER, turn, {"role": "user", "content": results}, lane=2)
    await edge.to_the_end(2)
    check_second_turn(vendor, ("sun", "snow"))


def streamed_blocks(data: bytes) -> list[dict[str, Any]]:
    """The blocks as a client puts them together."""
    blocks: list[dict[str, Any]] = []
    for event in events(data):
        if event["type"] == "content_block_start":
            blocks.append(event["content_block"] | {"json": ""})
        elif event["type"] == "content_block_delta":
            for name, piece in event["delta"].items():
                if name == "partial_json":
                    blocks[-1]["json"] += piece
                elif name != "type":
                    blocks[-1][name] += piece
    for block in blocks:
        arguments = block.pop("json")
        if arguments:
            block["input"] = json.loads(arguments)
    return blocks


@pytest.mark.parametrize("variant", ["", "array"])
async def test_reasoning_survives_geminis_clients(
    gateway: Gateway, vendor: Vendor, variant: str
) -> None:
    vendor.streams((RECORDINGS / "responses_tools.sse").read_bytes())
    user = {"role": "user", "parts": [{"text": "Hello"}]}
    edge = gateway.edge()
    open_gemini(edge, user, stream=True, variant=variant)
    data = (await edge.to_the_end()).data
    answers = json.loads(data) if variant else events(data)
    turns = [answer["candidates"][0]["content"] for answer in answers]
    calls = [part["functionCall"] for turn in turns for part in turn["parts"]
             if "functionCall" in part]  # fmt: skip
    assert len(calls) == 2
    results = [
        {"functionResponse": {"id": call["id"], "name": call["name"], "response": {"output": "x"}}}
        for call in calls
    ]
    vendor.says(response())
    edge = gateway.edge()
    open_gemini(edge, user, *turns, {"role": "user", "parts": results}, lane=2)
    await edge.to_the_end(2)
    check_second_turn(vendor, ("x", "x"))


async def test_who_asks_for_no_reasoning_finds_text_first(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says(UNARY["answer"])
    edge = gateway.edge()
    open_anthropic(edge, USER, more={})
    content = json.loads((await edge.to_the_end()).data)["content"]
    assert content == [{"type": "text", "text": "Hello! How can I help you today?"}]
    assert not {"reasoning", "include"} & vendor.bodies[0].keys()
    assert gateway.ledger.events[0].units == Units(**UNARY["units"])


async def test_what_only_chat_completions_have_is_asked_there(
    gateway: Gateway, vendor: Vendor
) -> None:
    vendor.says(completion())
    edge = gateway.edge()
    open_anthropic(edge, USER, more={"stop_sequences": ["X"], "tools": []})
    content = json.loads((await edge.to_the_end()).data)["content"]
    assert content == [{"type": "text", "text": "Hello!"}]
    assert vendor.bodies[0]["stop"] == ["X"]
    assert vendor.bodies[0]["max_completion_tokens"] == 100


async def test_another_providers_reasoning_is_refused_by_its_name(
    gateway: Gateway, vendor: Vendor
) -> None:
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "EqQBCgIYAhIM"}
    turn = {"role": "assistant", "content": [thought, {"type": "text", "text": "Hi"}]}
    edge = gateway.edge()
    open_anthropic(edge, USER, turn, USER)
    (failure,) = (await edge.to_the_end()).failures
    assert failure.param == "messages[1].content[0]"
    assert vendor.bodies == []
