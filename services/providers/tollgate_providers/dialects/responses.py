"""OpenAI's Responses API, as clients speak it."""

from collections.abc import Iterable

from tollgate_providers.adapter import Ask
from tollgate_providers.dialect import Envelope
from tollgate_providers.formats.responses.client_answer import ResponseWriter, whole_response
from tollgate_providers.formats.responses.client_request import read_request
from tollgate_providers.neutral import Event, Request


class ResponsesDialect:
    """Nothing is kept: reasoning comes with whatever signs it, to be handed back as it is."""

    name = "openai"
    operation = "responses"

    def read(self, ask: Ask) -> Request:
        return read_request(ask)

    def writer(self, envelope: Envelope) -> ResponseWriter:
        return ResponseWriter(envelope)

    def answer(self, envelope: Envelope, events: Iterable[Event]) -> bytes:
        return whole_response(envelope, events)


DIALECT = ResponsesDialect()
