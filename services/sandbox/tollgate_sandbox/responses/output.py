"""The items of an answer: as they begin in a stream, what then happens to them, and as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tollgate_sandbox.answers import ToolCall
from tollgate_sandbox.answers import pieces as pieces_of
from tollgate_sandbox.rendering import Answer
from tollgate_sandbox.signatures import encoded, seal

from .envelope import status_of
from .fields import ENCRYPTED
from .ids import item_id, thought_id
from .reading import offered
from .tools import CUSTOM_FIELD

Json = dict[str, Any]
Step = tuple[str, Json]

# The vendor pads what it streams, so that sizes tell an eavesdropper nothing.
_PADDED_TO = 16


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the output. A step is an event's type and members, but for where it happens."""

    start: Json
    steps: tuple[Step, ...]
    whole: Json


def items(answer: Answer) -> list[Item]:
    choice = answer.choices[0]
    made: list[Item] = []
    if choice.reasoning:
        made.append(_thought(answer, choice.reasoning))
    spoken = [_call(answer, number, call) for number, call in enumerate(choice.calls)]
    # Thoughts alone may use up the limit: then there is no message, not even an empty one.
    if choice.content or not (spoken or choice.finish == "length"):
        spoken = [_message(answer, choice.content)]
    if spoken and status_of(answer) == "incomplete":
        spoken.append(_cut(spoken.pop()))
    return made + spoken


def _cut(item: Item) -> Item:
    return replace(item, whole={**item.whole, "status": "incomplete"})


def _thought(answer: Answer, pieces: Sequence[str]) -> Item:
    body = answer.request.body
    own = thought_id(answer.identity.digest, stored=body.get("store") is not False)
    start: Json = {"id": own, "type": "reasoning", "summary": []}
    sealed = {}
    if ENCRYPTED in (body.get("include") or ()):
        sealed = {"encrypted_content": encoded(seal(own))}
    if not answer.request.thinking.shown or answer.scenario.redacted:
        return Item({**start, **sealed}, (), {**start, **sealed})
    text = "".join(pieces)
    part = {"type": "summary_text", "text": text}
    at = {"summary_index": 0}
    steps = (
        ("response.reasoning_summary_part.added", {**at, "part": {**part, "text": ""}}),
        *_deltas("response.reasoning_summary_text", at, pieces, answer),
        ("response.reasoning_summary_text.done", {**at, "text": text}),
        ("response.reasoning_summary_part.done", {**at, "part": part}),
    )
    return Item({**start, **sealed}, steps, {**start, "summary": [part], **sealed})


def _message(answer: Answer, pieces: Sequence[str]) -> Item:
    own = item_id("msg", answer.identity.digest)
    start: Json = {
        "id": own,
        "type": "message",
        "status": "in_progress",
        "role": "assistant",
        "content": [],
    }
    text = "".join(pieces)
    logprobs = _logprobs(answer, pieces)
    part: Json = {"type": "output_text", "annotations": [], "logprobs": logprobs, "text": text}
    at = {"content_index": 0}
    steps = (
        ("response.content_part.added", {**at, "part": {**part, "logprobs": [], "text": ""}}),
        *_texts(at, pieces, answer),
        ("response.output_text.done", {**at, "logprobs": logprobs, "text": text}),
        ("response.content_part.done", {**at, "part": part}),
    )
    return Item(start, steps, {**start, "status": "completed", "content": [part]})


def _texts(at: Json, pieces: Sequence[str], answer: Answer) -> Iterator[Step]:
    for piece, (kind, step) in zip(
        pieces, _deltas("response.output_text", at, pieces, answer), strict=True
    ):
        yield kind, {**step, "logprobs": _logprobs(answer, [piece])}


def _logprobs(answer: Answer, pieces: Sequence[str]) -> list[Json]:
    top = answer.request.top_logprobs
    if top is None:
        return []
    tokens = [{"token": piece, "logprob": -0.25, "bytes": list(piece.encode())} for piece in pieces]
    return [{**token, "top_logprobs": [token] * top} for token in tokens]


def _call(answer: Answer, number: int, call: ToolCall) -> Item:
    tools = offered(answer.request.body)
    kind, namespace = next((t["type"], space) for t, space in tools if t.get("name") == call.name)
    digest = answer.identity.digest
    about: Json = {"call_id": f"call_{digest[:20]}{number:04d}", "name": call.name}
    if namespace:
        about["namespace"] = namespace
    if kind == "custom":
        return _custom_call(answer, call, {"id": item_id("ctc", digest, number), **about})
    return _function_call(answer, call, {"id": item_id("fc", digest, number), **about})


def _function_call(answer: Answer, call: ToolCall, about: Json) -> Item:
    start: Json = {**about, "type": "function_call", "status": "in_progress", "arguments": ""}
    arguments = "".join(call.arguments)
    steps = (
        *_deltas("response.function_call_arguments", {}, call.arguments, answer),
        (
            "response.function_call_arguments.done",
            {"arguments": arguments, "name": call.name},
        ),
    )
    return Item(start, steps, {**start, "status": "completed", "arguments": arguments})


def _custom_call(answer: Answer, call: ToolCall, about: Json) -> Item:
    """Its text without the JSON around it, which has been counted all the same."""
    start: Json = {**about, "type": "custom_tool_call", "status": "in_progress", "input": ""}
    value = call.value
    text = str(value.get(CUSTOM_FIELD, "")) if isinstance(value, dict) else ""
    steps = (
        *_deltas("response.custom_tool_call_input", {}, pieces_of(text), answer),
        ("response.custom_tool_call_input.done", {"input": text}),
    )
    return Item(start, steps, {**start, "status": "completed", "input": text})


def _deltas(kind: str, at: Json, pieces: Sequence[str], answer: Answer) -> Iterator[Step]:
    options = answer.request.body.get("stream_options") or {}
    padded = options.get("include_obfuscation") is not False
    for piece in pieces:
        step = {**at, "delta": piece}
        if padded:
            step["obfuscation"] = answer.identity.digest[: -len(piece) % _PADDED_TO]
        yield f"{kind}.delta", step
