"""The Anthropic dialect: messages, token counts, model lists, and its typed errors.

Its API refuses fields that it does not know; so does this page, which is how nothing without a
price gets through.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import orjson

from tollgate_edge.catalogue import Model
from tollgate_edge.json import Json
from tollgate_edge.refusals import Cause, Refusal, invalid

from . import Facts, Media
from .common import PAGE_SIZE_MAX, flag, objects, page_size, position, query_values, tokens

# What is billed by the token alone.
_FIELDS = frozenset(
    {
        "cache_control",
        "context_management",
        "inference_geo",
        "max_tokens",
        "messages",
        "metadata",
        "model",
        "output_config",
        "output_format",
        "service_tier",
        "speed",
        "stop_sequences",
        "stream",
        "system",
        "temperature",
        "thinking",
        "tool_choice",
        "tools",
        "top_k",
        "top_p",
    }
)
# Values of these fields that do not change the price.
_PRICED_VALUES: dict[str, tuple[Json, ...]] = {
    "inference_geo": (None, "global"),
    "service_tier": (None, "auto", "standard_only"),
    "speed": (None, "standard"),
}
# The other edits, such as compaction, let the model write for itself.
_EDITS_PREFIX = "clear_"
_TEXT_BLOCKS = ("redacted_thinking", "search_result", "text", "thinking", "tool_use")
_FILE_SOURCES = ("base64", "url")
_TOOL_TYPES = (None, "custom")
_HANDED_ON = (b"anthropic-version", b"anthropic-beta")

_ERRORS: dict[Cause, tuple[int, str]] = {
    Cause.INVALID_REQUEST: (400, "invalid_request_error"),
    Cause.INVALID_KEY: (401, "authentication_error"),
    Cause.KEY_DISABLED: (401, "authentication_error"),
    Cause.KEY_EXPIRED: (401, "authentication_error"),
    Cause.INSUFFICIENT_FUNDS: (402, "billing_error"),
    Cause.FORBIDDEN: (403, "permission_error"),
    Cause.MODEL_NOT_ALLOWED: (403, "permission_error"),
    Cause.MODEL_NOT_FOUND: (404, "not_found_error"),
    Cause.URL_NOT_FOUND: (404, "not_found_error"),
    Cause.METHOD_NOT_ALLOWED: (405, "invalid_request_error"),
    Cause.BODY_TIMEOUT: (408, "invalid_request_error"),
    Cause.BODY_TOO_LARGE: (413, "request_too_large"),
    Cause.MEDIA_TYPE: (415, "invalid_request_error"),
    Cause.HEADERS_TOO_LARGE: (431, "invalid_request_error"),
    Cause.RATE_LIMITED: (429, "rate_limit_error"),
    Cause.UPSTREAM_RATE_LIMITED: (429, "rate_limit_error"),
    Cause.UNAVAILABLE: (529, "overloaded_error"),
    Cause.UPSTREAM_ERROR: (502, "api_error"),
    Cause.UPSTREAM_TIMEOUT: (504, "timeout_error"),
    Cause.BUDGET_EXHAUSTED: (402, "billing_error"),
    Cause.KEY_IN_USE: (409, "invalid_request_error"),
    Cause.KEY_REUSED: (422, "invalid_request_error"),
    Cause.NOT_BUILT: (501, "api_error"),
    Cause.INTERNAL: (500, "api_error"),
}


class Anthropic:
    """The dialect of the Messages API."""

    name = "anthropic"
    keepalive = b'event: ping\ndata: {"type": "ping"}\n\n'

    def read_chat(self, document: Mapping[str, Json]) -> Facts:
        if document.get("max_tokens") is None:
            raise invalid("Field required", "max_tokens")
        return self.read_count(document)

    def read_count(self, document: Mapping[str, Json]) -> Facts:
        _check_fields(document)
        model = document.get("model")
        if type(model) is not str or not model:
            raise invalid("Field required", "model")
        limit = document.get("max_tokens")
        media = _read_messages(document.get("messages"))
        return Facts(
            model=model,
            stream=flag(document.get("stream"), "stream"),
            include_usage=True,
            choices=1,
            max_output_tokens=None if limit is None else tokens(limit, "max_tokens"),
            max_output_field="max_tokens",
            tools=_tools(document.get("tools")),
            media=media,
        )

    def counted(self, count: int) -> bytes:
        return orjson.dumps({"input_tokens": count})

    def handed_on(self, headers: Mapping[bytes, bytes]) -> Mapping[str, str]:
        return {
            name.decode(): headers[name].decode(errors="replace")
            for name in _HANDED_ON
            if name in headers
        }

    def status(self, cause: Cause) -> int:
        return _ERRORS[cause][0]

    def error(self, refusal: Refusal, request_id: str) -> bytes:
        message = refusal.message
        if refusal.field and refusal.field not in message:
            message = f"{refusal.field}: {message}"
        error = {
            "type": _ERRORS[refusal.cause][1],
            "message": f"{message} (request id: {request_id})",
        }
        return orjson.dumps({"type": "error", "error": error, "request_id": request_id})

    def error_event(self, refusal: Refusal, request_id: str) -> bytes:
        return b"event: error\ndata: %b\n\n" % self.error(refusal, request_id)

    def model(self, model: Model) -> bytes:
        return orjson.dumps(_entry(model))

    def models(self, models: Sequence[Model], query: bytes) -> bytes:
        values = query_values(query)
        # Its clients can ask for nothing else.
        models = [model for model in models if "chat" in model.operations]
        size = page_size(values.get("limit"), PAGE_SIZE_MAX, "limit")
        first, end = 0, len(models)
        if before := values.get("before_id"):
            end = position(models, before, "before_id")
            first = max(0, end - size)
        elif after := values.get("after_id"):
            first = position(models, after, "after_id") + 1
        page = models[first : min(end, first + size)]
        return orjson.dumps(
            {
                "data": [_entry(model) for model in page],
                "first_id": page[0].name if page else None,
                "last_id": page[-1].name if page else None,
                "has_more": first > 0 if before else first + size < end,
            }
        )


def _entry(model: Model) -> dict[str, Json]:
    created = datetime.fromtimestamp(model.created_at_s, UTC)
    return {
        "type": "model",
        "id": model.name,
        "display_name": model.name,
        "created_at": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lifecycle": "active",
        "max_input_tokens": model.context_tokens,
        "max_tokens": model.max_output_tokens,
    }


def _check_fields(document: Mapping[str, Json]) -> None:
    if not _FIELDS.issuperset(document):
        field = next(field for field in document if field not in _FIELDS)
        raise invalid("Extra inputs are not permitted", field[:100])
    for field, values in _PRICED_VALUES.items():
        if document.get(field) not in values:
            raise invalid("this value has no price here", field)
    _check_thinking(document.get("thinking"))
    _check_context(document.get("context_management"))
    _check_system(document.get("system"))


def _check_thinking(thinking: Json) -> None:
    """Its budget is a part of max_tokens, so it only has to be a number."""
    if thinking is None:
        return
    if not isinstance(thinking, dict):
        raise invalid("must be an object", "thinking")
    if thinking.get("budget_tokens") is not None:
        tokens(thinking["budget_tokens"], "thinking.budget_tokens")


def _check_context(management: Json) -> None:
    if management is None:
        return
    if not isinstance(management, dict):
        raise invalid("must be an object", "context_management")
    for edit in objects(management.get("edits"), "context_management.edits"):
        if not str(edit.get("type")).startswith(_EDITS_PREFIX):
            raise invalid("only clear_* edits have a price here", "context_management.edits")


def _check_system(system: Json) -> None:
    if type(system) is str:
        return
    for block in objects(system, "system"):
        if block.get("type") != "text":
            raise invalid("must be text", "system")


def _tools(tools: Json) -> bool:
    """Whether there are tools: only the client's own, as others run or are billed elsewhere."""
    found = objects(tools, "tools")
    for index, tool in enumerate(found):
        if tool.get("type") not in _TOOL_TYPES:
            raise invalid(
                f"tools of type {tool.get('type')!r:.100} are not supported: they have no price "
                "here",
                f"tools.{index}.type",
            )
    return bool(found)


def _read_messages(messages: Json) -> Media:
    media = Media()
    found = objects(messages, "messages")
    if not found:
        raise invalid("at least one message is required", "messages")
    for index, message in enumerate(found):
        _read_content(message.get("content"), f"messages.{index}.content", media)
    return media


def _read_content(content: Json, field: str, media: Media) -> None:
    if type(content) is str:
        return
    if not isinstance(content, list):
        raise invalid("must be a string or an array of blocks", field)
    for index, block in enumerate(objects(content, field)):
        kind = block.get("type")
        if kind in _TEXT_BLOCKS:
            continue
        if kind == "image":
            _read_image(block, f"{field}.{index}", media)
        elif kind == "document":
            _read_document(block, f"{field}.{index}", media)
        elif kind == "tool_reference":
            _read_reference(block, f"{field}.{index}.tool_name", media)
        elif kind == "tool_result":
            if block.get("content") is not None:
                _read_content(block["content"], f"{field}.{index}.content", media)
        else:
            raise invalid(
                f"blocks of type {kind!r:.100} are not supported: they have no price here",
                f"{field}.{index}.type",
            )


def _read_image(block: Mapping[str, Json], field: str, media: Media) -> None:
    source = _source(block, field)
    if source.get("type") not in _FILE_SOURCES:
        raise invalid("images must be of source 'base64' or 'url'", f"{field}.source.type")
    media.add_image(source.get("data"))


def _read_reference(block: Mapping[str, Json], field: str, media: Media) -> None:
    """It puts the definition of a tool into the prompt, which the body's length pays for once."""
    name = block.get("tool_name")
    if type(name) is not str:
        raise invalid("must be a string", field)
    if name in media.loaded_tools:
        media.repeats += 1
    media.loaded_tools.add(name)


def _read_document(block: Mapping[str, Json], field: str, media: Media) -> None:
    source = _source(block, field)
    kind = source.get("type")
    if kind == "content":
        _read_content(source.get("content"), f"{field}.source.content", media)
    elif kind in _FILE_SOURCES:
        media.documents += 1
    elif kind != "text":
        raise invalid(
            "documents must be of source 'base64', 'url', 'text' or 'content'",
            f"{field}.source.type",
        )


def _source(block: Mapping[str, Json], field: str) -> dict[str, Json]:
    source = block.get("source")
    if not isinstance(source, dict):
        raise invalid("must be an object", f"{field}.source")
    return source
