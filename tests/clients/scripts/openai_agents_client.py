"""OpenAI's Agents SDK, as its guides write it; prints what a user would see, as JSON."""

# mypy: ignore-errors
import asyncio
import json
import sys

from agents import (
    Agent,
    ModelSettings,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from openai import AsyncOpenAI
from pydantic import BaseModel

url, key, name, dialect = sys.argv[1:]
MODELS = {"openai": OpenAIChatCompletionsModel, "responses": OpenAIResponsesModel}
set_tracing_disabled(True)
model = MODELS[dialect](name, AsyncOpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0))


class Place(BaseModel):
    city: str


@function_tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"Rain in {city}"


def tokens(result: object) -> list[int]:
    used = result.context_wrapper.usage
    return [used.input_tokens, used.output_tokens]


async def main() -> dict[str, object]:
    settings = ModelSettings(include_usage=True)
    agent = Agent(name="Tollkeeper", model=model, model_settings=settings, tools=[weather])
    chat = await Runner.run(agent, "Tell me about tolls")
    stream = Runner.run_streamed(agent, "Tell me about tolls")
    async for _ in stream.stream_events():
        pass
    told = await Runner.run(agent, 'call weather with {"city": "Paris"}')
    [call] = [item.raw_item for item in told.new_items if item.type == "tool_call_item"]
    namer = Agent(name="Namer", model=model, output_type=Place)
    place = await Runner.run(namer, "Name a city")
    return {
        "chat": {"text": chat.final_output, "tokens": tokens(chat)},
        "stream": {"text": stream.final_output, "tokens": tokens(stream)},
        "tools": {
            "call": {"name": call.name, "arguments": json.loads(call.arguments)},
            "text": told.final_output,
            "tokens": tokens(told),
        },
        "structured": {"value": place.final_output.model_dump(), "tokens": tokens(place)},
    }


json.dump(asyncio.run(main()), sys.stdout)
