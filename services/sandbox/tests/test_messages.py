"""What Anthropic's official SDK sees when all goes well."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from anthropic import AsyncAnthropic

HELLO: Any = [{"role": "user", "content": "Hello there, 你好"}]
WEATHER: Any = {
    "name": "get_weather",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}},
    },
}
CALL = 'please call get_weather with {"city": "Bergen", "unit": "C"} for me'
THINK: Any = {"type": "enabled", "budget_tokens": 1024}
VERSION = {"anthropic-version": "2026-10-21"}
LONG = "x" * 400


def say(text: str) -> Any:
    return [{"role": "user", "content": text}]


async def raw(http: httpx2.AsyncClient, **body: Any) -> httpx2.Response:
    whole = {"model": "m", "max_tokens": 2000, "messages": HELLO, **body}
    return await http.post("/v1/messages", json=whole, headers=VERSION)


def events_of(stream: str) -> list[tuple[str, Any]]:
    found = []
    for event in stream.split("\n\n")[:-1]:
        name, data = event.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


@pytest.fixture(params=["x-api-key", "authorization"])
async def either_key(request: Any, url: str) -> AsyncIterator[httpx2.AsyncClient]:
    key = "sk-sandbox-a" if request.param == "x-api-key" else "Bearer sk-sandbox-a"
    async with httpx2.AsyncClient(base_url=url, headers={request.param: key}) as client:
        yield client


async def test_a_whole_answer(anthropic: AsyncAnthropic) -> None:
    answer = await anthropic.messages.create(model="claude-x", max_tokens=99, messages=HELLO)
    assert (answer.type, answer.role, answer.model) == ("message", "assistant", "claude-x")
    (block,) = answer.content
    assert block.type == "text"
    assert block.text == "This is the sandbox. You said: Hello there, 你好"
    assert (answer.stop_reason, answer.stop_sequence) == ("end_turn", None)
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (9, 9)
    assert answer._request_id


async def test_the_key_comes_in_either_header(either_key: httpx2.AsyncClient) -> None:
    assert (await raw(either_key)).status_code == 200


async def test_a_stream_adds_up_to_the_whole_answer(anthropic: AsyncAnthropic) -> None:
    request: Any = {"model": "m", "max_tokens": 2000, "messages": HELLO, "thinking": THINK}
    whole = await anthropic.messages.create(**request)
    async with anthropic.messages.stream(**request) as stream:
        streamed = await stream.get_final_message()
    assert [b.to_dict() for b in streamed.content if b.type != "thinking"] == [
        b.to_dict() for b in whole.content if b.type != "thinking"
    ]
    assert streamed.content[0].type == whole.content[0].type == "thinking"
    assert streamed.content[0].thinking == whole.content[0].thinking
    assert streamed.stop_reason == whole.stop_reason
    assert streamed.usage.output_tokens == whole.usage.output_tokens == 17


async def test_the_stream_on_the_wire(http: httpx2.AsyncClient) -> None:
    answer = await raw(http, stream=True, messages=say("[[sandbox chunks=3]]"))
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["request-id"].startswith("req_")
    events = events_of(answer.text)
    assert all(name == data["type"] for name, data in events)
    assert [name for name, _ in events] == [
        "message_start",
        "ping",
        "content_block_start",
        *["content_block_delta"] * 3,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    start = events[0][1]["message"]
    assert (start["content"], start["stop_reason"]) == ([], None)
    assert start["usage"]["output_tokens"] == 1
    assert events[-2][1]["delta"]["stop_reason"] == "end_turn"
    assert events[-2][1]["usage"]["output_tokens"] == 3


async def test_blocks_come_one_at_a_time(http: httpx2.AsyncClient) -> None:
    two = say("[[sandbox reason=2]] call get_weather with {} and call get_weather with {}")
    events = events_of((await raw(http, stream=True, messages=two, tools=[WEATHER])).text)
    indices = [data["index"] for name, data in events if name.startswith("content_block")]
    assert indices == sorted(indices)
    assert set(indices) == {0, 1, 2}
    starts = [data["content_block"]["type"] for _, data in events if "content_block" in data]
    assert starts == ["thinking", "tool_use", "tool_use"]
    deltas = [data["delta"]["type"] for name, data in events if name == "content_block_delta"]
    assert deltas[:3] == ["thinking_delta", "thinking_delta", "signature_delta"]
    assert deltas[3:] == ["input_json_delta"] * 4
    assert events[-2][1]["delta"]["stop_reason"] == "tool_use"


async def test_a_tool_is_used_as_the_user_says_and_answered(anthropic: AsyncAnthropic) -> None:
    request: Any = {"model": "m", "max_tokens": 2000, "tools": [WEATHER], "thinking": THINK}
    first = await anthropic.messages.create(**request, messages=say(CALL))
    thought, use = first.content
    assert first.stop_reason == "tool_use"
    assert use.type == "tool_use"
    assert (use.name, use.input) == ("get_weather", {"city": "Bergen", "unit": "C"})
    assert thought.type == "thinking"
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "rain"}
    later: Any = [
        *say(CALL),
        {"role": "assistant", "content": [block.to_dict() for block in first.content]},
        {"role": "user", "content": [result]},
    ]
    second = await anthropic.messages.create(**request, messages=later)
    assert second.stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("choice", "calls"),
    [
        ({"type": "auto"}, 2),
        ({"type": "any"}, 2),
        ({"type": "tool", "name": "get_weather", "disable_parallel_tool_use": True}, 1),
        ({"type": "none"}, 0),
    ],
)
async def test_tool_choice(anthropic: AsyncAnthropic, choice: Any, calls: int) -> None:
    answer = await anthropic.messages.create(
        model="m",
        max_tokens=99,
        messages=say("call get_weather with {} and call get_weather with {}"),
        tools=[WEATHER],
        tool_choice=choice,
    )
    assert len([block for block in answer.content if block.type == "tool_use"]) == calls


async def test_a_forced_tool_gets_a_sample_of_its_schema(anthropic: AsyncAnthropic) -> None:
    answer = await anthropic.messages.create(
        model="m", max_tokens=99, messages=HELLO, tools=[WEATHER], tool_choice={"type": "any"}
    )
    assert answer.content[0].type == "tool_use"
    assert answer.content[0].input == {"city": "text", "unit": "C"}


@pytest.mark.parametrize(
    ("thinking", "directive", "kinds", "tokens"),
    [
        (THINK, "", ["thinking", "text"], 8),
        (THINK, "reason=3", ["thinking", "text"], 3),
        (THINK, "redacted", ["redacted_thinking", "text"], 8),
        ({**THINK, "display": "omitted"}, "", ["thinking", "text"], 8),
        ({"type": "adaptive"}, "", ["thinking", "text"], 8),
        ({"type": "disabled"}, "reason=3", ["text"], 0),
        (None, "reason=3", ["thinking", "text"], 3),
        (None, "", ["text"], 0),
    ],
)
async def test_thinking(
    http: httpx2.AsyncClient, thinking: Any, directive: str, kinds: list[str], tokens: int
) -> None:
    more = {"thinking": thinking} if thinking else {}
    answer = await raw(http, messages=say(f"hi [[sandbox chunks=1 {directive}]]"), **more)
    body = answer.json()
    assert [block["type"] for block in body["content"]] == kinds
    assert body["usage"]["output_tokens_details"]["thinking_tokens"] == tokens
    assert body["usage"]["output_tokens"] == tokens + 1
    again = [*say("hi"), {"role": "assistant", "content": body["content"]}, *say("more")]
    assert (await raw(http, messages=again)).status_code == 200


async def test_stop_reasons(anthropic: AsyncAnthropic) -> None:
    short = await anthropic.messages.create(model="m", max_tokens=3, messages=HELLO)
    assert (short.stop_reason, short.usage.output_tokens) == ("max_tokens", 3)
    stopped = await anthropic.messages.create(
        model="m", max_tokens=99, messages=HELLO, stop_sequences=["said", "box"]
    )
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "box")
    assert stopped.content[0].type == "text"
    assert stopped.content[0].text == "This is the sand"
    refused = await anthropic.messages.create(
        model="m", max_tokens=99, messages=say("[[sandbox finish=content_filter]]")
    )
    assert refused.stop_reason == "refusal"
    assert refused.stop_details


async def test_what_is_marked_is_cached(anthropic: AsyncAnthropic) -> None:
    hour: Any = {"type": "ephemeral", "ttl": "1h"}
    short: Any = {"type": "ephemeral"}
    system: Any = [{"type": "text", "text": LONG, "cache_control": hour}]

    async def usage(directive: str) -> Any:
        parts: Any = [
            {"type": "text", "text": LONG, "cache_control": short},
            {"type": "text", "text": f"hi [[sandbox {directive}]]".ljust(39)},
        ]
        answer = await anthropic.messages.create(
            model="m", max_tokens=9, system=system, messages=[{"role": "user", "content": parts}]
        )
        used = answer.usage
        assert used.cache_creation
        return (
            used.input_tokens,
            used.cache_read_input_tokens,
            used.cache_creation.ephemeral_5m_input_tokens,
            used.cache_creation.ephemeral_1h_input_tokens,
        )

    # A system turn and a user's, of a hundred tokens and four each; the rest is ten more.
    assert await usage("chunks=1") == (10, 0, 104, 104)
    assert await usage("cached=4") == (10, 4, 104, 100)
    assert await usage("cached=150") == (10, 150, 58, 0)
    assert await usage("cached=999") == (0, 218, 0, 0)


async def test_marks_on_tools_and_on_the_whole(http: httpx2.AsyncClient) -> None:
    mark = {"type": "ephemeral"}
    tool = {"name": "f", "description": LONG, "input_schema": {"type": "object"}}
    body = {"tools": [{**tool, "cache_control": mark}]}
    usage = (await raw(http, **body)).json()["usage"]
    assert (usage["input_tokens"], usage["cache_creation_input_tokens"]) == (9, 106)
    usage = (await raw(http, cache_control=mark)).json()["usage"]
    assert (usage["input_tokens"], usage["cache_creation_input_tokens"]) == (0, 9)


async def test_pictures_and_documents_are_counted(anthropic: AsyncAnthropic) -> None:
    picture = {"type": "base64", "media_type": "image/png", "data": "aGk="}
    parts = [
        {"type": "image", "source": picture},
        {"type": "image", "source": {"type": "url", "url": "https://a/b.png"}},
        {"type": "document", "source": {"type": "url", "url": "https://a/b.pdf"}},
        {"type": "text", "text": "hi"},
    ]
    messages: Any = [{"role": "user", "content": parts}]
    counted = await anthropic.messages.count_tokens(model="m", messages=messages)
    assert counted.input_tokens == 4 + 3 * 85 + 1


async def test_structured_output_fits_its_schema(anthropic: AsyncAnthropic) -> None:
    schema = {"type": "object", "properties": {"people": {"type": "integer"}}}
    wanted: Any = {"format": {"type": "json_schema", "schema": schema}}
    answer = await anthropic.messages.create(
        model="m",
        max_tokens=99,
        messages=HELLO,
        output_config=wanted,
    )
    assert answer.content[0].type == "text"
    assert json.loads(answer.content[0].text) == {"people": 1}


async def test_structured_output_where_it_was_asked_for_once(anthropic: AsyncAnthropic) -> None:
    """LiteLLM still does."""
    schema = {"type": "object", "properties": {"people": {"type": "integer"}}}
    answer = await anthropic.messages.create(
        model="m",
        max_tokens=99,
        messages=HELLO,
        extra_body={"output_format": {"type": "json_schema", "schema": schema}},
        extra_headers={"anthropic-beta": "structured-outputs-2025-11-13"},
    )
    assert answer.content[0].type == "text"
    assert json.loads(answer.content[0].text) == {"people": 1}


async def test_models(anthropic: AsyncAnthropic) -> None:
    listed = [model.id async for model in anthropic.models.list()]
    assert "claude-opus-5-5" in listed
    assert "gpt-4o" not in listed
    assert (await anthropic.models.retrieve("any-other")).id == "any-other"
