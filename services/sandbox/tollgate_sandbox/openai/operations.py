"""The operations beside chat, by the paths where OpenAI and those who follow it serve them."""

from collections.abc import Callable
from functools import partial

from tollgate_sandbox.formats import named_model
from tollgate_sandbox.operations import Operation, Task

from . import (
    embeddings,
    forms,
    images,
    moderations,
    reranking,
    speech,
    transcriptions,
    vendor_images,
)
from .refusals import WORDS
from .vendors import OPENAI, vendor_of

_Read = Callable[[object, str], Task]


def _json(read: _Read) -> Operation:
    return Operation(WORDS, named_model, read)


def _form(read: _Read) -> Operation:
    return Operation(forms.FORM_WORDS, named_model, read, forms.document)


def _draw(document: object, model: str) -> Task:
    """At OpenAI's path, where a channel may serve any model."""
    if vendor_of(OPENAI, model).name == "doubao":
        return vendor_images.read_doubao(document, model)
    return images.read_generation(document, model)


OPERATIONS = {
    "/v1/embeddings": _json(partial(embeddings.read, rules=embeddings.OPENAI)),
    "/v1/images/generations": _json(_draw),
    "/v1/images/edits": _form(images.read_edit),
    "/v1/audio/speech": _json(speech.read),
    "/v1/audio/transcriptions": _form(transcriptions.read_transcription),
    "/v1/audio/translations": _form(transcriptions.read_translation),
    "/v1/moderations": _json(moderations.read),
    "/compatible-mode/v1/embeddings": _json(partial(embeddings.read, rules=embeddings.QWEN)),
    "/compatible-api/v1/reranks": _json(partial(reranking.read, rules=reranking.QWEN)),
    "/api/paas/v4/embeddings": _json(partial(embeddings.read, rules=embeddings.GLM)),
    "/api/paas/v4/images/generations": _json(vendor_images.read_glm),
    "/api/paas/v4/rerank": _json(partial(reranking.read, rules=reranking.GLM)),
    "/api/v3/embeddings": _json(partial(embeddings.read, rules=embeddings.DOUBAO)),
    "/api/v3/images/generations": _json(vendor_images.read_doubao),
}
