"""Embeddings between dialects: neutral values, and what a dialect and a provider say of them.

Whole requests and whole answers, without events: nobody streams vectors.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from tollgate_common.rating import Units

from .adapter import Ask, Reading
from .failures import AnswerFailed, FailureKind, unusable
from .neutral import refuse

OPERATION = "embeddings"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingsRequest:
    """Texts, each to become a vector. None or empty: the client did not say.

    `names` are the client's words for the fields of this class, where they differ.
    """

    texts: tuple[str, ...]
    dimensions: int | None = None
    # What the vectors are for, in Google's words, and the title of what is embedded.
    task: str = ""
    title: str = ""
    # Vectors as base64 of little-endian 32-bit floats.
    packed: bool = False
    names: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def refuse(self, name: str, why: str) -> NoReturn:
        """InvalidArgument for a field of this class, by the client's name for it."""
        refuse(self.names.get(name, name), why)


@dataclass(frozen=True, slots=True)
class Vectors:
    """The answer, in the order of the texts; no units where the provider's are not credible."""

    values: Sequence[Sequence[float]]
    units: Units | None
    model: str = ""


class EmbeddingsDialect(ABC):
    """What clients of one API family send, and want to have."""

    name: str
    operation = OPERATION

    @abstractmethod
    def read(self, ask: Ask) -> EmbeddingsRequest:
        """The client's body. InvalidArgument names the field that is wrong or cannot be carried."""

    @abstractmethod
    def answer(self, ask: Ask, request: EmbeddingsRequest, vectors: Vectors) -> bytes:
        """The client's answer."""


class EmbeddingsCarrier(ABC):
    """A provider's embeddings for clients of other dialects."""

    @abstractmethod
    def target_of(self, ask: Ask) -> str:
        """Path and query below the base URL."""

    @abstractmethod
    def body_of(self, request: EmbeddingsRequest, ask: Ask) -> bytes:
        """The provider's body. InvalidArgument names what it cannot carry."""

    @abstractmethod
    def vectors(self, data: bytes) -> Vectors:
        """The provider's answer. AnswerFailed when it is not one."""


class ConvertedEmbeddings:
    """One request's conversion: a wire for this request only. InvalidArgument as of a dialect."""

    def __init__(self, carrier: EmbeddingsCarrier, dialect: EmbeddingsDialect, ask: Ask) -> None:
        self._carrier = carrier
        self._dialect = dialect
        self._ask = ask
        self._request = dialect.read(ask)
        self._body = carrier.body_of(self._request, ask)

    def target(self, ask: Ask) -> str:
        return self._carrier.target_of(ask)

    def body(self, ask: Ask) -> bytes:
        return self._body

    def read(self, data: bytes) -> Reading:
        vectors = self._carrier.vectors(data)
        if len(vectors.values) != len(self._request.texts):
            raise unusable("lacks vectors")
        if not all(map(_is_vector, vectors.values)):
            raise unusable("has no vectors of numbers")
        try:
            answer = self._dialect.answer(self._ask, self._request, vectors)
        except OverflowError as error:  # of a number that a client's float cannot hold
            raise unusable("has no vectors of numbers") from error
        return Reading(answer, vectors.units, 0, 0, vectors.model)

    def stream(self, ask: Ask) -> NoReturn:
        raise AnswerFailed(FailureKind.INVALID_REQUEST, "Embeddings have no stream.")


def _is_vector(value: object) -> bool:
    return isinstance(value, list | tuple) and all(type(number) in (int, float) for number in value)
