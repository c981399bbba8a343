"""The dialect of Google's Gemini API."""

from collections.abc import Iterable

from tollgate_providers.adapter import Ask
from tollgate_providers.dialect import Envelope
from tollgate_providers.formats.gemini.client_answer import GeminiWriter
from tollgate_providers.formats.gemini.client_request import read_request
from tollgate_providers.neutral import Event, Request


class Gemini:
    """generateContent and streamGenerateContent."""

    name = "gemini"
    operation = "chat"

    def read(self, ask: Ask) -> Request:
        return read_request(ask)

    def writer(self, envelope: Envelope) -> GeminiWriter:
        return GeminiWriter(envelope)

    def answer(self, envelope: Envelope, events: Iterable[Event]) -> bytes:
        return GeminiWriter(envelope).whole(events)


DIALECT = Gemini()
