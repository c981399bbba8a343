"""What Gemini's answers say: usage, text in bytes, and whether they have ended."""

from collections.abc import Mapping
from typing import Any

import orjson
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import Units


class Seen:
    """What the responses of one answer, streamed or whole, have said so far."""

    def __init__(self) -> None:
        self.output_bytes = 0
        self.reasoning_bytes = 0
        self._last: Mapping[str, Any] = {}
        self._usage: object = None
        self._open: set[int] = set()
        self._ended: set[int] = set()
        self._blocked = False

    def take(self, response: Mapping[str, Any]) -> None:
        """AttributeError, KeyError or TypeError when it is not a GenerateContentResponse."""
        for candidate in response.get("candidates") or ():
            index = candidate.get("index") or 0
            self._open.add(index)
            if candidate.get("finishReason"):
                self._ended.add(index)
            for part in parts_of(candidate):
                self._count(part)
        feedback = response.get("promptFeedback")
        self._blocked = self._blocked or bool(feedback and feedback.get("blockReason"))
        if usage := response.get("usageMetadata"):
            self._usage = usage
        self._last = response

    @property
    def about(self) -> dict[str, Any]:
        """How the answer is named."""
        return {k: self._last[k] for k in ("modelVersion", "responseId") if k in self._last}

    @property
    def ended(self) -> bool:
        """All candidates have said why they ended, or there will be none."""
        return self._blocked or (bool(self._ended) and self._open == self._ended)

    @property
    def model(self) -> str:
        return str(self.about.get("modelVersion", ""))

    @property
    def unfinished(self) -> list[int]:
        """Candidates that are to come to an end."""
        return sorted(self._open - self._ended) or [0]

    def units(self) -> Units | None:
        """The last usage, or None when it is not credible."""
        return units_of(self._usage, self.output_bytes + self.reasoning_bytes > 0)

    def _count(self, part: Mapping[str, Any]) -> None:
        size = len(part.get("text", "").encode())
        if call := part.get("functionCall"):
            size += len(call["name"].encode()) + len(orjson.dumps(call.get("args") or {}))
        if part.get("thought"):
            self.reasoning_bytes += size
        else:
            self.output_bytes += size


def parts_of(candidate: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = candidate.get("content") or {}
    return content.get("parts") or []


def units_of(usage: object, any_text: bool) -> Units | None:
    """Disjoint buckets, or None when the count is not credible: then we bill by our own.

    What is zero is left out. Candidates exclude thoughts, the prompt includes what was cached.
    """
    if not isinstance(usage, dict):
        return None
    counts = [
        usage.get(f"{name}TokenCount", 0)
        for name in ("prompt", "cachedContent", "toolUsePrompt", "candidates", "thoughts")
    ]
    if not all(type(count) is int and count >= 0 for count in counts):
        return None
    prompt, cached, tools, candidates, thoughts = counts
    total = prompt + tools + candidates + thoughts
    if usage.get("totalTokenCount", total) != total:
        return None
    if any_text and not (prompt and candidates + thoughts):
        return None
    try:
        return Units(
            input=prompt - cached + tools,
            cached_read=cached,
            output=candidates,
            reasoning=thoughts,
        )
    except InvalidArgument:
        return None


def usage_of(units: Units) -> dict[str, Any]:
    """Gemini's usage: the prompt includes all of the cache, zeros are left out."""
    cached = {"cachedContentTokenCount": units.cached_read} if units.cached_read else {}
    thoughts = {"thoughtsTokenCount": units.reasoning} if units.reasoning else {}
    prompt = units.input + units.cached_read + units.cache_write_5m + units.cache_write_1h
    return {
        "promptTokenCount": prompt,
        **cached,
        "candidatesTokenCount": units.output,
        **thoughts,
        "totalTokenCount": prompt + units.output + units.reasoning,
    }


class Framing:
    """Frames responses as events of a stream, or as the elements of one JSON array.

    An array is begun with its first element, and closed by `end` only: a cut one stays invalid.
    """

    def __init__(self, variant: str) -> None:
        self._array = variant == "array"
        self._begun = False

    def chunks(self, payloads: list[bytes]) -> bytes:
        if not payloads:
            return b""
        if not self._array:
            return b"data: " + b"\n\ndata: ".join(payloads) + b"\n\n"
        head = b",\n" if self._begun else b"["
        self._begun = True
        return head + b",\n".join(payloads)

    def end(self) -> bytes:
        return b"]" if self._array else b""
