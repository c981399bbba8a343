"""A chat request as the answering code wants it: read once from a valid body of any format."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .scenarios import directives
from .turns import Function, Role, Schema, Turn, function_tokens, turn_tokens

CALLS_MAX = 128


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """The answer has to be JSON, of this schema when there is one."""

    schema: Schema | None


@dataclass(frozen=True, slots=True)
class CacheBreak:
    """The prompt is to be cached up to this token, for five minutes or for an hour."""

    tokens: int
    hour: bool


@dataclass(frozen=True, slots=True)
class Prompt:
    """What was said. `text` is the last user turn without its directives."""

    text: str
    text_is_last: bool
    directive: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Tools:
    """Which functions may, or must, be called, and how many of them."""

    functions: dict[str, Schema]
    forced: str | None = None
    calls_allowed: int = CALLS_MAX


@dataclass(frozen=True, slots=True)
class Thinking:
    """Whether the model thinks; None: only when the scenario says so. Shown or only counted."""

    wanted: bool | None = None
    shown: bool = True


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What the answer depends on. `body` is for the format whose answer repeats its request."""

    prompt: Prompt
    tools: Tools
    stream: bool = False
    output_tokens_max: int | None = None
    choices: int = 1
    stops: tuple[str, ...] = ()
    json_format: JsonFormat | None = None
    thinking: Thinking = Thinking()
    cache_breaks: tuple[CacheBreak, ...] = ()
    include_usage: bool = True
    top_logprobs: int | None = None
    body: dict[str, Any] = field(default_factory=dict)


def read_prompt(turns: Sequence[Turn], functions: Sequence[Function]) -> Prompt:
    user = next((turn for turn in reversed(turns) if turn.role is Role.USER), None)
    text, directive = directives(user.text if user else "")
    return Prompt(
        text=text,
        text_is_last=bool(turns) and user is turns[-1],
        directive=directive,
        tokens=turn_tokens(turns) + function_tokens(functions),
    )


def schemas(functions: Sequence[Function]) -> dict[str, Schema]:
    return {function.name: function.schema for function in functions}
