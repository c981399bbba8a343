"""OpenAI's answers, streamed or whole, read into neutral events."""

from collections.abc import Mapping
from typing import Any, Protocol

import orjson
from tollgate_common.rating import Units

from tollgate_providers.failures import AnswerFailed, unusable
from tollgate_providers.formats.openai.client_request import SIGNERS
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
from tollgate_providers.sse import LineTooLong, Splitter

_DONE = b"[DONE]"
# What vendors say beyond OpenAI's own words means an ordinary end, or a filter.
REASONS: Mapping[str, Reason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
    "insufficient_system_resource": "length",
}


class UsageReader(Protocol):
    """Where a vendor puts its usage, and what it means."""

    def find_usage(self, event: Mapping[str, Any]) -> object: ...
    def units(self, usage: object, any_text: bool) -> Units | None: ...


class ChatReader:
    """A Reader of OpenAI's format. Calls are counted from 0 in the order in which they begin."""

    def __init__(self, vendor: UsageReader) -> None:
        self.output_bytes = 0
        self.reasoning_bytes = 0
        self.complete = False
        self.failure: AnswerFailed | None = None
        self._vendor = vendor
        self._splitter = Splitter()
        self._usage: object = None
        self._started = False
        self._whole = False
        self._refused: set[int] = set()
        # By choice and the vendor's index of a call.
        self._calls: dict[tuple[int, int], int] = {}

    def feed(self, data: bytes) -> list[Event]:
        try:
            return self._events(self._splitter.feed(data))
        except LineTooLong:
            self.failure = unusable("had a line that never ended")
            return []

    def finish(self) -> list[Event]:
        return self._events(self._splitter.finish())

    def read(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        self._whole = True
        try:
            answer = orjson.loads(data)
            answer["choices"][0]
            self._event(answer, "message", events)
        except (orjson.JSONDecodeError, AttributeError, KeyError, IndexError, TypeError) as error:
            raise unusable("was not a chat completion") from error
        self.complete = True
        return events + self._ending()

    def reported(self) -> Units | None:
        return self._vendor.units(self._usage, self.output_bytes + self.reasoning_bytes > 0)

    def reported_input(self) -> None:
        return None

    def _events(self, payloads: list[bytes]) -> list[Event]:
        events: list[Event] = []
        for payload in payloads:
            if payload == _DONE:
                self.complete = True
                return events + self._ending()
            try:
                self._event(orjson.loads(payload), "delta", events)
            except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
                self.failure = unusable("was garbled")
            if self.failure:
                break
        return events

    def _ending(self) -> list[Event]:
        units = self.reported()
        return [UsageSeen(units)] if units else []

    def _event(self, event: Mapping[str, Any], part: str, events: list[Event]) -> None:
        if not self._started:
            self._started = True
            events.append(Started(event.get("id") or "", event.get("model") or ""))
        for choice in event.get("choices") or ():
            number = choice.get("index") or 0
            if message := choice.get(part):
                self._message(message, number, events)
            if logprobs := choice.get("logprobs"):
                events.append(Logprobs(_logprobs(logprobs), number))
            if reason := choice.get("finish_reason"):
                refused = number in self._refused and reason == "stop"
                events.append(
                    Finished("refusal" if refused else REASONS.get(reason, "stop"), "", number)
                )
        if event.get("error") and not event.get("choices"):
            self.failure = unusable("ended with an error")
        usage = self._vendor.find_usage(event)
        if usage is not None:
            self._usage = usage

    def _message(self, message: Mapping[str, Any], number: int, events: list[Event]) -> None:
        details = message.get("reasoning_details") or ()
        text = message.get("reasoning_content") or message.get("reasoning")
        if text and not (details and self._whole):
            self.reasoning_bytes += len(text.encode())
            events.append(ThinkingDelta(text, number))
        for detail in details:
            self._detail(detail, number, events)
        if text := message.get("content"):
            self.output_bytes += len(text.encode())
            events.append(TextDelta(text, number))
        if text := message.get("refusal"):
            self.output_bytes += len(text.encode())
            self._refused.add(number)
            events.append(TextDelta(text, number))
        for position, call in enumerate(message.get("tool_calls") or ()):
            self._call(call, position, number, events)

    def _detail(self, detail: Mapping[str, Any], number: int, events: list[Event]) -> None:
        """An extension of OpenAI's format: in a stream, the text has come before its signature."""
        signer = SIGNERS.get(detail.get("format") or "", "")
        if detail["type"] == "reasoning.encrypted":
            events.append(Redacted(detail["data"], signer, number))
            return
        if self._whole and (text := detail.get("text")):
            self.reasoning_bytes += len(text.encode())
            events.append(ThinkingDelta(text, number))
        if signature := detail.get("signature"):
            events.append(Signature(signature, signer, number))

    def _call(
        self, call: Mapping[str, Any], position: int, number: int, events: list[Event]
    ) -> None:
        function = call.get("function") or {}
        name, arguments = function.get("name") or "", function.get("arguments") or ""
        self.output_bytes += len(name.encode()) + len(arguments.encode())
        key = (number, call.get("index", position))
        index = self._calls.get(key)
        if index is None:
            index = sum(choice == number for choice, _ in self._calls)
            self._calls[key] = index
            events.append(ToolCallStarted(index, call["id"], name, "", number))
        if arguments:
            events.append(ToolArguments(index, arguments, number))


def _logprobs(logprobs: Mapping[str, Any]) -> tuple[TokenLogprob, ...]:
    return tuple(
        TokenLogprob(
            entry["token"],
            entry["logprob"],
            tuple((top["token"], top["logprob"]) for top in entry.get("top_logprobs") or ()),
        )
        for entry in logprobs.get("content") or ()
    )
