"""Anthropic and Gemini keep to every schema: so does who can, wherever the schema allows it."""

from typing import Any

import pytest
from tollgate_providers.strictness import is_strict

TEXT = {"type": "string"}


def closed(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **more,
    }


def nested(depth: int) -> dict[str, Any]:
    return closed({"a": nested(depth - 1) if depth else TEXT})


@pytest.mark.parametrize(
    "schema",
    [
        closed({}),
        closed({"city": {"type": ["string", "null"], "description": "Which."}}),
        closed({"places": {"type": "array", "items": closed({"city": TEXT}), "minItems": 1}}),
        closed({"a": {"anyOf": [TEXT, closed({"b": TEXT})]}}),
        closed({"a": {"$ref": "#/$defs/a"}}, **{"$defs": {"a": closed({"b": TEXT})}}),
        closed({"kind": {"type": "string", "enum": ["a", "b"]}}, title="Kind"),
    ],
)
def test_closed_schemas(schema: dict[str, Any]) -> None:
    assert is_strict(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        TEXT,
        {"type": "object"},
        {"type": "object", "properties": {"a": TEXT}, "required": ["a"]},
        closed({"a": TEXT}, required=[]),
        closed({"a": TEXT}, additionalProperties=True),
        closed({"a": {"type": "object"}}),
        closed({"a": {"type": ["object", "null"]}}),
        closed({"a": {"type": "array", "items": {"type": "object"}}}),
        closed({"a": {"anyOf": [TEXT, {"type": "object"}]}}),
        closed({"a": TEXT}, **{"$defs": {"b": {"type": "object"}}}),
        closed({"a": {"allOf": [TEXT]}}),
        closed({"a": {"type": "string", "minLength": 1}}),
        closed({"a": {}}),
        closed({"a": True}),
        {**closed({}), "properties": []},
        {**closed({}), "required": "a"},
        closed({"a": {"anyOf": TEXT}}),
        {"anyOf": [closed({})]},
        nested(20),
    ],
)
def test_open_schemas(schema: dict[str, Any]) -> None:
    assert not is_strict(schema)
