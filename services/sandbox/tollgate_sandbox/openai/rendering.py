"""An answer as bytes, as OpenAI's API sends it: one completion, or the events of a stream."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import orjson

from tollgate_sandbox.answers import Choice, ToolCall
from tollgate_sandbox.rendering import Answer, Identity

from .usage import report

DONE = b"data: [DONE]\n\n"
STREAM_ERROR = (
    b'data: {"error":{"message":"The server had an error while processing your request. Sorry '
    b'about that!","type":"server_error","param":null,"code":null}}\n\n'
)
_FINGERPRINT = "fp_5a4db0c5"


def _id(identity: Identity) -> str:
    return f"chatcmpl-{identity.digest[:29]}"


def completion(answer: Answer) -> bytes:
    """The whole answer as one object."""
    identity = answer.identity
    body = {
        "id": _id(identity),
        "object": "chat.completion",
        "created": identity.created,
        "model": identity.model,
        "choices": [
            {
                "index": index,
                "message": _message(identity, index, choice),
                "logprobs": _logprobs(choice.content, answer.request.top_logprobs),
                "finish_reason": choice.finish,
            }
            for index, choice in enumerate(answer.choices)
        ],
    }
    if answer.scenario.usage != "none":
        body["usage"] = report(answer.counts, answer.scenario)
    body["service_tier"] = "default"
    body["system_fingerprint"] = _FINGERPRINT
    return orjson.dumps(body)


def _message(identity: Identity, index: int, choice: Choice) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": "".join(choice.content)}
    if choice.reasoning:
        message["reasoning_content"] = "".join(choice.reasoning)
    if choice.calls:
        message["content"] = None
        message["tool_calls"] = [
            {
                "id": _call_id(identity, index, number),
                "type": "function",
                "function": {"name": call.name, "arguments": "".join(call.arguments)},
            }
            for number, call in enumerate(choice.calls)
        ]
    message["refusal"] = None
    message["annotations"] = []
    return message


def _call_id(identity: Identity, index: int, number: int) -> str:
    return f"call_{identity.digest[:20]}{index:02d}{number:02d}"


def _logprobs(content: Sequence[str], top: int | None) -> dict[str, Any] | None:
    if top is None:
        return None
    tokens = []
    for piece in content:
        token = {"token": piece, "logprob": -0.25, "bytes": list(piece.encode())}
        tokens.append({**token, "top_logprobs": [token] * top})
    return {"content": tokens, "refusal": None}


def events(answer: Answer) -> list[bytes]:
    """The events of a stream, each with its blank line. The last is [DONE]."""
    frame = _Frame(answer)
    usage = answer.scenario.usage
    rows = [_deltas(answer, index) for index in range(len(answer.choices))]
    rendered = [
        frame.event(index, delta)
        for column in zip_longest(*rows)
        for index, delta in enumerate(column)
        if delta is not None
    ]
    rendered += [frame.last(index, choice.finish) for index, choice in enumerate(answer.choices)]
    if answer.request.include_usage and usage not in ("none", "every_chunk", "in_choice"):
        rendered.append(frame.usage())
    return [*rendered, DONE]


@dataclass(frozen=True, slots=True)
class _Delta:
    """JSON of a delta, and of its log probabilities."""

    json: bytes
    logprobs: bytes = b"null"


def _deltas(answer: Answer, index: int) -> Iterator[_Delta]:
    dumps = orjson.dumps
    choice = answer.choices[index]
    top = answer.request.top_logprobs
    if choice.calls:
        yield _Delta(b'{"role":"assistant","content":null,"refusal":null}')
    else:
        yield _Delta(b'{"role":"assistant","content":"","refusal":null}')
    for piece in choice.reasoning:
        yield _Delta(b'{"content":null,"reasoning_content":' + dumps(piece) + b"}")
    for piece in choice.content:
        logprobs = b"null"
        if top is not None:
            logprobs = dumps(_logprobs([piece], top))
        yield _Delta(b'{"content":' + dumps(piece) + b"}", logprobs)
    for number, call in enumerate(choice.calls):
        yield from _call_deltas(_call_id(answer.identity, index, number), number, call)


def _call_deltas(call_id: str, number: int, call: ToolCall) -> Iterator[_Delta]:
    opening = {
        "index": number,
        "id": call_id,
        "type": "function",
        "function": {"name": call.name, "arguments": ""},
    }
    yield _Delta(orjson.dumps({"tool_calls": [opening]}))
    for piece in call.arguments:
        delta = {"index": number, "function": {"arguments": piece}}
        yield _Delta(orjson.dumps({"tool_calls": [delta]}))


class _Frame:
    """What is the same in all events of a stream, rendered once."""

    def __init__(self, answer: Answer) -> None:
        head = {
            "id": _id(answer.identity),
            "object": "chat.completion.chunk",
            "created": answer.identity.created,
            "model": answer.identity.model,
            "service_tier": "default",
            "system_fingerprint": _FINGERPRINT,
        }
        self._head = b"data: " + orjson.dumps(head)[:-1] + b',"choices":['
        self._sent_tokens = 0
        self._tail = b'],"usage":null}\n\n' if answer.request.include_usage else b"]}\n\n"
        self._counts = answer.counts
        self._scenario = answer.scenario

    def event(self, index: int, delta: _Delta) -> bytes:
        choice = b'{"index":%d,"delta":%b,"logprobs":%b,"finish_reason":null}'
        end = self._end(self._sent_tokens)
        self._sent_tokens += 1
        return self._head + choice % (index, delta.json, delta.logprobs) + end

    def last(self, index: int, finish: str) -> bytes:
        choice = b'{"index":%d,"delta":{},"logprobs":null,"finish_reason":"%b"%b}'
        usage = b',"usage":' + self._report() if self._scenario.usage == "in_choice" else b""
        end = self._end(self._counts.completion)
        return self._head + choice % (index, finish.encode(), usage) + end

    def usage(self) -> bytes:
        return self._head + b'],"usage":' + self._report() + b"}\n\n"

    def _end(self, sent_tokens: int) -> bytes:
        """Some vendors put the usage so far on every chunk."""
        if self._scenario.usage != "every_chunk":
            return self._tail
        so_far = self._counts.after(sent_tokens)
        return b'],"usage":' + orjson.dumps(report(so_far, self._scenario)) + b"}\n\n"

    def _report(self) -> bytes:
        return orjson.dumps(report(self._counts, self._scenario))
