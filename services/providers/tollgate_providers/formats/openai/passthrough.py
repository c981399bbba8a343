"""A streamed chat completion on its way through: bytes untouched, text counted, usage read."""

from collections.abc import Mapping
from typing import Any, Protocol

import orjson
from tollgate_common.rating import Price, Units

from tollgate_providers.failures import AnswerFailed, unusable
from tollgate_providers.receipt import with_cost
from tollgate_providers.sse import LineTooLong, Splitter

_DONE = b"[DONE]"
# Providers send it only because we always ask for usage; the client's SDK never would have seen it.
_NO_USAGE = b',"usage":null'
_REASONING = ("reasoning_content", "reasoning")
_OUTPUT = ("content", "refusal")


class UsageReader(Protocol):
    """Where a vendor puts its usage, and what it means."""

    def find_usage(self, event: Mapping[str, Any]) -> object: ...
    def units(self, usage: object, any_text: bool) -> Units | None: ...


class ChatStream:
    """An AnswerStream of OpenAI's format.

    Every event is parsed, not only those with usage: that costs a microsecond, no more than the
    pattern that would count text without it, and it finds garbled events before the client does.
    """

    def __init__(self, reader: UsageReader, *, include_usage: bool, price: Price | None) -> None:
        self.output_bytes = 0
        self.reasoning_bytes = 0
        self.complete = False
        self.failure: AnswerFailed | None = None
        self._reader = reader
        self._include_usage = include_usage
        self._price = price
        self._splitter = Splitter()
        self._usage: object = None
        # The vendor's own last chunk, which tells usage and nothing else.
        self._usage_chunk = b""
        self._last: Mapping[str, Any] = {}

    @property
    def model(self) -> str:
        return model_of(self._last)

    def feed(self, data: bytes) -> bytes:
        try:
            return self._pass(self._splitter.feed(data))
        except LineTooLong:
            self.failure = unusable("had a line that never ended")
            return b""

    def finish(self) -> bytes:
        out = self._pass(self._splitter.finish())
        usage = [] if self.complete or self.failure else self._usage_told()
        return out + _framed(usage) if usage else out

    def cut(self) -> bytes:
        end = {"index": 0, "delta": {}, "finish_reason": "length"}
        self.complete = True
        return _framed([self._chunk(choices=[end]), *self._usage_told(), _DONE])

    def reported(self) -> Units | None:
        return self._reader.units(self._usage, self.output_bytes + self.reasoning_bytes > 0)

    def reported_input(self) -> None:
        return None

    def _pass(self, payloads: list[bytes]) -> bytes:
        kept: list[bytes] = []
        for payload in payloads:
            if payload == _DONE:
                self.complete = True
                kept += [*self._usage_told(), _DONE]
                break
            try:
                kept += self._event(payload)
            except (orjson.JSONDecodeError, AttributeError, TypeError):
                # Not JSON, or of a shape in which dictionaries and lists are not where they belong.
                self.failure = unusable("was garbled")
            if self.failure:
                break
        return _framed(kept) if kept else b""

    def _event(self, payload: bytes) -> tuple[bytes, ...]:
        event = orjson.loads(payload)
        choices = event.get("choices")
        if choices:
            output, reasoning = text_bytes(choices, "delta")
            self.output_bytes += output
            self.reasoning_bytes += reasoning
            self._last = event
        elif event.get("error"):
            self.failure = unusable("ended with an error")
            return ()
        usage = self._reader.find_usage(event)
        if usage is None:
            if not self._include_usage:
                return (payload.replace(_NO_USAGE, b""),)
            return (payload,)
        self._usage = usage
        self._usage_chunk = b"" if choices else payload
        return (self._without_usage(event),) if choices else ()

    def _without_usage(self, event: dict[str, Any]) -> bytes:
        """Many vendors tell it beside an answer's last words, or within them."""
        for choice in event["choices"]:
            choice.pop("usage", None)
        if self._include_usage and "usage" in event:
            event["usage"] = None
        else:
            event.pop("usage", None)
        return orjson.dumps(event)

    def _usage_told(self) -> list[bytes]:
        """Who asked for usage finds it once, with its cost, where OpenAI puts it."""
        if not (self._include_usage and self._usage):
            return []
        chunk = self._usage_chunk or self._chunk(choices=[], usage=self._usage)
        return [with_cost(chunk, self.reported(), self._price)]

    def _chunk(self, **fields: object) -> bytes:
        known = {
            name: self._last[name] for name in ("id", "created", "model") if name in self._last
        }
        return orjson.dumps({"object": "chat.completion.chunk", **known, **fields})


def model_of(answer: Mapping[str, Any]) -> str:
    """The model that an answer or a streamed event names; empty when it names none."""
    name = answer.get("model")
    return name if isinstance(name, str) else ""


def _framed(payloads: list[bytes]) -> bytes:
    return b"data: " + b"\n\ndata: ".join(payloads) + b"\n\n"


def text_bytes(choices: list[Mapping[str, Any]], part: str) -> tuple[int, int]:
    """Bytes of answer text and of reasoning text, over all choices."""
    output = reasoning = 0
    for choice in choices:
        message = choice.get(part)
        if not message:
            continue
        for name in _OUTPUT:
            if text := message.get(name):
                output += len(text.encode())
        for name in _REASONING:
            if text := message.get(name):
                reasoning += len(text.encode())
        if calls := message.get("tool_calls"):
            output += sum(_call_bytes(call) for call in calls)
    return output, reasoning


def _call_bytes(call: Mapping[str, Any]) -> int:
    function = call.get("function") or {}
    return sum(len((function.get(name) or "").encode()) for name in ("name", "arguments"))
