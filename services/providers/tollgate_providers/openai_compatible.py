"""The API that OpenAI defined and most vendors copied; their files state the differences."""

from collections.abc import Mapping
from typing import Any

import orjson
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import Units

from .adapter import Ask, Reading
from .chat_stream import ChatStream, model_of, text_bytes
from .failures import AnswerFailed, FailureKind, unusable
from .scrub import scrub

_INVALID = frozenset({400, 404, 413, 422})
_OUR_ACCOUNT = frozenset({401, 402, 403})
_BUSY = frozenset({429, 529})
_COMPLAINT = "The provider could not serve the request."


class OpenAICompatible:
    """Base of adapters whose provider speaks the client's dialect: bytes pass untouched."""

    name: str
    base_url: str
    api_key_variable: str
    base_url_variable: str
    path = "/chat/completions"
    # The field that limits answer tokens. The other spelling is dropped: some refuse to have both.
    max_tokens_field = "max_tokens"
    # The field that limits reasoning, where reasoning comes on top of the answer's limit.
    thinking_budget_field = ""
    # Codes or types of errors that are about our account, whatever their status.
    account_errors: frozenset[str] = frozenset()

    def headers(self, credential: str) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {credential}"}

    def body(self, ask: Ask) -> bytes:
        try:
            fields = orjson.loads(ask.body)
        except orjson.JSONDecodeError as error:
            raise AnswerFailed(FailureKind.INVALID_REQUEST, "The body is not JSON.") from error
        if not isinstance(fields, dict):
            raise AnswerFailed(FailureKind.INVALID_REQUEST, "The body is not an object.")
        fields["model"] = ask.model
        fields.pop("max_tokens", None)
        fields.pop("max_completion_tokens", None)
        fields[self.max_tokens_field] = ask.max_output_tokens
        if self.thinking_budget_field and ask.extra_reasoning_tokens:
            asked = fields.get(self.thinking_budget_field)
            budget = asked if type(asked) is int else ask.extra_reasoning_tokens
            fields[self.thinking_budget_field] = min(budget, ask.extra_reasoning_tokens)
        if ask.stream:
            options = fields.get("stream_options") or {}
            fields["stream_options"] = {**options, "include_usage": True}
        return orjson.dumps(fields)

    def read(self, data: bytes) -> Reading:
        try:
            answer = orjson.loads(data)
            output, reasoning = text_bytes(answer["choices"], "message")
            reported = self.units(self.find_usage(answer), output + reasoning > 0)
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
            raise unusable("was not a chat completion") from error
        return Reading(data, reported, output, reasoning, model_of(answer))

    def stream(self, ask: Ask) -> ChatStream:
        return ChatStream(self, include_usage=ask.include_usage)

    def find_usage(self, event: Mapping[str, Any]) -> object:
        """The usage object of an answer or of a streamed event, or None."""
        return event.get("usage")

    def cached_tokens(self, usage: Mapping[str, Any]) -> object:
        """Prompt tokens that were read from the provider's cache."""
        return _detail(usage, "prompt_tokens_details", "cached_tokens")

    def cache_write_tokens(self, usage: Mapping[str, Any]) -> object:
        """Prompt tokens that were written to the provider's cache, where that is charged."""
        return _detail(usage, "prompt_tokens_details", "cache_write_tokens")

    def units(self, usage: object, any_text: bool) -> Units | None:
        """Disjoint buckets, or None when the count is not credible: then we bill by our own."""
        if not isinstance(usage, dict):
            return None
        counts = [
            usage.get("prompt_tokens"),
            usage.get("completion_tokens"),
            self.cached_tokens(usage),
            self.cache_write_tokens(usage),
            _detail(usage, "completion_tokens_details", "reasoning_tokens"),
        ]
        numbers = [count for count in counts if type(count) is int]
        if len(numbers) < len(counts):
            return None
        prompt, completion, cached, written, reasoning = numbers
        if usage.get("total_tokens", prompt + completion) != prompt + completion:
            return None
        if any_text and not (prompt and completion):
            return None
        try:
            return Units(
                input=prompt - cached - written,
                cached_read=cached,
                cache_write_5m=written,
                output=completion - reasoning,
                reasoning=reasoning,
            )
        except InvalidArgument:
            return None

    def failure(
        self, status: int, body: bytes, credential: str, retry_after_s: int
    ) -> AnswerFailed:
        message, param, names = _complaint(body)
        if status in _OUR_ACCOUNT or names & self.account_errors:
            return AnswerFailed(FailureKind.UPSTREAM_ERROR, _COMPLAINT, elsewhere=True)
        if status in _BUSY:
            text = "The provider is rate limiting this gateway."
            return AnswerFailed(
                FailureKind.RATE_LIMITED, text, retry_after_s=retry_after_s, elsewhere=True
            )
        if status in _INVALID:
            text = scrub(message, credential) or "The provider calls the request invalid."
            return AnswerFailed(FailureKind.INVALID_REQUEST, text, param=scrub(param, credential))
        return AnswerFailed(FailureKind.UPSTREAM_ERROR, _COMPLAINT, elsewhere=status >= 500)


def _detail(usage: Mapping[str, Any], group: str, name: str) -> object:
    details = usage.get(group)
    return (details.get(name) or 0) if isinstance(details, dict) else 0


def _complaint(body: bytes) -> tuple[str, str, set[str]]:
    """Message, parameter, and the names (code, type) that a vendor gives its error."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "", "", set()
    error = answer.get("error", answer) if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return "", "", set()
    message, param = error.get("message"), error.get("param")
    names = {str(error.get("code")), str(error.get("type"))}
    return (
        message if isinstance(message, str) else "",
        param if isinstance(param, str) else "",
        names,
    )
