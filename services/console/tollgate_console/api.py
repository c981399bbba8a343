"""The console's API as a table: each endpoint says its method, path, policy, and what it takes.

An endpoint is `async def name(context: Context, ask: SomeAsk) -> SomeAnswer`. Fields of `ask` that
the path names come from the path; the others from the query (GET, DELETE) or from the JSON body.
Unknown fields are refused.
"""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, field_validator
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from .context import Context

_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1
_IN_PATH = re.compile(r"{(\w+)}")


class Policy(IntEnum):
    """Who may call an endpoint."""

    PUBLIC = 0
    USER = 1
    STAFF = 2  # support and admins, who see everything
    ADMIN = 3


class Ask(BaseModel):
    """What an endpoint takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _fits(cls, value: object) -> object:
        # Wider numbers cannot be passed on to any service.
        if isinstance(value, int) and not _INT_MIN <= value <= _INT_MAX:
            raise PydanticCustomError("too_wide", "must be an integer of 64 bits")
        return value


class Nothing(Ask):
    """An endpoint that takes nothing."""


class Answer(BaseModel):
    """What an endpoint gives."""

    model_config = ConfigDict(frozen=True)


class Done(Answer):
    """It is done, and there is nothing more to say."""


async def _nothing_to_close() -> None:
    return


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer that is not JSON, or comes bit by bit. `close` is called however it ends."""

    chunks: AsyncGenerator[bytes, None]
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    close: Callable[[], Awaitable[None]] = _nothing_to_close


AskT = TypeVar("AskT", bound=Ask)
AnswerT = TypeVar("AnswerT", bound="Answer | Stream")
Handler = Callable[["Context", AskT], Awaitable[AnswerT]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One row of the table."""

    method: str
    path: str
    policy: Policy
    handler: Handler[Any, Any]
    ask: type[Ask]
    answer: type[Answer] | type[Stream]
    # A body of the playground's size is taken.
    large: bool = False

    @property
    def path_fields(self) -> list[str]:
        return _IN_PATH.findall(self.path)

    @property
    def takes_body(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH")


class Api:
    """Collects endpoints: one Api a file in routes/."""

    def __init__(self) -> None:
        self.endpoints: list[Endpoint] = []

    def endpoint(
        self, method: str, path: str, policy: Policy, *, large: bool = False
    ) -> Callable[[Handler[AskT, AnswerT]], Handler[AskT, AnswerT]]:
        """Registers the function; what it takes and gives is read from its annotations."""

        def register(handler: Handler[AskT, AnswerT]) -> Handler[AskT, AnswerT]:
            ask, answer = _annotations(handler)
            self.endpoints.append(
                Endpoint(
                    method=method,
                    path=path,
                    policy=policy,
                    handler=handler,
                    ask=ask,
                    answer=answer,
                    large=large,
                )
            )
            return handler

        return register


def _annotations(handler: Handler[Any, Any]) -> tuple[type[Ask], type[Answer] | type[Stream]]:
    from .context import Context

    hints = get_type_hints(handler, localns={"Context": Context})
    return hints["ask"], hints["return"]
