"""The Responses API: what the official SDK sees, and what is on the wire."""

import json
from typing import Any

import httpx2
import openai as sdk
import pytest
from openai import AsyncOpenAI
from openai.lib._tools import pydantic_function_tool
from pydantic import BaseModel

HELLO = "Hello there, 你好"
ENCRYPTED = "reasoning.encrypted_content"
THINK: Any = {"effort": "low", "summary": "auto"}
WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}},
        "required": ["city", "unit"],
    },
}
CALL = 'call get_weather with {"city": "Bergen", "unit": "C"}'


async def raw(http: httpx2.AsyncClient, said: Any, **more: Any) -> httpx2.Response:
    return await http.post("/v1/responses", json={"model": "m", "input": said, **more})


async def stream_of(http: httpx2.AsyncClient, said: Any, **more: Any) -> list[dict[str, Any]]:
    """The events of a stream, each checked for its frame."""
    answer = await raw(http, said, stream=True, **more)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    *events, end = answer.text.split("\n\n")
    assert end == ""
    read = []
    for number, event in enumerate(events):
        name, data = event.split("\n")
        read.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {read[-1]['type']}"
        assert read[-1]["sequence_number"] == number
    return read


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"].removeprefix("response.") for event in events]


async def test_a_whole_answer(openai: AsyncOpenAI) -> None:
    answer = await openai.responses.create(model="gpt-4o", input=HELLO)
    assert (answer.object, answer.model, answer.status) == ("response", "gpt-4o", "completed")
    assert answer.id.startswith("resp_")
    assert answer.output_text == f"This is the sandbox. You said: {HELLO}"
    (item,) = answer.output
    assert item.type == "message"
    assert (item.role, item.status, item.id[:4]) == ("assistant", "completed", "msg_")
    assert answer.usage
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (9, 9)
    assert answer.usage.total_tokens == 18


async def test_a_stream_adds_up_to_the_whole_answer(openai: AsyncOpenAI) -> None:
    request: Any = {"model": "m", "input": HELLO, "reasoning": THINK, "include": [ENCRYPTED]}
    whole = await openai.responses.create(**request)
    text = ""
    async with openai.responses.stream(**request) as stream:
        async for event in stream:
            if event.type == "response.output_text.delta":
                text += event.delta
                assert event.snapshot == text
        streamed = await stream.get_final_response()
    assert text == streamed.output_text == whole.output_text
    assert [item.type for item in whole.output] == ["reasoning", "message"]
    assert streamed.usage == whole.usage
    assert whole.usage
    assert whole.usage.output_tokens_details.reasoning_tokens == 8
    assert whole.usage.output_tokens == 17


async def test_the_stream_of_a_message(http: httpx2.AsyncClient) -> None:
    events = await stream_of(http, "[[sandbox chunks=3]]")
    assert kinds(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        *["output_text.delta"] * 3,
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    first, last = events[0]["response"], events[-1]["response"]
    assert (first["status"], first["output"], first["usage"]) == ("in_progress", [], None)
    assert last["output"] == [events[-2]["item"]]
    assert last["usage"]["output_tokens"] == 3
    assert {e["item_id"] for e in events[3:-2]} == {last["output"][0]["id"]}
    assert {(e["output_index"], e["content_index"]) for e in events[3:-2]} == {(0, 0)}
    assert "".join(e.get("delta", "") for e in events) == events[-4]["text"] == "the river carries"


async def test_the_stream_of_thoughts_and_calls(http: httpx2.AsyncClient) -> None:
    twice = f"[[sandbox reason=2]] {CALL} and call get_weather with {{}}"
    events = await stream_of(http, twice, tools=[WEATHER], reasoning={"summary": "detailed"})
    assert kinds(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "reasoning_summary_part.added",
        *["reasoning_summary_text.delta"] * 2,
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "output_item.added",
        *["function_call_arguments.delta"] * 4,
        "function_call_arguments.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]
    indices = [event["output_index"] for event in events if "output_index" in event]
    assert indices == sorted(indices)
    thought, *calls = events[-1]["response"]["output"]
    assert thought["summary"] == [{"type": "summary_text", "text": "the river"}]
    assert [json.loads(call["arguments"]) for call in calls] == [
        {"city": "Bergen", "unit": "C"},
        {},
    ]
    assert all(call["status"] == "completed" and call["id"].startswith("fc_") for call in calls)


async def test_deltas_are_padded_unless_refused(http: httpx2.AsyncClient) -> None:
    async def lengths(**more: Any) -> set[int]:
        events = await stream_of(http, "[[sandbox chunks=4]]", **more)
        deltas = [event for event in events if "delta" in event]
        return {len(event["delta"] + event.get("obfuscation", "")) for event in deltas}

    assert await lengths() == {16}
    assert await lengths(stream_options={"include_obfuscation": False}) == {3, 6, 8}


async def test_a_function_is_called_and_answered(openai: AsyncOpenAI) -> None:
    request: Any = {"model": "m", "tools": [WEATHER], "reasoning": THINK, "include": [ENCRYPTED]}
    first = await openai.responses.create(**request, store=False, input=CALL)
    thought, call = first.output
    assert thought.type == "reasoning"
    assert thought.encrypted_content
    assert call.type == "function_call"
    assert json.loads(call.arguments) == {"city": "Bergen", "unit": "C"}
    later: Any = [
        {"role": "user", "content": CALL},
        *[item.to_dict() for item in first.output],
        {"type": "function_call_output", "call_id": call.call_id, "output": "rain"},
    ]
    second = await openai.responses.create(**request, store=False, input=later)
    assert second.output_text
    assert second.usage
    assert first.usage
    # A turn with a name and arguments, and one with a result; the thought costs nothing.
    arguments = json.dumps({"city": "Bergen", "unit": "C"}, separators=(",", ":"))
    more = 4 + 3 + -(-len(arguments) // 4) + 4 + 1
    assert second.usage.input_tokens == first.usage.input_tokens + more


class City(BaseModel):
    name: str
    people: int


class GetCity(BaseModel):
    name: str


async def test_structured_output_and_calls_are_parsed(openai: AsyncOpenAI) -> None:
    answer = await openai.responses.parse(model="m", input=HELLO, text_format=City)
    assert answer.output_parsed == City(name="text", people=1)
    async with openai.responses.stream(model="m", input=HELLO, text_format=City) as stream:
        assert (await stream.get_final_response()).output_parsed == answer.output_parsed
    tool: Any = pydantic_function_tool(GetCity)
    flat: Any = {"type": "function", **tool["function"]}
    called = await openai.responses.parse(
        model="m", input="call GetCity with {}", tools=[flat], tool_choice="required"
    )
    assert called.output[0].type == "function_call"


async def test_json_mode_gives_json(openai: AsyncOpenAI) -> None:
    answer = await openai.responses.create(
        model="m", input="in JSON, please", text={"format": {"type": "json_object"}}
    )
    assert "answer" in json.loads(answer.output_text)


@pytest.mark.parametrize(
    ("choice", "more", "calls"),
    [
        ("auto", {}, ["f", "g"]),
        ("none", {}, []),
        ("required", {"parallel_tool_calls": False}, ["f"]),
        ({"type": "function", "name": "g"}, {}, ["f", "g"]),
        (
            {
                "type": "allowed_tools",
                "mode": "auto",
                "tools": [{"type": "function", "name": "g"}],
            },
            {},
            ["g"],
        ),
        ({"type": "web_search"}, {}, ["f", "g"]),
    ],
)
async def test_tool_choice(http: httpx2.AsyncClient, choice: Any, more: Any, calls: Any) -> None:
    tools = [{"type": "function", "name": name} for name in "fg"]
    said = "call f with {} and call g with {}"
    tools += [{"type": "web_search"}, {"type": "custom", "name": "h"}]
    answer = (await raw(http, said, tools=tools, tool_choice=choice, **more)).json()
    assert [item["name"] for item in answer["output"] if "name" in item] == calls
    assert answer["tool_choice"] == choice


async def test_a_forced_tool_gets_a_sample_of_its_schema(http: httpx2.AsyncClient) -> None:
    for mode in ("auto", "required"):
        allowed = {"type": "function", "name": "get_weather"}
        choice = {"type": "allowed_tools", "mode": mode, "tools": [allowed]}
        other = {"type": "function", "name": "f"}
        answer = await raw(http, HELLO, tools=[other, WEATHER], tool_choice=choice)
        (item,) = answer.json()["output"]
        assert item["type"] == ("message" if mode == "auto" else "function_call")
    assert json.loads(item["arguments"]) == {"city": "text", "unit": "C"}


@pytest.mark.parametrize(
    ("reasoning", "directive", "tokens", "shown"),
    [
        (THINK, "", 8, True),
        ({"effort": "low"}, "", 8, False),
        ({"summary": "concise"}, "reason=3", 3, True),
        (THINK, "redacted", 8, False),
        ({"effort": "none", "summary": "auto"}, "reason=3", 0, False),
        (None, "reason=3", 3, False),
        (None, "", 0, False),
    ],
)
async def test_thinking(
    http: httpx2.AsyncClient, reasoning: Any, directive: str, tokens: int, shown: bool
) -> None:
    said = f"[[sandbox chunks=1 {directive}]]"
    answer = (await raw(http, said, reasoning=reasoning)).json()
    usage = answer["usage"]
    assert usage["output_tokens_details"] == {"reasoning_tokens": tokens}
    assert usage["output_tokens"] == tokens + 1
    assert len(answer["output"]) == 1 + bool(tokens)
    if tokens:
        assert bool(answer["output"][0]["summary"]) is shown
        assert "encrypted_content" not in answer["output"][0]
    again = [{"role": "user", "content": said}, *answer["output"], {"role": "user", "content": "x"}]
    assert (await raw(http, again)).status_code == 200


async def test_incomplete_answers(openai: AsyncOpenAI) -> None:
    short = await openai.responses.create(
        model="m", input="[[sandbox chunks=20]]", max_output_tokens=16
    )
    assert (short.status, short.error) == ("incomplete", None)
    assert short.incomplete_details
    assert short.incomplete_details.reason == "max_output_tokens"
    assert short.output[0].type == "message"
    assert short.output[0].status == "incomplete"
    filtered: Any = {"model": "m", "input": "[[sandbox finish=content_filter]]"}
    async with openai.responses.stream(**filtered) as stream:
        last = [event async for event in stream][-1]
    assert last.type == "response.incomplete"
    assert last.response.incomplete_details
    assert last.response.incomplete_details.reason == "content_filter"


async def test_thoughts_may_use_up_the_limit(http: httpx2.AsyncClient) -> None:
    answer = (await raw(http, "[[sandbox reason=30]]", max_output_tokens=16)).json()
    assert (answer["status"], [item["type"] for item in answer["output"]]) == (
        "incomplete",
        ["reasoning"],
    )


async def test_a_call_may_be_cut(http: httpx2.AsyncClient) -> None:
    said = 'call get_weather with {"city": "a b c d e f g h i j k l m n o p q r s"}'
    answer = (await raw(http, said, max_output_tokens=16, tools=[WEATHER])).json()
    assert (answer["status"], answer["output"][0]["status"]) == ("incomplete", "incomplete")
    assert answer["usage"]["output_tokens"] == 16


async def test_failed_answers(http: httpx2.AsyncClient) -> None:
    events = await stream_of(http, "[[sandbox chunks=2 failed]]")
    assert kinds(events)[-1] == "failed"
    last = events[-1]["response"]
    assert (last["status"], last["error"]["code"], last["usage"]) == (
        "failed",
        "server_error",
        None,
    )
    assert (await raw(http, "[[sandbox failed]]")).json()["status"] == "failed"


async def test_log_probabilities_when_asked(openai: AsyncOpenAI) -> None:
    request: Any = {"model": "m", "input": HELLO, "top_logprobs": 2}
    request["include"] = ["message.output_text.logprobs"]
    answer = await openai.responses.create(**request)
    item = answer.output[0]
    assert item.type == "message"
    part = item.content[0]
    assert part.type == "output_text"
    assert part.logprobs
    assert "".join(one.token for one in part.logprobs) == part.text
    assert len(part.logprobs[0].top_logprobs) == 2
    stream = await openai.responses.create(**request, stream=True)
    deltas = [event async for event in stream if event.type == "response.output_text.delta"]
    assert [delta.logprobs[0].token for delta in deltas] == [delta.delta for delta in deltas]


async def test_the_request_is_repeated(http: httpx2.AsyncClient) -> None:
    plain = (await raw(http, HELLO)).json()
    assert (plain["temperature"], plain["top_p"], plain["truncation"]) == (1, 1, "disabled")
    assert plain["text"] == {"format": {"type": "text"}, "verbosity": "medium"}
    assert (plain["tools"], plain["tool_choice"], plain["store"]) == ([], "auto", True)
    asked = {
        "instructions": "be brief",
        "max_output_tokens": 99,
        "metadata": {"a": "b"},
        "parallel_tool_calls": False,
        "prompt_cache_key": "k",
        "safety_identifier": "s",
        "store": False,
        "temperature": 0.5,
        "text": {"format": {"type": "text"}, "verbosity": "low"},
        "top_p": 0.5,
        "truncation": "auto",
        "user": "u",
    }
    answer = (await raw(http, HELLO, **asked, tools=[WEATHER], service_tier="fast")).json()
    assert {name: answer[name] for name in asked} == asked
    assert answer["tools"] == [{"description": None, "strict": True, **WEATHER}]
    assert answer["service_tier"] == "priority"


async def test_nothing_is_kept(openai: AsyncOpenAI) -> None:
    answer = await openai.responses.create(model="m", input=HELLO)
    with pytest.raises(sdk.NotFoundError, match=f"Response with id '{answer.id}' not found"):
        await openai.responses.retrieve(answer.id)
    with pytest.raises(sdk.BadRequestError) as caught:
        await openai.responses.create(model="m", input="hi", previous_response_id=answer.id)
    assert caught.value.code == "previous_response_not_found"


@pytest.mark.parametrize("brought", ["tools", "item"])
async def test_a_tool_in_a_namespace_is_called_there(
    http: httpx2.AsyncClient, brought: str
) -> None:
    """Codex groups its tools, and brings them in the input."""
    group = {"type": "namespace", "name": "sky", "description": "Weather", "tools": [WEATHER]}
    item = {"type": "additional_tools", "role": "developer", "tools": [group]}
    user = {"role": "user", "content": CALL}
    said = [item, user] if brought == "item" else [user]
    more = {"tools": [group]} if brought == "tools" else {}
    answer = (await raw(http, said, **more)).json()
    [call] = answer["output"]
    assert (call["name"], call["namespace"]) == ("get_weather", "sky")


GROUP: Any = {
    "type": "namespace",
    "name": "functions",
    "description": "",
    "tools": [{"type": "custom", "name": "exec"}],
}
EXEC = 'call exec with {"input": "text(\\"Paid\\")"}'
SOURCE = 'text("Paid")'


async def test_a_custom_tool_is_called_with_a_text(openai: AsyncOpenAI) -> None:
    asked: Any = {"model": "m", "input": EXEC, "tools": [GROUP]}
    [call] = (await openai.responses.create(**asked)).output
    assert call.type == "custom_tool_call"
    assert (call.name, call.namespace, call.input) == ("exec", "functions", SOURCE)
    assert (call.id or "").startswith("ctc_")
    turn = call.model_dump(exclude_none=True)
    result = {"type": "custom_tool_call_output", "call_id": call.call_id, "output": "Paid"}
    conversation: Any = [{"role": "user", "content": EXEC}, turn, result]
    told = await openai.responses.create(model="m", input=conversation, tools=[GROUP])
    assert told.output_text


async def test_the_input_of_a_custom_tool_is_streamed(http: httpx2.AsyncClient) -> None:
    events = await stream_of(http, EXEC, tools=[GROUP])
    deltas = [e["delta"] for e in events if e["type"] == "response.custom_tool_call_input.delta"]
    assert "".join(deltas) == SOURCE
    assert kinds(events)[-3:] == [
        "custom_tool_call_input.done", "output_item.done", "completed"
    ]  # fmt: skip
    assert events[-3]["input"] == events[-2]["item"]["input"] == SOURCE
    assert events[2]["item"] == {**events[-2]["item"], "status": "in_progress", "input": ""}


async def test_a_forced_custom_tool_gets_a_text(http: httpx2.AsyncClient) -> None:
    tool = {"type": "custom", "name": "exec"}
    [call] = (await raw(http, HELLO, tools=[tool], tool_choice=tool)).json()["output"]
    assert (call["type"], call["input"]) == ("custom_tool_call", "text")


async def test_a_custom_tool_that_is_cut_is_incomplete(http: httpx2.AsyncClient) -> None:
    long = f'call exec with {{"input": "{"so " * 40}"}}'
    answer = (await raw(http, long, tools=[GROUP], max_output_tokens=16)).json()
    [call] = answer["output"]
    assert answer["status"] == call["status"] == "incomplete"


async def test_what_codex_says_of_itself_changes_nothing(http: httpx2.AsyncClient) -> None:
    about = {"client_metadata": {"thread_id": "t"}, "reasoning": {"context": "all_turns"}}
    answer = (await raw(http, HELLO, **about)).json()
    assert answer["reasoning"]["context"] == "all_turns"
    assert "client_metadata" not in answer
