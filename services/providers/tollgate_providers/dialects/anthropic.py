"""Anthropic's messages, as clients speak them."""

from collections.abc import Iterable

from tollgate_providers.adapter import Ask
from tollgate_providers.dialect import Envelope
from tollgate_providers.formats.anthropic.client_answer import MessageWriter, message
from tollgate_providers.formats.anthropic.client_request import read_request
from tollgate_providers.neutral import Event, Request


class AnthropicDialect:
    """Reasoning comes in thinking blocks, with whatever signature its provider gave."""

    name = "anthropic"
    operation = "chat"

    def read(self, ask: Ask) -> Request:
        return read_request(ask)

    def writer(self, envelope: Envelope) -> MessageWriter:
        return MessageWriter(envelope)

    def answer(self, envelope: Envelope, events: Iterable[Event]) -> bytes:
        return message(envelope, events)


DIALECT = AnthropicDialect()
