"""An answer so far, kept in case that it has to be ended before its end."""

from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]
# Where the pieces of a text belong: the item's list of parts, and the field.
_PIECES: Mapping[str, tuple[str, str]] = {
    "response.output_text.delta": ("content", "text"),
    "response.refusal.delta": ("content", "refusal"),
    "response.reasoning_text.delta": ("content", "text"),
    "response.reasoning_summary_text.delta": ("summary", "text"),
    "response.function_call_arguments.delta": ("", "arguments"),
    "response.custom_tool_call_input.delta": ("", "input"),
}
# A part's list, by the events that begin and end it.
_PARTS = {
    "response.content_part.added": "content",
    "response.content_part.done": "content",
    "response.reasoning_summary_part.added": "summary",
    "response.reasoning_summary_part.done": "summary",
}
_ENDS = {"content": "response.content_part.done", "summary": "response.reasoning_summary_part.done"}
# What an event has besides its text.
_BESIDES: Mapping[str, Json] = {"response.output_text.done": {"logprobs": []}}
_INDEX = {"content": "content_index", "summary": "summary_index"}


class Draft:
    """See it every event; `cut` then gives the ones that end the answer."""

    def __init__(self) -> None:
        self._response: Json = {"object": "response"}
        self._sequence = 0
        self._items: dict[int, Json] = {}
        self._open: dict[int, Json] = {}
        # Texts that are not whole, by the event that brings their pieces and by their place.
        self._pieces: dict[tuple[str, int, int], list[str]] = {}

    def see(self, event: Mapping[str, Any]) -> None:
        kind = event["type"]
        self._sequence = event.get("sequence_number", self._sequence) + 1
        if kind in _PIECES:
            self._pieces.setdefault(_place(event), []).append(event["delta"])
        elif kind in _PARTS:
            self._part(event, _PARTS[kind])
        elif kind == "response.output_item.added":
            self._items[event["output_index"]] = event["item"]
            self._open[event["output_index"]] = event["item"]
        elif kind == "response.output_item.done":
            self._items[event["output_index"]] = event["item"]
            self._open.pop(event["output_index"], None)
            self._forget(event["output_index"])
        elif kind == "response.created":
            self._response = event["response"]

    def cut(self) -> Iterator[Json]:
        """What ends the open items, and then the answer, as if it had reached its limit."""
        for place, item in self._open.items():
            for kind, more in self._endings(place, item):
                yield self._next(kind, output_index=place, item_id=item.get("id"), **more)
            item["status"] = "incomplete"
            yield self._next("response.output_item.done", output_index=place, item=item)
        response = self._response | {
            "status": "incomplete",
            "incomplete_details": {"reason": "max_output_tokens"},
            "output": list(self._items.values()),
        }
        yield self._next("response.incomplete", response=response)

    def _part(self, event: Mapping[str, Any], name: str) -> None:
        """A part begins or ends. An item has them in a list, in the order of their indexes."""
        place, index = event["output_index"], event.get(_INDEX[name], 0)
        if item := self._open.get(place):
            item[name] = item.get(name) or []
            item[name][index : index + 1] = [event["part"]]
        if event["type"].endswith(".done"):
            self._forget(place, index)

    def _forget(self, place: int, index: int | None = None) -> None:
        for key in list(self._pieces):
            if key[1] == place and index in (None, key[2]):
                del self._pieces[key]

    def _endings(self, place: int, item: Json) -> Iterator[tuple[str, Json]]:
        for kind, at, index in self._pieces:
            if at != place:
                continue
            name, field = _PIECES[kind]
            text = "".join(self._pieces[kind, at, index])
            done = kind.removesuffix("delta") + "done"
            if not name:
                item[field] = text
                yield done, {field: text}
                continue
            where = {_INDEX[name]: index}
            yield done, where | {field: text} | _BESIDES.get(done, {})
            for part in (item.get(name) or [])[index : index + 1]:
                part[field] = text
                yield _ENDS[name], where | {"part": part}

    def _next(self, kind: str, **fields: object) -> Json:
        event = {"type": kind, "sequence_number": self._sequence, **fields}
        self._sequence += 1
        return event


def _place(event: Mapping[str, Any]) -> tuple[str, int, int]:
    name, _ = _PIECES[event["type"]]
    return event["type"], event["output_index"], event.get(_INDEX[name], 0) if name else 0
