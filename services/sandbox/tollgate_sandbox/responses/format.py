"""The Responses API, as OpenAI serves it."""

from tollgate_sandbox.chat import ChatRequest
from tollgate_sandbox.formats import named_model
from tollgate_sandbox.rendering import Answer

from .reading import read_request
from .refusals import WORDS
from .rendering import events, response, stream_error
from .validate import validate


class Responses:
    """The format of POST /v1/responses. See `Format`."""

    words = WORDS
    usage = ""
    stream_type = b"text/event-stream; charset=utf-8"
    text_key = b'"delta":"|"text":"'

    def model_of(self, document: object) -> str:
        return named_model(document)

    def read(self, document: object, model: str) -> ChatRequest:
        return read_request(validate(document, model))

    def whole(self, answer: Answer) -> bytes:
        return response(answer)

    def events(self, answer: Answer) -> list[bytes]:
        return events(answer)

    def stream_error(self, sent: int) -> bytes:
        return stream_error(sent)
