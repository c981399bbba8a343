"""An answer as bytes, as Anthropic's API sends it: one message, or the events of a stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from tollgate_sandbox.answers import Choice, ToolCall
from tollgate_sandbox.rendering import Answer
from tollgate_sandbox.scenarios import Scenario
from tollgate_sandbox.signatures import encoded, seal
from tollgate_sandbox.usage import Counts, claim

Json = dict[str, Any]

STREAM_ERROR = (
    b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error",'
    b'"message":"Overloaded"}}\n\n'
)
_STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}


def message(answer: Answer) -> bytes:
    """The whole answer as one object."""
    choice = answer.choices[0]
    blocks = [block.whole for block in _blocks(answer)]
    return orjson.dumps({**_envelope(answer, blocks), **_ending(choice), **_usage(answer)})


def _envelope(answer: Answer, content: list[Json]) -> Json:
    return {
        "model": answer.identity.model,
        "id": f"msg_01{answer.identity.digest[:22]}",
        "type": "message",
        "role": "assistant",
        "content": content,
    }


def _ending(choice: Choice) -> Json:
    refused = choice.finish == "content_filter"
    return {
        "stop_reason": "stop_sequence" if choice.stop else _STOP_REASONS[choice.finish],
        "stop_sequence": choice.stop,
        "stop_details": {"type": "refusal", "category": None, "explanation": None}
        if refused
        else None,
    }


def _usage(answer: Answer) -> Json:
    if answer.scenario.usage == "none":
        return {}
    return {"usage": report(answer.counts, answer.scenario)}


def report(counts: Counts, scenario: Scenario) -> Json:
    """The `usage` object. What was cached is not part of its input_tokens."""
    said = claim(counts, scenario)
    if said.counts is None:
        usage: Json = {"input_tokens": said.prompt, "output_tokens": said.completion}
        if scenario.usage == "contradictory":
            # There is no total to contradict, so a part is more than its whole.
            usage["output_tokens_details"] = {"thinking_tokens": said.total}
        return usage
    return {
        "input_tokens": counts.fresh,
        "cache_creation_input_tokens": counts.written_5m + counts.written_1h,
        "cache_read_input_tokens": counts.cached,
        "cache_creation": {
            "ephemeral_5m_input_tokens": counts.written_5m,
            "ephemeral_1h_input_tokens": counts.written_1h,
        },
        "output_tokens": said.completion,
        "output_tokens_details": {"thinking_tokens": counts.reasoning},
        "service_tier": "standard",
    }


@dataclass(frozen=True, slots=True)
class _Block:
    """A content block: as a whole, as it begins in a stream, and what then is added to it."""

    whole: Json
    start: Json
    deltas: tuple[Json, ...]


def _blocks(answer: Answer) -> Iterator[_Block]:
    choice = answer.choices[0]
    if choice.reasoning:
        yield _thought(answer, choice.reasoning)
    if choice.content:
        whole = {"type": "text", "text": "".join(choice.content)}
        deltas = [{"type": "text_delta", "text": piece} for piece in choice.content]
        yield _Block(whole, {"type": "text", "text": ""}, tuple(deltas))
    for number, call in enumerate(choice.calls):
        yield _tool_use(f"toolu_01{answer.identity.digest[:20]}{number:02d}", call)


def _thought(answer: Answer, pieces: tuple[str, ...]) -> _Block:
    seed = answer.identity.digest
    if answer.scenario.redacted:
        hidden = {"type": "redacted_thinking", "data": encoded(seal(seed, "redacted"))}
        return _Block(hidden, hidden, ())
    shown = pieces if answer.request.thinking.shown else ()
    thought = "".join(shown)
    signature = encoded(seal(seed, thought))
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in shown]
    signed = {"type": "signature_delta", "signature": signature}
    return _Block(
        {"type": "thinking", "thinking": thought, "signature": signature},
        {"type": "thinking", "thinking": "", "signature": ""},
        (*deltas, signed),
    )


def _tool_use(call_id: str, call: ToolCall) -> _Block:
    start = {"type": "tool_use", "id": call_id, "name": call.name, "input": {}}
    pieces = ("", *call.arguments)
    return _Block(
        {**start, "input": call.value},
        start,
        tuple({"type": "input_json_delta", "partial_json": piece} for piece in pieces),
    )


def events(answer: Answer) -> list[bytes]:
    """The events of a stream. The last is message_stop."""
    choice = answer.choices[0]
    opening = {
        **_envelope(answer, []),
        **dict.fromkeys(("stop_reason", "stop_sequence", "stop_details")),
    }
    if answer.scenario.usage != "none":
        opening["usage"] = report(answer.counts.after(1), answer.scenario)
    delta = {"delta": _ending(choice), **_usage(answer)}
    return [
        _event("message_start", {"message": opening}),
        _event("ping", {}),
        *_block_events(_blocks(answer)),
        _event("message_delta", delta),
        _event("message_stop", {}),
    ]


def _block_events(blocks: Iterable[_Block]) -> Iterator[bytes]:
    for index, block in enumerate(blocks):
        at = {"index": index}
        yield _event("content_block_start", {**at, "content_block": block.start})
        for delta in block.deltas:
            yield _event("content_block_delta", {**at, "delta": delta})
        yield _event("content_block_stop", at)


def _event(name: str, more: Json) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps({"type": name, **more}))
