"""What the official SDK sees when all goes well."""

import json
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel

HELLO: Any = [{"role": "user", "content": "Hello there, 你好"}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}},
            "required": ["city", "unit"],
        },
    },
}


def say(text: str) -> Any:
    return [{"role": "user", "content": text}]


async def test_a_whole_answer(openai: AsyncOpenAI) -> None:
    answer = await openai.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert answer.object == "chat.completion"
    assert answer.model == "gpt-4o"
    assert answer.id.startswith("chatcmpl-")
    (choice,) = answer.choices
    assert choice.message.role == "assistant"
    assert choice.message.content == "This is the sandbox. You said: Hello there, 你好"
    assert choice.finish_reason == "stop"
    assert answer.usage
    # 19 bytes of text are five tokens, a message is four more; the answer has nine words.
    assert answer.usage.prompt_tokens == 4 + 5
    assert answer.usage.completion_tokens == 9
    assert answer.usage.total_tokens == 18


async def test_a_stream_adds_up_to_the_whole_answer(openai: AsyncOpenAI) -> None:
    whole = await openai.chat.completions.create(model="gpt-4o", messages=HELLO)
    stream = await openai.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True)
    chunks = [chunk async for chunk in stream]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == (
        whole.choices[0].message.content
    )
    assert [c.choices[0].finish_reason for c in chunks[-2:]] == [None, "stop"]
    assert len({(c.id, c.created, c.model) for c in chunks}) == 1
    assert all(c.object == "chat.completion.chunk" and c.usage is None for c in chunks)


async def test_a_stream_reports_usage_when_asked(openai: AsyncOpenAI) -> None:
    stream = await openai.chat.completions.create(
        model="gpt-4o", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert all(chunk.usage is None and chunk.choices for chunk in chunks[:-1])
    assert chunks[-1].choices == []
    assert chunks[-1].usage
    assert chunks[-1].usage.completion_tokens == len(chunks) - 3


async def test_the_stream_on_the_wire(http: httpx2.AsyncClient) -> None:
    answer = await http.post(
        "/v1/chat/completions",
        json={
            "model": "gpt-4o",
            "messages": say("[[sandbox chunks=3]]"),
            "stream": True,
            "stream_options": {"include_usage": True},
        },
    )
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-request-id"].startswith("req_")
    assert int(answer.headers["openai-processing-ms"]) >= 0
    assert "server" not in answer.headers or answer.headers["server"] == "uvicorn"
    *events, end = answer.text.split("\n\n")
    assert end == ""
    assert events.pop() == "data: [DONE]"
    assert all(event.startswith("data: {") and "\n" not in event for event in events)
    chunks = [json.loads(event[6:]) for event in events]
    assert [chunk["usage"] for chunk in chunks[:-1]] == [None] * 5
    assert "".join(c["choices"][0]["delta"].get("content", "") for c in chunks[:-1]) == (
        "the river carries"
    )


async def test_choices_are_interleaved_and_counted(openai: AsyncOpenAI) -> None:
    whole = await openai.chat.completions.create(model="m", messages=HELLO, n=2)
    assert [choice.index for choice in whole.choices] == [0, 1]
    texts = [choice.message.content for choice in whole.choices]
    assert texts[1] == f"{texts[0]} (choice 2)"
    assert whole.usage
    assert whole.usage.completion_tokens == 9 + 11
    stream = await openai.chat.completions.create(model="m", messages=HELLO, n=2, stream=True)
    streamed = ["", ""]
    async for chunk in stream:
        streamed[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    assert streamed == texts


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
async def test_the_limit_of_output_tokens_ends_an_answer(openai: AsyncOpenAI, field: str) -> None:
    limit: Any = {field: 3}
    answer = await openai.chat.completions.create(model="m", messages=HELLO, **limit)
    assert answer.choices[0].message.content == "This is the"
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage
    assert answer.usage.completion_tokens == 3


async def test_stop_ends_an_answer_before_itself(openai: AsyncOpenAI) -> None:
    answer = await openai.chat.completions.create(model="m", messages=HELLO, stop=["said", "box"])
    assert answer.choices[0].message.content == "This is the sand"
    assert answer.choices[0].finish_reason == "stop"


async def test_log_probabilities_when_asked(openai: AsyncOpenAI) -> None:
    answer = await openai.chat.completions.create(
        model="m", messages=HELLO, logprobs=True, top_logprobs=2
    )
    logprobs = answer.choices[0].logprobs
    assert logprobs
    assert logprobs.content
    assert "".join(t.token for t in logprobs.content) == answer.choices[0].message.content
    assert len(logprobs.content[0].top_logprobs) == 2


async def test_reasoning_is_shown_and_counted(openai: AsyncOpenAI) -> None:
    messages = say("[[sandbox reason=5 chunks=2]]")
    answer = await openai.chat.completions.create(model="m", messages=messages)
    assert answer.usage
    assert answer.usage.completion_tokens == 7
    assert answer.usage.completion_tokens_details
    assert answer.usage.completion_tokens_details.reasoning_tokens == 5
    thought = (answer.choices[0].message.model_extra or {})["reasoning_content"]
    assert thought == "the river carries every stone"
    stream = await openai.chat.completions.create(model="m", messages=messages, stream=True)
    deltas = [chunk.choices[0].delta async for chunk in stream]
    assert "".join((d.model_extra or {}).get("reasoning_content", "") for d in deltas) == thought


async def test_a_function_is_called_as_the_user_says_and_answered(openai: AsyncOpenAI) -> None:
    messages = say('please call get_weather with {"city": "Bergen", "unit": "C"} for me')
    first = await openai.chat.completions.create(model="m", messages=messages, tools=[WEATHER])
    choice = first.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content is None
    assert choice.message.tool_calls
    call: Any = choice.message.tool_calls[0]
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Bergen", "unit": "C"}

    result: Any = {"role": "tool", "tool_call_id": call.id, "content": "rain"}
    message: Any = {"role": "assistant", "tool_calls": [call.to_dict()]}
    second = await openai.chat.completions.create(
        model="m", messages=[*messages, message, result], tools=[WEATHER]
    )
    assert second.choices[0].finish_reason == "stop"
    assert second.choices[0].message.content


async def test_a_streamed_call_gives_its_id_once(openai: AsyncOpenAI) -> None:
    stream = await openai.chat.completions.create(
        model="m", messages=HELLO, tools=[WEATHER], tool_choice="required", stream=True
    )
    chunks = [chunk async for chunk in stream]
    calls: Any = [c for chunk in chunks for c in chunk.choices[0].delta.tool_calls or ()]
    assert [call.index for call in calls] == [0] * len(calls)
    assert calls[0].id
    assert calls[0].function.name == "get_weather"
    assert all(call.id is None and call.function.name is None for call in calls[1:])
    arguments = "".join(call.function.arguments for call in calls)
    assert json.loads(arguments) == {"city": "text", "unit": "C"}
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


async def test_tool_choice_none_calls_nothing(openai: AsyncOpenAI) -> None:
    answer = await openai.chat.completions.create(
        model="m", messages=say("call get_weather with {}"), tools=[WEATHER], tool_choice="none"
    )
    assert answer.choices[0].finish_reason == "stop"


async def test_one_call_when_parallel_calls_are_off(openai: AsyncOpenAI) -> None:
    messages = say("call get_weather with {} and call get_weather with {}")
    both = await openai.chat.completions.create(model="m", messages=messages, tools=[WEATHER])
    one = await openai.chat.completions.create(
        model="m", messages=messages, tools=[WEATHER], parallel_tool_calls=False
    )
    assert len(both.choices[0].message.tool_calls or ()) == 2
    assert len(one.choices[0].message.tool_calls or ()) == 1


class City(BaseModel):
    name: str
    people: int


class Country(BaseModel):
    cities: list[City]
    capital: City


async def test_structured_output_fits_its_schema(openai: AsyncOpenAI) -> None:
    answer = await openai.chat.completions.parse(model="m", messages=HELLO, response_format=Country)
    city = City(name="text", people=1)
    assert answer.choices[0].message.parsed == Country(cities=[city], capital=city)


async def test_json_mode_gives_json(openai: AsyncOpenAI) -> None:
    answer = await openai.chat.completions.create(
        model="m", messages=say("in json, please"), response_format={"type": "json_object"}
    )
    assert "answer" in json.loads(answer.choices[0].message.content or "")


async def test_models(openai: AsyncOpenAI) -> None:
    listed = [model async for model in openai.models.list()]
    assert "gpt-4o-mini" in [model.id for model in listed]
    assert (await openai.models.retrieve("any/other-name")).id == "any/other-name"


@pytest.mark.parametrize("streaming", [False, True])
async def test_the_same_request_gets_the_same_bytes(
    http: httpx2.AsyncClient, streaming: bool
) -> None:
    body = {"model": "m", "messages": HELLO, "stream": streaming}
    first = await http.post("/v1/chat/completions", json=body)
    second = await http.post("/v1/chat/completions", json=body)
    assert first.content == second.content
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


@pytest.mark.parametrize(
    ("prefix", "extra"),
    [
        ("/v1", {}),
        ("", {"thinking": {"type": "disabled"}}),
        ("/compatible-mode/v1", {"enable_thinking": False}),
        ("/api/paas/v4", {"thinking": {"type": "enabled"}, "do_sample": True}),
        ("/api/v3", {"thinking": {"type": "auto"}}),
    ],
)
async def test_each_vendor_has_its_path_and_its_own_fields(
    http: httpx2.AsyncClient, prefix: str, extra: dict[str, Any]
) -> None:
    body = {"model": "m", "messages": HELLO, **extra}
    answer = await http.post(f"{prefix}/chat/completions", json=body)
    assert answer.status_code == 200
    assert (await http.get(f"{prefix}/models")).json()["object"] == "list"
    if extra:
        refused = await http.post("/v1/chat/completions", json=body)
        assert refused.status_code == 400
