"""The console's API as OpenAPI: `python -m tollgate_console.openapi` prints it for the web app."""

import sys
from collections.abc import Sequence
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from .api import Endpoint, Stream
from .routes import ENDPOINTS

_REF = "#/components/schemas/{model}"


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """OpenAPI 3.1 of the endpoints; errors are the same everywhere and left out."""
    answers = [row.answer for row in endpoints if row.answer is not Stream]
    modes: list[tuple[type[BaseModel], Any]] = [
        *((row.ask, "validation") for row in endpoints),
        *((answer, "serialization") for answer in answers if issubclass(answer, BaseModel)),
    ]
    refs, definitions = models_json_schema(modes, ref_template=_REF)
    schemas = definitions.get("$defs", {})
    paths: dict[str, dict[str, Any]] = {}
    for row in endpoints:
        schema = schemas[refs[row.ask, "validation"]["$ref"].rsplit("/", 1)[1]]
        paths.setdefault(row.path, {})[row.method.lower()] = {
            "operationId": row.handler.__name__,
            "parameters": _parameters(row, schema),
            **_body(row, schema),
            "responses": {"200": _answer(row, refs)},
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tollgate console", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _parameters(row: Endpoint, schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "path" if name in row.path_fields else "query",
            "required": name in row.path_fields or name in required,
            "schema": part,
        }
        for name, part in schema.get("properties", {}).items()
        if name in row.path_fields or not row.takes_body
    ]


def _body(row: Endpoint, schema: dict[str, Any]) -> dict[str, Any]:
    if not row.takes_body:
        return {}
    inside = {
        name: part for name, part in schema["properties"].items() if name not in row.path_fields
    }
    required = [name for name in schema.get("required", []) if name in inside]
    shape = {"type": "object", "properties": inside, "required": required}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": shape}}}}


def _answer(row: Endpoint, refs: dict[Any, Any]) -> dict[str, Any]:
    if row.answer is Stream:
        return {"description": "A stream.", "content": {"application/octet-stream": {"schema": {}}}}
    schema = refs[row.answer, "serialization"]
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(document(ENDPOINTS), option=orjson.OPT_INDENT_2))
