"""The Messages API as Anthropic serves it."""

from functools import cache

import orjson

from tollgate_sandbox.asgi import Headers, RawHeaders
from tollgate_sandbox.chat import ChatRequest
from tollgate_sandbox.formats import KEY_PREFIX, Query, bearer, named_model
from tollgate_sandbox.models import OWNERS, exists
from tollgate_sandbox.refusals import Refusal
from tollgate_sandbox.rendering import Answer

from .betas import Betas
from .reading import read_request
from .refusals import WORDS, no_key, wrong_key
from .rendering import STREAM_ERROR, events, message
from .validate import VERSIONS, Rules, rules, validate

_MODELS = "/v1/models"
_CREATED_AT = "2025-06-15T15:06:40Z"


class Messages:
    """The format of POST /v1/messages. See `Format`."""

    words = WORDS
    usage = ""
    stream_type = b"text/event-stream; charset=utf-8"
    text_key = b'"text":"'

    def __init__(self, by: Rules) -> None:
        self._rules = by

    def model_of(self, document: object) -> str:
        return named_model(document)

    def read(self, document: object, model: str) -> ChatRequest:
        return read_request(validate(document, model, self._rules))

    def whole(self, answer: Answer) -> bytes:
        return message(answer)

    def events(self, answer: Answer) -> list[bytes]:
        return events(answer)

    def stream_error(self, _sent: int) -> bytes:
        return STREAM_ERROR


class CountTokens(Messages):
    """The format of POST /v1/messages/count_tokens, which never streams."""

    def whole(self, answer: Answer) -> bytes:
        return orjson.dumps({"input_tokens": answer.counts.prompt})


_OPERATIONS = {"/v1/messages": Messages, "/v1/messages/count_tokens": CountTokens}


@cache
def _operation(path: str, version: str, betas: Betas) -> Messages:
    made = _OPERATIONS[path]
    return made(rules(version, counting=made is CountTokens, betas=betas))


class Anthropic:
    """See `Dialect`."""

    words = WORDS

    def key_of(self, headers: Headers, _query: Query) -> str:
        key = headers.get(b"x-api-key", b"").decode("latin-1") or bearer(headers)
        if not key:
            raise no_key()
        if not key.startswith(KEY_PREFIX):
            raise wrong_key()
        return key

    def format_at(self, path: str, headers: Headers, _query: Query) -> Messages | None:
        version = headers.get(b"anthropic-version", b"").decode("latin-1")
        if not version:
            raise Refusal(400, "anthropic-version: header is required")
        if version not in VERSIONS:
            raise Refusal(400, f'anthropic-version: "{version}" is not a valid version')
        if path not in _OPERATIONS:
            return None
        betas = headers.get(b"anthropic-beta", b"").decode("latin-1")
        return _operation(path, version, Betas.named(betas))

    def show(self, method: str, path: str) -> bytes:
        if method != "GET" or not path.startswith(_MODELS):
            raise WORDS.no_such_url(method, path)
        name = path.removeprefix(_MODELS).strip("/")
        if name:
            if not exists(name):
                raise WORDS.no_such_model(name)
            return orjson.dumps(_model(name))
        listed = [name for name, owner in OWNERS.items() if owner in ("anthropic", "tollgate")]
        page = {"first_id": listed[0], "last_id": listed[-1], "has_more": False}
        return orjson.dumps({"data": [_model(name) for name in listed], **page})

    def own_headers(self, request_id: str, took_ms: int) -> RawHeaders:
        return [
            (b"request-id", request_id.encode()),
            (b"anthropic-organization-id", b"org-sandbox"),
            (b"server-timing", b"x-originResponse;dur=%d" % took_ms),
        ]


def _model(name: str) -> dict[str, str]:
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "created_at": _CREATED_AT,
        "lifecycle": "active",
    }
