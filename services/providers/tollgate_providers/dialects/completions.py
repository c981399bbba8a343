"""OpenAI's legacy completions, as clients speak them."""

from collections.abc import Iterable

from tollgate_providers.adapter import Ask
from tollgate_providers.dialect import Envelope
from tollgate_providers.formats.openai.completions import (
    CompletionWriter,
    completion,
    read_request,
)
from tollgate_providers.neutral import Event, Request


class CompletionsDialect:
    """A prompt without roles, and texts."""

    name = "openai"
    operation = "completions"

    def read(self, ask: Ask) -> Request:
        return read_request(ask)

    def writer(self, envelope: Envelope) -> CompletionWriter:
        return CompletionWriter(envelope)

    def answer(self, envelope: Envelope, events: Iterable[Event]) -> bytes:
        return completion(envelope, events)


DIALECT = CompletionsDialect()
