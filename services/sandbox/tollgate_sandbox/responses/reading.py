"""A valid body of the Responses API as a ChatRequest."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tollgate_sandbox.chat import (
    CALLS_MAX,
    ChatRequest,
    JsonFormat,
    Thinking,
    Tools,
    read_prompt,
    schemas,
)
from tollgate_sandbox.turns import Called, Function, Role, Turn, compact

from .fields import LOGPROBS
from .items import CALLS, OUTPUTS, Item, items_of, kind_of
from .parts import Content, attached, text_in
from .tools import CUSTOM_FIELD

Json = dict[str, Any]

_ROLES = {"developer": Role.SYSTEM}
_OWN_TOOLS = ("function", "custom")
# A custom tool is called as a function of one text would be.
_TEXT_ALONE: Json = {
    "type": "object",
    "properties": {CUSTOM_FIELD: {"type": "string"}},
    "required": [CUSTOM_FIELD],
}


def read_request(body: Json) -> ChatRequest:
    """Reads a body that validate() has accepted."""
    functions = _functions(body)
    asks_logprobs = LOGPROBS in (body.get("include") or ())
    return ChatRequest(
        prompt=read_prompt(_turns(body), functions),
        tools=_tools(body, functions),
        stream=bool(body.get("stream")),
        output_tokens_max=body.get("max_output_tokens"),
        json_format=_json_format((body.get("text") or {}).get("format") or {}),
        thinking=_thinking(body.get("reasoning") or {}),
        top_logprobs=(body.get("top_logprobs") or 0) if asks_logprobs else None,
        body=body,
    )


def _functions(body: Json) -> list[Function]:
    return [
        Function(tool["name"], tool.get("description") or "", _schema(tool))
        for tool, _ in offered(body)
        if tool["type"] in _OWN_TOOLS
    ]


def _schema(tool: Json) -> Json:
    return _TEXT_ALONE if tool["type"] == "custom" else tool.get("parameters") or {}


def offered(body: Json) -> Iterator[tuple[Json, str]]:
    """Every tool, whoever brought it, and the namespace that it stands in; mostly none."""
    brought = [body.get("tools") or ()]
    brought += [i["tools"] for i in items_of(body["input"]) if kind_of(i) == "additional_tools"]
    for tool in (tool for tools in brought for tool in tools):
        if tool["type"] == "namespace":
            yield from ((inner, tool["name"]) for inner in tool["tools"])
        else:
            yield tool, ""


def _turns(body: Json) -> list[Turn]:
    """A call belongs to the turn of the message, or of the other call, that it comes after."""
    turns = [Turn(Role.SYSTEM, body["instructions"])] if body.get("instructions") else []
    answering = False
    for item in items_of(body["input"]):
        kind = kind_of(item)
        if kind in CALLS:
            if not answering:
                turns.append(Turn(Role.ASSISTANT, ""))
            turns[-1] = replace(turns[-1], calls=(*turns[-1].calls, _called(item)))
            answering = True
        elif kind == "message":
            turns.append(_said(_role(item), item["content"]))
            answering = turns[-1].role is Role.ASSISTANT
        elif kind in OUTPUTS:
            turns.append(_said(Role.TOOL, item["output"]))
            answering = False
    return turns


def _role(message: Item) -> Role:
    return _ROLES.get(message["role"]) or Role(message["role"])


def _said(role: Role, content: Content) -> Turn:
    return Turn(role, text_in(content), attachments=attached(content))


def _called(item: Item) -> Called:
    arguments = item["arguments"] if item["type"] == "function_call" else item["input"]
    return Called(item["name"], compact(arguments))


def _tools(body: Json, functions: list[Function]) -> Tools:
    choice = body.get("tool_choice")
    mode, forced = choice, None
    allowed = functions
    if isinstance(choice, dict):
        mode = choice.get("mode")
        if choice["type"] == "allowed_tools":
            names = [tool.get("name") for tool in choice["tools"]]
            allowed = [function for function in functions if function.name in names]
        elif choice["type"] in _OWN_TOOLS:
            forced = choice["name"]
    if mode == "required" and allowed:
        forced = allowed[0].name
    parallel = 1 if body.get("parallel_tool_calls") is False else CALLS_MAX
    return Tools(schemas(allowed), forced, 0 if mode == "none" else parallel)


def _json_format(wanted: Json) -> JsonFormat | None:
    if wanted.get("type") == "json_schema":
        return JsonFormat(wanted["schema"])
    return JsonFormat(None) if wanted.get("type") == "json_object" else None


def _thinking(config: Json) -> Thinking:
    """Thoughts are shown as a summary, to those who ask for one."""
    effort, summary = config.get("effort"), config.get("summary")
    wanted = effort != "none" if effort or summary else None
    return Thinking(wanted, shown=summary is not None)
