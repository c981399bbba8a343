"""Whole lanes of clients that speak Gemini, and of others that ask Google."""

import json
from pathlib import Path
from typing import Any

import pytest
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.rating import Units
from tollgate_common.usage import Outcome

from .conftest import Edge, Gateway, Vendor, without_cost
from .responding import BEGUN, LIMITED, response, text_delta

RECORDINGS = Path(__file__).parent / "recordings" / "google"
GEMINI: dict[str, Any] = {
    "model": "gemini-3.8-flash",
    "price_version": "gemini-3.8-flash@2026-09-02",
}
HELLO: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}
CALLED = json.loads((RECORDINGS / "tools.json").read_text())
USER = {"role": "user", "content": "Hello"}


def open_gemini(edge: Edge, body: dict[str, Any] = HELLO, **fields: Any) -> None:
    edge.open(dialect="gemini", body=json.dumps(body).encode(), **fields)


def open_google(edge: Edge, body: dict[str, Any], **fields: Any) -> None:
    edge.open(body=json.dumps(body).encode(), **(GEMINI | fields))


async def test_a_gemini_client_asks_an_openai_model(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says(response())
    edge = gateway.edge()
    open_gemini(edge)
    answer = json.loads((await edge.to_the_end()).data)
    content = {"parts": [{"text": "Hello!"}], "role": "model"}
    assert answer["candidates"] == [{"content": content, "index": 0, "finishReason": "STOP"}]
    assert answer["usageMetadata"]["totalTokenCount"] == 13
    (turn,) = vendor.bodies[0]["input"]
    assert turn == {"role": "user", "content": [{"type": "input_text", "text": "Hello"}]}
    assert gateway.ledger.events[0].dialect == "gemini"


async def test_and_hears_it_as_an_array(gateway: Gateway, vendor: Vendor) -> None:
    vendor.streams(BEGUN, text_delta("Hel"), text_delta("lo!"), LIMITED)
    edge = gateway.edge()
    open_gemini(edge, stream=True, variant="array")
    story = await edge.to_the_end()
    assert story.heads[0].content_type == "application/json"
    *_, last = json.loads(story.data)
    assert last["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert last["usageMetadata"]["candidatesTokenCount"] == 3


async def test_an_array_that_was_cut_is_left_open(gateway: Gateway, vendor: Vendor) -> None:
    """The edge ends it with an error as its last element."""
    vendor.streams(BEGUN, text_delta("Hello"), cut=True)
    edge = gateway.edge()
    open_gemini(edge, stream=True, variant="array")
    story = await edge.to_the_end()
    assert story.failures
    assert json.loads(story.data + b"\n]")[0]["candidates"][0]["content"]["parts"]


async def test_what_the_other_provider_lacks_is_refused(gateway: Gateway, vendor: Vendor) -> None:
    edge = gateway.edge()
    open_gemini(edge, HELLO | {"cachedContent": "cachedContents/a"})
    (failure,) = (await edge.to_the_end()).failures
    assert failure.kind == pb.FAILURE_KIND_INVALID_REQUEST
    assert failure.param == "cachedContent"
    assert vendor.bodies == []


@pytest.mark.parametrize("variant", ["", "array"])
async def test_a_gemini_client_of_google_passes_untouched(
    gateway: Gateway, vendor: Vendor, variant: str
) -> None:
    recording = (RECORDINGS / "tools.sse").read_bytes().replace(b"\r", b"")
    vendor.streams(recording[:100], recording[100:])
    edge = gateway.edge()
    body = HELLO | {"safetySettings": [{"threshold": "BLOCK_LOW_AND_ABOVE"}]}
    open_gemini(edge, body, stream=True, variant=variant, **GEMINI)
    story = await edge.to_the_end()
    payloads = [event[6:] for event in recording.split(b"\n\n") if event]
    passed = b"[" + b",\n".join(payloads) + b"]" if variant else recording
    assert without_cost(story.data) == passed != story.data
    assert vendor.bodies[0] == body | {"generationConfig": {"maxOutputTokens": 100}}
    assert vendor.headers[0]["x-goog-api-key"]
    (event,) = gateway.ledger.events
    assert (event.outcome, event.units) == (Outcome.COMPLETED, Units(**CALLED["units"]))
    assert not event.estimated


async def test_googles_own_answer_is_cut_in_its_own_words(gateway: Gateway, vendor: Vendor) -> None:
    first, second, *_ = (RECORDINGS / "stream.sse").read_bytes().split(b"\r\n\r\n")
    vendor.streams(first + b"\n\n", second + b"\n\n")
    edge = gateway.edge()
    open_gemini(edge, stream=True, variant="array", hold_nano=1, **GEMINI)
    story = await edge.to_the_end()
    assert json.loads(story.data)[-1]["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert gateway.ledger.events[0].outcome is Outcome.BUDGET_EXHAUSTED


def check_second_turn(vendor: Vendor) -> None:
    """Google gets its signature back, on the call that it gave it with."""
    turn, results = vendor.bodies[1]["contents"][1:3]
    calls = [part for part in turn["parts"] if "functionCall" in part]
    assert [[c["functionCall"]["name"], c["functionCall"]["args"]] for c in calls] == CALLED[
        "calls"
    ]
    assert [call.get("thoughtSignature") for call in calls] == [CALLED["call_signature"], None]
    assert [call["functionCall"]["id"] for call in calls] == ["u3lk8y5d", "d3dhm2ny"]
    answers = [part["functionResponse"] for part in results["parts"]]
    assert [answer["id"] for answer in answers] == ["u3lk8y5d", "d3dhm2ny"]
    assert answers[0]["name"] == "get_weather"
    assert answers[0]["response"] == {"output": "sun"}


async def test_a_signature_survives_openais_clients(gateway: Gateway, vendor: Vendor) -> None:
    vendor.streams((RECORDINGS / "tools.sse").read_bytes())
    edge = gateway.edge()
    open_google(edge, {"messages": [USER]}, stream=True)
    story = await edge.to_the_end()
    events = [json.loads(line[6:]) for line in story.data.split(b"\n") if line[:7] == b"data: {"]
    deltas = [choice["delta"] for event in events for choice in event["choices"]]
    calls: dict[int, dict[str, Any]] = {}
    for piece in (call for delta in deltas for call in delta.get("tool_calls", ())):
        function = calls.setdefault(piece["index"], {"arguments": ""} | piece)
        function["arguments"] += piece["function"]["arguments"]
    said = [
        {"id": call["id"], "type": "function",
         "function": {"name": call["function"]["name"], "arguments": call["arguments"]}}
        for call in calls.values()
    ]  # fmt: skip
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": text}
        for call, text in zip(said, ("sun", "snow"), strict=True)
    ]
    vendor.streams((RECORDINGS / "stream.sse").read_bytes())
    edge = gateway.edge()
    messages = [USER, {"role": "assistant", "content": None, "tool_calls": said}, *results]
    open_google(edge, {"messages": messages}, lane=2, stream=True)
    await edge.to_the_end(2)
    check_second_turn(vendor)


async def test_a_signature_survives_anthropics_clients(gateway: Gateway, vendor: Vendor) -> None:
    events = (RECORDINGS / "tools.sse").read_bytes().split(b"\r\n\r\n")[:-1]
    chunks = [json.loads(event[6:]) for event in events]
    whole = chunks[-1]
    whole["candidates"][0]["content"]["parts"] = [
        part for one in chunks for part in one["candidates"][0]["content"]["parts"]
    ]
    vendor.says(whole)
    edge = gateway.edge()
    open_google(edge, {"max_tokens": 9, "messages": [USER]}, dialect="anthropic")
    said = json.loads((await edge.to_the_end()).data)["content"]
    results = [
        {"type": "tool_result", "tool_use_id": block["id"], "content": text}
        for block, text in zip((b for b in said if b["type"] == "tool_use"), ("sun", "snow"),
                               strict=True)
    ]  # fmt: skip
    messages = [USER, {"role": "assistant", "content": said}, {"role": "user", "content": results}]
    edge = gateway.edge()
    open_google(edge, {"max_tokens": 9, "messages": messages}, lane=2, dialect="anthropic")
    await edge.to_the_end(2)
    check_second_turn(vendor)
    assert vendor.bodies[1]["contents"][1]["parts"][0]["thought"] is True


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
async def test_a_signature_without_calls_survives(
    gateway: Gateway, vendor: Vendor, dialect: str
) -> None:
    answer = json.loads((RECORDINGS / "unary.json").read_text())["answer"]
    vendor.says(answer)
    edge = gateway.edge()
    open_google(edge, {"max_tokens": 9, "messages": [USER]}, dialect=dialect)
    said = json.loads((await edge.to_the_end()).data)
    if dialect == "openai":
        turn = said["choices"][0]["message"]
    else:
        turn = {"role": "assistant", "content": said["content"]}
    edge = gateway.edge()
    body = {"max_tokens": 9, "messages": [USER, turn, USER]}
    open_google(edge, body, lane=2, dialect=dialect)
    await edge.to_the_end(2)
    parts = answer["candidates"][0]["content"]["parts"]
    back = vendor.bodies[1]["contents"][1]["parts"]
    assert [part["text"] for part in back] == [part["text"] for part in parts]
    assert [part["thoughtSignature"] for part in back if "thoughtSignature" in part] == [
        parts[1]["thoughtSignature"]
    ]
