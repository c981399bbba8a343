"""The answer to a request: a pure function, so that the same request always gets the same answer.

A text is cut into pieces, at most sixteen characters of one word each. A piece is one token, and
one event of a stream. So what a stream has sent can be counted by hand, and so can its cost.
"""

import json
import re
from dataclasses import dataclass

import orjson

from .chat import ChatRequest
from .samples import sample
from .scenarios import Scenario

_PIECES = re.compile(r"\s*\S{1,16}|\s+")
_CALLS = re.compile(r"\bcall ([a-zA-Z0-9_-]{1,64}) with (?=\{)")
_TEXT = (
    "the river carries every stone that it can lift and leaves each other where it lies so that in "
    "time its bed becomes a record of all storms which anyone may read"
)
_WORDS = tuple(_TEXT.split())
_WIDE_WORDS = ("é", "漢字", "🙂", "naïve", "Ω")
_ECHO_CHARACTERS_MAX = 400
# How long a model thinks that was told to think, unless the scenario says how long.
_THOUGHTS = 8


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a function; the name is one token and each piece of the arguments is one."""

    name: str
    arguments: tuple[str, ...]

    @property
    def value(self) -> object:
        """The arguments as an object; an empty one when the answer was cut inside of them."""
        try:
            return orjson.loads("".join(self.arguments))
        except orjson.JSONDecodeError:
            return {}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: what was thought, then text or calls, and why it ended.

    `finish` is stop, length, tool_calls or content_filter; `stop` is the sequence that stopped it.
    """

    reasoning: tuple[str, ...]
    content: tuple[str, ...]
    calls: tuple[ToolCall, ...]
    finish: str
    stop: str | None = None

    @property
    def tokens(self) -> int:
        calls = sum(1 + len(call.arguments) for call in self.calls)
        return len(self.reasoning) + len(self.content) + calls


def pieces(text: str) -> tuple[str, ...]:
    return tuple(_PIECES.findall(text))


def compose(request: ChatRequest, scenario: Scenario) -> tuple[Choice, ...]:
    """All choices of the answer, each within the request's limit of output tokens."""
    return tuple(_choice(request, scenario, index) for index in range(request.choices))


def _choice(request: ChatRequest, scenario: Scenario, index: int) -> Choice:
    budget = 1 << 30 if request.output_tokens_max is None else request.output_tokens_max
    reasoning = _sentence(_thoughts(request, scenario), index, _WORDS)[:budget]
    calls = _calls(request)
    budget -= len(reasoning)
    if calls:
        return _cut_calls(reasoning, calls, budget)
    content, stop = _content(request, scenario, index)
    if len(content) > budget:
        return Choice(reasoning, content[:budget], (), scenario.finish or "length")
    if scenario.finish:
        return Choice(reasoning, content, (), scenario.finish)
    return Choice(reasoning, content, (), "stop", stop)


def _thoughts(request: ChatRequest, scenario: Scenario) -> int:
    wanted = request.thinking.wanted
    if wanted is False:
        return 0
    if scenario.reason is not None:
        return scenario.reason
    return _THOUGHTS if wanted else 0


def _cut_calls(reasoning: tuple[str, ...], calls: list[ToolCall], budget: int) -> Choice:
    kept: list[ToolCall] = []
    finish = "tool_calls"
    for call in calls:
        if budget < 1:
            finish = "length"
            break
        arguments = call.arguments[: budget - 1]
        if len(arguments) < len(call.arguments):
            finish = "length"
        kept.append(ToolCall(call.name, arguments))
        budget -= 1 + len(arguments)
    return Choice(reasoning, (), tuple(kept), finish)


def _content(
    request: ChatRequest, scenario: Scenario, index: int
) -> tuple[tuple[str, ...], str | None]:
    """The pieces of the text, and the stop sequence that ended it."""
    if request.json_format and request.json_format.schema is not None:
        return pieces(orjson.dumps(sample(request.json_format.schema)).decode()), None
    if scenario.chunks is None:
        text = _echo(request.prompt.text, index)
    else:
        words = _WIDE_WORDS if scenario.malformed == "split_utf8" else _WORDS
        text = "".join(_sentence(scenario.chunks, index, words))
    if request.json_format:
        text = orjson.dumps({"answer": text}).decode()
    ends = {text.find(stop): stop for stop in request.stops if stop and stop in text}
    if not ends:
        return pieces(text), None
    return pieces(text[: min(ends)]), ends[min(ends)]


def _echo(text: str, index: int) -> str:
    ending = f" (choice {index + 1})" if index else ""
    said = text[:_ECHO_CHARACTERS_MAX].strip()
    return f"This is the sandbox. You said: {said}{ending}"


def _sentence(count: int, start: int, words: tuple[str, ...]) -> tuple[str, ...]:
    """So many words, of which each but the first begins with a blank."""
    chosen = [words[(start + number) % len(words)] for number in range(count)]
    return tuple(chosen[:1] + [f" {word}" for word in chosen[1:]])


def _calls(request: ChatRequest) -> list[ToolCall]:
    tools = request.tools
    if not tools.calls_allowed:
        return []
    calls = _requested_calls(request) if request.prompt.text_is_last else []
    if tools.forced and tools.forced not in [call.name for call in calls]:
        arguments = orjson.dumps(sample(tools.functions[tools.forced])).decode()
        calls = [ToolCall(tools.forced, pieces(arguments))]
    return calls[: tools.calls_allowed]


def _requested_calls(request: ChatRequest) -> list[ToolCall]:
    """The functions that the last message names: call NAME with {...}."""
    calls = []
    text, functions = request.prompt.text, request.tools.functions
    for match in _CALLS.finditer(text) if functions else ():
        try:
            _, end = json.JSONDecoder().raw_decode(text, match.end())
        except (ValueError, RecursionError):
            continue
        if match[1] in functions:
            calls.append(ToolCall(match[1], pieces(text[match.end() : end])))
    return calls
