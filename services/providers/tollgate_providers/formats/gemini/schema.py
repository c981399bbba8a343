"""Gemini's own Schema, a subset of OpenAPI's, read as the JSON Schema that everybody else takes."""

from typing import Any

from tollgate_providers.formats.gemini.spelling import camel_fields
from tollgate_providers.neutral import refuse

# Providers take far less.
_DEPTH_MAX = 64
_COUNTS = ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties")
_NESTED = ("items", "additionalProperties")
_NAMED = ("properties", "$defs")
# JSON Schema's names for them.
_RENAMED = {"defs": "$defs", "ref": "$ref"}
# What JSON Schema says otherwise, or not at all.
_OWN = frozenset({"type", "nullable", "example", "propertyOrdering"})
_NO_TYPE = "TYPE_UNSPECIFIED"


def json_schema(schema: object, at: str, depth: int = 0) -> dict[str, Any]:
    """InvalidArgument when it is not an object, or holds something else in a schema's place."""
    if not isinstance(schema, dict) or depth > _DEPTH_MAX:
        refuse(at, f"must be an object, in no more than {_DEPTH_MAX} others")
    fields = {_RENAMED.get(k, k): v for k, v in camel_fields(schema, at).items() if v is not None}
    written = {name: value for name, value in fields.items() if name not in _OWN}
    for name in _NESTED:
        if isinstance(inner := written.get(name), dict):
            written[name] = json_schema(inner, f"{at}.{name}", depth + 1)
    for name in _NAMED:
        if isinstance(inner := written.get(name), dict):
            written[name] = {
                key: json_schema(value, f"{at}.{name}.{key}", depth + 1)
                for key, value in inner.items()
            }
    if isinstance(options := written.get("anyOf"), list):
        written["anyOf"] = [json_schema(one, f"{at}.anyOf", depth + 1) for one in options]
    return _type(fields, at) | _plain(written) | _example(fields)


def _plain(written: dict[str, Any]) -> dict[str, Any]:
    for name in _COUNTS:  # 64-bit numbers are texts in the JSON of protocol buffers
        if isinstance(count := written.get(name), str) and count.isdecimal():
            written[name] = int(count)
    if written.get("format") == "enum":
        del written["format"]
    return written


def _example(fields: dict[str, Any]) -> dict[str, Any]:
    return {"examples": [fields["example"]]} if "example" in fields else {}


def _type(fields: dict[str, Any], at: str) -> dict[str, Any]:
    kind = fields.get("type", _NO_TYPE)
    if kind == _NO_TYPE:
        return {}
    if not isinstance(kind, str):
        refuse(f"{at}.type", "must be a text")
    nullable = fields.get("nullable") is True
    return {"type": [kind.lower(), "null"] if nullable else kind.lower()}
