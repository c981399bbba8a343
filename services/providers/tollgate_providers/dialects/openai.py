"""OpenAI's chat completions, as clients speak them."""

from collections.abc import Iterable

from tollgate_providers.adapter import Ask
from tollgate_providers.dialect import Envelope
from tollgate_providers.formats.openai.client_answer import ChatWriter, completion
from tollgate_providers.formats.openai.client_request import read_request
from tollgate_providers.neutral import Event, Request


class OpenAIDialect:
    """Reasoning comes as reasoning_content; what signs it, in reasoning_details."""

    name = "openai"
    operation = "chat"

    def read(self, ask: Ask) -> Request:
        return read_request(ask)

    def writer(self, envelope: Envelope) -> ChatWriter:
        return ChatWriter(envelope)

    def answer(self, envelope: Envelope, events: Iterable[Event]) -> bytes:
        return completion(envelope, events)


DIALECT = OpenAIDialect()
