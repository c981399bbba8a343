"""Is this a generateContent body? Types first, then the rules that Google checks after them."""

import re
from typing import Any

from tollgate_sandbox.models import UNKNOWN, Generation, generation
from tollgate_sandbox.refusals import Refusal, invalid

from . import proto
from .messages import COUNT, REQUEST
from .order import check_contents

Json = dict[str, Any]

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}")
_JSON_TYPES = ("application/json", "text/x.enum")
_MIME_TYPES = ("text/plain", *_JSON_TYPES)
_STOPS_MAX = 5
_CANDIDATES_MAX = 8
# The first models that call functions and answer in JSON in one request.
_JSON_AND_TOOLS: Generation = (3, 0)
_RANGES: dict[str, tuple[float, float]] = {
    "temperature": (0.0, 2.0),
    "topP": (0.0, 1.0),
    "presencePenalty": (-2.0, 2.0),
    "frequencyPenalty": (-2.0, 2.0),
    "topK": (1, 1 << 31),
    "maxOutputTokens": (1, 1 << 31),
    "candidateCount": (1, _CANDIDATES_MAX),
    "logprobs": (0, 20),
    "thinkingBudget": (-1, 1 << 20),
}


def violation(path: str, problem: str) -> Refusal:
    return invalid(f"* GenerateContentRequest.{path}: {problem}\n", param=path)


def validate(document: object, model: str) -> Json:
    """The body, names in camelCase, when Google would accept it; otherwise raises Refusal."""
    return _checked(proto.read(REQUEST, document), generation(model, "gemini"))


def _checked(body: Json, version: Generation) -> Json:
    check_contents(body.get("contents") or [], version)
    if body.get("cachedContent"):
        raise Refusal(403, "CachedContent not found (or permission denied)")
    config = body.get("generationConfig") or {}
    _check_config(config)
    _check_tools(body)
    kind = config.get("responseMimeType")
    if declared(body) and kind in _JSON_TYPES and UNKNOWN < version < _JSON_AND_TOOLS:
        raise invalid(f"Function calling with a response mime type: '{kind}' is unsupported")
    return body


def validate_count(document: object, model: str) -> Json:
    """Like validate(), for countTokens: either bare contents, or a whole request."""
    body = proto.read(COUNT, document)
    whole = body.get("generateContentRequest")
    if (whole is None) == (body.get("contents") is None):
        raise invalid("Exactly one of contents or generate_content_request must be set.")
    if whole is not None and not whole.get("model"):
        raise violation("model", "model is not specified")
    return _checked(whole or {"contents": body["contents"]}, generation(model, "gemini"))


def declared(body: Json) -> list[Json]:
    """All function declarations of all tools."""
    return [d for tool in body.get("tools") or () for d in tool.get("functionDeclarations") or ()]


def _check_config(config: Json) -> None:
    flat = {**config, **(config.get("thinkingConfig") or {})}
    for name, (low, high) in _RANGES.items():
        if name in flat and not low <= flat[name] <= high:
            field = proto.snake(name)
            raise violation(
                f"generation_config.{field}", f"{field} must be in the range [{low}, {high}]."
            )
    if len(config.get("stopSequences") or ()) > _STOPS_MAX:
        raise violation(
            "generation_config.stop_sequences", f"at most {_STOPS_MAX} stop sequences are allowed."
        )
    kind = config.get("responseMimeType") or "text/plain"
    if kind not in _MIME_TYPES:
        allowed = ", ".join(f"`{each}`" for each in _MIME_TYPES)
        raise violation("generation_config.response_mime_type", f"allowed mimetypes are {allowed}.")
    _check_schemas(config, kind)
    thinking = config.get("thinkingConfig") or {}
    if "thinkingBudget" in thinking and "thinkingLevel" in thinking:
        raise invalid("You can only set one of thinking budget and thinking level.")
    if set(config.get("responseModalities") or ["TEXT"]) != {"TEXT"}:
        raise invalid("The requested combination of response modalities is not supported.")


def _check_schemas(config: Json, kind: str) -> None:
    given = [name for name in ("responseSchema", "responseJsonSchema") if name in config]
    if len(given) > 1:
        raise violation(
            "generation_config", "only one of response_schema and response_json_schema may be set."
        )
    if given and kind not in _JSON_TYPES:
        raise violation(
            f"generation_config.{proto.snake(given[0])}",
            f"{proto.snake(given[0])} is only supported with response_mime_type "
            "`application/json` or `text/x.enum`.",
        )


def _check_tools(body: Json) -> None:
    functions = declared(body)
    for at, function in enumerate(functions):
        path = f"tools[0].function_declarations[{at}]"
        if not _NAME.fullmatch(function.get("name") or ""):
            raise violation(
                f"{path}.name",
                "Invalid function name. Must start with a letter or an underscore. Must be "
                "alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes "
                "(-), with a maximum length of 128.",
            )
        if "parameters" in function and "parametersJsonSchema" in function:
            raise violation(path, "only one of parameters and parameters_json_schema may be set.")
        _check_parameters(function.get("parameters") or {}, f"{path}.parameters")
    names = [function["name"] for function in functions]
    if len(set(names)) < len(names):
        raise invalid(f"Duplicate function declaration found: {_first_double(names)}")
    calling = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    allowed = calling.get("allowedFunctionNames") or []
    if allowed and calling.get("mode") not in ("ANY", "VALIDATED"):
        raise violation(
            "tool_config.function_calling_config.allowed_function_names",
            "only allowed when the mode is ANY or VALIDATED.",
        )
    if any(name not in names for name in allowed):
        raise violation(
            "tool_config.function_calling_config.allowed_function_names",
            "every name must be that of a declared function.",
        )
    if calling.get("mode") == "ANY" and not names:
        raise invalid("Function calling mode ANY needs at least one function declaration.")


def _first_double(names: list[str]) -> str:
    return next(name for name in names if names.count(name) > 1)


def _check_parameters(schema: Json, path: str) -> None:
    if schema.get("type") == "OBJECT" and "properties" in schema and not schema["properties"]:
        raise violation(f"{path}.properties", "should be non-empty for OBJECT type")
    if schema.get("type") == "ARRAY" and "items" not in schema:
        raise violation(f"{path}.items", "missing field.")
    missing = [n for n in schema.get("required") or () if n not in (schema.get("properties") or {})]
    if missing:
        at = schema["required"].index(missing[0])
        raise violation(f"{path}.required[{at}]", "property is not defined")
    for name, inner in (schema.get("properties") or {}).items():
        _check_parameters(inner, f"{path}.properties[{name}]")
    if "items" in schema:
        _check_parameters(schema["items"], f"{path}.items")
