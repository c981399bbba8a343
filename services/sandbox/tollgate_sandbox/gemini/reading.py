"""A valid generateContent body as a ChatRequest."""

from typing import Any

import orjson

from tollgate_sandbox.chat import (
    CALLS_MAX,
    ChatRequest,
    JsonFormat,
    Thinking,
    Tools,
    read_prompt,
    schemas,
)
from tollgate_sandbox.turns import Called, Function, Role, Schema, Turn

from .validate import declared

Json = dict[str, Any]

_JSON_TYPES = ("application/json", "text/x.enum")
# What converters wrap a plain text in, when a result has to be an object.
_WRAPPERS = ("result", "output", "content")


def read_request(body: Json, *, stream: bool) -> ChatRequest:
    """Reads a body that validate() has accepted."""
    functions = [_function(declaration) for declaration in declared(body)]
    calling = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    config = body.get("generationConfig") or {}
    return ChatRequest(
        prompt=read_prompt(_turns(body), functions),
        tools=_tools(functions, calling),
        stream=stream,
        choices=config.get("candidateCount") or 1,
        output_tokens_max=config.get("maxOutputTokens"),
        stops=tuple(config.get("stopSequences") or ()),
        json_format=_json_format(config),
        thinking=_thinking(config.get("thinkingConfig") or {}),
    )


def _function(declaration: Json) -> Function:
    schema = declaration.get("parametersJsonSchema") or json_schema(
        declaration.get("parameters") or {}
    )
    return Function(declaration["name"], declaration.get("description") or "", schema)


def json_schema(schema: Json) -> Schema:
    """Google's schema as JSON Schema: the same but for the spelling of types."""
    read = {**schema}
    if "type" in read:
        read["type"] = read["type"].lower()
    if "items" in read:
        read["items"] = json_schema(read["items"])
    if "anyOf" in read:
        read["anyOf"] = [json_schema(option) for option in read["anyOf"]]
    if "properties" in read:
        read["properties"] = {name: json_schema(p) for name, p in read["properties"].items()}
    return read


def _turns(body: Json) -> list[Turn]:
    instruction = _text((body.get("systemInstruction") or {}).get("parts") or [])
    turns = [Turn(Role.SYSTEM, instruction)] if instruction else []
    for content in body["contents"]:
        turns += _turns_of(content)
    return turns


def _turns_of(content: Json) -> list[Turn]:
    parts = content["parts"]
    turns = [_result(part["functionResponse"]) for part in parts if "functionResponse" in part]
    rest = [part for part in parts if "functionResponse" not in part]
    if rest:
        calls = [
            Called(call["name"], orjson.dumps(call.get("args") or {}).decode())
            for call in (part.get("functionCall") for part in rest)
            if call
        ]
        role = Role.ASSISTANT if content.get("role") == "model" else Role.USER
        turns.append(Turn(role, _text(rest), tuple(calls), _attached(rest)))
    return turns


def _result(response: Json) -> Turn:
    value = response["response"]
    members = list(value.items())
    if len(members) == 1 and members[0][0] in _WRAPPERS and isinstance(members[0][1], str):
        text = members[0][1]
    else:
        text = orjson.dumps(value).decode()
    return Turn(Role.TOOL, text, attachments=len(response.get("parts") or ()))


def _text(parts: list[Json]) -> str:
    return "\n".join(
        [part["text"] for part in parts if part.get("text") and not part.get("thought")]
    )


def _attached(parts: list[Json]) -> int:
    return len([part for part in parts if "inlineData" in part or "fileData" in part])


def _tools(functions: list[Function], calling: Json) -> Tools:
    names = calling.get("allowedFunctionNames") or [function.name for function in functions]
    mode = calling.get("mode")
    return Tools(
        functions=schemas(functions),
        forced=names[0] if mode == "ANY" and names else None,
        calls_allowed=0 if mode == "NONE" else CALLS_MAX,
    )


def _json_format(config: Json) -> JsonFormat | None:
    if config.get("responseMimeType") not in _JSON_TYPES:
        return None
    if "responseSchema" in config:
        return JsonFormat(json_schema(config["responseSchema"]))
    return JsonFormat(config.get("responseJsonSchema"))


def _thinking(config: Json) -> Thinking:
    shown = bool(config.get("includeThoughts"))
    if config.get("thinkingBudget") == 0:
        return Thinking(wanted=False, shown=shown)
    asked = shown or "thinkingBudget" in config or "thinkingLevel" in config
    return Thinking(wanted=True if asked else None, shown=shown)
