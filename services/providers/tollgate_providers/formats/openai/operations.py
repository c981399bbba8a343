"""OpenAI's operations beside chat: requests and answers pass, but for the model's name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NoReturn

import orjson
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import Units
from tollgate_common.usage import estimate_tokens

from tollgate_providers.adapter import Ask, Reading
from tollgate_providers.body import fields_of, written
from tollgate_providers.failures import AnswerFailed, FailureKind, unusable
from tollgate_providers.formats.openai.passthrough import model_of

# Usage of an answer, or None when it is not credible. One of DEFECTS when it is no such answer.
Count = Callable[[Mapping[str, Any]], Units | None]
DEFECTS = (orjson.JSONDecodeError, AttributeError, LookupError, TypeError)


class JsonWire:
    """An operation whose body and answer are JSON objects.

    `lacks` are fields that others have and this provider has not, with what happens anyway.
    """

    def __init__(
        self, path: str, count: Count, *, lacks: Mapping[str, object] = MappingProxyType({})
    ) -> None:
        self.path = path
        self._count = count
        self._lacks = lacks

    def target(self, ask: Ask) -> str:
        return self.path

    def body(self, ask: Ask) -> bytes:
        fields = request_of(ask)
        for name in self._lacks.keys() & fields.keys():
            if fields.pop(name) not in (None, self._lacks[name]):
                refuse(f"{name}: this model's provider has nothing like it; leave it out", name)
        return written(fields | {"model": ask.model})

    def read(self, data: bytes) -> Reading:
        try:
            answer = orjson.loads(data)
            return Reading(data, self._count(answer), 0, 0, model_of(answer))
        except DEFECTS as error:
            raise unusable("was not what was asked for") from error

    def stream(self, ask: Ask) -> NoReturn:
        refuse("stream: this operation has no stream", "stream")


def request_of(ask: Ask) -> dict[str, Any]:
    """The client's fields. AnswerFailed when the body is no object, or has another form."""
    if ask.variant:
        refuse(f"This model's provider has no {ask.variant}.")
    return fields_of(ask.body)


class RerankWire(JsonWire):
    """Documents by how well each answers a query, which is read anew with each."""

    def __init__(self, path: str) -> None:
        super().__init__(path, rerank_count)

    def own(self, ask: Ask) -> Units:
        fields = request_of(ask)
        documents = fields["documents"]
        read = len(fields["query"].encode()) * len(documents)
        read += sum(len(document.encode()) for document in documents)
        return Units(input=estimate_tokens(read))


def embeddings_count(answer: Mapping[str, Any]) -> Units | None:
    _check_list(answer, "data")
    return text_units(answer.get("usage"), "prompt_tokens")


def rerank_count(answer: Mapping[str, Any]) -> Units | None:
    _check_list(answer, "results")
    return text_units(answer.get("usage"), "total_tokens")


def moderation_count(answer: Mapping[str, Any]) -> Units:
    """Nobody counts: it is free."""
    _check_list(answer, "results")
    return Units()


def _check_list(answer: Mapping[str, Any], name: str) -> None:
    if not isinstance(answer[name], list) or not answer[name]:
        raise LookupError(name)


def text_units(usage: object, name: str) -> Units | None:
    """Where nothing but the input is counted."""
    if not isinstance(usage, dict):
        return None
    tokens = usage.get(name)
    if type(tokens) is not int or tokens < 1 or usage.get("total_tokens", tokens) != tokens:
        return None
    return credible(input=tokens)


def credible(**counts: object) -> Units | None:
    """Units of these counts, or None when they are no counts."""
    try:
        return Units(**counts)  # type: ignore[arg-type]  # Units looks at the types itself
    except InvalidArgument:
        return None


def refuse(message: str, param: str = "") -> NoReturn:
    raise AnswerFailed(FailureKind.INVALID_REQUEST, message, param=param)
