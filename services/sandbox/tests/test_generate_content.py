"""What Google's official SDK sees when all goes well."""

import json
from typing import Any

import httpx2
import pytest
from google.genai.client import AsyncClient

WEATHER: Any = {
    "function_declarations": [
        {
            "name": "get_weather",
            "parameters": {
                "type": "OBJECT",
                "properties": {
                    "city": {"type": "STRING"},
                    "unit": {"type": "STRING", "enum": ["C", "F"]},
                },
            },
        }
    ]
}
CALL = 'please call get_weather with {"city": "Bergen", "unit": "C"} for me'
MANUAL = {"automatic_function_calling": {"disable": True}}
PATH = "/v1beta/models/gemini-3.1-pro-preview"


def say(text: str) -> list[dict[str, Any]]:
    return [{"role": "user", "parts": [{"text": text}]}]


async def raw(http: httpx2.AsyncClient, text: str, **body: Any) -> Any:
    answer = await http.post(f"{PATH}:generateContent", json={"contents": say(text), **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_whole_answer(gemini: AsyncClient) -> None:
    answer = await gemini.models.generate_content(model="gemini-x", contents="Hello there, 你好")
    assert answer.text == "This is the sandbox. You said: Hello there, 你好"
    assert answer.model_version == "gemini-x"
    assert answer.response_id
    assert answer.candidates
    assert answer.candidates[0].finish_reason == "STOP"
    usage = answer.usage_metadata
    assert usage
    assert (usage.prompt_token_count, usage.candidates_token_count) == (9, 9)
    assert usage.total_token_count == 18


@pytest.mark.parametrize("version", ["v1", "v1beta"])
async def test_both_versions_and_a_key_in_the_query(url: str, version: str) -> None:
    async with httpx2.AsyncClient(base_url=url) as anyone:
        path = f"/{version}/models/m:generateContent?key=sk-sandbox-a"
        answer = await anyone.post(path, json={"contents": {"parts": {"text": "hi"}}})
        assert answer.status_code == 200
        listed = await anyone.get(f"/{version}/models", headers={"x-goog-api-key": "sk-sandbox"})
        assert listed.json()["models"][0]["name"].startswith("models/")


async def test_a_stream_adds_up_to_the_whole_answer(gemini: AsyncClient) -> None:
    config: Any = {"thinking_config": {"include_thoughts": True}}
    whole = await gemini.models.generate_content(model="m", contents="hi", config=config)
    stream = await gemini.models.generate_content_stream(model="m", contents="hi", config=config)
    chunks = [chunk async for chunk in stream]
    parts = [p for c in chunks for p in (c.candidates or [])[0].content.parts or ()]  # type: ignore[union-attr]
    assert "".join(p.text or "" for p in parts if not p.thought) == whole.text
    thoughts = "".join(p.text or "" for p in parts if p.thought)
    assert whole.candidates
    assert whole.candidates[0].content
    assert whole.candidates[0].content.parts
    assert thoughts == whole.candidates[0].content.parts[0].text
    assert chunks[-1].candidates
    assert chunks[-1].candidates[0].finish_reason == "STOP"
    assert [c.candidates[0].finish_reason for c in chunks[:-1] if c.candidates] == [None] * 15
    assert chunks[-1].usage_metadata == whole.usage_metadata
    assert whole.usage_metadata
    assert whole.usage_metadata.thoughts_token_count == 8
    assert whole.usage_metadata.candidates_token_count == 7


async def test_the_stream_on_the_wire(http: httpx2.AsyncClient) -> None:
    body = {"contents": say("[[sandbox chunks=3]]")}
    sse = await http.post(f"{PATH}:streamGenerateContent?alt=sse", json=body)
    assert sse.headers["content-type"] == "text/event-stream"
    *events, end = sse.text.split("\r\n\r\n")
    assert end == ""
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    assert [c["usageMetadata"]["candidatesTokenCount"] for c in chunks] == [1, 2, 3, 3]
    assert [c["candidates"][0].get("finishReason") for c in chunks] == [None, None, None, "STOP"]

    array = await http.post(f"{PATH}:streamGenerateContent", json=body)
    assert array.headers["content-type"] == "application/json"
    assert array.json() == chunks


async def test_a_function_is_called_as_the_user_says_and_answered(gemini: AsyncClient) -> None:
    config: Any = {"tools": [WEATHER], **MANUAL}
    model = "gemini-3.1-pro-preview"
    first = await gemini.models.generate_content(model=model, contents=CALL, config=config)
    assert first.function_calls
    assert first.function_calls[0].args == {"city": "Bergen", "unit": "C"}
    assert first.candidates
    made: Any = first.candidates[0].content
    assert made.parts[0].thought_signature
    result: Any = {
        "role": "user",
        "parts": [{"function_response": {"name": "get_weather", "response": {"result": "rain"}}}],
    }
    asked: Any = {"role": "user", "parts": [{"text": CALL}]}
    history: Any = [asked, made, result]
    second = await gemini.models.generate_content(model=model, contents=history, config=config)
    assert second.text


async def test_only_the_first_of_parallel_calls_is_signed(http: httpx2.AsyncClient) -> None:
    text = "call get_weather with {} and call get_weather with {}"
    answer = await raw(http, text, tools=WEATHER)
    parts = answer["candidates"][0]["content"]["parts"]
    assert ["thoughtSignature" in part for part in parts] == [True, False]
    assert len({part["functionCall"]["id"] for part in parts}) == 2


@pytest.mark.parametrize(
    ("calling", "calls"),
    [
        ({"mode": "AUTO"}, 0),
        ({"mode": "ANY"}, 1),
        ({"mode": "ANY", "allowedFunctionNames": ["get_weather"]}, 1),
        ({"mode": "NONE"}, 0),
    ],
)
async def test_modes_of_function_calling(
    http: httpx2.AsyncClient, calling: Any, calls: int
) -> None:
    answer = await raw(http, "hi", tools=[WEATHER], toolConfig={"functionCallingConfig": calling})
    parts = answer["candidates"][0]["content"]["parts"]
    made = [part["functionCall"] for part in parts if "functionCall" in part]
    assert len(made) == calls
    assert all(call["args"] == {"city": "text", "unit": "C"} for call in made)


@pytest.mark.parametrize(
    ("config", "directive", "shown", "counted"),
    [
        ({"includeThoughts": True}, "", True, 8),
        ({"includeThoughts": True, "thinkingLevel": "low"}, "reason=3", True, 3),
        ({"thinkingBudget": 1024}, "", False, 8),
        ({"thinkingBudget": 0}, "reason=3", False, None),
        ({}, "reason=3", False, 3),
        ({}, "", False, None),
    ],
)
async def test_thoughts(
    http: httpx2.AsyncClient, config: Any, directive: str, shown: bool, counted: int | None
) -> None:
    text = f"hi [[sandbox chunks=2 {directive}]]"
    answer = await raw(http, text, generationConfig={"thinkingConfig": config})
    content = answer["candidates"][0]["content"]
    assert bool(content["parts"][0].get("thought")) == shown
    assert ("thoughtSignature" in content["parts"][-1]) == bool(counted)
    usage = answer["usageMetadata"]
    assert usage.get("thoughtsTokenCount") == counted
    assert usage["candidatesTokenCount"] == 2
    assert usage["totalTokenCount"] == usage["promptTokenCount"] + 2 + (counted or 0)
    contents = [*say("hi"), content, *say("more")]
    again = await http.post(f"{PATH}:generateContent", json={"contents": contents})
    assert again.status_code == 200


async def test_json_and_its_schemas(gemini: AsyncClient) -> None:
    kind = "application/json"
    schema: Any = {"type": "OBJECT", "properties": {"people": {"type": "INTEGER"}}}
    json_schema = {"type": "object", "properties": {"people": {"type": "integer"}}}
    for given in ({"response_schema": schema}, {"response_json_schema": json_schema}):
        config: Any = {"response_mime_type": kind, **given}
        answer = await gemini.models.generate_content(model="m", contents="hi", config=config)
        assert json.loads(answer.text or "") == {"people": 1}
    free = await gemini.models.generate_content(
        model="m", contents="hi", config={"response_mime_type": kind}
    )
    assert "answer" in json.loads(free.text or "")


async def test_reasons_to_finish_and_candidates(http: httpx2.AsyncClient) -> None:
    def reasons(answer: Any) -> list[str]:
        return [candidate["finishReason"] for candidate in answer["candidates"]]

    config = {"maxOutputTokens": 3, "candidateCount": 2}
    assert reasons(await raw(http, "hi", generationConfig=config)) == ["MAX_TOKENS"] * 2
    stopped = await raw(http, "hi", generationConfig={"stopSequences": ["box"]})
    assert reasons(stopped) == ["STOP"]
    assert stopped["candidates"][0]["content"]["parts"][0]["text"] == "This is the sand"
    assert reasons(await raw(http, "[[sandbox finish=content_filter]]")) == ["SAFETY"]


async def test_cached_tokens_are_part_of_the_prompt(http: httpx2.AsyncClient) -> None:
    usage = (await raw(http, "hi [[sandbox cached=3]]"))["usageMetadata"]
    assert (usage["cachedContentTokenCount"], usage["promptTokenCount"]) == (3, 10)


async def test_tokens_are_counted(gemini: AsyncClient, http: httpx2.AsyncClient) -> None:
    counted = await gemini.models.count_tokens(model="m", contents="Hello")
    assert counted.total_tokens == 6
    request = {
        "model": "models/m",
        "contents": say("Hello"),
        "system_instruction": {"parts": {"text": "be brief"}},
    }
    path = "/v1beta/models/m:countTokens"
    whole = await http.post(path, json={"generateContentRequest": request})
    assert whole.json()["totalTokens"] == 12
    picture = {"inlineData": {"mimeType": "image/png", "data": "aGk="}}
    contents = [{"parts": [{"text": "hi"}, picture]}]
    seen = await http.post(path, json={"contents": contents})
    assert seen.json()["totalTokens"] == 4 + 1 + 85


async def test_models(gemini: AsyncClient) -> None:
    listed = [model.name async for model in await gemini.models.list()]
    assert "models/gemini-2.5-flash" in listed
    shown = await gemini.models.get(model="any-other")
    assert shown.name == "models/any-other"
    assert "generateContent" in (shown.supported_actions or ())
