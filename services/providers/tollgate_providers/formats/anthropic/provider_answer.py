"""Anthropic's answers: passed on to clients that speak its dialect, or read into neutral events."""

from collections.abc import Mapping
from typing import Any

import orjson
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import Price, Units

from tollgate_providers.failures import AnswerFailed, unusable
from tollgate_providers.formats.typed import DEFECTS, Read, TypedReader, TypedStream, framed_all
from tollgate_providers.neutral import (
    Event,
    Finished,
    Reason,
    Redacted,
    Signature,
    Started,
    TextDelta,
    ThinkingDelta,
    ToolArguments,
    ToolCallStarted,
)

REASONS: Mapping[str, Reason] = {
    "end_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "stop_sequence": "stop_sequence",
    "tool_use": "tool_calls",
    "pause_turn": "pause",
    "refusal": "refusal",
}


class Meter:
    """Counts text and keeps usage, event by event; `open_block` is what a cut has to close."""

    def __init__(self) -> None:
        self.output_bytes = 0
        self.reasoning_bytes = 0
        self.complete = False
        self.failure: AnswerFailed | None = None
        self.open_block: int | None = None
        self.usage: dict[str, Any] = {}
        self.begun = False
        self.model = ""
        self._counted = False

    def see(self, event: Mapping[str, Any]) -> None:
        kind = event["type"]
        if kind == "content_block_delta":
            self._delta(event["delta"])
        elif kind == "message_start":
            self.begun = True
            self.model = str(event["message"].get("model", ""))
            self._usage(event["message"].get("usage"))
        elif kind == "content_block_start":
            self.open_block = event["index"]
            self.block(event["content_block"])
        elif kind == "content_block_stop":
            self.open_block = None
        elif kind == "message_delta":
            self._usage(event.get("usage"))
            self._counted = self._counted or bool(event.get("usage"))
        elif kind == "message_stop":
            self.complete = True
        elif kind == "error":
            self.failure = unusable("ended with an error")

    def message(self, message: Mapping[str, Any]) -> None:
        """A whole message."""
        self.model = str(message.get("model", ""))
        for block in message["content"]:
            self.block(block)
            if block["type"] == "tool_use":
                self.output_bytes += len(orjson.dumps(block["input"]))
        self._usage(message.get("usage"))
        self._counted = self.complete = True

    def block(self, block: Mapping[str, Any]) -> None:
        self.output_bytes += len((block.get("text") or block.get("name") or "").encode())
        self.reasoning_bytes += len((block.get("thinking") or "").encode())

    def units(self) -> Units | None:
        """None until the answer is counted: it begins with a count of its first token."""
        if not self._counted:
            return None
        return units_of(self.usage, self.output_bytes + self.reasoning_bytes > 0)

    def input_units(self) -> Units | None:
        """What is told at the beginning."""
        return units_of({**self.usage, "output_tokens": 0, "output_tokens_details": None}, False)

    def _delta(self, delta: Mapping[str, Any]) -> None:
        if text := delta.get("text") or delta.get("partial_json"):
            self.output_bytes += len(text.encode())
        elif text := delta.get("thinking"):
            self.reasoning_bytes += len(text.encode())

    def _usage(self, usage: Mapping[str, Any] | None) -> None:
        """Counts are cumulative: the last one of each name holds."""
        if usage:
            self.usage |= {name: value for name, value in usage.items() if value is not None}


def units_of(usage: Mapping[str, Any], any_text: bool) -> Units | None:
    """Disjoint buckets, or None when the count is not credible: then we bill by our own."""
    read = usage.get("cache_read_input_tokens", 0)
    written = usage.get("cache_creation_input_tokens", 0)
    hour = _inner(usage, "cache_creation", "ephemeral_1h_input_tokens")
    thinking = _inner(usage, "output_tokens_details", "thinking_tokens")
    counts = [usage.get("input_tokens"), usage.get("output_tokens"), read, written, hour, thinking]
    numbers = [count for count in counts if type(count) is int]
    if len(numbers) < len(counts):
        return None
    prompt, output, read, written, hour, thinking = numbers
    if any_text and not (prompt + read + written and output):
        return None
    try:
        return Units(
            input=prompt,
            cached_read=read,
            cache_write_5m=written - hour,
            cache_write_1h=hour,
            output=output - thinking,
            reasoning=thinking,
        )
    except InvalidArgument:
        return None


def _inner(usage: Mapping[str, Any], group: str, name: str) -> object:
    details = usage.get(group)
    return (details.get(name) or 0) if isinstance(details, dict) else 0


class MessageStream(TypedStream):
    """An AnswerStream for clients that speak Anthropic's dialect."""

    counted = frozenset({"message_delta"})

    def __init__(self, price: Price | None) -> None:
        self._message = Meter()
        super().__init__(self._message, price)

    def cut(self) -> bytes:
        meter = self._message
        events: list[dict[str, Any]] = []
        if meter.open_block is not None:
            events.append({"type": "content_block_stop", "index": meter.open_block})
        usage = {"output_tokens": meter.usage.get("output_tokens", 0)}
        delta = {"stop_reason": "max_tokens", "stop_sequence": None}
        events.append({"type": "message_delta", "delta": delta, "usage": usage})
        events.append({"type": "message_stop"})
        self.complete = True
        return framed_all(events)


class MessageReader(TypedReader):
    """A Reader of Anthropic's format. Blocks become deltas; calls are counted from 0."""

    def __init__(self) -> None:
        self._message = Meter()
        self._calls = 0
        kinds: dict[str, Read] = {
            "message_start": self._start,
            "content_block_start": lambda event: self._block(event["content_block"]),
            "content_block_delta": lambda event: self._delta(event["delta"]),
            "message_delta": lambda event: self._stop(event["delta"]),
        }
        super().__init__(self._message, kinds)

    def read(self, data: bytes) -> list[Event]:
        try:
            message = orjson.loads(data)
            self._message.message(message)
            self._start({"message": message})
            for block in message["content"]:
                self._block(block)
                if block["type"] == "tool_use":
                    self._arguments(orjson.dumps(block["input"]).decode())
            self._stop(message)
        except DEFECTS as error:
            raise unusable("was not a message") from error
        return self._taken()

    def _start(self, event: Mapping[str, Any]) -> None:
        message = event["message"]
        self._events.append(Started(message.get("id") or "", message.get("model") or ""))

    def _block(self, block: Mapping[str, Any]) -> None:
        if block["type"] == "tool_use":
            self._events.append(ToolCallStarted(self._calls, block["id"], block["name"]))
            self._calls += 1
        elif block["type"] == "redacted_thinking":
            self._events.append(Redacted(block["data"], "anthropic"))
        else:
            self._delta(block)

    def _delta(self, delta: Mapping[str, Any]) -> None:
        if text := delta.get("text"):
            self._events.append(TextDelta(text))
        elif text := delta.get("partial_json"):
            self._arguments(text)
        else:
            if text := delta.get("thinking"):
                self._events.append(ThinkingDelta(text))
            if text := delta.get("signature"):
                self._events.append(Signature(text, "anthropic"))

    def _arguments(self, json: str) -> None:
        if not self._calls:
            raise KeyError("arguments of no call")
        self._events.append(ToolArguments(self._calls - 1, json))

    def _stop(self, delta: Mapping[str, Any]) -> None:
        if reason := delta.get("stop_reason"):
            sequence = delta.get("stop_sequence") or ""
            self._events.append(Finished(REASONS.get(reason, "stop"), sequence))
