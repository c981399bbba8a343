"""Neutral events, written as Anthropic's answers: streamed, or whole.

Blocks stand strictly one at a time. Calls may overlap in neutral events, so that blocks which
cannot be written yet wait in a line; the first one is open, and is written as it comes.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import orjson
from tollgate_common.rating import Units
from tollgate_common.usage import estimate_tokens

from tollgate_providers.dialect import Envelope
from tollgate_providers.formats.typed import framed
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
    ToolArguments,
    ToolCallStarted,
    UsageSeen,
)
from tollgate_providers.signatures import packed, signed_id

_STOP: dict[Reason, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
    "stop_sequence": "stop_sequence",
    "refusal": "refusal",
    "pause": "pause_turn",
}
_STOPPED = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
# What precedes a piece; written by hand because it comes with every token.
_DELTA = (
    b"event: content_block_delta\ndata: "
    b'{"type":"content_block_delta","index":%d,"delta":{"type":"%b","%b":'
)
_PING = b'event: ping\ndata: {"type":"ping"}\n\n'


class Block:
    """A content block: `pieces` are those that are not written yet, `text` all of a call's."""

    def __init__(self, content: dict[str, Any], delta: str = "", field: str = "") -> None:
        self.content = content
        self.delta = delta
        self.field = field
        self.pieces: list[str] = []
        self.all: list[str] = []
        self.signature = ""
        self.ended = not delta

    def add(self, piece: str) -> None:
        self.pieces.append(piece)
        self.all.append(piece)

    def may_close(self) -> bool:
        """Text ends when something else begins; a call, when its arguments are whole."""
        if self.content["type"] != "tool_use" or self.ended:
            return True
        try:
            orjson.loads("".join(self.all))
        except orjson.JSONDecodeError:
            return False
        return True

    def whole(self) -> dict[str, Any]:
        """The block of an answer that is not streamed."""
        text = "".join(self.all)
        if self.content["type"] == "tool_use":
            return self.content | {"input": _object(text)}
        signed = {"signature": self.signature} if self.field == "thinking" else {}
        return self.content | ({self.field: text} if self.field else {}) | signed


class Blocks:
    """All blocks of an answer in their order, from events in any order."""

    def __init__(self) -> None:
        self.all: list[Block] = []
        self.calls: dict[int, Block] = {}
        self.model = ""
        self.units: Units | None = None
        self.finish: Finished | None = None
        self.characters = 0
        self._take: dict[type, Callable[[Any], None]] = {
            Started: self._started,
            TextDelta: self._text,
            ThinkingDelta: self._thinking,
            Signature: self._signature,
            Redacted: self._redacted,
            ToolCallStarted: self._call,
            ToolArguments: self._arguments,
            Logprobs: lambda event: None,
            Finished: self._finished,
            UsageSeen: self._seen,
        }

    def take(self, event: Event) -> None:
        self._take[type(event)](event)

    def usage(self, envelope: Envelope) -> dict[str, Any]:
        """The provider's count, else what was counted here."""
        output = estimate_tokens(self.characters)
        return usage_of(self.units or Units(input=envelope.input_tokens, output=output))

    def stop(self) -> dict[str, Any]:
        finish = self.finish or Finished("stop")
        return {"stop_reason": _STOP[finish.reason], "stop_sequence": finish.stop_sequence or None}

    def _started(self, event: Started) -> None:
        self.model = event.model

    def _begin(self, block: Block) -> Block:
        self.all.append(block)
        return block

    def _last(self, field: str, content: dict[str, Any], delta: str) -> Block:
        """The last block, if it is of this kind and goes on; else a new one."""
        if self.all and self.all[-1].field == field and not self.all[-1].ended:
            return self.all[-1]
        return self._begin(Block(content, delta, field))

    def _text(self, event: TextDelta) -> None:
        if not self.finish and event.text:
            self._last("text", {"type": "text", "text": ""}, "text_delta").add(event.text)
            self.characters += len(event.text)

    def _thought(self) -> Block:
        content = {"type": "thinking", "thinking": "", "signature": ""}
        return self._last("thinking", content, "thinking_delta")

    def _thinking(self, event: ThinkingDelta) -> None:
        if not self.finish and event.text:
            self._thought().add(event.text)
            self.characters += len(event.text)

    def _signature(self, event: Signature) -> None:
        if not self.finish:
            block = self._thought()
            block.signature = packed(event.signature, event.signer or "anthropic", "anthropic")
            block.ended = True

    def _redacted(self, event: Redacted) -> None:
        if not self.finish:
            self._begin(Block({"type": "redacted_thinking", "data": event.data}))

    def _call(self, event: ToolCallStarted) -> None:
        if not self.finish and event.index not in self.calls:
            id = signed_id(event.id, event.signature)
            content = {"type": "tool_use", "id": id, "name": event.name, "input": {}}
            block = self._begin(Block(content, "input_json_delta", "partial_json"))
            self.calls[event.index] = block

    def _arguments(self, event: ToolArguments) -> None:
        block = self.calls.get(event.index)
        if block and not self.finish and event.json:
            block.add(event.json)
            self.characters += len(event.json)

    def _finished(self, event: Finished) -> None:
        self.finish = self.finish or event

    def _seen(self, event: UsageSeen) -> None:
        self.units = event.units


class MessageWriter:
    """A Writer of Anthropic's events."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._blocks = Blocks()
        self._line: deque[Block] = deque()
        self._known = 0
        self._begun = False
        self._opened = False
        self._index = 0
        self._head = b""
        self._out: list[bytes] = []

    def write(self, events: Iterable[Event]) -> bytes:
        for event in events:
            self._blocks.take(event)
            self._advance()
        return self._taken()

    def end(self) -> bytes:
        blocks = self._blocks
        self._begin()
        while self._line:
            self._close()
        usage = blocks.usage(self._envelope)
        self._put({"type": "message_delta", "delta": blocks.stop(), "usage": usage})
        self._out.append(_STOPPED)
        return self._taken()

    def cut(self) -> bytes:
        self._blocks.finish = Finished("length")
        return self.end()

    def _taken(self) -> bytes:
        out = b"".join(self._out)
        self._out.clear()
        return out

    def _put(self, event: dict[str, Any]) -> None:
        self._out.append(framed(event["type"].encode(), orjson.dumps(event)))

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            usage = usage_of(Units(input=self._envelope.input_tokens))
            message = message_of(self._envelope, self._blocks.model, [], usage)
            message |= {"stop_reason": None, "stop_sequence": None}
            self._put({"type": "message_start", "message": message})
            self._out.append(_PING)

    def _advance(self) -> None:
        """Writes what may be written: the open block's pieces, and the next ones if it is done."""
        blocks = self._blocks.all
        if len(blocks) > self._known:
            self._begin()
            self._line.extend(blocks[self._known :])
            self._known = len(blocks)
            while len(self._line) > 1 and self._line[0].may_close():
                self._close()
        if self._line:
            self._flush(self._line[0])
            while len(self._line) > 1 and self._line[0].may_close():
                self._close()
                self._flush(self._line[0])

    def _flush(self, block: Block) -> None:
        if not self._opened:
            self._opened = True
            content = block.content
            start = {"type": "content_block_start", "index": self._index, "content_block": content}
            self._put(start)
            self._head = _DELTA % (self._index, block.delta.encode(), block.field.encode())
        for piece in block.pieces:
            self._out.append(b"%b%b}}\n\n" % (self._head, orjson.dumps(piece)))
        block.pieces.clear()

    def _close(self) -> None:
        block = self._line.popleft()
        self._flush(block)
        if block.signature:
            delta = {"type": "signature_delta", "signature": block.signature}
            self._put({"type": "content_block_delta", "index": self._index, "delta": delta})
        self._put({"type": "content_block_stop", "index": self._index})
        self._opened = False
        self._index += 1


def message(envelope: Envelope, events: Iterable[Event]) -> bytes:
    """A whole answer."""
    blocks = Blocks()
    for event in events:
        blocks.take(event)
    content = [block.whole() for block in blocks.all]
    usage = blocks.usage(envelope)
    return orjson.dumps(message_of(envelope, blocks.model, content, usage) | blocks.stop())


def message_of(
    envelope: Envelope, model: str, content: list[dict[str, Any]], usage: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": f"msg_{envelope.id}",
        "type": "message",
        "role": "assistant",
        "model": model or envelope.model,
        "content": content,
        "usage": usage,
    }


def _object(text: str) -> Any:  # noqa: ANN401
    try:
        return orjson.loads(text or b"{}")
    except orjson.JSONDecodeError:
        return {}


def usage_of(units: Units) -> dict[str, Any]:
    """Anthropic's usage: the input excludes what was cached, the output includes thinking."""
    return {
        "input_tokens": units.input,
        "cache_read_input_tokens": units.cached_read,
        "cache_creation_input_tokens": units.cache_write_5m + units.cache_write_1h,
        "cache_creation": {
            "ephemeral_5m_input_tokens": units.cache_write_5m,
            "ephemeral_1h_input_tokens": units.cache_write_1h,
        },
        "output_tokens": units.output + units.reasoning,
        "output_tokens_details": {"thinking_tokens": units.reasoning},
    }
