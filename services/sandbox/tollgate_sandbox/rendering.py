"""What every format renders: an answer, and what its parts have in common."""

import hashlib
from dataclasses import dataclass

from .answers import Choice
from .chat import ChatRequest
from .scenarios import Scenario
from .usage import Counts

_FIRST_CREATED = 1_750_000_000


@dataclass(frozen=True, slots=True)
class Identity:
    """What all parts of an answer share. It comes from the body: same request, same bytes."""

    digest: str
    created: int
    model: str


def identify(body: bytes, model: str) -> Identity:
    digest = hashlib.blake2b(body, digest_size=20).hexdigest()
    return Identity(digest, _FIRST_CREATED + int(digest[-6:], 16), model)


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is to be rendered."""

    identity: Identity
    request: ChatRequest
    scenario: Scenario
    choices: tuple[Choice, ...]
    counts: Counts
