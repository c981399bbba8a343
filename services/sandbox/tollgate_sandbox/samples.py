"""The smallest plausible value of a JSON schema."""

from typing import Any

Schema = dict[str, Any]

# Schemas may refer to themselves.
_DEPTH_MAX = 6
_PLAIN: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True}


def sample(schema: Schema) -> Any:  # noqa: ANN401 - JSON
    """Same schema, same value; `null` for what it does not understand. Arrays have one element."""
    return _sample(schema, schema, 0)


def _sample(schema: Any, root: Schema, depth: int) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(schema, dict) or depth > _DEPTH_MAX:
        return None
    if "$ref" in schema:
        return _sample(_resolve(str(schema["$ref"]), root), root, depth + 1)
    if "const" in schema:
        return schema["const"]
    for key in ("enum", "anyOf", "oneOf"):
        options = schema.get(key)
        if isinstance(options, list) and options:
            return options[0] if key == "enum" else _sample(options[0], root, depth + 1)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "array":
        return [_sample(schema.get("items"), root, depth + 1)]
    if kind == "object" or "properties" in schema:
        return _sample_object(schema, root, depth)
    return _PLAIN.get(kind) if isinstance(kind, str) else None


def _sample_object(schema: Schema, root: Schema, depth: int) -> Schema:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return {}
    return {name: _sample(inner, root, depth + 1) for name, inner in properties.items()}


def _resolve(reference: str, root: Schema) -> Any:  # noqa: ANN401 - JSON
    found: Any = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        found = found.get(step) if isinstance(found, dict) and step else found
    return found
