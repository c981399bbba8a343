"""OpenAI."""

import re
from collections.abc import Mapping
from types import MappingProxyType

import orjson

from tollgate_providers.adapter import Ask, Carrier, Reading, Wire
from tollgate_providers.body import fields_of, written
from tollgate_providers.failures import unusable
from tollgate_providers.formats.openai.audio import SpeechWire, TranscriptionWire
from tollgate_providers.formats.openai.capabilities import Capabilities
from tollgate_providers.formats.openai.compatible import OpenAICompatible
from tollgate_providers.formats.openai.embeddings import EmbeddingsWire
from tollgate_providers.formats.openai.images import ImagesWire
from tollgate_providers.formats.openai.operations import JsonWire, moderation_count
from tollgate_providers.formats.responses.passthrough import ResponseStream, read_body
from tollgate_providers.formats.responses.provider_answer import Meter, ResponseReader
from tollgate_providers.formats.responses.provider_request import (
    ENCRYPTED,
    shows_reasoning,
    write_request,
)
from tollgate_providers.formats.typed import DEFECTS
from tollgate_providers.neutral import Audio, Request

# They refuse every word about reasoning; all later models know it.
_NEVER_REASONS = re.compile(r"gpt-[34]|gpt-5.*-chat|chatgpt-")
# https://github.com/openai/openai-openapi/issues/541 was about the first of them.
_TOOLS_NEED_RESPONSES = re.compile(r"gpt-(5\.6|6)")
# The Responses API takes no smaller limit.
_TOKENS_MIN = 16


class Responses:
    """OpenAI's newer API: the only one that shows reasoning, and takes it back.

    Nothing is kept at the provider: reasoning comes sealed, to be handed back by the client.
    `reasoning`: whether a converted answer shows any.
    """

    def __init__(self, *, reasoning: bool = False) -> None:
        self._reasoning = reasoning

    def target(self, ask: Ask) -> str:
        return "/responses"

    def body(self, ask: Ask) -> bytes:
        fields = read_body(ask.body)
        include = fields.get("include") or []
        if _reasons(ask) and isinstance(include, list) and ENCRYPTED not in include:
            fields["include"] = [*include, ENCRYPTED]
        return _finished(fields, ask)

    def read(self, data: bytes) -> Reading:
        meter = Meter()
        try:
            meter.response(orjson.loads(data))
        except DEFECTS as error:
            raise unusable("was not a response") from error
        return Reading(data, meter.units(), meter.output_bytes, meter.reasoning_bytes, meter.model)

    def stream(self, ask: Ask) -> ResponseStream:
        return ResponseStream(ask.price)

    def body_of(self, request: Request, ask: Ask) -> bytes:
        return _finished(write_request(request, reasons=_reasons(ask)), ask)

    def reader(self, ask: Ask) -> ResponseReader:
        return ResponseReader(reasoning=self._reasoning)


class OpenAI(OpenAICompatible):
    """The original. Its reasoning models refuse max_tokens, so the newer name is sent to all."""

    name = "openai"
    base_url = "https://api.openai.com/v1"
    api_key_variable = "OPENAI_API_KEY"
    base_url_variable = "OPENAI_BASE_URL"
    capabilities = Capabilities(
        developer=True,
        text_lists=True,
        files=True,
        audio=True,
        thoughts=False,
        reasoning="effort",
    )
    max_tokens_field = "max_completion_tokens"
    # Both come with status 429 although no waiting helps.
    account_errors = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
    wires: Mapping[tuple[str, str], Wire] = MappingProxyType(
        {
            ("openai", "responses"): Responses(),
            ("openai", "embeddings"): EmbeddingsWire(),
            ("openai", "images"): ImagesWire(by_piece=False, edits=True),
            ("openai", "speech"): SpeechWire(),
            ("openai", "transcription"): TranscriptionWire(),
            ("openai", "moderation"): JsonWire("/moderations", moderation_count),
        }
    )

    def passes(self, ask: Ask) -> bool:
        """Its newer models refuse tools in chat completions as long as they reason."""
        if not _TOOLS_NEED_RESPONSES.match(ask.model) or b'"tools"' not in ask.body:
            return True
        fields = fields_of(ask.body)
        return not fields.get("tools") or fields.get("reasoning_effort") == "none"

    def carrier(self, request: Request, ask: Ask) -> Carrier:
        tools = request.tools and _TOOLS_NEED_RESPONSES.match(ask.model)
        if not tools and _needs_chat(request):
            return self
        return Responses(reasoning=shows_reasoning(request))


def _reasons(ask: Ask) -> bool:
    return not _NEVER_REASONS.match(ask.model)


def _finished(fields: dict[str, object], ask: Ask) -> bytes:
    """With what is ours to say: the model, the limit, and that nothing is kept."""
    ours = {"model": ask.model, "max_output_tokens": ask.max_output_tokens}
    return written(fields | ours | {"store": False, "stream": ask.stream})


def _needs_chat(request: Request) -> bool:
    """Whether it asks for what chat completions alone have."""
    return (
        request.max_output_tokens < _TOKENS_MIN
        or bool(request.stop)
        or request.seed is not None
        or (request.n or 1) > 1
        or bool(request.presence_penalty or request.frequency_penalty)
        or any(message.name for message in request.messages)
        or any(isinstance(part, Audio) for m in request.messages for part in m.parts)
    )


ADAPTER = OpenAI()
