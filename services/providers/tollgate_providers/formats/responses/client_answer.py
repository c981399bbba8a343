"""Neutral events, written as OpenAI's Responses answers: streamed, or whole.

Items stand strictly one at a time, which every client understands, as OpenAI's own do. Calls may
overlap in neutral events, so items that cannot be written yet wait in a line; the first one is
open, and is written as it comes.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import orjson
from tollgate_common.rating import Units

from tollgate_providers.dialect import Envelope
from tollgate_providers.neutral import Event, Finished, Reason

from .client_tools import tools_of
from .output import Output
from .output_items import Item, Json

# Why an answer is incomplete; with any other reason it is complete.
_INCOMPLETE: Mapping[Reason, str] = MappingProxyType(
    {
        "length": "max_output_tokens",
        "content_filter": "content_filter",
        "refusal": "content_filter",
    }
)
# What an answer repeats of the request, or says when the client did not.
_REPEATED: Mapping[str, Any] = MappingProxyType(
    {
        "frequency_penalty": 0.0,
        "instructions": None,
        "max_output_tokens": None,
        "max_tool_calls": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "presence_penalty": 0.0,
        "previous_response_id": None,
        "prompt_cache_key": None,
        "safety_identifier": None,
        "temperature": 1.0,
        "tool_choice": "auto",
        "top_logprobs": 0,
        "top_p": 1.0,
        "truncation": "disabled",
        "user": None,
    }
)
# What a function has to say of itself, even if the client did not.
_FUNCTION: Mapping[str, Any] = MappingProxyType(
    {"description": None, "parameters": None, "strict": None}
)


class ResponseWriter:
    """A Writer of the events of a response."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._output = _output(envelope)
        self._line: deque[Item] = deque()
        self._known = 0
        self._index = 0
        self._number = 0
        self._model = ""
        self._opened = False
        self._told_pieces = False
        self._head = b""
        self._done: list[Json] = []
        self._out: list[bytes] = []

    def write(self, events: Iterable[Event]) -> bytes:
        for event in events:
            self._output.take(event)
            self._advance()
        return self._taken()

    def end(self) -> bytes:
        self._begin()
        status, details = _ending(self._output)
        while self._line:
            self._close("completed" if len(self._line) > 1 else status)
        units = self._output.counted(self._envelope.input_tokens)
        whole = _response(self._envelope, self._model, status, details, self._done, units)
        self._put(f"response.{status}", {"response": whole})
        return self._taken()

    def cut(self) -> bytes:
        self._output.finish = Finished("length")
        return self.end()

    def _taken(self) -> bytes:
        out = b"".join(self._out)
        self._out.clear()
        return out

    def _put(self, kind: str, told: Json) -> None:
        data = orjson.dumps({"type": kind, "sequence_number": self._number, **told})
        self._out.append(b"event: %b\ndata: %b\n\n" % (kind.encode(), data))
        self._number += 1

    def _put_of_item(self, kind: str, told: Json) -> None:
        place = {"item_id": self._line[0].id, "output_index": self._index}
        self._put(kind, place | told)

    def _begin(self) -> None:
        if not self._number:
            self._model = self._output.model
            begun = _response(self._envelope, self._model, "in_progress", None, [], None)
            self._put("response.created", {"response": begun})
            self._put("response.in_progress", {"response": begun})

    def _advance(self) -> None:
        """Writes what may be written: the open item's pieces, and the next ones if it is done."""
        items = self._output.items
        if len(items) > self._known:
            self._begin()
            self._line.extend(items[self._known :])
            self._known = len(items)
        if self._line:
            self._flush(self._line[0])
            while len(self._line) > 1 and self._line[0].may_close():
                self._close("completed")
                self._flush(self._line[0])

    def _flush(self, item: Item) -> None:
        if not self._opened:
            self._opened = True
            self._put(
                "response.output_item.added", {"output_index": self._index, "item": item.begun()}
            )
        if item.fresh and not self._told_pieces:
            self._told_pieces = True
            self._open_pieces(item)
        for piece in item.fresh:
            if isinstance(piece, str):
                self._out.append(
                    b'%b%d,"delta":%b}\n\n' % (self._head, self._number, orjson.dumps(piece))
                )
                self._number += 1
            else:
                told = {**item.place, "delta": "", "logprobs": piece}
                self._put_of_item(item.delta, told)
        item.fresh.clear()

    def _open_pieces(self, item: Item) -> None:
        """What precedes a piece is made once: it comes with every token."""
        for kind, told in item.opening():
            self._put_of_item(kind, told)
        about = {"type": item.delta, "item_id": item.id, "output_index": self._index, **item.place}
        self._head = b"event: %b\ndata: %b" % (
            item.delta.encode(),
            orjson.dumps(about)[:-1] + b',"sequence_number":',
        )

    def _close(self, status: str) -> None:
        item = self._line[0]
        self._flush(item)
        for kind, told in item.closing(status):
            self._put_of_item(kind, told)
        whole = item.whole(status)
        self._put("response.output_item.done", {"output_index": self._index, "item": whole})
        self._done.append(whole)
        self._line.popleft()
        self._opened = self._told_pieces = False
        self._index += 1


def whole_response(envelope: Envelope, events: Iterable[Event]) -> bytes:
    """A whole answer."""
    output = _output(envelope)
    for event in events:
        output.take(event)
    status, details = _ending(output)
    last = len(output.items) - 1
    items = [
        item.whole(status if number == last else "completed")
        for number, item in enumerate(output.items)
    ]
    units = output.counted(envelope.input_tokens)
    return orjson.dumps(_response(envelope, output.model, status, details, items, units))


def _output(envelope: Envelope) -> Output:
    return Output(envelope.id, tools_of(envelope.echo))


def _ending(output: Output) -> tuple[str, Json | None]:
    """The status of the answer and of its last item, and why it is incomplete."""
    reason = _INCOMPLETE.get(output.finish.reason) if output.finish else None
    return ("incomplete", {"reason": reason}) if reason else ("completed", None)


def _response(
    envelope: Envelope,
    model: str,
    status: str,
    details: Json | None,
    output: list[Json],
    units: Units | None,
) -> Json:
    """Usage comes last, where a receipt is put into it."""
    return {
        "id": f"resp_{envelope.id}",
        "object": "response",
        "created_at": envelope.created_s,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": details,
        "model": model or envelope.model,
        "output": output,
        "service_tier": "default",
        "store": False,
        **_repeated(envelope.echo),
        "usage": usage_of(units) if units else None,
    }


def _repeated(echo: Mapping[str, Any]) -> Json:
    given = {name: echo.get(name, default) for name, default in _REPEATED.items()}
    text = {name: value for name, value in echo.get("text", {}).items() if value is not None}
    return {
        **given,
        "reasoning": {"effort": None, "summary": None, **echo.get("reasoning", {})},
        "text": {"format": {"type": "text"}, "verbosity": "medium", **text},
        "tools": [
            {**_FUNCTION, **tool} if tool["type"] == "function" else tool
            for tool in echo.get("tools", ())
        ],
    }


def usage_of(units: Units) -> Json:
    """The input includes what was cached, the output includes reasoning."""
    written = units.cache_write_5m + units.cache_write_1h
    taken = units.input + units.cached_read + written
    given = units.output + units.reasoning
    return {
        "input_tokens": taken,
        "input_tokens_details": {"cached_tokens": units.cached_read, "cache_write_tokens": written},
        "output_tokens": given,
        "output_tokens_details": {"reasoning_tokens": units.reasoning},
        "total_tokens": taken + given,
    }
