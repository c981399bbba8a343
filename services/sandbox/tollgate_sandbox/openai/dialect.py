"""OpenAI's API, as it and those who follow it serve it."""

from tollgate_sandbox.asgi import Headers, RawHeaders
from tollgate_sandbox.chat import ChatRequest
from tollgate_sandbox.formats import KEY_PREFIX, Format, Query, bearer, named_model
from tollgate_sandbox.operations import Operation
from tollgate_sandbox.rendering import Answer
from tollgate_sandbox.responses.format import Responses
from tollgate_sandbox.responses.refusals import not_found

from .models import list_models, show_model
from .operations import OPERATIONS
from .reading import read_request
from .refusals import WORDS, no_key, wrong_key
from .rendering import STREAM_ERROR, completion, events
from .validate import validate
from .vendors import BY_PREFIX, OPENAI, Vendor, vendor_of

_MODELS = tuple(f"{prefix}/models" for prefix in BY_PREFIX)


class ChatCompletions:
    """The format of POST /chat/completions at one vendor. See `Format`."""

    words = WORDS
    stream_type = b"text/event-stream; charset=utf-8"
    text_key = b'"content":"'

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self.usage = "deepseek" if vendor.name == "deepseek" else ""

    def model_of(self, document: object) -> str:
        return named_model(document)

    def read(self, document: object, model: str) -> ChatRequest:
        return read_request(validate(document, vendor_of(self._vendor, model)))

    def whole(self, answer: Answer) -> bytes:
        return completion(answer)

    def events(self, answer: Answer) -> list[bytes]:
        return events(answer)

    def stream_error(self, _sent: int) -> bytes:
        return STREAM_ERROR


_RESPONSES = f"{OPENAI.prefix}/responses"
_CHAT: dict[str, Format] = {
    _RESPONSES: Responses(),
    **{f"{at}/chat/completions": ChatCompletions(vendor) for at, vendor in BY_PREFIX.items()},
}


class OpenAI:
    """See `Dialect`."""

    words = WORDS

    def key_of(self, headers: Headers, _query: Query) -> str:
        key = bearer(headers)
        if not key:
            raise no_key()
        if not key.startswith(KEY_PREFIX):
            raise wrong_key(key)
        return key

    def format_at(self, path: str, _headers: Headers, _query: Query) -> Format | Operation | None:
        return _CHAT.get(path) or OPERATIONS.get(path)

    def show(self, method: str, path: str) -> bytes:
        if method in ("GET", "HEAD"):
            if path.startswith(f"{_RESPONSES}/"):
                raise not_found("Response", path.removeprefix(f"{_RESPONSES}/"), param="id")
            for route in _MODELS:
                if path == route:
                    return list_models()
                if path.startswith(f"{route}/"):
                    return show_model(path.removeprefix(f"{route}/"))
        raise WORDS.no_such_url(method, path)

    def own_headers(self, request_id: str, took_ms: int) -> RawHeaders:
        return [
            (b"x-request-id", request_id.encode()),
            (b"openai-organization", b"org-sandbox"),
            (b"openai-processing-ms", b"%d" % took_ms),
            (b"openai-version", b"2020-10-01"),
        ]
