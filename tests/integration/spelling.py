"""What a story says, as each vendor's API spells it: the same in every language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

# A message, or a call's options, as one API spells it.
Spelled: TypeAlias = Any
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAA"
    "C0lEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
_TELLS = "The weather in a city"


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the model made."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an SDK showed, and the same as messages to be handed back.

    `thought` is the text of its reasoning, or what stands for it where the provider hides it.
    """

    text: str
    thought: str
    calls: tuple[Call, ...]
    turn: Sequence[Spelled]


class OpenAISpelling:
    """Chat completions."""

    dialect: ClassVar[str] = "openai"
    operation: ClassVar[str] = "chat"
    # What every question has to say; and how to ask for a tool, an answer of SCHEMA, or reasoning.
    always: ClassVar[Spelled] = {}
    tools: ClassVar[Spelled] = {
        "tools": [
            {
                "type": "function",
                "function": {"name": "weather", "description": _TELLS, "parameters": SCHEMA},
            }
        ]
    }
    structured: ClassVar[Spelled] = {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "place", "schema": SCHEMA, "strict": True},
        }
    }
    reasoning: ClassVar[Spelled] = {"reasoning_effort": "high"}

    def user(self, text: str, *, picture: bool = False) -> Spelled:
        if not picture:
            return {"role": "user", "content": text}
        image = {"url": f"data:image/png;base64,{PICTURE}"}
        parts = [{"type": "text", "text": text}, {"type": "image_url", "image_url": image}]
        return {"role": "user", "content": parts}

    def result(self, call: Call, text: str) -> Spelled:
        return {"role": "tool", "tool_call_id": call.id, "content": text}


class ResponsesSpelling:
    """OpenAI's Responses: a turn is a list of items."""

    dialect: ClassVar[str] = "openai"
    operation: ClassVar[str] = "responses"
    # Nothing is kept, so reasoning comes sealed, to be handed back.
    always: ClassVar[Spelled] = {"include": ["reasoning.encrypted_content"]}
    tools: ClassVar[Spelled] = {
        "tools": [
            {
                "type": "function",
                "name": "weather",
                "description": _TELLS,
                "parameters": SCHEMA,
                "strict": True,
            }
        ]
    }
    structured: ClassVar[Spelled] = {
        "text": {
            "format": {"type": "json_schema", "name": "place", "schema": SCHEMA, "strict": True}
        }
    }
    reasoning: ClassVar[Spelled] = {"reasoning": {"effort": "high", "summary": "auto"}}

    def user(self, text: str, *, picture: bool = False) -> Spelled:
        if not picture:
            return {"role": "user", "content": text}
        url = f"data:image/png;base64,{PICTURE}"
        image = {"type": "input_image", "image_url": url, "detail": "auto"}
        return {"role": "user", "content": [{"type": "input_text", "text": text}, image]}

    def result(self, call: Call, text: str) -> Spelled:
        return {"type": "function_call_output", "call_id": call.id, "output": text}


class AnthropicSpelling:
    """Messages."""

    dialect: ClassVar[str] = "anthropic"
    operation: ClassVar[str] = "chat"
    always: ClassVar[Spelled] = {"max_tokens": 2_000}
    tools: ClassVar[Spelled] = {
        "tools": [{"name": "weather", "description": _TELLS, "input_schema": SCHEMA}]
    }
    structured: ClassVar[Spelled] = {
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}
    }
    reasoning: ClassVar[Spelled] = {"thinking": {"type": "adaptive", "display": "summarized"}}

    def user(self, text: str, *, picture: bool = False) -> Spelled:
        if not picture:
            return {"role": "user", "content": text}
        source = {"type": "base64", "media_type": "image/png", "data": PICTURE}
        parts = [{"type": "text", "text": text}, {"type": "image", "source": source}]
        return {"role": "user", "content": parts}

    def result(self, call: Call, text: str) -> Spelled:
        block = {"type": "tool_result", "tool_use_id": call.id, "content": text}
        return {"role": "user", "content": [block]}


class GoogleSpelling:
    """Generate content: both SDKs take the names of Google's JSON."""

    dialect: ClassVar[str] = "gemini"
    operation: ClassVar[str] = "chat"
    always: ClassVar[Spelled] = {}
    tools: ClassVar[Spelled] = {
        "tools": [
            {
                "functionDeclarations": [
                    {"name": "weather", "description": _TELLS, "parametersJsonSchema": SCHEMA}
                ]
            }
        ],
        "automaticFunctionCalling": {"disable": True},
    }
    structured: ClassVar[Spelled] = {
        "responseMimeType": "application/json",
        "responseJsonSchema": SCHEMA,
    }
    reasoning: ClassVar[Spelled] = {"thinkingConfig": {"includeThoughts": True}}

    def user(self, text: str, *, picture: bool = False) -> Spelled:
        parts: list[Spelled] = [{"text": text}]
        if picture:
            parts.append({"inlineData": {"mimeType": "image/png", "data": PICTURE}})
        return {"role": "user", "parts": parts}

    def result(self, call: Call, text: str) -> Spelled:
        response = {"id": call.id, "name": call.name, "response": {"output": text}}
        return {"role": "user", "parts": [{"functionResponse": response}]}


def named_first(message: str) -> str:
    """Where an error has no place for a field's name, its message begins with it."""
    found = re.match(r"([A-Za-z_][\w.\[\]]*): ", message)
    return found[1] if found else ""
