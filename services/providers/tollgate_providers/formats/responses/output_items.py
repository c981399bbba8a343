"""The items of a Responses answer: as they begin in a stream, what then happens, and as a whole."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, TypeAlias

import orjson

from tollgate_providers.neutral import ToolCallStarted
from tollgate_providers.signatures import signed_id

from .client_tools import CUSTOM_FIELD, Named

Json: TypeAlias = dict[str, Any]
# An event: its type, and what it says beside the place of the item.
Told: TypeAlias = tuple[str, Json]


class Item(ABC):
    """An item. `fresh` are pieces that no event has told yet: text, or log probabilities."""

    prefix = ""
    # The type of an event that tells a piece, and where in the item that piece belongs.
    delta = ""
    place: Mapping[str, Any] = {}

    def __init__(self, id: str) -> None:
        self.id = f"{self.prefix}_{id}"
        self.fresh: list[str | list[Json]] = []
        self.pieces: list[str] = []
        # Whatever comes next is another item's.
        self.ended = False

    def add(self, piece: str) -> None:
        self.pieces.append(piece)
        self.fresh.append(piece)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def may_close(self) -> bool:
        """Whether something else may begin."""
        return True

    @abstractmethod
    def begun(self) -> Json:
        """The item before any of it has been told."""

    @abstractmethod
    def whole(self, status: str) -> Json:
        """The item when it has ended."""

    def opening(self) -> list[Told]:
        """What is told before the first piece."""
        return []

    def closing(self, status: str) -> list[Told]:
        """What is told after the last one."""
        return []


class Spoken(Item):
    """A message, of one text."""

    prefix = "msg"
    delta = "response.output_text.delta"
    place: Mapping[str, Any] = {"content_index": 0, "logprobs": []}

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.logprobs: list[Json] = []

    def add_logprobs(self, tokens: list[Json]) -> None:
        self.logprobs += tokens
        self.fresh.append(tokens)

    def begun(self) -> Json:
        return self._item("in_progress", [])

    def whole(self, status: str) -> Json:
        return self._item(status, [_output_text(self.text, self.logprobs)])

    def opening(self) -> list[Told]:
        return [("response.content_part.added", {"content_index": 0, "part": _output_text("", [])})]

    def closing(self, status: str) -> list[Told]:
        part = _output_text(self.text, self.logprobs)
        told = {"content_index": 0, "text": self.text, "logprobs": self.logprobs}
        return [
            ("response.output_text.done", told),
            ("response.content_part.done", {"content_index": 0, "part": part}),
        ]

    def _item(self, status: str, content: list[Json]) -> Json:
        about = {"id": self.id, "type": "message", "status": status, "role": "assistant"}
        return about | {"content": content}


class Thought(Item):
    """Reasoning: a summary of one text, and what only its provider can read or check.

    It has no status: OpenAI refuses one when it comes back as input.
    """

    prefix = "rs"
    delta = "response.reasoning_summary_text.delta"
    place: Mapping[str, Any] = {"summary_index": 0}

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.encrypted = ""

    def begun(self) -> Json:
        return {"id": self.id, "type": "reasoning", "summary": []}

    def whole(self, status: str) -> Json:
        summary = [_summary_text(self.text)] if self.pieces else []
        encrypted = {"encrypted_content": self.encrypted} if self.encrypted else {}
        return self.begun() | {"summary": summary} | encrypted

    def opening(self) -> list[Told]:
        part = {"summary_index": 0, "part": _summary_text("")}
        return [("response.reasoning_summary_part.added", part)] if self.pieces else []

    def closing(self, status: str) -> list[Told]:
        if not self.pieces:
            return []
        part = {"summary_index": 0, "part": _summary_text(self.text)}
        return [
            ("response.reasoning_summary_text.done", {"summary_index": 0, "text": self.text}),
            ("response.reasoning_summary_part.done", part),
        ]


class Called(Item):
    """A call of a function."""

    prefix = "fc"
    delta = "response.function_call_arguments.delta"
    kind = "function_call"

    def __init__(self, id: str, call: ToolCallStarted, tool: Named) -> None:
        super().__init__(id)
        self.call_id = call.id
        self._signed_id = signed_id(call.id, call.signature)
        self._tool = tool

    def may_close(self) -> bool:
        try:
            orjson.loads(self.text)
        except orjson.JSONDecodeError:
            return False
        return True

    def begun(self) -> Json:
        return self._item("in_progress", {"arguments": ""})

    def whole(self, status: str) -> Json:
        return self._item(status, {"arguments": self._arguments(status)})

    def closing(self, status: str) -> list[Told]:
        arguments = self._arguments(status)
        told = ("response.function_call_arguments.done", {"arguments": arguments})
        if arguments and not self.pieces:
            return [(self.delta, {"delta": arguments}), told]
        return [told]

    def _arguments(self, status: str) -> str:
        """A call that was cut must not look like one without arguments."""
        return self.text or ("{}" if status == "completed" else "")

    def _item(self, status: str, more: Json) -> Json:
        about = {"id": self.id, "type": self.kind, "status": status}
        space = {"namespace": self._tool.namespace} if self._tool.namespace else {}
        return about | {"call_id": self._signed_id, "name": self._tool.name} | space | more


class CustomCalled(Called):
    """A call of a custom tool. Its input is within JSON, so it is told when that is whole."""

    prefix = "ctc"
    kind = "custom_tool_call"

    def add(self, piece: str) -> None:
        self.pieces.append(piece)

    def begun(self) -> Json:
        return self._item("in_progress", {"input": ""})

    def whole(self, status: str) -> Json:
        return self._item(status, {"input": self._input()})

    def closing(self, status: str) -> list[Told]:
        text = self._input()
        delta = [("response.custom_tool_call_input.delta", {"delta": text})] if text else []
        return [*delta, ("response.custom_tool_call_input.done", {"input": text})]

    def _input(self) -> str:
        """What a model wrote that did not keep to the form is given as it is."""
        try:
            arguments = orjson.loads(self.text or b"{}")
        except orjson.JSONDecodeError:
            return self.text
        value = arguments.get(CUSTOM_FIELD, "") if isinstance(arguments, dict) else None
        return value if isinstance(value, str) else self.text


def _output_text(text: str, logprobs: list[Json]) -> Json:
    return {"type": "output_text", "annotations": [], "logprobs": logprobs, "text": text}


def _summary_text(text: str) -> Json:
    return {"type": "summary_text", "text": text}
