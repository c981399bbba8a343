"""The API that OpenAI defined and most vendors copied; their files state the differences."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import Units

from tollgate_providers.adapter import Ask, Carrier, Reading, Wire
from tollgate_providers.body import fields_of, written
from tollgate_providers.complaint import complaint_of, failure_of
from tollgate_providers.failures import AnswerFailed, unusable
from tollgate_providers.formats.openai.capabilities import Capabilities
from tollgate_providers.formats.openai.passthrough import ChatStream, model_of, text_bytes
from tollgate_providers.formats.openai.provider_answer import ChatReader
from tollgate_providers.formats.openai.provider_request import (
    fill_thoughts,
    without_developer,
    write_request,
)
from tollgate_providers.neutral import Request

_OFF = {"type": "disabled"}


class OpenAICompatible:
    """Base of adapters whose provider speaks OpenAI's dialect; in it, bytes pass untouched."""

    name: str
    dialect = "openai"
    base_url: str
    api_key_variable: str
    base_url_variable: str
    wires: Mapping[tuple[str, str], Wire] = MappingProxyType({})
    path = "/chat/completions"
    # The field that limits answer tokens. The other spelling is dropped: some refuse to have both.
    max_tokens_field = "max_tokens"
    # The field that limits reasoning, where reasoning comes on top of the answer's limit.
    thinking_budget_field = ""
    # Codes or types of errors that are about our account, whatever their status.
    account_errors: frozenset[str] = frozenset()
    # What clients of other dialects can have here.
    capabilities = Capabilities()

    def target(self, ask: Ask) -> str:
        return self.path

    def passes(self, ask: Ask) -> bool:
        return True

    def carrier(self, request: Request, ask: Ask) -> Carrier:
        return self

    def headers(self, credential: str, ask: Ask) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {credential}"}

    def capabilities_of(self, ask: Ask) -> Capabilities:
        """Those of the model that is asked, where a vendor's models differ."""
        return self.capabilities

    def body(self, ask: Ask) -> bytes:
        fields = fields_of(ask.body)
        if not self.capabilities.developer:
            without_developer(fields)
        if self.capabilities.needs_thoughts and fields.get("thinking") != _OFF:
            fill_thoughts(fields)
        return self._finished(fields, ask)

    def body_of(self, request: Request, ask: Ask) -> bytes:
        fields = write_request(request, self.capabilities_of(ask))
        if ask.stream:
            fields["stream"] = True
        return self._finished(fields, ask)

    def reader(self, ask: Ask) -> ChatReader:
        return ChatReader(self)

    def _finished(self, fields: dict[str, Any], ask: Ask) -> bytes:
        """With what is ours to say: the model, the limits, and that usage is wanted."""
        fields["model"] = ask.model
        fields.pop("max_tokens", None)
        fields.pop("max_completion_tokens", None)
        fields[self.max_tokens_field] = ask.max_output_tokens
        if self.thinking_budget_field and ask.extra_reasoning_tokens:
            asked = fields.get(self.thinking_budget_field)
            budget = asked if type(asked) is int else ask.extra_reasoning_tokens
            fields[self.thinking_budget_field] = min(budget, ask.extra_reasoning_tokens)
        if ask.stream:
            options = fields.get("stream_options")
            if not isinstance(options, dict):
                options = {}
            fields["stream_options"] = {**options, "include_usage": True}
        return written(fields)

    def read(self, data: bytes) -> Reading:
        try:
            answer = orjson.loads(data)
            output, reasoning = text_bytes(answer["choices"], "message")
            reported = self.units(self.find_usage(answer), output + reasoning > 0)
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
            raise unusable("was not a chat completion") from error
        return Reading(data, reported, output, reasoning, model_of(answer))

    def stream(self, ask: Ask) -> ChatStream:
        return ChatStream(self, include_usage=ask.include_usage, price=ask.price)

    def find_usage(self, event: Mapping[str, Any]) -> object:
        """The usage object of an answer or of a streamed event, or None."""
        return event.get("usage")

    def cached_tokens(self, usage: Mapping[str, Any]) -> object:
        """Prompt tokens that were read from the provider's cache."""
        return detail_of(usage, "prompt_tokens_details", "cached_tokens")

    def cache_write_tokens(self, usage: Mapping[str, Any]) -> object:
        """Prompt tokens that were written to the provider's cache, where that is charged."""
        return detail_of(usage, "prompt_tokens_details", "cache_write_tokens")

    def units(self, usage: object, any_text: bool) -> Units | None:
        """Disjoint buckets, or None when the count is not credible: then we bill by our own."""
        if not isinstance(usage, dict):
            return None
        counts = (
            usage.get("prompt_tokens"),
            usage.get("completion_tokens"),
            self.cached_tokens(usage),
            self.cache_write_tokens(usage),
            detail_of(usage, "completion_tokens_details", "reasoning_tokens"),
        )
        return units_of(usage, counts, any_text)

    def failure(
        self, status: int, body: bytes, credential: str, retry_after_s: int
    ) -> AnswerFailed:
        message, param, names = complaint_of(body)
        ours = bool(names & self.account_errors)
        return failure_of(status, message, param, credential, retry_after_s, ours=ours)


def units_of(usage: Mapping[str, Any], counts: Sequence[object], any_text: bool) -> Units | None:
    """Of the counts of a usage: prompt, completion, and what of them was read from the cache,
    written to it, and reasoning. None when they are not credible.
    """
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


def detail_of(usage: Mapping[str, Any], group: str, name: str) -> object:
    """A part of a count; 0 where the vendor does not tell it."""
    details = usage.get(group)
    return (details.get(name) or 0) if isinstance(details, dict) else 0
