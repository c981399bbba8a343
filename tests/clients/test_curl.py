"""curl, with the lines that each family's documentation begins with."""

import json
from typing import Any

import pytest

from .newcomer import ANTHROPIC, CHAT, GEMINI, Newcomer, Tongue
from .told import QUESTION, Feature

MESSAGES = [{"role": "user", "content": QUESTION}]


@pytest.mark.parametrize("tongue", [CHAT, ANTHROPIC, GEMINI], ids=str)
async def test_curl(newcomer: Newcomer, tongue: Tongue) -> None:
    chat = json.loads(await _posts(newcomer, tongue, streams=False))
    text, tokens = _read(chat)
    assert QUESTION in text
    stream = await _posts(newcomer, tongue, streams=True)
    assert all(word in stream for word in QUESTION.split())
    told = {
        "chat": Feature(chat, 1, tokens),
        "stream": Feature({"text": stream}, 1, None),
    }
    await newcomer.finds("curl", "any", tongue, told)


async def _posts(newcomer: Newcomer, tongue: Tongue, *, streams: bool) -> str:
    path, headers, body = _request(tongue, newcomer.customer.key, streams=streams)
    fields = ["content-type: application/json", *headers]
    options = [word for field in fields for word in ("-H", field)]
    url = f"{newcomer.url}{path}"
    return await newcomer.machine.run("curl", "-sSfN", url, *options, "-d", json.dumps(body))


def _request(tongue: Tongue, key: str, *, streams: bool) -> tuple[str, list[str], dict[str, Any]]:
    body: dict[str, Any] = {"model": tongue.model, "messages": MESSAGES, "stream": streams}
    match tongue.name:
        case "openai":
            return "/v1/chat/completions", [f"Authorization: Bearer {key}"], body
        case "anthropic":
            headers = [f"x-api-key: {key}", "anthropic-version: 2023-06-01"]
            return "/v1/messages", headers, body | {"max_tokens": 100}
        case _:
            method = "streamGenerateContent?alt=sse" if streams else "generateContent"
            contents = [{"parts": [{"text": QUESTION}]}]
            path = f"/v1beta/models/{tongue.model}:{method}"
            return path, [f"x-goog-api-key: {key}"], {"contents": contents}


def _read(answer: dict[str, Any]) -> tuple[str, tuple[int, int]]:
    """Its text, and its tokens in and out."""
    match answer:
        case {"choices": [choice], "usage": used}:
            tokens = used["prompt_tokens"], used["completion_tokens"]
            return choice["message"]["content"], tokens
        case {"content": [block], "usage": used}:
            return block["text"], (used["input_tokens"], used["output_tokens"])
    used = answer["usageMetadata"]
    parts = answer["candidates"][0]["content"]["parts"]
    return parts[0]["text"], (used["promptTokenCount"], used["candidatesTokenCount"])
