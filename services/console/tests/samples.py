"""Requests that an endpoint takes, made from its types, so that sweeps need no list of them."""

import re
from collections.abc import Mapping
from typing import Any

from tollgate_console.api import Ask, Endpoint

IN_ADDRESS = "x"


def name(row: Endpoint) -> str:
    """For parametrised tests."""
    return row.handler.__name__


def address(row: Endpoint, **named: str) -> str:
    """The path, with these values in it."""
    return re.sub(r"{(\w+)}", lambda found: named.get(found[1], IN_ADDRESS), row.path)


def sample(row: Endpoint) -> dict[str, Any]:
    """What must be in the body or the query, and no more."""
    wanted = fields(row)
    return {name: _value(part) for name, part in wanted.items() if name in _required(row)}


def fields(row: Endpoint) -> dict[str, Any]:
    """Schemas of all that may be in the body or the query, by name."""
    schema = row.ask.model_json_schema()
    parts = schema.get("properties", {})
    return {
        name: _resolved(part, schema) for name, part in parts.items() if name not in row.path_fields
    }


def objects(ask: type[Ask]) -> list[Mapping[str, Any]]:
    """The schema of a body and of all objects inside of it."""
    schema = ask.model_json_schema()
    found = [schema, *schema.get("$defs", {}).values()]
    return [part for part in found if part.get("type") == "object"]


def _required(row: Endpoint) -> list[str]:
    required: list[str] = row.ask.model_json_schema().get("required", [])
    return required


def _resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    reference = part.get("$ref", "").removeprefix("#/$defs/")
    found = schema["$defs"][reference] if reference else part
    inside = {name: _resolved(inner, schema) for name, inner in found.get("properties", {}).items()}
    return {**found, "properties": inside} if inside else dict(found)


def _value(part: Mapping[str, Any]) -> Any:
    if "enum" in part:
        return part["enum"][0]
    if "const" in part:
        return part["const"]
    match part.get("type"):
        case "integer":
            return int(part.get("minimum", part.get("exclusiveMinimum", 0) + 1))
        case "boolean":
            return False
        case "array":
            return []
        case "object":
            required = part.get("required", [])
            inside = part.get("properties", {})
            return {name: _value(inner) for name, inner in inside.items() if name in required}
        case _:
            return "x" * part.get("minLength", 1)
