"""A conversation as all formats mean it, and its length in tokens.

The same conversation has the same length in every format, so that what a gateway converts can be
checked by its usage. Whatever differs between the formats is levelled here: the spelling of a
call's arguments, the grouping of tool results into messages, where the system prompt stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

Schema = dict[str, Any]

TURN_TOKENS = 4
ATTACHMENT_TOKENS = 85


class Role(StrEnum):
    """Who speaks. Each result of a tool is a turn of its own."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Called:
    """A call that an earlier answer made; arguments as compact JSON."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One message. Attachments are pictures, sounds and documents: only counted."""

    role: Role
    text: str
    calls: tuple[Called, ...] = ()
    attachments: int = 0


@dataclass(frozen=True, slots=True)
class Function:
    """A function that the model may call."""

    name: str
    description: str
    schema: Schema


def compact(arguments: str) -> str:
    """JSON without blanks, or the text itself when it is not JSON."""
    try:
        return orjson.dumps(orjson.loads(arguments)).decode()
    except orjson.JSONDecodeError:
        return arguments


def tokens_in(text: str) -> int:
    """One token for each four bytes begun: simple, stable, and easy to compute by hand."""
    return (len(text.encode()) + 3) // 4


def turn_tokens(turns: Iterable[Turn]) -> int:
    return sum(
        TURN_TOKENS
        + tokens_in(turn.text)
        + sum(tokens_in(call.name) + tokens_in(call.arguments) for call in turn.calls)
        + ATTACHMENT_TOKENS * turn.attachments
        for turn in turns
    )


def function_tokens(functions: Iterable[Function]) -> int:
    return sum(
        tokens_in(function.name)
        + tokens_in(function.description)
        + (tokens_in(orjson.dumps(function.schema).decode()) if function.schema else 0)
        for function in functions
    )
