"""The chat APIs of the benchmark: what the load asks for, and what the mock provider streams."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

# More than any answer here, so that no gateway has a reason to cut one.
MAX_TOKENS = 8192
PROMPT_TOKENS = 40


@dataclass(frozen=True, slots=True)
class Dialect:
    """One API: how a stream is asked for, and its events as they stand on the wire.

    `event` takes its number and the time in nanoseconds, `last` the names of `totals`. A path of
    this API holds `mark`, and a complete answer `done`.
    """

    path: str
    mark: bytes
    body: Callable[[str, str], dict[str, Any]]
    first: bytes
    event: bytes
    last: bytes
    done: bytes


def totals(events: int) -> dict[bytes, int]:
    """The usage of an answer of so many events."""
    return {b"output": events, b"total": events + PROMPT_TOKENS}


def _openai_body(model: str, prompt: str) -> dict[str, Any]:
    return _anthropic_body(model, prompt) | {"stream_options": {"include_usage": True}}


def _anthropic_body(model: str, prompt: str) -> dict[str, Any]:
    turn = {"role": "user", "content": prompt}
    return {"model": model, "messages": [turn], "max_tokens": MAX_TOKENS, "stream": True}


def _gemini_body(model: str, prompt: str) -> dict[str, Any]:
    turn = {"role": "user", "parts": [{"text": prompt}]}
    return {"contents": [turn], "generationConfig": {"maxOutputTokens": MAX_TOKENS}}


def _openai(rest: bytes) -> bytes:
    return (
        b'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1750000000,'
        b'"model":"bench",%b}\n\n' % rest
    )


def _anthropic(kind: bytes, rest: bytes = b"") -> bytes:
    return b'event: %b\ndata: {"type":"%b"%b}\n\n' % (kind, kind, rest)


def _gemini(text: bytes, more: bytes, output: bytes, total: bytes) -> bytes:
    return (
        b'data: {"candidates":[{"content":{"parts":[{"text":"%b"}],"role":"model"},%b"index":0}],'
        b'"usageMetadata":{"promptTokenCount":40,"candidatesTokenCount":%b,"totalTokenCount":%b},'
        b'"modelVersion":"bench","responseId":"bench"}\n\n' % (text, more, output, total)
    )


DIALECTS: Mapping[str, Dialect] = {
    "openai": Dialect(
        path="/v1/chat/completions",
        mark=b"/chat/completions",
        body=_openai_body,
        first=b"",
        event=_openai(
            b'"choices":[{"index":0,"delta":{"role":"assistant","content":"@%d@%d@"},'
            b'"finish_reason":null}],"usage":null'
        ),
        last=_openai(b'"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null')
        + _openai(
            b'"choices":[],"usage":{"prompt_tokens":40,"completion_tokens":%(output)d,'
            b'"total_tokens":%(total)d}'
        )
        + b"data: [DONE]\n\n",
        done=b"[DONE]",
    ),
    "anthropic": Dialect(
        path="/v1/messages",
        mark=b"/messages",
        body=_anthropic_body,
        first=_anthropic(
            b"message_start",
            b',"message":{"id":"msg_bench","type":"message","role":"assistant","model":"bench",'
            b'"content":[],"stop_reason":null,"stop_sequence":null,'
            b'"usage":{"input_tokens":40,"output_tokens":1}}',
        )
        + _anthropic(
            b"content_block_start", b',"index":0,"content_block":{"type":"text","text":""}'
        ),
        event=_anthropic(
            b"content_block_delta",
            b',"index":0,"delta":{"type":"text_delta","text":"@%d@%d@"}',
        ),
        last=_anthropic(b"content_block_stop", b',"index":0')
        + _anthropic(
            b"message_delta",
            b',"delta":{"stop_reason":"end_turn","stop_sequence":null},'
            b'"usage":{"output_tokens":%(output)d}',
        )
        + _anthropic(b"message_stop"),
        done=b"message_stop",
    ),
    "gemini": Dialect(
        path="/v1beta/models/{model}:streamGenerateContent?alt=sse",
        mark=b":streamGenerateContent",
        body=_gemini_body,
        first=b"",
        event=_gemini(b"@%d@%d@", b"", b"16", b"56"),
        last=_gemini(b"", b'"finishReason":"STOP",', b"%(output)d", b"%(total)d"),
        done=b'"finishReason"',
    ),
}


def request(dialect: Dialect, model: str, prompt: str, *, stream: bool) -> tuple[str, bytes]:
    """The path and the body of a request. Unary ones are asked of OpenAI's API only."""
    body = dialect.body(model, prompt)
    if not stream:
        del body["stream"], body["stream_options"]
    return dialect.path.format(model=model), orjson.dumps(body)
