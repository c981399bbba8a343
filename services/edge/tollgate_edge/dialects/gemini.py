"""The Gemini dialect: contents and parts, token counts, model lists, and its status errors.

Its API refuses fields that it does not know; so does this page, which is how nothing without a
price gets through. It takes every name in two spellings, maxOutputTokens and max_output_tokens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from tollgate_edge.catalogue import Model
from tollgate_edge.json import Json
from tollgate_edge.refusals import Cause, Refusal, invalid

from . import Facts, Media
from .common import flag, objects, page_size, position, query_values, tokens

_CHOICES_MAX = 8
_PAGE_SIZE = 50
# What is billed by the token alone.
_FIELDS = frozenset(
    {
        "contents",
        "generationConfig",
        "labels",
        "safetySettings",
        "serviceTier",
        "store",
        "systemInstruction",
        "toolConfig",
        "tools",
    }
)
_EMBED_FIELDS = frozenset({"content", "model", "outputDimensionality", "taskType", "title"})
_EMBEDDINGS_MAX = 100
_COUNT_FIELDS = _FIELDS | {"generateContentRequest", "model"}
_CONFIG_FIELDS = frozenset(
    {
        "candidateCount",
        "enableEnhancedCivicAnswers",
        "frequencyPenalty",
        "logprobs",
        "maxOutputTokens",
        "mediaResolution",
        "presencePenalty",
        "responseJsonSchema",
        "responseLogprobs",
        "responseMimeType",
        "responseModalities",
        "responseSchema",
        "seed",
        "stopSequences",
        "temperature",
        "thinkingConfig",
        "topK",
        "topP",
    }
)
_PART_FIELDS = frozenset(
    {
        "functionCall",
        "functionResponse",
        "inlineData",
        "mediaResolution",
        "text",
        "thought",
        "thoughtSignature",
    }
)
_TOOL_FIELDS = frozenset({"functionDeclarations"})
_SERVICE_TIERS = (None, "standard", "SERVICE_TIER_STANDARD", "SERVICE_TIER_UNSPECIFIED")
# More tokens an image than the catalogue's ceiling, which is that of the resolutions below it.
_COSTLY_RESOLUTION = "MEDIA_RESOLUTION_ULTRA_HIGH"
_DOCUMENT_TYPE = "application/pdf"
_TEXT_TYPES = ("application/json", "application/xml")

_NO_HEADERS: Mapping[str, str] = {}

_ERRORS: dict[Cause, tuple[int, str]] = {
    Cause.INVALID_REQUEST: (400, "INVALID_ARGUMENT"),
    Cause.INVALID_KEY: (401, "UNAUTHENTICATED"),
    Cause.KEY_DISABLED: (401, "UNAUTHENTICATED"),
    Cause.KEY_EXPIRED: (401, "UNAUTHENTICATED"),
    Cause.INSUFFICIENT_FUNDS: (402, "RESOURCE_EXHAUSTED"),
    Cause.FORBIDDEN: (403, "PERMISSION_DENIED"),
    Cause.MODEL_NOT_ALLOWED: (403, "PERMISSION_DENIED"),
    Cause.MODEL_NOT_FOUND: (404, "NOT_FOUND"),
    Cause.URL_NOT_FOUND: (404, "NOT_FOUND"),
    Cause.METHOD_NOT_ALLOWED: (405, "INVALID_ARGUMENT"),
    Cause.BODY_TIMEOUT: (408, "INVALID_ARGUMENT"),
    Cause.BODY_TOO_LARGE: (413, "INVALID_ARGUMENT"),
    Cause.MEDIA_TYPE: (415, "INVALID_ARGUMENT"),
    Cause.HEADERS_TOO_LARGE: (431, "INVALID_ARGUMENT"),
    Cause.RATE_LIMITED: (429, "RESOURCE_EXHAUSTED"),
    Cause.UPSTREAM_RATE_LIMITED: (429, "RESOURCE_EXHAUSTED"),
    Cause.UNAVAILABLE: (503, "UNAVAILABLE"),
    Cause.UPSTREAM_ERROR: (502, "UNAVAILABLE"),
    Cause.UPSTREAM_TIMEOUT: (504, "DEADLINE_EXCEEDED"),
    Cause.BUDGET_EXHAUSTED: (402, "RESOURCE_EXHAUSTED"),
    Cause.KEY_IN_USE: (409, "ABORTED"),
    Cause.KEY_REUSED: (422, "INVALID_ARGUMENT"),
    Cause.NOT_BUILT: (501, "UNIMPLEMENTED"),
    Cause.INTERNAL: (500, "INTERNAL"),
}
# What clients look for to tell a wrong key from other refusals.
_REASONS = {
    Cause.INVALID_KEY: "API_KEY_INVALID",
    Cause.KEY_DISABLED: "API_KEY_DISABLED",
    Cause.KEY_EXPIRED: "API_KEY_EXPIRED",
}
_RPC = "type.googleapis.com/google.rpc."
# What a model can be called for in this dialect, by its operations.
_METHODS = {
    "chat": ("generateContent", "countTokens"),
    "embeddings": ("embedContent", "batchEmbedContents"),
}


@dataclass(frozen=True, slots=True)
class Gemini:
    """The dialect of generateContent. What other dialects have in the body is in its URL."""

    model_name: str = ""
    stream: bool = False
    # As in Facts.
    variant: str = ""

    name = "gemini"

    @property
    def keepalive(self) -> bytes:
        """A blank line: the official SDK takes a comment for an answer that is not JSON."""
        return b"" if self.variant else b"\n"

    def read_chat(self, document: Mapping[str, Json]) -> Facts:
        return self._facts(_members(document, _FIELDS, ""))

    def read_count(self, document: Mapping[str, Json]) -> Facts:
        members = _members(document, _COUNT_FIELDS, "")
        request = members.get("generateContentRequest")
        if request is not None:
            members = _members(request, _COUNT_FIELDS, "generateContentRequest")
        return self._facts(members)

    def _facts(self, members: Mapping[str, Json]) -> Facts:
        if not self.model_name:
            raise invalid("The URL names no model.", "model")
        if members.get("serviceTier") not in _SERVICE_TIERS:
            raise invalid("must be 'standard'", "serviceTier")
        flag(members.get("store"), "store")
        config = _config(members.get("generationConfig"))
        limit = config.get("maxOutputTokens")
        field = "generationConfig.maxOutputTokens"
        media = _read_contents(members)
        return Facts(
            model=self.model_name,
            stream=self.stream,
            include_usage=True,
            choices=_choices(config.get("candidateCount")),
            max_output_tokens=None if limit is None else tokens(limit, field),
            max_output_field=field,
            tools=_tools(members.get("tools")),
            media=media,
            input_field="contents",
            variant=self.variant,
        )

    def read_embed(self, document: Mapping[str, Json]) -> Facts:
        return self._embed_facts({"": _members(document, _EMBED_FIELDS, "")}, "content", "")

    def read_batch(self, document: Mapping[str, Json]) -> Facts:
        """Of embeddings: each has a request of its own, so no context bounds them together."""
        members = _members(document, frozenset({"requests"}), "")
        requests = objects(members.get("requests"), "requests")
        if not 1 <= len(requests) <= _EMBEDDINGS_MAX:
            raise invalid(f"must have 1 to {_EMBEDDINGS_MAX} elements", "requests")
        each = {
            f"requests[{index}].": _members(request, _EMBED_FIELDS, f"requests[{index}]")
            for index, request in enumerate(requests)
        }
        return self._embed_facts(each, "requests", "batch")

    def _embed_facts(
        self, requests: Mapping[str, Mapping[str, Json]], field: str, form: str
    ) -> Facts:
        """Of requests by their paths."""
        if not self.model_name:
            raise invalid("The URL names no model.", "model")
        media = Media()
        for path, request in requests.items():
            content = request.get("content")
            if not isinstance(content, dict) or not content.get("parts"):
                raise invalid("a content with parts is required", f"{path}content")
            _read_parts(content["parts"], f"{path}content.parts", media)
        return Facts(
            model=self.model_name, media=media, one_prompt=False, input_field=field, variant=form
        )

    def counted(self, count: int) -> bytes:
        return orjson.dumps({"totalTokens": count})

    def handed_on(self, headers: Mapping[bytes, bytes]) -> Mapping[str, str]:
        return _NO_HEADERS

    def status(self, cause: Cause) -> int:
        return _ERRORS[cause][0]

    def error(self, refusal: Refusal, request_id: str) -> bytes:
        code, status = _ERRORS[refusal.cause]
        message = refusal.message
        if refusal.field and refusal.field not in message:
            message = f"{refusal.field}: {message}"
        error = {
            "code": code,
            "message": f"{message} (request id: {request_id})",
            "status": status,
            "details": _details(refusal, request_id),
        }
        return orjson.dumps({"error": error})

    def error_event(self, refusal: Refusal, request_id: str) -> bytes:
        body = self.error(refusal, request_id)
        # An array is never begun without an element, so the error is one more, and its last.
        return b",\n%b]" % body if self.variant else b"data: %b\n\n" % body

    def model(self, model: Model) -> bytes:
        return orjson.dumps(_entry(model))

    def models(self, models: Sequence[Model], query: bytes) -> bytes:
        values = query_values(query)
        size = page_size(values.get("pageSize"), _PAGE_SIZE, "pageSize")
        token = values.get("pageToken")
        start = position(models, token, "pageToken") + 1 if token else 0
        page = models[start : start + size]
        listed: dict[str, Json] = {"models": [_entry(model) for model in page]}
        if start + size < len(models):
            listed["nextPageToken"] = page[-1].name
        return orjson.dumps(listed)


def _entry(model: Model) -> dict[str, Json]:
    return {
        "name": f"models/{model.name}",
        "version": model.name,
        "displayName": model.name,
        "inputTokenLimit": model.context_tokens,
        "outputTokenLimit": model.max_output_tokens,
        "supportedGenerationMethods": [
            method for kind in model.operations for method in _METHODS.get(kind, ())
        ],
    }


def _details(refusal: Refusal, request_id: str) -> list[Json]:
    details: list[Json] = [{"@type": _RPC + "RequestInfo", "requestId": request_id}]
    if reason := _REASONS.get(refusal.cause):
        details.append({"@type": _RPC + "ErrorInfo", "reason": reason, "domain": "tollgate"})
    if refusal.field:
        violation: Json = {"field": refusal.field, "description": refusal.message}
        details.append({"@type": _RPC + "BadRequest", "fieldViolations": [violation]})
    if refusal.retry_after_s:
        details.append({"@type": _RPC + "RetryInfo", "retryDelay": f"{refusal.retry_after_s}s"})
    return details


def _camel(name: str) -> str:
    head, *words = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in words)


def _members(
    value: "Mapping[str, Json] | Json", known: frozenset[str], field: str
) -> dict[str, Json]:
    """An object's members by their one spelling; null is an empty object.

    Refusal for a member that is not `known`, or that is there in both spellings.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise invalid("must be an object", field)
    members: dict[str, Json] = {}
    for name, member in value.items():
        spelled = _camel(name) if "_" in name else name
        where = f"{field}.{name[:100]}" if field else name[:100]
        if spelled not in known:
            raise invalid("not supported: unknown, or without a price here", where)
        if spelled in members:
            raise invalid("given in two spellings", where)
        members[spelled] = member
    return members


def _config(value: Json) -> dict[str, Json]:
    config = _members(value, _CONFIG_FIELDS, "generationConfig")
    modalities = config.get("responseModalities")
    if modalities not in (None, [], ["TEXT"]):
        raise invalid("must be ['TEXT']", "generationConfig.responseModalities")
    _check_resolution(config.get("mediaResolution"), "generationConfig.mediaResolution")
    thinking = config.get("thinkingConfig")
    if thinking is not None and not isinstance(thinking, dict):
        raise invalid("must be an object", "generationConfig.thinkingConfig")
    return config


def _choices(value: Json) -> int:
    if value is None:
        return 1
    if type(value) is not int or not 1 <= value <= _CHOICES_MAX:
        raise invalid(
            f"must be an integer from 1 to {_CHOICES_MAX}", "generationConfig.candidateCount"
        )
    return value


def _tools(value: Json) -> bool:
    """Whether there are tools: only the client's own, as Google's are billed by the call."""
    found = objects(value, "tools")
    for index, tool in enumerate(found):
        _members(tool, _TOOL_FIELDS, f"tools[{index}]")
    return bool(found)


def _read_contents(members: Mapping[str, Json]) -> Media:
    media = Media()
    contents = objects(members.get("contents"), "contents")
    if not contents:
        raise invalid("at least one content is required", "contents")
    for index, content in enumerate(contents):
        _read_parts(content.get("parts"), f"contents[{index}].parts", media)
    system = members.get("systemInstruction")
    if system is not None:
        if not isinstance(system, dict):
            raise invalid("must be an object", "systemInstruction")
        _read_parts(system.get("parts"), "systemInstruction.parts", media)
    return media


def _read_parts(parts: Json, field: str, media: Media) -> None:
    for index, value in enumerate(objects(parts, field)):
        if len(value) == 1 and type(value.get("text")) is str:
            continue
        where = f"{field}[{index}]"
        part = _members(value, _PART_FIELDS, where)
        _check_resolution(part.get("mediaResolution"), f"{where}.mediaResolution")
        if part.get("inlineData") is not None:
            _read_blob(part["inlineData"], f"{where}.inlineData", media)
        response = part.get("functionResponse")
        if isinstance(response, dict) and response.get("parts") is not None:
            _read_parts(response["parts"], f"{where}.functionResponse.parts", media)


def _read_blob(value: Json, field: str, media: Media) -> None:
    blob = _members(value, frozenset({"data", "displayName", "mimeType"}), field)
    kind, data = blob.get("mimeType"), blob.get("data")
    if type(kind) is not str or type(data) is not str:
        raise invalid("must have a mimeType and data", field)
    if kind.startswith("image/"):
        media.add_image(data)
    elif kind.startswith("audio/"):
        media.add_audio(data)
    elif kind == _DOCUMENT_TYPE:
        media.documents += 1
    elif not kind.startswith("text/") and kind not in _TEXT_TYPES:
        raise invalid(f"data of type {kind!r:.100} has no price here", f"{field}.mimeType")


def _check_resolution(value: Json, field: str) -> None:
    level = value.get("level") if isinstance(value, dict) else value
    if level == _COSTLY_RESOLUTION:
        raise invalid("this value has no price here", field)
