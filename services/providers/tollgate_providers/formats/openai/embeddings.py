"""OpenAI's embeddings, as a provider's and as a client's."""

import base64
import binascii
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from tollgate_common.rating import Units

from tollgate_providers.adapter import Ask
from tollgate_providers.body import written
from tollgate_providers.embedding import (
    EmbeddingsCarrier,
    EmbeddingsDialect,
    EmbeddingsRequest,
    Vectors,
)
from tollgate_providers.failures import unusable
from tollgate_providers.fields import Fields
from tollgate_providers.formats.openai.operations import DEFECTS, JsonWire, embeddings_count
from tollgate_providers.formats.openai.passthrough import model_of
from tollgate_providers.neutral import refuse


class EmbeddingsWire(JsonWire, EmbeddingsCarrier):
    """The provider's side."""

    def __init__(self) -> None:
        super().__init__("/embeddings", embeddings_count)

    def target_of(self, ask: Ask) -> str:
        return self.path

    def body_of(self, request: EmbeddingsRequest, ask: Ask) -> bytes:
        for name in ("task", "title"):
            if getattr(request, name):
                request.refuse(name, "this model's provider has nothing like it; leave it out")
        fields: dict[str, Any] = {"model": ask.model, "input": request.texts}
        if request.dimensions is not None:
            fields["dimensions"] = request.dimensions
        return written(fields | {"encoding_format": "float"})

    def vectors(self, data: bytes) -> Vectors:
        try:
            answer = orjson.loads(data)
            each = sorted(answer["data"], key=lambda one: one["index"])
            values = [_numbers(one["embedding"]) for one in each]
            return Vectors(values, embeddings_count(answer), model_of(answer))
        except (*DEFECTS, binascii.Error, struct.error) as error:
            raise unusable("was no embeddings") from error


class OpenAIEmbeddings(EmbeddingsDialect):
    """The client's side."""

    name = "openai"

    def read(self, ask: Ask) -> EmbeddingsRequest:
        fields = Fields.of(ask.body)
        fields.ignore("model", "user")
        texts = tuple(_texts(fields.raw("input")))
        packed = fields.choice("encoding_format", "float", "base64") == "base64"
        dimensions = fields.count("dimensions")
        fields.close()
        return EmbeddingsRequest(
            texts=texts, dimensions=dimensions, packed=packed, names={"texts": "input"}
        )

    def answer(self, ask: Ask, request: EmbeddingsRequest, vectors: Vectors) -> bytes:
        data = [
            {
                "object": "embedding",
                "index": index,
                "embedding": _packed(values) if request.packed else values,
            }
            for index, values in enumerate(vectors.values)
        ]
        units = vectors.units or Units(input=ask.input_tokens)
        usage = {"prompt_tokens": units.input, "total_tokens": units.input}
        answer = {"object": "list", "data": data, "model": ask.canonical_model, "usage": usage}
        return written(answer)


def _texts(given: object) -> Iterator[str]:
    """Tokens have a meaning at OpenAI's own models only."""
    for each in given if isinstance(given, list) else [given]:
        if not isinstance(each, str):
            refuse("input", "must be a text, or a list of texts: this model does not take tokens")
        yield each


def _numbers(embedding: str | list[float]) -> Sequence[float]:
    if isinstance(embedding, list):
        return embedding
    packed = base64.b64decode(embedding, validate=True)
    return struct.unpack(f"<{len(packed) // 4}f", packed)


def _packed(values: Sequence[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
