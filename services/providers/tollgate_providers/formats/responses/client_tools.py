"""Tools of OpenAI's Responses API, and under which names other providers know them.

Nobody else has namespaces, or tools that take a text instead of JSON.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tollgate_providers.fields import Fields
from tollgate_providers.neutral import Tool, ToolChoice

# A custom tool is a function of one text.
CUSTOM_FIELD = "input"
# Where an echo has the tools that came as items.
ADDED = "additional_tools"
_CUSTOM_SCHEMA = {
    "type": "object",
    "properties": {CUSTOM_FIELD: {"type": "string"}},
    "required": [CUSTOM_FIELD],
    "additionalProperties": False,
}
# Longer names are refused by most providers.
_NAME_CHARACTERS_MAX = 64
_DIGEST_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class Named:
    """A tool as the client knows it."""

    name: str
    namespace: str = ""
    custom: bool = False


def flat_name(namespace: str, name: str) -> str:
    """The name that a tool of a namespace has elsewhere; always the same one."""
    if not namespace:
        return name
    joined = f"{namespace}__{name}"
    if len(joined) <= _NAME_CHARACTERS_MAX:
        return joined
    digest = hashlib.sha256(joined.encode()).hexdigest()[:_DIGEST_CHARACTERS]
    return f"{joined[: _NAME_CHARACTERS_MAX - _DIGEST_CHARACTERS - 1]}_{digest}"


def tools_of(echo: Mapping[str, Any]) -> dict[str, Named]:
    """The tools of a request that was read, by their flat names."""
    return _named([*echo.get("tools", ()), *echo.get(ADDED, ())])


def _named(tools: Iterable[Mapping[str, Any]], namespace: str = "") -> dict[str, Named]:
    found: dict[str, Named] = {}
    for tool in tools:
        if tool["type"] == "namespace":
            found |= _named(tool.get("tools") or (), tool["name"])
        else:
            named = Named(tool["name"], namespace, tool["type"] == "custom")
            found[flat_name(namespace, named.name)] = named
    return found


def read_tools(
    fields: Fields, added: Iterable[Fields]
) -> tuple[tuple[Tool, ...], ToolChoice | None]:
    """The tools that may be called, with those `added` by items, and the choice between them."""
    tools = tuple(tool for one in (*fields.objects("tools"), *added) for tool in _tools(one))
    value = fields.raw("tool_choice")
    if value is None:
        return tools, None
    if value in ("auto", "none", "required"):
        return tools, ToolChoice(mode=value)
    if isinstance(value, str):
        fields.refuse("tool_choice", "must be auto, none, required, or a tool")
    choice = Fields(value, fields.path("tool_choice"))
    if choice.choice("type", "function", "custom", "allowed_tools") == "allowed_tools":
        return _allowed(choice, tools)
    name = flat_name(choice.text("namespace"), choice.needed("name"))
    choice.close()
    return tools, ToolChoice(mode="required", names=(name,))


def _allowed(choice: Fields, tools: tuple[Tool, ...]) -> tuple[tuple[Tool, ...], ToolChoice | None]:
    """Tools that are not allowed are not shown: it comes to the same."""
    mode = choice.choice("mode", "auto", "required")
    names: set[str] = set()
    for one in choice.objects("tools"):
        one.choice("type", "function", "custom")
        name = flat_name(one.text("namespace"), one.needed("name"))
        if name not in {tool.name for tool in tools}:
            one.refuse("name", "is not among the tools")
        one.close()
        names.add(name)
    choice.close()
    kept = tuple(tool for tool in tools if tool.name in names)
    return kept, ToolChoice(mode="required" if mode == "required" else "auto")


def _tools(fields: Fields) -> list[Tool]:
    """A tool, or those of a namespace."""
    kind = fields.choice("type", "function", "custom", "namespace")
    if kind != "namespace":
        return [_tool(fields, kind, "")]
    namespace, about = fields.needed("name"), fields.text("description")
    tools = [
        _tool(one, one.choice("type", "function", "custom"), namespace)
        for one in fields.objects("tools")
    ]
    fields.close()
    if tools and about:
        # Said once, by the first of them.
        told = f"{tools[0].description}\n\n{namespace}: {about}".strip()
        tools[0] = replace(tools[0], description=told)
    return tools


def _tool(fields: Fields, kind: str, namespace: str) -> Tool:
    if not kind:
        fields.refuse("type", "is missing")
    fields.only("async", False)
    fields.only("defer_loading", False)
    fields.only("allowed_callers", ["direct"])
    description = fields.text("description")
    schema: Mapping[str, Any] | None = _CUSTOM_SCHEMA
    strict: bool | None = None
    if kind == "custom":
        description = "\n\n".join(filter(None, (description, _grammar(fields))))
    else:
        schema, strict = fields.mapping("parameters"), fields.flag("strict")
    tool = Tool(
        name=flat_name(namespace, fields.needed("name")),
        description=description,
        schema=schema,
        strict=strict,
        cache=fields.cache(),
        at=fields.at,
    )
    fields.close()
    return tool


def _grammar(fields: Fields) -> str:
    """The form of a custom tool's input in words: nobody else can hold a model to it."""
    form = fields.object("format")
    if form is None:
        return ""
    kind = form.choice("type", "text", "grammar")
    syntax, definition = form.choice("syntax", "lark", "regex"), form.text("definition")
    form.close()
    if kind != "grammar":
        return ""
    return f"The {CUSTOM_FIELD} must match this grammar ({syntax}):\n{definition}"
