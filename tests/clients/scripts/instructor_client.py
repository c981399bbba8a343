"""Instructor, as its guides write it; prints what a user would see, as JSON."""

# mypy: ignore-errors
import json
import sys

import anthropic
import instructor
import openai
from google import genai
from pydantic import BaseModel

url, key, name, dialect = sys.argv[1:]


class Place(BaseModel):
    city: str


match dialect:
    case "openai":
        client = instructor.from_openai(
            openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)
        )
    case "anthropic":
        client = instructor.from_anthropic(
            anthropic.Anthropic(base_url=url, api_key=key, max_retries=0)
        )
    case "gemini":
        client = instructor.from_genai(genai.Client(api_key=key, http_options={"base_url": url}))

request = {
    "model": name,
    "messages": [{"role": "user", "content": "Name a city"}],
    "max_retries": 0,
    **({"max_tokens": 1000} if dialect == "anthropic" else {}),
}
place, raw = client.chat.completions.create_with_completion(response_model=Place, **request)
*_, streamed = client.chat.completions.create_partial(response_model=Place, **request)


def tokens(answer: object) -> list[int]:
    match dialect:
        case "openai":
            return [answer.usage.prompt_tokens, answer.usage.completion_tokens]
        case "anthropic":
            return [answer.usage.input_tokens, answer.usage.output_tokens]
    used = answer.usage_metadata
    return [used.prompt_token_count, used.candidates_token_count]


json.dump(
    {
        "structured": {"value": place.model_dump(), "tokens": tokens(raw)},
        "structured stream": {"value": streamed.model_dump(), "tokens": None},
    },
    sys.stdout,
)
