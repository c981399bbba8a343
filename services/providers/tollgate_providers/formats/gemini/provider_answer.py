"""Gemini's answers, streamed or whole, read into neutral events."""

from collections.abc import Mapping
from typing import Any

import orjson
from tollgate_common.rating import Units

from tollgate_providers.failures import AnswerFailed, unusable
from tollgate_providers.formats.gemini.answers import Seen, parts_of
from tollgate_providers.neutral import (
    Event,
    Finished,
    Logprobs,
    Reason,
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

_MALFORMED = (orjson.JSONDecodeError, AttributeError, IndexError, KeyError, TypeError)
# All others say that the answer went wrong, and no other dialect has a word for that.
_REASONS: Mapping[str, Reason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "MODEL_ARMOR": "content_filter",
}
_TEXT = frozenset({"text", "thought", "thoughtSignature"})


class GeminiReader:
    """A Reader of Gemini's format. `id` makes ids of calls that come without one."""

    def __init__(self, id: str) -> None:
        self.output_bytes = 0
        self.reasoning_bytes = 0
        self.complete = False
        self.failure: AnswerFailed | None = None
        self._id = id
        self._splitter = Splitter()
        self._seen = Seen()
        self._started = False
        self._calls: dict[int, int] = {}

    def feed(self, data: bytes) -> list[Event]:
        try:
            return self._events(self._splitter.feed(data))
        except LineTooLong:
            self.failure = unusable("had a line that never ended")
            return []

    def finish(self) -> list[Event]:
        events = self._events(self._splitter.finish())
        self.complete = self.failure is None and self._seen.ended
        return events

    def read(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        try:
            self._take(orjson.loads(data), events)
        except _MALFORMED as error:
            raise unusable("was no content") from error
        if self.failure is None and not self._seen.ended:
            self.failure = unusable("was no content")
        if self.failure:
            raise self.failure
        self.complete = True
        return events

    def reported(self) -> Units | None:
        return self._seen.units()

    def reported_input(self) -> None:
        return None

    def _events(self, payloads: list[bytes]) -> list[Event]:
        events: list[Event] = []
        for payload in payloads:
            try:
                self._take(orjson.loads(payload), events)
            except _MALFORMED:
                self.failure = unusable("was garbled")
            if self.failure:
                break
        return events

    def _take(self, response: Mapping[str, Any], events: list[Event]) -> None:
        if response.get("error"):
            self.failure = unusable("ended with an error")
            return
        self._seen.take(response)
        self.output_bytes = self._seen.output_bytes
        self.reasoning_bytes = self._seen.reasoning_bytes
        if not self._started:
            self._started = True
            about = (response.get("responseId") or "", response.get("modelVersion") or "")
            events.append(Started(*about))
        for candidate in response.get("candidates") or ():
            self._candidate(candidate, events)
        if (response.get("promptFeedback") or {}).get("blockReason"):
            events.append(Finished("content_filter"))
        # Every response tells usage: to judge it each time would cost as much as all the rest.
        if self._seen.ended and (units := self._seen.units()):
            events.append(UsageSeen(units))

    def _candidate(self, candidate: Mapping[str, Any], events: list[Event]) -> None:
        choice = candidate.get("index") or 0
        for part in parts_of(candidate):
            self._part(part, choice, events)
        if logprobs := candidate.get("logprobsResult"):
            events.append(Logprobs(_logprobs(logprobs), choice))
        if said := candidate.get("finishReason"):
            reason = _REASONS.get(said)
            if reason is None:
                self.failure = unusable("went wrong before its end")
            elif reason == "stop" and self._calls.get(choice):
                events.append(Finished("tool_calls", "", choice))
            else:
                events.append(Finished(reason, "", choice))

    def _part(self, part: Mapping[str, Any], choice: int, events: list[Event]) -> None:
        if call := part.get("functionCall"):
            self._call(call, part.get("thoughtSignature") or "", choice, events)
        elif not part.keys() <= _TEXT:
            self.failure = unusable("held what cannot be converted")
        else:
            if text := part.get("text"):
                thought = part.get("thought")
                events.append(ThinkingDelta(text, choice) if thought else TextDelta(text, choice))
            if signature := part.get("thoughtSignature"):
                events.append(Signature(signature, "google", choice))

    def _call(
        self, call: Mapping[str, Any], signature: str, choice: int, events: list[Event]
    ) -> None:
        index = self._calls.get(choice, 0)
        self._calls[choice] = index + 1
        id = call.get("id") or f"call_{self._id}_{choice}_{index}"
        events.append(ToolCallStarted(index, id, call["name"], signature, choice))
        arguments = orjson.dumps(call.get("args") or {}).decode()
        events.append(ToolArguments(index, arguments, choice))


def _logprobs(result: Mapping[str, Any]) -> tuple[TokenLogprob, ...]:
    chosen = result.get("chosenCandidates") or []
    tops = result.get("topCandidates") or [{}] * len(chosen)
    return tuple(
        TokenLogprob(*_token(one), tuple(_token(each) for each in top.get("candidates") or ()))
        for one, top in zip(chosen, tops, strict=False)
    )


def _token(candidate: Mapping[str, Any]) -> tuple[str, float]:
    return candidate["token"], candidate["logProbability"]
