"""A streamed Gemini answer on its way to a client that speaks Gemini: events are not touched."""

import orjson
from tollgate_common.rating import Price, Units

from tollgate_providers.failures import AnswerFailed, unusable
from tollgate_providers.formats.gemini.answers import Framing, Seen
from tollgate_providers.receipt import with_cost
from tollgate_providers.sse import LineTooLong, Splitter


class GeminiStream:
    """An AnswerStream of Gemini's format.

    There is no last event: an answer is complete when its provider closes after all candidates
    have said why they ended.
    """

    def __init__(self, variant: str, price: Price | None) -> None:
        self.output_bytes = 0
        self.reasoning_bytes = 0
        self.complete = False
        self.failure: AnswerFailed | None = None
        self._splitter = Splitter()
        self._seen = Seen()
        self._framing = Framing(variant)
        self._price = price

    def feed(self, data: bytes) -> bytes:
        try:
            return self._pass(self._splitter.feed(data))
        except LineTooLong:
            self.failure = unusable("had a line that never ended")
            return b""

    def finish(self) -> bytes:
        out = self._pass(self._splitter.finish())
        if self.failure is None and self._seen.ended:
            self.complete = True
            out += self._framing.end()
        return out

    def cut(self) -> bytes:
        last = {"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": "MAX_TOKENS"}
        candidates = [last | {"index": number} for number in self._seen.unfinished]
        self.complete = True
        chunk = orjson.dumps({"candidates": candidates, **self._seen.about})
        return self._framing.chunks([chunk]) + self._framing.end()

    @property
    def model(self) -> str:
        return self._seen.model

    def reported(self) -> Units | None:
        return self._seen.units()

    def reported_input(self) -> None:
        return None

    def _pass(self, payloads: list[bytes]) -> bytes:
        kept: list[bytes] = []
        for payload in payloads:
            try:
                payload = self._event(payload)
            except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
                # Not JSON, or of a shape in which dictionaries and lists are not where they belong.
                self.failure = unusable("was garbled")
            if self.failure:
                break
            kept.append(payload)
        self.output_bytes = self._seen.output_bytes
        self.reasoning_bytes = self._seen.reasoning_bytes
        return self._framing.chunks(kept)

    def _event(self, payload: bytes) -> bytes:
        response = orjson.loads(payload)
        if response.get("error"):
            self.failure = unusable("ended with an error")
            return b""
        self._seen.take(response)
        if not self._seen.ended:
            return payload
        return with_cost(payload, self.reported(), self._price)
