"""OpenAI's responses, streamed or whole: what they count, and as neutral events."""

from collections.abc import Mapping
from typing import Any

import orjson
from tollgate_common.rating import Units

from tollgate_providers.failures import AnswerFailed, unusable
from tollgate_providers.formats.openai.compatible import detail_of, units_of
from tollgate_providers.formats.openai.passthrough import model_of
from tollgate_providers.formats.typed import DEFECTS, Read, TypedReader
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
)

OUTPUT_DELTAS = frozenset(
    {
        "response.output_text.delta",
        "response.refusal.delta",
        "response.function_call_arguments.delta",
        "response.custom_tool_call_input.delta",
    }
)
REASONING_DELTAS = frozenset(
    {"response.reasoning_summary_text.delta", "response.reasoning_text.delta"}
)
ENDS = frozenset({"response.completed", "response.incomplete"})
_ENDED = frozenset({"completed", "incomplete"})
# Between two parts of a summary, which most dialects have as one text.
_BREAK = "\n\n"


class Meter:
    """Counts text and keeps usage, event by event."""

    def __init__(self) -> None:
        self.output_bytes = 0
        self.reasoning_bytes = 0
        self.complete = False
        self.failure: AnswerFailed | None = None
        self.model = ""
        self._usage: object = None

    def see(self, event: Mapping[str, Any]) -> None:
        kind = event["type"]
        if kind in OUTPUT_DELTAS:
            self.output_bytes += len(event["delta"].encode())
        elif kind in REASONING_DELTAS:
            self.reasoning_bytes += len(event["delta"].encode())
        elif kind == "response.output_item.added":
            self.output_bytes += len((event["item"].get("name") or "").encode())
        elif kind == "response.created":
            self.model = model_of(event["response"])
        elif kind in ENDS:
            self._end(event["response"])
            self.complete = True
        elif kind == "response.failed":
            self._end(event["response"])
            self.failure = unusable("ended with a failure")
        elif kind == "error":
            self.failure = unusable("ended with an error")

    def response(self, response: Mapping[str, Any]) -> None:
        """A whole response. AnswerFailed when it is not one that has ended well."""
        if response["status"] not in _ENDED:
            raise unusable("was not complete")
        for item in response["output"]:
            texts, thoughts = _texts(item), _thoughts(item)
            self.output_bytes += sum(len(text.encode()) for text in texts)
            self.reasoning_bytes += sum(len(text.encode()) for text in thoughts)
        self._end(response)
        self.complete = True

    def units(self) -> Units | None:
        """Disjoint buckets, or None when the count is not credible: then we bill by our own."""
        usage = self._usage
        if not isinstance(usage, dict):
            return None
        counts = (
            usage.get("input_tokens"),
            usage.get("output_tokens"),
            detail_of(usage, "input_tokens_details", "cached_tokens"),
            detail_of(usage, "input_tokens_details", "cache_write_tokens"),
            detail_of(usage, "output_tokens_details", "reasoning_tokens"),
        )
        return units_of(usage, counts, self.output_bytes + self.reasoning_bytes > 0)

    def input_units(self) -> None:
        """Nothing is counted before all is."""
        return None

    def _end(self, response: Mapping[str, Any]) -> None:
        self.model = model_of(response) or self.model
        self._usage = response.get("usage")


def _texts(item: Mapping[str, Any]) -> list[str]:
    """All that a message or a call says."""
    if item["type"] == "message":
        return [part.get("text") or part.get("refusal") or "" for part in item["content"]]
    return [item.get(name) or "" for name in ("name", "arguments", "input")]


def _thoughts(item: Mapping[str, Any]) -> list[str]:
    """What is shown of reasoning; the parts of its summary, with few exceptions."""
    if item["type"] != "reasoning":
        return []
    return [part["text"] for part in (item.get("summary") or item.get("content") or ())]


class ResponseReader(TypedReader):
    """A Reader of responses. Items become deltas; calls are counted from 0.

    `reasoning`: whether the client expects any of it, be it only its seal.
    """

    def __init__(self, *, reasoning: bool) -> None:
        self._response = Meter()
        self._reasoning = reasoning
        self._refused = False
        # Calls by the place of their item in the output.
        self._calls: dict[int, int] = {}
        kinds: dict[str, Read] = {
            "response.created": lambda event: self._start(event["response"]),
            "response.output_item.added": self._added,
            "response.output_text.delta": self._text,
            "response.refusal.delta": lambda event: self._refuse(event["delta"]),
            "response.function_call_arguments.delta": self._arguments,
            "response.reasoning_summary_part.added": self._part,
            "response.reasoning_summary_text.delta": lambda event: self._think(event["delta"]),
            "response.reasoning_text.delta": lambda event: self._think(event["delta"]),
            "response.output_item.done": lambda event: self._seal(event["item"]),
            "response.completed": lambda event: self._stop(event["response"]),
            "response.incomplete": lambda event: self._stop(event["response"]),
        }
        super().__init__(self._response, kinds)

    def read(self, data: bytes) -> list[Event]:
        try:
            response = orjson.loads(data)
            self._response.response(response)
            self._start(response)
            for place, item in enumerate(response["output"]):
                self._item(item, place)
            self._stop(response)
        except DEFECTS as error:
            raise unusable("was not a response") from error
        return self._taken()

    def _start(self, response: Mapping[str, Any]) -> None:
        self._events.append(Started(response.get("id") or "", model_of(response)))

    def _added(self, event: Mapping[str, Any]) -> None:
        if event["item"]["type"] == "function_call":
            self._call(event["item"], event["output_index"])

    def _item(self, item: Mapping[str, Any], place: int) -> None:
        """An item of a whole response."""
        if item["type"] == "function_call":
            self._call(item, place)
            self._arguments({"output_index": place, "delta": item["arguments"]})
        elif item["type"] == "message":
            for part in item["content"]:
                if part["type"] == "refusal":
                    self._refuse(part["refusal"])
                else:
                    self._text({"delta": part["text"], "logprobs": part.get("logprobs")})
        else:
            self._think(_BREAK.join(_thoughts(item)))
            self._seal(item)

    def _text(self, event: Mapping[str, Any]) -> None:
        if event["delta"]:
            self._events.append(TextDelta(event["delta"]))
        if logprobs := event.get("logprobs"):
            self._events.append(Logprobs(tuple(map(_logprob, logprobs))))

    def _refuse(self, text: str) -> None:
        self._refused = True
        self._events.append(TextDelta(text))

    def _part(self, event: Mapping[str, Any]) -> None:
        if event["summary_index"]:
            self._think(_BREAK)

    def _think(self, text: str) -> None:
        if text and self._reasoning:
            self._events.append(ThinkingDelta(text))

    def _seal(self, item: Mapping[str, Any]) -> None:
        if self._reasoning and (sealed := item.get("encrypted_content")):
            self._events.append(Signature(sealed, "openai"))

    def _call(self, item: Mapping[str, Any], place: int) -> None:
        index = self._calls[place] = len(self._calls)
        self._events.append(ToolCallStarted(index, item["call_id"], item["name"]))

    def _arguments(self, event: Mapping[str, Any]) -> None:
        self._events.append(ToolArguments(self._calls[event["output_index"]], event["delta"]))

    def _stop(self, response: Mapping[str, Any]) -> None:
        self._events.append(Finished(self._reason(response)))

    def _reason(self, response: Mapping[str, Any]) -> Reason:
        if response["status"] == "incomplete":
            why = (response.get("incomplete_details") or {}).get("reason")
            return "content_filter" if why == "content_filter" else "length"
        if self._calls:
            return "tool_calls"
        return "refusal" if self._refused else "stop"


def _logprob(entry: Mapping[str, Any]) -> TokenLogprob:
    top = tuple((one["token"], one["logprob"]) for one in entry.get("top_logprobs") or ())
    return TokenLogprob(entry["token"], entry["logprob"], top)
