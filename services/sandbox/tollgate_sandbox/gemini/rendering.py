"""An answer as bytes, as Google's API sends it: one response, or the chunks of a stream."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from tollgate_sandbox.answers import Choice
from tollgate_sandbox.rendering import Answer
from tollgate_sandbox.scenarios import Scenario
from tollgate_sandbox.signatures import encoded, seal
from tollgate_sandbox.usage import Counts, claim

from .order import bound_to

Json = dict[str, Any]

STREAM_ERROR: Json = {
    "error": {
        "code": 503,
        "message": "The model is overloaded. Please try again later.",
        "status": "UNAVAILABLE",
    }
}
_FINISH_REASONS = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
}


def whole(answer: Answer) -> Json:
    """The whole answer."""
    candidates = []
    for index, choice in enumerate(answer.choices):
        parts = [
            *_joined(_thoughts(answer, choice)),
            *_joined([{"text": piece} for piece in choice.content]),
            *(cell.part for cell in _calls(answer, index, choice) if cell.part),
        ]
        if parts:
            parts[-1].update(_closing_signature(answer, choice))
        candidates.append(_candidate(index, parts, choice.finish))
    return _response(answer, candidates, answer.counts)


def chunks(answer: Answer) -> list[Json]:
    """The chunks of a stream. The last one says why the answer ended."""
    rows = [list(_cells(answer, index)) for index in range(len(answer.choices))]
    sent = 0
    rendered = []
    for column in zip_longest(*rows):
        for index, cell in enumerate(column):
            if cell is None:
                continue
            sent += cell.tokens
            if cell.part:
                candidate = {"content": {"parts": [cell.part], "role": "model"}, "index": index}
                rendered.append(_response(answer, [candidate], answer.counts.after(sent)))
    endings = [
        _candidate(index, [{"text": "", **_closing_signature(answer, choice)}], choice.finish)
        for index, choice in enumerate(answer.choices)
    ]
    return [*rendered, _response(answer, endings, answer.counts)]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A part of a stream, and the tokens that it took. What is thought in silence has no part."""

    part: Json | None
    tokens: int = 1


def _cells(answer: Answer, index: int) -> Iterator[_Cell]:
    choice = answer.choices[index]
    shown = answer.request.thinking.shown
    for piece in choice.reasoning:
        yield _Cell({"text": piece, "thought": True} if shown else None)
    for piece in choice.content:
        yield _Cell({"text": piece})
    yield from _calls(answer, index, choice)


def _thoughts(answer: Answer, choice: Choice) -> list[Json]:
    shown = choice.reasoning if answer.request.thinking.shown else ()
    return [{"text": piece, "thought": True} for piece in shown]


def _joined(parts: list[Json]) -> list[Json]:
    return [{**parts[0], "text": "".join(part["text"] for part in parts)}] if parts else []


def _calls(answer: Answer, index: int, choice: Choice) -> Iterator[_Cell]:
    """Of calls that are made together, only the first is signed."""
    for number, call in enumerate(choice.calls):
        made = {
            "name": call.name,
            "args": call.value,
            "id": f"call_{answer.identity.digest[:12]}{index}{number:02d}",
        }
        part: Json = {"functionCall": made}
        if number == 0:
            part["thoughtSignature"] = encoded(seal(answer.identity.digest, bound_to(made)))
        yield _Cell(part, 1 + len(call.arguments))


def _closing_signature(answer: Answer, choice: Choice) -> Json:
    """An answer without calls that was thought about is signed on its last part."""
    if not choice.reasoning or choice.calls:
        return {}
    return {"thoughtSignature": encoded(seal(answer.identity.digest, bound_to(None)))}


def _candidate(index: int, parts: list[Json], finish: str) -> Json:
    content: Json = {"role": "model"}
    if parts:
        content = {"parts": parts, "role": "model"}
    return {"content": content, "finishReason": _FINISH_REASONS[finish], "index": index}


def _response(answer: Answer, candidates: list[Json], counts: Counts) -> Json:
    response: Json = {"candidates": candidates}
    if answer.scenario.usage != "none":
        response["usageMetadata"] = report(counts, answer.scenario)
    response["modelVersion"] = answer.identity.model
    response["responseId"] = answer.identity.digest[:24]
    return response


def report(counts: Counts, scenario: Scenario) -> Json:
    """The usageMetadata. Thoughts are not among the candidates' tokens."""
    said = claim(counts, scenario)
    usage: Json = {
        "promptTokenCount": said.prompt,
        "candidatesTokenCount": said.completion,
        "totalTokenCount": said.total,
    }
    if said.counts is None:
        return usage
    usage["candidatesTokenCount"] = counts.completion - counts.reasoning
    usage["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": counts.prompt}]
    if counts.reasoning:
        usage["thoughtsTokenCount"] = counts.reasoning
    if counts.cached:
        usage["cachedContentTokenCount"] = counts.cached
        usage["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": counts.cached}]
    return usage
