"""An answer as bytes, as the Responses API sends it: one object, or the events of a stream."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from tollgate_sandbox.rendering import Answer

from .envelope import ERROR, begun, ended, status_of
from .output import Item, Step, items

Json = dict[str, Any]


def response(answer: Answer) -> bytes:
    """The whole answer as one object."""
    return orjson.dumps(ended(answer, [item.whole for item in items(answer)]))


def events(answer: Answer) -> list[bytes]:
    """The events of a stream. The last one says how the answer has ended."""
    return [_event(number, kind, more) for number, (kind, more) in enumerate(_story(answer))]


def stream_error(sent: int) -> bytes:
    """Told as the vendor does it, which is not what its reference says: that has no `error`."""
    return _event(sent, "error", {"error": {"type": "server_error", **ERROR, "param": None}})


def _story(answer: Answer) -> Iterator[Step]:
    made = items(answer)
    start = {"response": begun(answer)}
    yield "response.created", start
    yield "response.in_progress", start
    yield from _items(made)
    whole = ended(answer, [item.whole for item in made])
    yield f"response.{status_of(answer)}", {"response": whole}


def _items(made: Sequence[Item]) -> Iterator[Step]:
    for index, item in enumerate(made):
        place = {"output_index": index}
        yield "response.output_item.added", {**place, "item": item.start}
        for kind, more in item.steps:
            yield kind, {"item_id": item.whole["id"], **place, **more}
        yield "response.output_item.done", {**place, "item": item.whole}


def _event(number: int, kind: str, more: Json) -> bytes:
    data = orjson.dumps({"type": kind, "sequence_number": number, **more})
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)
