"""Marks of cache_control: where they stand, and which part of the prompt each of them ends."""

from dataclasses import dataclass
from typing import Any

from .blocks import blocks_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CacheMark:
    """A block's cache_control. The section is tools, system, messages, or empty for the whole."""

    section: str
    index: int
    block: int
    hour: bool

    @property
    def path(self) -> str:
        if not self.section:
            return "cache_control"
        inner = f".content.{self.block}" if self.section == "messages" else ""
        return f"{self.section}.{self.index}{inner}.cache_control"


def cache_marks(body: Json) -> list[CacheMark]:
    """All marks, in the order of the prompt."""
    system = body.get("system")
    found = [("tools", index, 0, tool) for index, tool in enumerate(body.get("tools") or ())]
    if isinstance(system, list):
        found += [("system", index, 0, block) for index, block in enumerate(system)]
    for index, message in enumerate(body["messages"]):
        found += [("messages", index, at, block) for at, block in enumerate(blocks_of(message))]
    found.append(("", 0, 0, body))
    return [
        CacheMark(section, index, at, block["cache_control"].get("ttl") == "1h")
        for section, index, at, block in found
        if block.get("cache_control")
    ]


def up_to(body: Json, mark: CacheMark) -> Json:
    """The part of a body that the mark ends, the marked block included."""
    if not mark.section:
        return body
    if mark.section == "tools":
        return {"tools": body["tools"][: mark.index + 1], "messages": []}
    tools = body.get("tools") or []
    if mark.section == "system":
        return {"tools": tools, "system": body["system"][: mark.index + 1], "messages": []}
    last = body["messages"][mark.index]
    cut = {"role": last["role"], "content": blocks_of(last)[: mark.block + 1]}
    return {**body, "messages": [*body["messages"][: mark.index], cut]}
