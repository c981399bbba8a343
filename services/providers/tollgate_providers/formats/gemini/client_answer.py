"""Neutral events, written as Gemini's answers: streamed, or whole."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from tollgate_common.rating import Units

from tollgate_providers.dialect import Envelope
from tollgate_providers.formats.gemini.answers import Framing, usage_of
from tollgate_providers.neutral import (
    Event,
    Finished,
    Logprobs,
    Reason,
    Redacted,
    Signature,
    Started,
    TextDelta,
    ThinkingDelta,
    TokenLogprob,
    ToolArguments,
    ToolCallStarted,
    UsageSeen,
)
from tollgate_providers.signatures import packed

_FINISH: dict[Reason, str] = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
    "stop_sequence": "STOP",
    "refusal": "SAFETY",
    "pause": "STOP",
}
_MALFORMED = "MALFORMED_FUNCTION_CALL"


class GeminiWriter:
    """A Writer of GenerateContentResponses. The last one says why, and what it has used."""

    def __init__(self, envelope: Envelope) -> None:
        self._about = {"modelVersion": envelope.model, "responseId": envelope.id}
        self._framing = Framing(envelope.variant)
        self._choices: dict[int, _Choice] = {}
        self._units: Units | None = None
        self._closed = False

    def write(self, events: Iterable[Event]) -> bytes:
        self._take(events)
        candidates = [c.taken(number) for number, c in self._choices.items() if c.parts]
        return self._chunk(candidates) if candidates and not self._closed else b""

    def end(self) -> bytes:
        return self._close("stop")

    def cut(self) -> bytes:
        return self._close("length")

    def whole(self, events: Iterable[Event]) -> bytes:
        """The answer in one response, without framing."""
        self._take(events)
        return orjson.dumps(self._last("stop"))

    def _take(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, Started):
                self._about["modelVersion"] = event.model or self._about["modelVersion"]
            elif isinstance(event, UsageSeen):
                self._units = event.units
            else:
                self._choice(event.choice).take(event)

    def _choice(self, number: int) -> "_Choice":
        choice = self._choices.get(number)
        if choice is None:
            choice = self._choices[number] = _Choice()
        return choice

    def _close(self, reason: Reason) -> bytes:
        if self._closed:
            return b""
        self._closed = True
        return self._framing.chunks([orjson.dumps(self._last(reason))]) + self._framing.end()

    def _last(self, reason: Reason) -> dict[str, Any]:
        self._choice(0)
        candidates = [c.ended(number, reason) for number, c in sorted(self._choices.items())]
        usage = {"usageMetadata": usage_of(self._units)} if self._units else {}
        return {"candidates": candidates, **usage, **self._about}

    def _chunk(self, candidates: list[dict[str, Any]]) -> bytes:
        return self._framing.chunks([orjson.dumps({"candidates": candidates, **self._about})])


@dataclass(slots=True)
class _Call:
    """A call whose arguments are still coming; Gemini has them whole only."""

    id: str
    name: str
    signature: str
    arguments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Choice:
    """What one candidate has said since its last chunk."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    logprobs: list[TokenLogprob] = field(default_factory=list)
    calls: dict[int, _Call] = field(default_factory=dict)
    finish: str = ""

    def take(self, event: Event) -> None:
        match event:
            case TextDelta(text=text) if text:
                self._text({"text": text})
            case ThinkingDelta(text=text) if text:
                self._text({"text": text, "thought": True})
            case Signature():
                self._sign(packed(event.signature, event.signer, "google"))
            case Redacted():
                data = packed(event.data, event.signer, "google", redacted=True)
                self.parts.append({"text": "", "thought": True, "thoughtSignature": data})
            case ToolCallStarted():
                self.calls.setdefault(event.index, _Call(event.id, event.name, event.signature))
            case ToolArguments() if event.index in self.calls:
                self.calls[event.index].arguments.append(event.json)
            case Logprobs():
                self.logprobs += event.tokens
            case Finished() if not self.finish:
                self.finish = _FINISH[event.reason]
                self._call_all()

    def taken(self, number: int) -> dict[str, Any]:
        """A candidate of what is there, which is then forgotten."""
        candidate = {"content": {"parts": self.parts, "role": "model"}, "index": number}
        if self.logprobs:
            candidate["logprobsResult"] = _logprobs(self.logprobs)
        self.parts, self.logprobs = [], []
        return candidate

    def ended(self, number: int, reason: Reason) -> dict[str, Any]:
        """The last candidate. `reason` holds for an answer that has given none."""
        if not self.finish:
            self.take(Finished(reason))
        self.parts = self.parts or [{"text": ""}]
        return {**self.taken(number), "finishReason": self.finish}

    def _text(self, part: dict[str, Any]) -> None:
        last = self.parts[-1] if self.parts else {}
        if last.keys() == part.keys():
            last["text"] += part["text"]
        else:
            self.parts.append(part)

    def _sign(self, signature: str) -> None:
        last = self.parts[-1] if self.parts else {}
        if last.keys() == {"text", "thought"}:
            last["thoughtSignature"] = signature
        else:
            self.parts.append({"text": "", "thought": True, "thoughtSignature": signature})

    def _call_all(self) -> None:
        """A call that the model did not complete is none: the finish reason says so."""
        cut = self.finish == "MAX_TOKENS"
        for _, call in sorted(self.calls.items()):
            # Without arguments it may be a call that was cut, or one that needs none.
            args = _arguments("".join(call.arguments) or ("" if cut else "{}"))
            if args is None:
                self.finish = _MALFORMED if self.finish == "STOP" else self.finish
                continue
            part: dict[str, Any] = {
                "functionCall": {"id": call.id, "name": call.name, "args": args}
            }
            if call.signature:
                part["thoughtSignature"] = call.signature
            self.parts.append(part)
        self.calls.clear()


def _arguments(text: str) -> dict[str, Any] | None:
    try:
        arguments = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return arguments if isinstance(arguments, dict) else None


def _logprobs(tokens: list[TokenLogprob]) -> dict[str, Any]:
    return {
        "chosenCandidates": [_token(one.token, one.logprob) for one in tokens],
        "topCandidates": [
            {"candidates": [_token(token, logprob) for token, logprob in one.top]} for one in tokens
        ],
    }


def _token(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logProbability": logprob}
