"""Pydantic AI, as its guides write it; prints what a user would see, as JSON."""

# mypy: ignore-errors
import asyncio
import json
import sys

from pydantic import BaseModel
from pydantic_ai import Agent, NativeOutput
from pydantic_ai.messages import ToolCallPart
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider

url, key, name, dialect = sys.argv[1:]


class Place(BaseModel):
    city: str


match dialect:
    case "openai":
        model = OpenAIChatModel(name, provider=OpenAIProvider(base_url=f"{url}/v1", api_key=key))
    case "responses":
        provider = OpenAIProvider(base_url=f"{url}/v1", api_key=key)
        model = OpenAIResponsesModel(name, provider=provider)
    case "anthropic":
        model = AnthropicModel(name, provider=AnthropicProvider(base_url=url, api_key=key))
    case "gemini":
        model = GoogleModel(name, provider=GoogleProvider(base_url=url, api_key=key))

agent = Agent(model)


@agent.tool_plain
def weather(city: str) -> str:
    """The weather in a city."""
    return f"Rain in {city}"


def tokens(result: object) -> list[int]:
    used = result.usage
    return [used.input_tokens, used.output_tokens]


async def main() -> dict[str, object]:
    chat = await agent.run("Tell me about tolls")
    async with agent.run_stream("Tell me about tolls") as stream:
        streamed = await stream.get_output()
    told = await agent.run('call weather with {"city": "Paris"}')
    [call] = [
        part
        for message in told.all_messages()
        for part in message.parts
        if isinstance(part, ToolCallPart)
    ]
    place = await Agent(model, output_type=NativeOutput(Place)).run("Name a city")
    by_tool = await Agent(model, output_type=Place).run("Name a city")
    return {
        "chat": {"text": chat.output, "tokens": tokens(chat)},
        "stream": {"text": streamed, "tokens": tokens(stream)},
        "tools": {
            "call": {"name": call.tool_name, "arguments": call.args_as_dict()},
            "text": told.output,
            "tokens": tokens(told),
        },
        "structured": {"value": place.output.model_dump(), "tokens": tokens(place)},
        "structured by tool": {"value": by_tool.output.model_dump(), "tokens": tokens(by_tool)},
    }


json.dump(asyncio.run(main()), sys.stdout)
