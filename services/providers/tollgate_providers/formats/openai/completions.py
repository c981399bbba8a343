"""OpenAI's legacy completions: a prompt, read as one message of a user, and texts as answers.

Its answers have no place for reasoning, which is billed all the same.
"""

from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any

import orjson
from tollgate_common.rating import Units
from tollgate_common.usage import estimate_tokens

from tollgate_providers.adapter import Ask
from tollgate_providers.dialect import Envelope
from tollgate_providers.fields import Fields
from tollgate_providers.formats.openai.client_answer import FINISH, usage_of
from tollgate_providers.formats.openai.client_request import stop_of
from tollgate_providers.neutral import (
    Event,
    Finished,
    Logprobs,
    Message,
    Reason,
    Request,
    Started,
    Text,
    TextDelta,
    TokenLogprob,
    UsageSeen,
)

_DONE = b"data: [DONE]\n\n"
_LOGPROBS_MAX = 5
_NAMES = MappingProxyType({"max_output_tokens": "max_tokens", "top_logprobs": "logprobs"})


def read_request(ask: Ask) -> Request:
    fields = Fields.of(ask.body)
    fields.ignore("model", "stream", "stream_options", "max_tokens")
    fields.only("logit_bias", {})
    fields.only("best_of", 1)
    fields.only("echo", False)
    fields.only("suffix", "")
    logprobs = fields.count("logprobs")
    if logprobs is not None and not 0 <= logprobs <= _LOGPROBS_MAX:
        fields.refuse("logprobs", f"must be at most {_LOGPROBS_MAX}")
    request = Request(
        messages=(Message(role="user", parts=(_prompt(fields),), at="prompt"),),
        max_output_tokens=ask.max_output_tokens,
        stream=ask.stream,
        stop=stop_of(fields),
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        seed=fields.count("seed"),
        n=fields.count("n"),
        logprobs=None if logprobs is None else True,
        top_logprobs=logprobs,
        presence_penalty=fields.number("presence_penalty"),
        frequency_penalty=fields.number("frequency_penalty"),
        user=fields.text("user"),
        names=_NAMES,
    )
    fields.close()
    return request


def _prompt(fields: Fields) -> Text:
    prompt = fields.raw("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str) or not prompt:
        fields.refuse("prompt", "must be one text")
    return Text(text=prompt, at="prompt")


class CompletionWriter:
    """A Writer of chunks."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._told = _Told()
        self._finished: set[int] = set()
        self._head = b""
        self._usage: dict[str, Any] = {"usage": None} if envelope.include_usage else {}
        self._out: list[bytes] = []
        self._write: dict[type, Callable[[Any], None]] = {
            TextDelta: self._text,
            Logprobs: self._logprobs,
            Finished: self._finish,
        }

    def write(self, events: Iterable[Event]) -> bytes:
        for event in events:
            self._told.take(event)
            if write := self._write.get(type(event)):
                write(event)
        return self._taken()

    def end(self) -> bytes:
        return self._close("stop")

    def cut(self) -> bytes:
        return self._close("length")

    def _close(self, reason: Reason) -> bytes:
        for number in sorted({0, *self._told.offsets} - self._finished):
            self._finish(Finished(reason, "", number))
        if self._envelope.include_usage:
            self._put([], {"usage": self._told.usage(self._envelope)})
        self._out.append(_DONE)
        return self._taken()

    def _taken(self) -> bytes:
        out = b"".join(self._out)
        self._out.clear()
        return out

    def _put(self, choices: list[dict[str, Any]], usage: dict[str, Any]) -> None:
        if not self._head:
            about = _about(self._envelope, self._told.model)
            self._head = b"data: " + orjson.dumps(about)[:-1] + b","
        self._out.append(self._head + orjson.dumps({"choices": choices, **usage})[1:] + b"\n\n")

    def _chunk(self, number: int, **fields: Any) -> None:  # noqa: ANN401
        if number not in self._finished:
            self._put([{"text": "", **_choice(number), **fields}], self._usage)

    def _text(self, event: TextDelta) -> None:
        self._chunk(event.choice, text=event.text)

    def _logprobs(self, event: Logprobs) -> None:
        self._chunk(event.choice, logprobs=self._told.listed(event))

    def _finish(self, event: Finished) -> None:
        self._chunk(event.choice, finish_reason=_reason(event.reason))
        self._finished.add(event.choice)


def completion(envelope: Envelope, events: Iterable[Event]) -> bytes:
    """A whole answer."""
    told = _Told()
    choices: dict[int, dict[str, Any]] = {}
    for event in events:
        told.take(event)
        if not isinstance(event, TextDelta | Logprobs | Finished):
            continue
        choice = choices.setdefault(event.choice, {"text": "", **_choice(event.choice)})
        match event:
            case TextDelta():
                choice["text"] += event.text
            case Logprobs():
                choice["logprobs"] = _joined(choice["logprobs"], told.listed(event))
            case Finished():
                choice["finish_reason"] = _reason(event.reason)
    for choice in choices.values():
        choice["finish_reason"] = choice["finish_reason"] or "stop"
    listed = [choices[number] for number in sorted(choices)]
    whole = {
        "choices": listed or [{"text": "", **_choice(0), "finish_reason": "stop"}],
        "usage": told.usage(envelope),
    }
    return orjson.dumps(_about(envelope, told.model) | whole)


class _Told:
    """What an answer has said, beside its texts. `offsets` are where choices' next tokens begin."""

    def __init__(self) -> None:
        self.model = ""
        self.offsets: dict[int, int] = {}
        self._units: Units | None = None
        self._characters = 0

    def take(self, event: Event) -> None:
        match event:
            case Started():
                self.model = self.model or event.model
            case UsageSeen():
                self._units = event.units
            case TextDelta():
                self._characters += len(event.text)
                self.offsets.setdefault(event.choice, 0)

    def usage(self, envelope: Envelope) -> dict[str, Any]:
        """The provider's count, else what was counted here."""
        output = estimate_tokens(self._characters)
        return usage_of(self._units or Units(input=envelope.input_tokens, output=output))

    def listed(self, event: Logprobs) -> dict[str, list[Any]]:
        offset = self.offsets.get(event.choice, 0)
        offsets = []
        for token in event.tokens:
            offsets.append(offset)
            offset += len(token.token)
        self.offsets[event.choice] = offset
        return {
            "tokens": [token.token for token in event.tokens],
            "token_logprobs": [token.logprob for token in event.tokens],
            "top_logprobs": [_likeliest(token) for token in event.tokens],
            "text_offset": offsets,
        }


def _likeliest(token: TokenLogprob) -> dict[str, float]:
    return dict(token.top) | {token.token: token.logprob}


def _joined(
    first: dict[str, list[Any]] | None, second: dict[str, list[Any]]
) -> dict[str, list[Any]]:
    return {name: [*first[name], *second[name]] for name in second} if first else second


def _about(envelope: Envelope, model: str) -> dict[str, Any]:
    return {
        "id": f"cmpl-{envelope.id}",
        "object": "text_completion",
        "created": envelope.created_s,
        "model": model or envelope.model,
    }


def _choice(number: int) -> dict[str, Any]:
    return {"index": number, "logprobs": None, "finish_reason": None}


def _reason(reason: Reason) -> str:
    """There are no calls here."""
    return "stop" if reason == "tool_calls" else FINISH[reason]
