"""Which JSON Schemas an answer can be held to everywhere: the strict subset that OpenAI defined."""

from collections.abc import Iterator, Mapping
from typing import Any

_DEPTH_MAX = 10
_KEYWORDS = frozenset(
    {
        "type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf",
        "$ref", "$defs", "definitions", "title", "description", "pattern", "format", "multipleOf",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems",
    }
)  # fmt: skip
# Each schema must say what it is.
_KINDS = ("type", "anyOf", "$ref")


def is_strict(schema: Mapping[str, Any]) -> bool:
    """Whether all of its objects are closed: every property is required, and no other may come."""
    return schema.get("type") == "object" and _holds(schema, 0)


def _holds(schema: object, depth: int) -> bool:
    if not isinstance(schema, Mapping) or depth > _DEPTH_MAX or not schema.keys() <= _KEYWORDS:
        return False
    if not any(name in schema for name in _KINDS) or not _is_closed(schema):
        return False
    return all(_holds(inner, depth + 1) for inner in _inner(schema))


def _is_closed(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("type")
    if "object" not in (kinds if isinstance(kinds, list) else [kinds]):
        return True
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        return False
    return schema.get("additionalProperties") is False and all(p in required for p in properties)


def _inner(schema: Mapping[str, Any]) -> Iterator[object]:
    for name in ("properties", "$defs", "definitions"):
        named = schema.get(name, {})
        yield from named.values() if isinstance(named, dict) else (None,)
    options = schema.get("anyOf", [])
    yield from options if isinstance(options, list) else (None,)
    if "items" in schema:
        yield schema["items"]
