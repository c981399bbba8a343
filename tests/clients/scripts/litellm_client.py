"""LiteLLM as a library, as its guides write it; prints what a user would see, as JSON."""

# mypy: ignore-errors
import json
import sys

import litellm
from pydantic import BaseModel

url, key, name, dialect = sys.argv[1:]
BASE = {"openai": f"{url}/v1", "anthropic": url, "gemini": url}
SETTINGS = {
    "model": f"{dialect}/{name}",
    "api_base": BASE[dialect],
    "api_key": key,
    "max_retries": 0,
}
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


class Place(BaseModel):
    city: str


question = [{"role": "user", "content": "Tell me about tolls"}]
chat = litellm.completion(messages=question, **SETTINGS)

chunks = litellm.completion(
    messages=question, stream=True, stream_options={"include_usage": True}, **SETTINGS
)
stream = litellm.stream_chunk_builder(list(chunks), messages=question)

ask = {"role": "user", "content": 'call weather with {"city": "Paris"}'}
asked = litellm.completion(messages=[ask], tools=[WEATHER], **SETTINGS)
[call] = asked.choices[0].message.tool_calls
# What LiteLLM adds of its own is not a field of OpenAI's messages.
turn = asked.choices[0].message.model_dump(exclude={"provider_specific_fields"})
result = {"role": "tool", "tool_call_id": call.id, "content": "Rain in Paris"}
told = litellm.completion(messages=[ask, turn, result], tools=[WEATHER], **SETTINGS)

ask_place = [{"role": "user", "content": "Name a city"}]
place = litellm.completion(messages=ask_place, response_format=Place, **SETTINGS)


def tokens(*answers: object) -> list[int]:
    used = [answer.usage for answer in answers]
    return [sum(u.prompt_tokens for u in used), sum(u.completion_tokens for u in used)]


def text(answer: object) -> str:
    return answer.choices[0].message.content


json.dump(
    {
        "chat": {"text": text(chat), "tokens": tokens(chat)},
        "stream": {"text": text(stream), "tokens": tokens(stream)},
        "tools": {
            "call": {
                "name": call.function.name,
                "arguments": json.loads(call.function.arguments),
            },
            "text": text(told),
            "tokens": tokens(asked, told),
        },
        "structured": {"value": json.loads(text(place)), "tokens": tokens(place)},
    },
    sys.stdout,
)
