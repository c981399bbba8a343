"""LlamaIndex, as its guides write it; prints what a user would see, as JSON."""

# mypy: ignore-errors
import json
import sys

from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.anthropic import Anthropic
from llama_index.llms.google_genai import GoogleGenAI
from llama_index.llms.openai_like import OpenAILike
from pydantic import BaseModel

url, key, name, dialect = sys.argv[1:]


class Place(BaseModel):
    city: str


def weather(city: str) -> str:
    """The weather in a city."""
    return f"Rain in {city}"


match dialect:
    case "openai":
        llm = OpenAILike(
            api_base=f"{url}/v1",
            api_key=key,
            model=name,
            is_chat_model=True,
            is_function_calling_model=True,
            max_retries=0,
            additional_kwargs={"stream_options": {"include_usage": True}},
        )
    case "anthropic":
        llm = Anthropic(base_url=url, api_key=key, model=name, max_retries=0)
    case "gemini":
        llm = GoogleGenAI(api_key=key, model=name, http_options={"base_url": url})

question = [ChatMessage("Tell me about tolls")]
chat = llm.chat(question)
*_, stream = llm.stream_chat(question)

tools = [FunctionTool.from_defaults(weather)]
ask = ChatMessage('call weather with {"city": "Paris"}')
asked = llm.chat_with_tools(tools, chat_history=[ask])
[call] = llm.get_tool_calls_from_response(asked)
result = ChatMessage(
    role="tool",
    content=weather(**call.tool_kwargs),
    additional_kwargs={"tool_call_id": call.tool_id, "name": call.tool_name},
)
told = llm.chat_with_tools(tools, chat_history=[ask, asked.message, result])

place = llm.as_structured_llm(Place).chat([ChatMessage("Name a city")])


def tokens(*answers: object) -> list[int]:
    if dialect == "anthropic":
        used = [answer.raw["usage"] for answer in answers]
        return [sum(u.input_tokens for u in used), sum(u.output_tokens for u in used)]
    used = [answer.additional_kwargs for answer in answers]
    return [sum(u["prompt_tokens"] for u in used), sum(u["completion_tokens"] for u in used)]


json.dump(
    {
        "chat": {"text": chat.message.content, "tokens": tokens(chat)},
        "stream": {"text": stream.message.content, "tokens": tokens(stream)},
        "tools": {
            "call": {"name": call.tool_name, "arguments": call.tool_kwargs},
            "text": told.message.content,
            "tokens": tokens(asked, told),
        },
        "structured": {"value": place.raw.model_dump(), "tokens": None},
    },
    sys.stdout,
)
