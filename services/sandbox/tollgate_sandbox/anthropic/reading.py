"""A valid Messages body as a ChatRequest."""

from typing import Any

import orjson

from tollgate_sandbox.chat import (
    CALLS_MAX,
    CacheBreak,
    ChatRequest,
    JsonFormat,
    Thinking,
    Tools,
    read_prompt,
    schemas,
)
from tollgate_sandbox.turns import Called, Function, Role, Turn

from .blocks import Block, Message, blocks_of, text_in
from .caching import cache_marks, up_to

Json = dict[str, Any]

_ATTACHMENTS = ("image", "document")


def read_request(body: Json) -> ChatRequest:
    """Reads a body that validate() has accepted."""
    functions = _functions(body)
    choice = body.get("tool_choice") or {}
    wanted = (body.get("output_config") or {}).get("format") or body.get("output_format")
    return ChatRequest(
        prompt=read_prompt(_turns(body), functions),
        tools=Tools(schemas(functions), _forced(choice, functions), _calls_allowed(choice)),
        stream=bool(body.get("stream")),
        output_tokens_max=body.get("max_tokens"),
        stops=tuple(body.get("stop_sequences") or ()),
        json_format=JsonFormat(wanted["schema"]) if wanted else None,
        thinking=_thinking(body.get("thinking") or {}),
        cache_breaks=_cache_breaks(body),
    )


def _functions(body: Json) -> list[Function]:
    return [
        Function(tool["name"], tool.get("description") or "", tool["input_schema"])
        for tool in body.get("tools") or ()
        if "input_schema" in tool
    ]


def _turns(body: Json) -> list[Turn]:
    system = body.get("system")
    text = system if isinstance(system, str) else text_in(system or [])
    turns = [Turn(Role.SYSTEM, text)] if text else []
    for message in body["messages"]:
        turns += _turns_of(message)
    return turns


def _turns_of(message: Message) -> list[Turn]:
    blocks = blocks_of(message)
    turns = [_result(block) for block in blocks if block["type"] == "tool_result"]
    rest = [block for block in blocks if block["type"] != "tool_result"]
    if rest or not turns:
        calls = [
            Called(block["name"], orjson.dumps(block["input"]).decode())
            for block in rest
            if block["type"] == "tool_use"
        ]
        turns.append(Turn(Role(message["role"]), text_in(rest), tuple(calls), _attached(rest)))
    return turns


def _result(block: Block) -> Turn:
    content = block.get("content") or ""
    if isinstance(content, str):
        return Turn(Role.TOOL, content)
    return Turn(Role.TOOL, text_in(content), attachments=_attached(content))


def _attached(blocks: list[Block]) -> int:
    return len([block for block in blocks if block["type"] in _ATTACHMENTS])


def _forced(choice: Json, functions: list[Function]) -> str | None:
    names = [function.name for function in functions]
    if choice.get("type") == "tool":
        return choice["name"] if choice["name"] in names else None
    return names[0] if choice.get("type") == "any" and names else None


def _calls_allowed(choice: Json) -> int:
    if choice.get("type") == "none":
        return 0
    return 1 if choice.get("disable_parallel_tool_use") else CALLS_MAX


def _thinking(config: Json) -> Thinking:
    if not config:
        return Thinking()
    return Thinking(config["type"] != "disabled", config.get("display") != "omitted")


def _cache_breaks(body: Json) -> tuple[CacheBreak, ...]:
    breaks = []
    for mark in cache_marks(body):
        part = up_to(body, mark)
        tokens = read_prompt(_turns(part), _functions(part)).tokens
        breaks.append(CacheBreak(tokens, mark.hour))
    return tuple(breaks)
