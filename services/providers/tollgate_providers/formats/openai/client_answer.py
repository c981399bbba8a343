"""Neutral events, written as OpenAI's answers: streamed, or whole."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from tollgate_common.rating import Units
from tollgate_common.usage import estimate_tokens

from tollgate_providers.dialect import Envelope
from tollgate_providers.formats.openai.client_request import SIGNERS
from tollgate_providers.neutral import (
    Event,
    Finished,
    Logprobs,
    Reason,
    Redacted,
    Signature,
    Signer,
    Started,
    TextDelta,
    ThinkingDelta,
    ToolArguments,
    ToolCallStarted,
    UsageSeen,
)
from tollgate_providers.signatures import signed_id

_DONE = b"data: [DONE]\n\n"
FINISH: dict[Reason, str] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    "stop_sequence": "stop",
    "refusal": "content_filter",
    "pause": "stop",
}
_FORMATS: dict[Signer, str] = {signer: name for name, signer in SIGNERS.items()}


@dataclass(slots=True)
class _Choice:
    """What one choice has said so far. Thoughts are kept until they are signed."""

    calls: int = 0
    thoughts: list[str] = field(default_factory=list)
    finished: bool = False


class ChatWriter:
    """A Writer of chunks. A signature comes with all of its text, to be handed back as it is."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._choices: dict[int, _Choice] = {}
        self._out: list[bytes] = []
        self._units: Units | None = None
        self._characters = 0
        self._usage = b',"usage":null' if envelope.include_usage else b""
        self._head = b""
        self._begin(Started())
        self._write: dict[type, Callable[[Any], None]] = {
            Started: self._begin,
            TextDelta: self._text,
            ThinkingDelta: self._thinking,
            Signature: self._signature,
            Redacted: self._redacted,
            ToolCallStarted: self._call,
            ToolArguments: self._arguments,
            Logprobs: self._logprobs,
            Finished: self._finished,
            UsageSeen: self._seen,
        }

    def write(self, events: Iterable[Event]) -> bytes:
        for event in events:
            self._write[type(event)](event)
        return self._taken()

    def end(self) -> bytes:
        return self._close("stop")

    def cut(self) -> bytes:
        return self._close("length")

    def _close(self, reason: Reason) -> bytes:
        self._choice(0)
        for number in self._choices:
            self._finished(Finished(reason, "", number))
        if self._envelope.include_usage:
            units = self._units or _estimated(self._envelope, self._characters)
            usage = orjson.dumps(usage_of(units))
            self._out.append(self._head + b'[],"usage":' + usage + b"}\n\n")
        self._out.append(_DONE)
        return self._taken()

    def _taken(self) -> bytes:
        out = b"".join(self._out)
        self._out.clear()
        return out

    def _begin(self, event: Started) -> None:
        if not self._choices:
            about: dict[str, Any] = {
                "id": f"chatcmpl-{self._envelope.id}",
                "object": "chat.completion.chunk",
                "created": self._envelope.created_s,
                "model": event.model or self._envelope.model,
            }
            self._head = b"data: " + orjson.dumps(about)[:-1] + b',"choices":'

    def _choice(self, number: int) -> _Choice:
        choice = self._choices.get(number)
        if choice is None:
            choice = self._choices[number] = _Choice()
            self._chunk(number, {"role": "assistant", "content": ""})
        return choice

    def _chunk(self, number: int, delta: dict[str, Any]) -> None:
        self._out.append(
            b'%b[{"index":%d,"delta":%b,"finish_reason":null}]%b}\n\n'
            % (self._head, number, orjson.dumps(delta), self._usage)
        )

    def _delta(self, number: int, delta: dict[str, Any]) -> None:
        if not self._choice(number).finished:
            self._chunk(number, delta)

    def _text(self, event: TextDelta) -> None:
        self._characters += len(event.text)
        self._delta(event.choice, {"content": event.text})

    def _thinking(self, event: ThinkingDelta) -> None:
        self._characters += len(event.text)
        self._choice(event.choice).thoughts.append(event.text)
        self._delta(event.choice, {"reasoning_content": event.text})

    def _signature(self, event: Signature) -> None:
        choice = self._choice(event.choice)
        detail = _signed("".join(choice.thoughts), event)
        choice.thoughts.clear()
        self._delta(event.choice, {"reasoning_details": [detail]})

    def _redacted(self, event: Redacted) -> None:
        self._delta(event.choice, {"reasoning_details": [_encrypted(event)]})

    def _call(self, event: ToolCallStarted) -> None:
        choice = self._choice(event.choice)
        if event.index == choice.calls:
            choice.calls += 1
            call = {"index": event.index, **_called(event)}
            self._delta(event.choice, {"tool_calls": [call]})

    def _arguments(self, event: ToolArguments) -> None:
        if event.index < self._choice(event.choice).calls:
            self._characters += len(event.json)
            call = {"index": event.index, "function": {"arguments": event.json}}
            self._delta(event.choice, {"tool_calls": [call]})

    def _logprobs(self, event: Logprobs) -> None:
        if not self._choice(event.choice).finished:
            self._out.append(
                b'%b[{"index":%d,"delta":{},"logprobs":%b,"finish_reason":null}]%b}\n\n'
                % (self._head, event.choice, orjson.dumps(_listed(event)), self._usage)
            )

    def _finished(self, event: Finished) -> None:
        choice = self._choice(event.choice)
        if not choice.finished:
            choice.finished = True
            self._out.append(
                b'%b[{"index":%d,"delta":{},"finish_reason":"%b"}]%b}\n\n'
                % (self._head, event.choice, FINISH[event.reason].encode(), self._usage)
            )

    def _seen(self, event: UsageSeen) -> None:
        self._units = event.units


def completion(envelope: Envelope, events: Iterable[Event]) -> bytes:
    """A whole answer."""
    model = envelope.model
    units: Units | None = None
    choices = {0: _Message()}
    characters = 0
    for event in events:
        if isinstance(event, Started):
            model = event.model or model
        elif isinstance(event, UsageSeen):
            units = event.units
        else:
            choices.setdefault(event.choice, _Message()).take(event)
            if isinstance(event, TextDelta | ThinkingDelta):
                characters += len(event.text)
            elif isinstance(event, ToolArguments):
                characters += len(event.json)
    return orjson.dumps(
        {
            "id": f"chatcmpl-{envelope.id}",
            "object": "chat.completion",
            "created": envelope.created_s,
            "model": model,
            "choices": [
                {"index": number, **message.written()} for number, message in choices.items()
            ],
            "usage": usage_of(units or _estimated(envelope, characters)),
        }
    )


class _Message:
    """One choice of a whole answer."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._unsigned: list[str] = []
        self._details: list[dict[str, Any]] = []
        self._calls: list[dict[str, Any]] = []
        self._logprobs: list[Any] = []
        self._finish = "stop"

    def take(self, event: Event) -> None:
        match event:
            case TextDelta():
                self._texts.append(event.text)
            case ThinkingDelta():
                self._thoughts.append(event.text)
                self._unsigned.append(event.text)
            case Signature():
                self._details.append(_signed("".join(self._unsigned), event))
                self._unsigned.clear()
            case Redacted():
                self._details.append(_encrypted(event))
            case ToolCallStarted():
                self._calls.append(_called(event))
            case ToolArguments() if event.index < len(self._calls):
                self._calls[event.index]["function"]["arguments"] += event.json
            case Logprobs():
                self._logprobs += _listed(event)["content"]
            case Finished():
                self._finish = FINISH[event.reason]

    def written(self) -> dict[str, Any]:
        text = "".join(self._texts)
        message: dict[str, Any] = {"role": "assistant", "content": text or None, "refusal": None}
        if not self._calls:
            message["content"] = text
        if self._thoughts:
            message["reasoning_content"] = "".join(self._thoughts)
        if self._details:
            rest = "".join(self._unsigned)
            unsigned = [{"type": "reasoning.text", "text": rest}] if rest else []
            message["reasoning_details"] = self._details + unsigned
        if self._calls:
            message["tool_calls"] = self._calls
        logprobs = {"content": self._logprobs, "refusal": None} if self._logprobs else None
        return {"message": message, "logprobs": logprobs, "finish_reason": self._finish}


def _signed(text: str, event: Signature) -> dict[str, Any]:
    detail = {"type": "reasoning.text", "text": text, "signature": event.signature}
    return detail | _format(event.signer)


def _encrypted(event: Redacted) -> dict[str, Any]:
    return {"type": "reasoning.encrypted", "data": event.data} | _format(event.signer)


def _format(signer: Signer) -> dict[str, Any]:
    return {"format": _FORMATS[signer]} if signer else {}


def _called(event: ToolCallStarted) -> dict[str, Any]:
    function = {"name": event.name, "arguments": ""}
    return {"id": signed_id(event.id, event.signature), "type": "function", "function": function}


def _listed(event: Logprobs) -> dict[str, Any]:
    content = [
        {
            **_token(token.token, token.logprob),
            "top_logprobs": [_token(text, logprob) for text, logprob in token.top],
        }
        for token in event.tokens
    ]
    return {"content": content, "refusal": None}


def _token(text: str, logprob: float) -> dict[str, Any]:
    return {"token": text, "logprob": logprob, "bytes": list(text.encode())}


def _estimated(envelope: Envelope, characters: int) -> Units:
    return Units(input=envelope.input_tokens, output=estimate_tokens(characters))


def usage_of(units: Units) -> dict[str, Any]:
    """OpenAI's usage: the prompt includes what was cached, the completion includes reasoning."""
    written = units.cache_write_5m + units.cache_write_1h
    prompt = units.input + units.cached_read + written
    completion = units.output + units.reasoning
    details = {"cached_tokens": units.cached_read} | (
        {"cache_write_tokens": written} if written else {}
    )
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": details,
        "completion_tokens_details": {"reasoning_tokens": units.reasoning},
    }
