"""Who does not want to see reasoning sees none, and pays for what was reasoned all the same."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tollgate_providers.adapter import Ask
from tollgate_providers.conversion import wire_of
from tollgate_providers.registry import load_adapters, load_dialects

from .recorded import CLIENTS, Asked, answer_of, events_of

ADAPTERS = load_adapters()
DIALECTS = load_dialects()
# They reason aloud, whatever they are told.
LOUD = ("deepseek", "doubao", "glm", "kimi", "qwen")
SHOWN: dict[str, dict[str, Any]] = {
    "anthropic": {"thinking": {"type": "adaptive", "display": "summarized"}},
    "gemini": {"generationConfig": {"thinkingConfig": {"includeThoughts": True}}},
}
HIDDEN: dict[str, list[dict[str, Any]]] = {
    "anthropic": [{"thinking": {"type": "adaptive", "display": "omitted"}}],
    "gemini": [
        {},
        {"generationConfig": {"thinkingConfig": {"includeThoughts": False}}},
        {"generationConfig": {"thinkingConfig": {"thinkingLevel": "HIGH"}}},
    ],
}
WORDS = {"anthropic": b'"type":"thinking"', "gemini": b'"thought":true'}


def asked(provider: str, client: str, wish: dict[str, Any], stream: bool) -> Asked:
    told = Asked(provider, client, stream=stream)
    body = json.loads(told.ask.body) | wish
    told.ask = replace(told.ask, body=json.dumps(body).encode())
    told.wire = wire_of(ADAPTERS[provider], DIALECTS, told.ask)
    return told


def answers(provider: str, client: str, wish: dict[str, Any]) -> list[tuple[bytes, Any]]:
    """Whole and streamed, each with the count that is billed."""
    whole = asked(provider, client, wish, stream=False)
    answer = answer_of(whole.recording("unary.json"))
    streamed = asked(provider, client, wish, stream=True)
    events = events_of(streamed.recording("stream.sse"))
    return [whole.whole(json.dumps(answer).encode()), streamed.streamed(events)]


@pytest.mark.parametrize("client", HIDDEN)
@pytest.mark.parametrize("provider", LOUD)
def test_hidden_reasoning_is_not_shown_but_counted(provider: str, client: str) -> None:
    shown = answers(provider, client, SHOWN[client])
    assert any(WORDS[client] in data for data, _ in shown)
    for wish in HIDDEN[client]:
        hidden = answers(provider, client, wish)
        assert not any(WORDS[client] in data for data, _ in hidden)
        assert [units for _, units in hidden] == [units for _, units in shown]


def written(provider: str, model: str, client: str, body: dict[str, Any]) -> Any:
    dialect, operation = CLIENTS[client]
    ask = Ask(
        body=json.dumps(body).encode(),
        model=model,
        stream=False,
        include_usage=False,
        max_output_tokens=4096,
        dialect=dialect,
        operation=operation,
    )
    return json.loads(wire_of(ADAPTERS[provider], DIALECTS, ask).body(ask))


ASKED = {"contents": [{"role": "user", "parts": [{"text": "Why?"}]}]}


def test_claude_hides_it_itself_from_a_gemini_client() -> None:
    config = {"thinkingConfig": {"thinkingLevel": "LOW"}}
    body = written("anthropic", "claude-opus-5-5", "gemini", ASKED | {"generationConfig": config})
    assert body["thinking"] == {"type": "adaptive", "display": "omitted"}


def test_who_wants_nothing_shown_asks_for_no_reasoning() -> None:
    """Claude reasons only when asked to, and OpenAI seals it only for who hands it back."""
    assert "thinking" not in written("anthropic", "claude-opus-5-5", "gemini", ASKED)
    body = written("openai", "gpt-6-sol", "gemini", ASKED)
    assert body.keys().isdisjoint({"reasoning", "include"})
