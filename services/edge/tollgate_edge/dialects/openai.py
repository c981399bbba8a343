"""The OpenAI dialect: chat completions, model lists, and the error envelope that its SDKs know."""

from collections.abc import Mapping, Sequence

import orjson

from tollgate_edge.catalogue import Model
from tollgate_edge.json import Json
from tollgate_edge.refusals import Cause, Refusal, invalid

from . import Facts, Media
from .common import written_file

_CHOICES_MAX = 8
_TOKENS_MAX = 2**31 - 1
# Where a request would go and with whose key is not the client's to say.
_ROUTING_FIELDS = frozenset(
    {"api_base", "base_url", "extra_headers", "extra_body", "proxy", "api_key"}
)
# What providers bill beside tokens, or in tokens that nothing bounds.
_UNPRICED_FIELDS = frozenset(
    {
        "audio",
        "best_of",
        "enable_search",
        "plugins",
        "prediction",
        "search_options",
        "search_parameters",
        "web_search",
        "web_search_options",
    }
)
_REFUSED_FIELDS = _ROUTING_FIELDS | _UNPRICED_FIELDS
_TEXT_PARTS = ("text", "refusal")
_TOOL_TYPES = ("function", "custom")
_SERVICE_TIERS = (None, "auto", "default")
_OUTPUT_FIELDS = ("max_completion_tokens", "max_tokens")

_NO_HEADERS: Mapping[str, str] = {}

# Status, type, code. The balance's code is an integer, as the public documentation has it.
_ERRORS: dict[Cause, tuple[int, str, str | int | None]] = {
    Cause.INVALID_REQUEST: (400, "invalid_request_error", None),
    Cause.INVALID_KEY: (401, "authentication_error", "invalid_api_key"),
    Cause.KEY_DISABLED: (401, "authentication_error", "key_disabled"),
    Cause.KEY_EXPIRED: (401, "authentication_error", "key_expired"),
    Cause.INSUFFICIENT_FUNDS: (402, "insufficient_funds", 402),
    Cause.FORBIDDEN: (403, "permission_error", None),
    Cause.MODEL_NOT_ALLOWED: (403, "permission_error", "model_not_allowed"),
    Cause.MODEL_NOT_FOUND: (404, "invalid_request_error", "model_not_found"),
    Cause.URL_NOT_FOUND: (404, "invalid_request_error", None),
    Cause.METHOD_NOT_ALLOWED: (405, "invalid_request_error", None),
    Cause.BODY_TIMEOUT: (408, "invalid_request_error", None),
    Cause.BODY_TOO_LARGE: (413, "invalid_request_error", None),
    Cause.MEDIA_TYPE: (415, "invalid_request_error", None),
    Cause.HEADERS_TOO_LARGE: (431, "invalid_request_error", None),
    Cause.RATE_LIMITED: (429, "rate_limit_error", "rate_limit_exceeded"),
    Cause.UPSTREAM_RATE_LIMITED: (429, "rate_limit_error", "upstream_rate_limited"),
    Cause.UNAVAILABLE: (503, "service_unavailable", "service_unavailable"),
    Cause.UPSTREAM_ERROR: (502, "upstream_error", "upstream_error"),
    Cause.UPSTREAM_TIMEOUT: (504, "upstream_timeout", "upstream_timeout"),
    Cause.BUDGET_EXHAUSTED: (402, "insufficient_funds", "budget_exhausted"),
    Cause.KEY_IN_USE: (409, "invalid_request_error", "idempotency_key_in_use"),
    Cause.KEY_REUSED: (422, "invalid_request_error", "idempotency_key_reused"),
    Cause.NOT_BUILT: (501, "invalid_request_error", "not_implemented"),
    Cause.INTERNAL: (500, "server_error", "internal_error"),
}
# What a model can be called for, by its operations, in the words of new-api. These know none for
# sound and moderation, which take OpenAI's shape.
_ENDPOINT_TYPES = {
    "chat": ("openai", "openai-response", "anthropic", "gemini"),
    "embeddings": ("embeddings", "gemini"),
    "images": ("image-generation",),
    "speech": ("openai",),
    "transcription": ("openai",),
    "moderation": ("openai",),
    "rerank": ("jina-rerank",),
}


class OpenAi:
    """The dialect that most SDKs speak."""

    name = "openai"
    keepalive = b": keepalive\n\n"

    def read_chat(self, document: Mapping[str, Json]) -> Facts:
        if not _REFUSED_FIELDS.isdisjoint(document):
            _refuse_field(next(field for field in document if field in _REFUSED_FIELDS))
        model = document.get("model")
        if type(model) is not str or not model:
            raise invalid("You must provide a model parameter.", "model")
        _check_options(document)
        field, output_tokens = _output_tokens(document)
        return Facts(
            model=model,
            stream=_flag(document.get("stream"), "stream"),
            include_usage=include_usage(document.get("stream_options")),
            choices=choices(document.get("n")),
            max_output_tokens=output_tokens,
            max_output_field=field,
            tools=_tools(document),
            media=_media(document.get("messages")),
        )

    def handed_on(self, headers: Mapping[bytes, bytes]) -> Mapping[str, str]:
        return _NO_HEADERS

    def status(self, cause: Cause) -> int:
        return _ERRORS[cause][0]

    def error(self, refusal: Refusal, request_id: str) -> bytes:
        _, type_, code = _ERRORS[refusal.cause]
        message = f"{refusal.message} (request id: {request_id})"
        error = {"message": message, "type": type_, "param": refusal.field or None, "code": code}
        return orjson.dumps({"error": error})

    def error_event(self, refusal: Refusal, request_id: str) -> bytes:
        return b"data: %b\n\n" % self.error(refusal, request_id)

    def model(self, model: Model) -> bytes:
        return orjson.dumps(_entry(model))

    def models(self, models: Sequence[Model], query: bytes) -> bytes:
        return orjson.dumps({"object": "list", "data": [_entry(model) for model in models]})


def _entry(model: Model) -> dict[str, str | int | list[str]]:
    return {
        "id": model.name,
        "object": "model",
        "created": model.created_at_s,
        "owned_by": model.owned_by,
        "supported_endpoint_types": [
            type_ for kind in model.operations for type_ in _ENDPOINT_TYPES[kind]
        ],
    }


def _refuse_field(field: str) -> None:
    if field in _ROUTING_FIELDS:
        raise invalid(f"{field} is not accepted: requests are routed by model.", field)
    raise invalid(f"{field} is not supported: it has no price here.", field)


def _check_options(document: Mapping[str, Json]) -> None:
    if document.get("service_tier") not in _SERVICE_TIERS:
        raise invalid("service_tier must be 'auto' or 'default'.", "service_tier")
    modalities = document.get("modalities")
    if modalities is not None and modalities != ["text"]:
        raise invalid("modalities must be ['text'].", "modalities")


def _flag(value: Json, field: str) -> bool:
    if value is None:
        return False
    if type(value) is not bool:
        raise invalid(f"{field} must be true or false.", field)
    return value


def include_usage(options: Json) -> bool:
    if options is None:
        return False
    if not isinstance(options, dict):
        raise invalid("stream_options must be an object.", "stream_options")
    return _flag(options.get("include_usage"), "stream_options.include_usage")


def choices(value: Json) -> int:
    if value is None:
        return 1
    if type(value) is not int or not 1 <= value <= _CHOICES_MAX:
        raise invalid(f"n must be an integer from 1 to {_CHOICES_MAX}.", "n")
    return value


def _output_tokens(document: Mapping[str, Json]) -> tuple[str, int | None]:
    given = [field for field in _OUTPUT_FIELDS if document.get(field) is not None]
    if not given:
        return "", None
    field = given[0]
    if len(given) > 1:
        raise invalid("Give either max_tokens or max_completion_tokens, not both.", "max_tokens")
    return field, limit_in(document, field)


def limit_in(document: Mapping[str, Json], field: str) -> int | None:
    """A limit on the tokens of the answer, or None without one."""
    value = document.get(field)
    if value is None:
        return None
    if type(value) is not int or not 1 <= value <= _TOKENS_MAX:
        raise invalid(f"{field} must be an integer of at least 1.", field)
    return value


def _tools(document: Mapping[str, Json]) -> bool:
    """Whether there are tools: only the client's own, as providers' are billed by the call."""
    tools = document.get("tools")
    if tools is None:
        return bool(document.get("functions"))
    if not isinstance(tools, list):
        raise invalid("tools must be an array.", "tools")
    for tool in tools:
        if not isinstance(tool, dict) or tool.get("type") not in _TOOL_TYPES:
            raise invalid("tools must be of type 'function'.", "tools")
    return bool(tools)


def _media(messages: Json) -> Media:
    if not isinstance(messages, list) or not messages:
        raise invalid("messages must be an array with at least one message.", "messages")
    media = Media()
    for message in messages:
        if not isinstance(message, dict):
            raise invalid("messages must be objects.", "messages")
        if message.get("audio") is not None:
            raise invalid("messages must not refer to audio: it has no price here.", "messages")
        content = message.get("content")
        if isinstance(content, list):
            for part in content:
                _read_part(part, media)
        elif content is not None and type(content) is not str:
            raise invalid("content must be a string or an array of parts.", "messages")
    return media


def _read_part(part: Json, media: Media) -> None:
    """Refusal for parts that have no price."""
    kind = part.get("type") if isinstance(part, dict) else None
    if kind in _TEXT_PARTS:
        return
    if not isinstance(part, dict) or type(kind) is not str or kind not in _MEDIA_PARTS:
        raise invalid(f"Content parts of type {kind!r:.100} are not supported.", "messages")
    value = part.get(kind)
    if not isinstance(value, dict):
        raise invalid(f"{kind} must be an object.", "messages")
    _MEDIA_PARTS[kind](value, media)


def _read_image(image: Mapping[str, Json], media: Media) -> None:
    url = image.get("url")
    if type(url) is not str:
        raise invalid("image_url must be an object with a url.", "messages")
    media.add_image(written_file(url, "image/"))


def _read_audio(audio: Mapping[str, Json], media: Media) -> None:
    data = audio.get("data")
    if type(data) is not str or not data:
        raise invalid("input_audio must have its data in base64.", "messages")
    media.add_audio(data)


def _read_file(file: Mapping[str, Json], media: Media) -> None:
    data = file.get("file_data")
    if type(data) is not str or not data:
        raise invalid("file must have its file_data; uploaded files are not kept here.", "messages")
    media.documents += 1
    media.file_bytes += len(written_file(data, "") or "")


_MEDIA_PARTS = {"image_url": _read_image, "input_audio": _read_audio, "file": _read_file}
