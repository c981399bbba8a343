"""Haystack, as its guides write it; prints what a user would see, as JSON."""

# mypy: ignore-errors
import json
import sys

from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import create_tool_from_function
from haystack.utils import Secret
from pydantic import BaseModel

url, key, name, _ = sys.argv[1:]


class Place(BaseModel):
    city: str


def weather(city: str) -> str:
    """The weather in a city."""
    return f"Rain in {city}"


tool = create_tool_from_function(weather)
generator = OpenAIChatGenerator(
    api_key=Secret.from_token(key), api_base_url=f"{url}/v1", model=name, max_retries=0
)


def ask(*messages: ChatMessage, **options: object) -> ChatMessage:
    [reply] = generator.run(messages=list(messages), **options)["replies"]
    return reply


def tokens(*replies: ChatMessage) -> list[int]:
    used = [reply.meta["usage"] for reply in replies]
    return [sum(u["prompt_tokens"] for u in used), sum(u["completion_tokens"] for u in used)]


question = ChatMessage.from_user("Tell me about tolls")
chat = ask(question)
stream = ask(
    question,
    streaming_callback=lambda chunk: None,
    generation_kwargs={"stream_options": {"include_usage": True}},
)

ask_for = ChatMessage.from_user('call weather with {"city": "Paris"}')
asked = ask(ask_for, tools=[tool])
[call] = asked.tool_calls
result = ChatMessage.from_tool(tool.invoke(**call.arguments), origin=call)
told = ask(ask_for, asked, result, tools=[tool])

place = ask(ChatMessage.from_user("Name a city"), generation_kwargs={"response_format": Place})

json.dump(
    {
        "chat": {"text": chat.text, "tokens": tokens(chat)},
        "stream": {"text": stream.text, "tokens": tokens(stream)},
        "tools": {
            "call": {"name": call.tool_name, "arguments": call.arguments},
            "text": told.text,
            "tokens": tokens(asked, told),
        },
        "structured": {"value": json.loads(place.text), "tokens": tokens(place)},
    },
    sys.stdout,
)
