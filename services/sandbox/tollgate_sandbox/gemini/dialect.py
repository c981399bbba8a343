"""The generative language API as Google serves it."""

import re
from functools import partial

import orjson

from tollgate_sandbox.asgi import Headers, RawHeaders
from tollgate_sandbox.chat import ChatRequest
from tollgate_sandbox.formats import KEY_PREFIX, Query, bearer
from tollgate_sandbox.models import OWNERS, exists
from tollgate_sandbox.operations import Operation
from tollgate_sandbox.rendering import Answer

from .embeddings import read_batch, read_one
from .reading import read_request
from .refusals import WORDS, no_key, wrong_key
from .rendering import STREAM_ERROR, chunks, whole
from .validate import validate, validate_count

_METHODS = ("generateContent", "countTokens", "streamGenerateContent")
_EMBEDDINGS = {"embedContent": read_one, "batchEmbedContents": read_batch}
_OPERATION = re.compile(rf"/v1(?:beta)?/models/(.+):({'|'.join([*_METHODS, *_EMBEDDINGS])})")
_MODELS = re.compile(r"/v1(?:beta)?/models(?:/(.*))?")
_TOKENS_MAX = 1 << 20


class GenerateContent:
    """The format of generateContent. See `Format`. The model's name is in the path."""

    words = WORDS
    usage = ""
    stream_type = b"text/event-stream"
    text_key = b'"text":"'
    streams = False

    def __init__(self, model: str) -> None:
        self._model = model

    def model_of(self, _document: object) -> str:
        return self._model

    def read(self, document: object, model: str) -> ChatRequest:
        return read_request(validate(document, model), stream=self.streams)

    def whole(self, answer: Answer) -> bytes:
        return orjson.dumps(whole(answer))

    def events(self, answer: Answer) -> list[bytes]:
        return [_event(orjson.dumps(chunk)) for chunk in chunks(answer)]

    def stream_error(self, _sent: int) -> bytes:
        return _event(orjson.dumps(STREAM_ERROR))


class StreamGenerateContent(GenerateContent):
    """The format of streamGenerateContent?alt=sse."""

    streams = True


class StreamArray(StreamGenerateContent):
    """The format of streamGenerateContent without alt=sse: one JSON array, written in parts."""

    stream_type = b"application/json"

    def events(self, answer: Answer) -> list[bytes]:
        parts = [orjson.dumps(chunk) for chunk in chunks(answer)]
        return [*(_element(part, at) for at, part in enumerate(parts)), b"]\n"]

    def stream_error(self, sent: int) -> bytes:
        return _element(orjson.dumps(STREAM_ERROR), sent) + b"]\n"


class CountTokens(GenerateContent):
    """The format of countTokens."""

    def read(self, document: object, model: str) -> ChatRequest:
        return read_request(validate_count(document, model), stream=False)

    def whole(self, answer: Answer) -> bytes:
        tokens = answer.counts.prompt
        details = [{"modality": "TEXT", "tokenCount": tokens}]
        return orjson.dumps({"totalTokens": tokens, "promptTokensDetails": details})


def _event(document: bytes) -> bytes:
    return b"data: " + document + b"\r\n\r\n"


def _element(document: bytes, before: int) -> bytes:
    return (b",\r\n" if before else b"[") + document


def is_gemini(path: str, headers: Headers) -> bool:
    """Everything below /v1beta, and at /v1 its methods, and what comes with Google's own header."""
    if path.startswith("/v1beta/") or _OPERATION.fullmatch(path):
        return True
    return path.startswith("/v1/models") and b"x-goog-api-key" in headers


class Gemini:
    """See `Dialect`."""

    words = WORDS

    def key_of(self, headers: Headers, query: Query) -> str:
        key = headers.get(b"x-goog-api-key", b"").decode("latin-1") or query.get("key", "")
        key = key or bearer(headers)
        if not key:
            raise no_key()
        if not key.startswith(KEY_PREFIX):
            raise wrong_key()
        return key

    def format_at(
        self, path: str, _headers: Headers, query: Query
    ) -> GenerateContent | Operation | None:
        found = _OPERATION.fullmatch(path)
        if not found:
            return None
        model, method = found.groups()
        if method in _EMBEDDINGS:
            read = partial(_EMBEDDINGS[method], sent_model=model)
            return Operation(WORDS, lambda _: model, read)
        if method == "streamGenerateContent":
            return StreamGenerateContent(model) if query.get("alt") == "sse" else StreamArray(model)
        return CountTokens(model) if method == "countTokens" else GenerateContent(model)

    def show(self, method: str, path: str) -> bytes:
        found = _MODELS.fullmatch(path)
        if method != "GET" or not found:
            raise WORDS.no_such_url(method, path)
        name = found[1]
        if not name:
            listed = [n for n, owner in OWNERS.items() if owner in ("google", "tollgate")]
            return orjson.dumps({"models": [_model(name) for name in listed]})
        if not exists(name):
            raise WORDS.no_such_model(name)
        return orjson.dumps(_model(name))

    def own_headers(self, _request_id: str, took_ms: int) -> RawHeaders:
        return [(b"server-timing", b"gfet4t7; dur=%d" % took_ms)]


def _model(name: str) -> dict[str, object]:
    return {
        "name": f"models/{name}",
        "version": "001",
        "displayName": name,
        "description": f"Sandbox of {name}",
        "inputTokenLimit": _TOKENS_MAX,
        "outputTokenLimit": _TOKENS_MAX,
        "supportedGenerationMethods": [*_METHODS, *_EMBEDDINGS],
        "temperature": 1,
        "topP": 0.95,
        "topK": 64,
        "maxTemperature": 2,
        "thinking": True,
    }
