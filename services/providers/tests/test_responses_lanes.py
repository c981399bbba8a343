"""Whole lanes of clients that speak OpenAI's Responses API or its legacy completions."""

import json
from pathlib import Path
from typing import Any

from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.usage import Outcome

from .conftest import DONE, Edge, Gateway, Vendor

RECORDINGS = Path(__file__).parent / "recordings" / "anthropic"
CLAUDE = {"model": "claude-opus-5-5", "price_version": "claude-opus-5-5@2026-09-22"}


def ask(edge: Edge, body: dict[str, Any], operation: str = "responses", **fields: Any) -> None:
    encoded = json.dumps(body).encode()
    edge.open(dialect="openai", operation=operation, body=encoded, **fields)


def events(data: bytes) -> list[dict[str, Any]]:
    lines = [line for line in data.split(b"\n") if line.startswith(b"data: {")]
    return [json.loads(line[6:]) for line in lines]


async def test_claude_answers_and_gets_its_reasoning_back(gateway: Gateway, vendor: Vendor) -> None:
    answer = json.loads((RECORDINGS / "unary.json").read_text())["answer"]
    vendor.says(answer)
    edge = gateway.edge()
    ask(edge, {"input": "Hello", "instructions": "Be brief."}, **CLAUDE)
    response = json.loads((await edge.to_the_end()).data)
    assert (response["id"], response["status"]) == ("resp_R1", "completed")
    assert response["instructions"] == "Be brief."
    assert [item["type"] for item in response["output"]] == ["reasoning", "message"]
    assert vendor.bodies[0]["system"] == [{"type": "text", "text": "Be brief."}]
    user = {"role": "user", "content": "Go on."}
    edge = gateway.edge()
    ask(edge, {"input": [user, *response["output"], user]}, lane=2, **CLAUDE)
    await edge.to_the_end(2)
    assert vendor.bodies[1]["messages"][1] == {"role": "assistant", "content": answer["content"]}


async def test_claude_streams_its_calls(gateway: Gateway, vendor: Vendor) -> None:
    vendor.streams((RECORDINGS / "tools.sse").read_bytes())
    edge = gateway.edge()
    ask(edge, {"input": "Hello", "stream": True}, stream=True, **CLAUDE)
    told = events((await edge.to_the_end()).data)
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    final = told[-1]
    assert final["type"] == "response.completed"
    kinds = [item["type"] for item in final["response"]["output"]]
    assert kinds.count("function_call") == 2
    assert final["response"]["usage"]["output_tokens"] == 89
    assert gateway.ledger.events[0].outcome is Outcome.COMPLETED


async def test_an_answer_that_costs_too_much_is_incomplete(
    gateway: Gateway, vendor: Vendor
) -> None:
    vendor.streams((RECORDINGS / "stream.sse").read_bytes().split(b"event: content_block_stop")[0])
    edge = gateway.edge()
    ask(edge, {"input": "Hello"}, stream=True, hold_nano=1, **CLAUDE)
    final = events((await edge.to_the_end()).data)[-1]
    assert final["type"] == "response.incomplete"
    assert final["response"]["incomplete_details"] == {"reason": "max_output_tokens"}
    assert gateway.ledger.events[0].outcome is Outcome.BUDGET_EXHAUSTED


async def test_what_cannot_be_carried_is_refused_before_it_costs(
    gateway: Gateway, vendor: Vendor
) -> None:
    edge = gateway.edge()
    ask(edge, {"input": "Hello", "text": {"format": {"type": "json_object"}}}, **CLAUDE)
    story = await edge.to_the_end()
    assert story.failures[0].kind == pb.FAILURE_KIND_INVALID_REQUEST
    assert story.failures[0].param == "text.format"
    assert vendor.bodies == []


async def test_a_legacy_completion(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says(json.loads((RECORDINGS / "unary.json").read_text())["answer"])
    edge = gateway.edge()
    ask(edge, {"prompt": "Hello"}, "completions", **CLAUDE)
    answer = json.loads((await edge.to_the_end()).data)
    assert answer["object"] == "text_completion"
    assert answer["choices"][0]["text"] == "Hello!"
    (message,) = vendor.bodies[0]["messages"]
    assert message == {"role": "user", "content": [{"type": "text", "text": "Hello"}]}


async def test_a_legacy_stream(gateway: Gateway, vendor: Vendor) -> None:
    vendor.streams((RECORDINGS / "stream.sse").read_bytes())
    edge = gateway.edge()
    ask(edge, {"prompt": "Hello", "stream": True}, "completions", stream=True, **CLAUDE)
    data = (await edge.to_the_end()).data
    assert data.endswith(DONE)
    texts = [event["choices"][0]["text"] for event in events(data)]
    assert "".join(texts) == "Hello!"
