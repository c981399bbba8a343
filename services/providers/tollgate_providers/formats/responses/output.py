"""The output of a Responses answer: its items in their order, from neutral events in any order."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tollgate_common.rating import Units
from tollgate_common.usage import estimate_tokens

from tollgate_providers.neutral import (
    Event,
    Finished,
    Logprobs,
    Redacted,
    Signature,
    Started,
    TextDelta,
    ThinkingDelta,
    TokenLogprob,
    ToolArguments,
    ToolCallStarted,
    UsageSeen,
)
from tollgate_providers.signatures import packed

from .client_tools import Named
from .output_items import Called, CustomCalled, Item, Json, Spoken, Thought


class Output:
    """All items of an answer in their order, and how it ended."""

    def __init__(self, request_id: str, tools: Mapping[str, Named]) -> None:
        self.items: list[Item] = []
        self.model = ""
        self.units: Units | None = None
        self.finish: Finished | None = None
        self._request_id = request_id
        self._tools = tools
        self._calls: dict[int, Called] = {}
        self._characters = 0
        self._take: dict[type, Callable[[Any], None]] = {
            TextDelta: self._text,
            ThinkingDelta: self._thinking,
            Signature: self._signature,
            Redacted: self._redacted,
            ToolCallStarted: self._call,
            ToolArguments: self._arguments,
            Logprobs: self._logprobs,
            Finished: self._finished,
        }

    def take(self, event: Event) -> None:
        if isinstance(event, UsageSeen):
            self.units = event.units
        elif isinstance(event, Started):
            self.model = self.model or event.model
        elif not self.finish:
            self._take[type(event)](event)

    def counted(self, input_tokens: int) -> Units:
        """The provider's count, else what was counted here."""
        return self.units or Units(input=input_tokens, output=estimate_tokens(self._characters))

    def _new(self) -> str:
        return f"{self._request_id}_{len(self.items)}"

    def _spoken(self) -> Spoken:
        last = self.items[-1] if self.items else None
        if not isinstance(last, Spoken):
            last = Spoken(self._new())
            self.items.append(last)
        return last

    def _thought(self) -> Thought:
        last = self.items[-1] if self.items else None
        if not isinstance(last, Thought) or last.ended:
            last = Thought(self._new())
            self.items.append(last)
        return last

    def _text(self, event: TextDelta) -> None:
        if event.text:
            self._spoken().add(event.text)
            self._characters += len(event.text)

    def _thinking(self, event: ThinkingDelta) -> None:
        if event.text:
            self._thought().add(event.text)
            self._characters += len(event.text)

    def _signature(self, event: Signature) -> None:
        thought = self._thought()
        thought.encrypted = packed(event.signature, event.signer, "openai")
        thought.ended = True

    def _redacted(self, event: Redacted) -> None:
        thought = Thought(self._new())
        thought.encrypted = packed(event.data, event.signer, "openai", redacted=True)
        thought.ended = True
        self.items.append(thought)

    def _call(self, event: ToolCallStarted) -> None:
        if event.index not in self._calls:
            if any(call.call_id == event.id for call in self._calls.values()):
                # Clients tell calls apart by their ids, and SDKs break off when they cannot.
                event = replace(event, id=f"{event.id}_{event.index}")
            tool = self._tools.get(event.name, Named(event.name))
            kind = CustomCalled if tool.custom else Called
            self._calls[event.index] = call = kind(self._new(), event, tool)
            self.items.append(call)

    def _arguments(self, event: ToolArguments) -> None:
        if event.json and event.index in self._calls:
            self._calls[event.index].add(event.json)
            self._characters += len(event.json)

    def _logprobs(self, event: Logprobs) -> None:
        if event.tokens:
            self._spoken().add_logprobs([_logprob(token) for token in event.tokens])

    def _finished(self, event: Finished) -> None:
        self.finish = event


def _logprob(token: TokenLogprob) -> Json:
    top = [_token(text, logprob) for text, logprob in token.top]
    return _token(token.token, token.logprob) | {"top_logprobs": top}


def _token(text: str, logprob: float) -> Json:
    return {"token": text, "logprob": logprob, "bytes": list(text.encode())}
