"""LangChain, as its guides write it; prints what a user would see, as JSON."""

# mypy: ignore-errors
import json
import sys

from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

url, key, name, dialect = sys.argv[1:]


class Place(BaseModel):
    city: str


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"Rain in {city}"


match dialect:
    case "openai":
        model = ChatOpenAI(
            base_url=f"{url}/v1", api_key=key, model=name, max_retries=0, stream_usage=True
        )
    case "responses":
        model = ChatOpenAI(
            base_url=f"{url}/v1", api_key=key, model=name, use_responses_api=True, max_retries=0
        )
    case "anthropic":
        model = ChatAnthropic(base_url=url, api_key=key, model=name, max_retries=0)
    case "gemini":
        model = ChatGoogleGenerativeAI(base_url=url, api_key=key, model=name, max_retries=0)

question = HumanMessage("Tell me about tolls")
chat = model.invoke([question])

stream = None
for chunk in model.stream([question]):
    stream = chunk if stream is None else stream + chunk

ask = HumanMessage('call weather with {"city": "Paris"}')
handy = model.bind_tools([weather])
asked = handy.invoke([ask])
[call] = asked.tool_calls
result = ToolMessage(weather.invoke(call["args"]), tool_call_id=call["id"])
told = handy.invoke([ask, asked, result])

strict = model.with_structured_output(Place, method="json_schema", include_raw=True)
place = strict.invoke("Name a city")


def tokens(*messages: object) -> list[int]:
    used = [message.usage_metadata for message in messages]
    return [sum(u["input_tokens"] for u in used), sum(u["output_tokens"] for u in used)]


json.dump(
    {
        "chat": {"text": chat.text, "tokens": tokens(chat)},
        "stream": {"text": stream.text, "tokens": tokens(stream)},
        "tools": {
            "call": {"name": call["name"], "arguments": call["args"]},
            "text": told.text,
            "tokens": tokens(asked, told),
        },
        "structured": {
            "value": place["parsed"].model_dump(),
            "tokens": tokens(place["raw"]),
        },
    },
    sys.stdout,
)
