"""A valid request for every URL that asks a model for something, and where these are found."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tollgate_edge.forms import parse_form
from tollgate_edge.routes import addresses, beside_chat
from tollgate_edge.routes.addresses import Address, locate

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 40).decode()
JSON = "application/json"
BOUNDARY = "a1b2"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
_TOOL_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


@dataclass(frozen=True)
class Example:
    """A request that is answered."""

    path: str
    body: Any
    query: str = ""
    content_type: str = JSON

    @property
    def address(self) -> Address:
        return locate(self.path, self.query.encode(), [])

    @property
    def variant(self) -> str:
        """What the edge makes of it."""
        operation = self.address.operation
        if not operation:
            return ""
        whole = isinstance(self.body, bytes)
        read = parse_form(self.body, self.content_type.encode()) if whole else self.body
        return operation.read(read).variant

    @property
    def url(self) -> tuple[str, str]:
        """The dialect and the path as routes know them."""
        return self.address.dialect.name, self.address.path


def form(**fields: str | tuple[str, bytes]) -> bytes:
    """A form of texts, and of files by name and content."""
    out = b""
    for name, value in fields.items():
        named = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(value, tuple):
            out += f'{named}; filename="{value[0]}"\r\nContent-Type: image/png\r\n\r\n'.encode()
            out += value[1] + b"\r\n"
        else:
            out += f"{named}\r\n\r\n{value}\r\n".encode()
    return out + f"--{BOUNDARY}--\r\n".encode()


_CHAT = {
    "model": "every",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "hello"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PNG}},
                {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA"}},
                {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "tool_call_id": "c", "content": "5"},
    ],
    "max_tokens": 50,
    "stream": True,
    "stream_options": {"include_usage": True},
    "n": 1,
    "temperature": 0.5,
    "stop": ["x"],
    "logprobs": False,
    "tools": [{"type": "function", "function": {"name": "f", "parameters": _TOOL_SCHEMA}}],
    "tool_choice": "auto",
    "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {}}},
    "reasoning_effort": "low",
    "service_tier": "auto",
    "modalities": ["text"],
    "metadata": {"a": "b"},
}
_MESSAGES = {
    "model": "every",
    "max_tokens": 50,
    "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "hello"},
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": PNG},
                },
                {
                    "type": "document",
                    "source": {"type": "text", "media_type": "text/plain", "data": "a"},
                },
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
                {"type": "tool_use", "id": "t", "name": "f", "input": {"city": "Bern"}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "t", "content": "5"}],
        },
    ],
    "stream": True,
    "temperature": 0.5,
    "top_k": 5,
    "stop_sequences": ["x"],
    "thinking": {"type": "enabled", "budget_tokens": 10},
    "tools": [{"name": "f", "input_schema": _TOOL_SCHEMA}],
    "tool_choice": {"type": "auto"},
    "metadata": {"user_id": "u"},
}
_CONTENTS = {
    "contents": [
        {
            "role": "user",
            "parts": [{"text": "hello"}, {"inlineData": {"mimeType": "image/png", "data": PNG}}],
        },
        {
            "role": "model",
            "parts": [
                {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "c2ln"}
            ],
        },
        {
            "role": "user",
            "parts": [{"functionResponse": {"name": "f", "response": {"output": "5"}}}],
        },
    ],
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "generationConfig": {
        "maxOutputTokens": 50,
        "candidateCount": 1,
        "temperature": 0.5,
        "stopSequences": ["x"],
        "responseMimeType": "application/json",
        "responseSchema": {"type": "OBJECT"},
        "thinkingConfig": {"thinkingBudget": 10, "includeThoughts": True},
    },
    "safetySettings": [],
    "tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT"}}]}],
    "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
}
_RESPONSES = {
    "model": "every",
    "instructions": "Be brief.",
    "input": [
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "hello"},
                {"type": "input_image", "image_url": "data:image/png;base64," + PNG},
            ],
        },
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "5"},
    ],
    "max_output_tokens": 50,
    "stream": True,
    "store": False,
    "tools": [{"type": "function", "name": "f", "parameters": _TOOL_SCHEMA}],
    "tool_choice": "auto",
    "text": {"format": {"type": "text"}},
    "reasoning": {"effort": "low"},
    "temperature": 0.5,
}
_PART = {"parts": [{"text": "hello"}]}
_FILE = ("a.png", b"\x89PNG")
_GEMINI = "/v1beta/models/every:"
_RERANK = {"model": "every", "query": "q", "documents": ["a", "b"], "top_n": 1}

EXAMPLES = [
    Example("/v1/chat/completions", _CHAT),
    Example("/v1/messages", _MESSAGES),
    Example("/v1/messages/count_tokens", {k: _MESSAGES[k] for k in ("model", "messages", "tools")}),
    Example(_GEMINI + "generateContent", _CONTENTS),
    Example(_GEMINI + "streamGenerateContent", _CONTENTS, "alt=sse"),
    Example(_GEMINI + "streamGenerateContent", _CONTENTS),
    Example(_GEMINI + "countTokens", {"contents": _CONTENTS["contents"]}),
    Example(_GEMINI + "embedContent", {"content": _PART, "outputDimensionality": 8}),
    Example(
        _GEMINI + "batchEmbedContents", {"requests": [{"model": "models/every", "content": _PART}]}
    ),
    Example("/v1/responses", _RESPONSES),
    Example(
        "/v1/completions",
        {"model": "every", "prompt": ["hello"], "max_tokens": 5, "stream": True, "n": 1},
    ),
    Example(
        "/v1/embeddings",
        {"model": "every", "input": ["hello", "you"], "dimensions": 8, "encoding_format": "float"},
    ),
    Example("/v1/images/generations", {"model": "every", "prompt": "a cat", "n": 1, "size": "8x8"}),
    Example(
        "/v1/images/edits",
        form(model="every", prompt="a cat", image=_FILE, n="1"),
        content_type=FORM,
    ),
    Example("/v1/audio/speech", {"model": "every", "input": "hello", "voice": "v", "speed": 1.0}),
    Example(
        "/v1/audio/transcriptions",
        form(model="every", file=_FILE, language="en"),
        content_type=FORM,
    ),
    Example(
        "/v1/audio/translations", form(model="every", file=_FILE, prompt="p"), content_type=FORM
    ),
    Example(
        "/v1/moderations",
        {
            "model": "every",
            "input": [
                {"type": "text", "text": "hello"},
                {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}},
            ],
        },
    ),
    Example("/v1/rerank", _RERANK),
    Example("/v2/rerank", _RERANK),
    Example("/v1/reranks", _RERANK),
]


def known_urls() -> set[tuple[str, str]]:
    """Whatever URL asks for something, made of the words that the table of addresses is made of."""
    words = {word for module in (addresses, beside_chat) for word in _words(vars(module).values())}
    paths = {f"/{word.strip('/')}" for word in words}
    called = {f"{_GEMINI}{word}" for word in words if word.isalpha()}
    joined = {first + second for first in paths for second in paths}
    found = set()
    for path in paths | called | joined:
        address = locate(path, b"", [])
        # Gemini's methods without a model are no further URLs.
        nameless = address.path.startswith("/models/") and ":" not in address.path
        if (address.operation or address.counts) and not nameless:
            found.add((address.dialect.name, address.path))
    return found


def _words(values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, FunctionType):
            yield from _words(value.__code__.co_consts)
        elif isinstance(value, CodeType):
            yield from _words(value.co_consts)
        elif isinstance(value, dict | frozenset | tuple | list) and not isinstance(
            value, ModuleType
        ):
            yield from _words(value)
