"""Google's Gemini API (AI Studio)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from tollgate_common.errors import InvalidArgument

from tollgate_providers.adapter import Ask, Carrier, Reading, Wire
from tollgate_providers.body import written
from tollgate_providers.complaint import failure_of
from tollgate_providers.failures import AnswerFailed, FailureKind, unusable
from tollgate_providers.formats.gemini.answers import Seen
from tollgate_providers.formats.gemini.embeddings import EmbeddingsWire
from tollgate_providers.formats.gemini.passed_request import passed
from tollgate_providers.formats.gemini.passthrough import GeminiStream
from tollgate_providers.formats.gemini.provider_answer import GeminiReader
from tollgate_providers.formats.gemini.provider_request import write_request
from tollgate_providers.neutral import Request

_METHODS = {False: ":generateContent", True: ":streamGenerateContent?alt=sse"}
_WAIT_S_MAX = 3600
# They come with status 400 as if the request were at fault: no key, no billing, no such region.
_OURS = frozenset({"API_KEY_INVALID", "API_KEY_EXPIRED", "FAILED_PRECONDITION"})


class Google:
    """Speaks a dialect of its own. Thoughts count within the limit on tokens."""

    name = "google"
    dialect = "gemini"
    base_url = "https://generativelanguage.googleapis.com"
    api_key_variable = "GEMINI_API_KEY"
    base_url_variable = "GEMINI_BASE_URL"
    wires: Mapping[tuple[str, str], Wire] = MappingProxyType(
        {("gemini", "embeddings"): EmbeddingsWire()}
    )

    def target(self, ask: Ask) -> str:
        return f"/v1beta/models/{ask.model}{_METHODS[ask.stream]}"

    def passes(self, ask: Ask) -> bool:
        return True

    def carrier(self, request: Request, ask: Ask) -> Carrier:
        return self

    def headers(self, credential: str, ask: Ask) -> Mapping[str, str]:
        return {"x-goog-api-key": credential}

    def body(self, ask: Ask) -> bytes:
        try:
            return passed(ask.body, ask.max_output_tokens)
        except InvalidArgument as error:
            kind = FailureKind.INVALID_REQUEST
            raise AnswerFailed(kind, error.message, param=error.field) from error

    def read(self, data: bytes) -> Reading:
        seen = Seen()
        try:
            seen.take(orjson.loads(data))
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
            raise unusable("was no content") from error
        if not seen.ended:
            raise unusable("was no content")
        return Reading(data, seen.units(), seen.output_bytes, seen.reasoning_bytes, seen.model)

    def stream(self, ask: Ask) -> GeminiStream:
        return GeminiStream(ask.variant, ask.price)

    def body_of(self, request: Request, ask: Ask) -> bytes:
        return written(write_request(request, ask.model))

    def reader(self, ask: Ask) -> GeminiReader:
        return GeminiReader(ask.request_id)

    def failure(
        self, status: int, body: bytes, credential: str, retry_after_s: int
    ) -> AnswerFailed:
        error = _error(body)
        listed = error.get("details")
        details = [d for d in listed if isinstance(d, dict)] if isinstance(listed, list) else []
        names = {str(d.get("reason")) for d in details} | {str(error.get("status"))}
        message = error.get("message")
        return failure_of(
            status,
            message if isinstance(message, str) else "",
            _param(details),
            credential,
            retry_after_s or _wait_s(details),
            ours=bool(names & _OURS),
        )


def _error(body: bytes) -> Mapping[str, Any]:
    """The error object; a stream that is no stream of events has it in a list."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if isinstance(answer, list) and answer:
        answer = answer[0]
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}


def _param(details: list[dict[str, Any]]) -> str:
    for detail in details:
        violations = detail.get("fieldViolations")
        first = violations[0] if isinstance(violations, list) and violations else None
        if isinstance(first, dict) and isinstance(first.get("field"), str):
            return str(first["field"])
    return ""


def _wait_s(details: list[dict[str, Any]]) -> int:
    """Google says how long to wait in the body: "34.07s"."""
    for detail in details:
        delay = detail.get("retryDelay")
        seconds = delay.removesuffix("s").partition(".")[0] if isinstance(delay, str) else ""
        if seconds.isascii() and seconds.isdigit():
            return min(int(seconds) + 1, _WAIT_S_MAX)
    return 0


ADAPTER = Google()
