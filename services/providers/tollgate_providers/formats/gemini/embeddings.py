"""Google's embeddings, as a provider's and as a client's: one content, or a batch of them."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import orjson
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import Units

from tollgate_providers.adapter import Ask, Reading
from tollgate_providers.body import written
from tollgate_providers.embedding import (
    EmbeddingsCarrier,
    EmbeddingsDialect,
    EmbeddingsRequest,
    Vectors,
)
from tollgate_providers.failures import AnswerFailed, FailureKind, unusable
from tollgate_providers.formats.gemini.spelling import ProtoFields
from tollgate_providers.neutral import refuse

_BATCH = "batch"
_METHODS = {"": ":embedContent", _BATCH: ":batchEmbedContents"}
_BATCH_MAX = 100
_NO_TASK = ("", "TASK_TYPE_UNSPECIFIED")
_DEFECTS = (orjson.JSONDecodeError, AttributeError, KeyError, TypeError)


class EmbeddingsWire(EmbeddingsCarrier):
    """The provider's side. Whoever is converted asks for a batch."""

    def target(self, ask: Ask) -> str:
        return f"/v1beta/models/{ask.model}{_METHODS[ask.variant]}"

    def target_of(self, ask: Ask) -> str:
        return f"/v1beta/models/{ask.model}{_METHODS[_BATCH]}"

    def body(self, ask: Ask) -> bytes:
        """A batch names its model again with every content."""
        try:
            fields = orjson.loads(ask.body)
            for request in fields["requests"] if ask.variant == _BATCH else [fields]:
                request["model"] = f"models/{ask.model}"
        except _DEFECTS as error:
            message = "The body is not a request for embeddings."
            raise AnswerFailed(FailureKind.INVALID_REQUEST, message) from error
        return written(fields)

    def read(self, data: bytes) -> Reading:
        return Reading(data, self.vectors(data).units, 0, 0, "")

    def stream(self, ask: Ask) -> NoReturn:
        raise AnswerFailed(FailureKind.INVALID_REQUEST, "Embeddings have no stream.")

    def body_of(self, request: EmbeddingsRequest, ask: Ask) -> bytes:
        if len(request.texts) > _BATCH_MAX:
            request.refuse("texts", f"this model takes at most {_BATCH_MAX} at once")
        options: dict[str, Any] = {"model": f"models/{ask.model}"}
        if request.dimensions is not None:
            options["outputDimensionality"] = request.dimensions
        each = [{**options, "content": {"parts": [{"text": text}]}} for text in request.texts]
        return written({"requests": each})

    def vectors(self, data: bytes) -> Vectors:
        try:
            answer = orjson.loads(data)
            each = answer["embeddings"] if "embeddings" in answer else [answer["embedding"]]
            return Vectors([one["values"] for one in each], _units(answer.get("usageMetadata")))
        except _DEFECTS as error:
            raise unusable("was no embeddings") from error


class GeminiEmbeddings(EmbeddingsDialect):
    """The client's side."""

    name = "gemini"

    def read(self, ask: Ask) -> EmbeddingsRequest:
        fields = ProtoFields.of(ask.body)
        if ask.variant != _BATCH:
            return _request(fields)
        each = fields.objects("requests")
        fields.close()
        requests = [_request(one) for one in each]
        options = {(one.dimensions, one.task, one.title) for one in requests}
        if len(options) != 1:
            refuse("requests", "must all ask for the same with this model")
        first = requests[0]
        return EmbeddingsRequest(
            texts=tuple(text for one in requests for text in one.texts),
            dimensions=first.dimensions,
            task=first.task,
            title=first.title,
            names=first.names,
        )

    def answer(self, ask: Ask, request: EmbeddingsRequest, vectors: Vectors) -> bytes:
        each = [{"values": values} for values in vectors.values]
        body: dict[str, Any] = {"embeddings": each} if ask.variant else {"embedding": each[0]}
        units = vectors.units or Units(input=ask.input_tokens)
        return written(body | {"usageMetadata": {"promptTokenCount": units.input}})


def _request(fields: ProtoFields) -> EmbeddingsRequest:
    fields.ignore("model")
    content = fields.object("content")
    if content is None:
        fields.refuse("content", "is missing")
    content.ignore("role")
    text = "\n".join(_texts(content))
    task = fields.text("taskType")
    request = EmbeddingsRequest(
        texts=(text,),
        dimensions=fields.count("outputDimensionality"),
        task="" if task in _NO_TASK else task,
        title=fields.text("title"),
        names={
            "texts": fields.path("content"),
            "dimensions": fields.path("outputDimensionality"),
            "task": fields.path("taskType"),
            "title": fields.path("title"),
        },
    )
    content.close()
    fields.close()
    return request


def _texts(content: ProtoFields) -> Iterator[str]:
    """Parts of a content make one vector."""
    for part in content.objects("parts"):
        yield part.needed("text")
        part.close()


def _units(usage: object) -> Units | None:
    tokens = usage.get("promptTokenCount") if isinstance(usage, Mapping) else None
    if type(tokens) is not int or tokens < 1:
        return None
    try:
        return Units(input=tokens)
    except InvalidArgument:
        return None
