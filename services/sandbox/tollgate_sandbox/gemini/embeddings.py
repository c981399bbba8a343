"""embedContent and batchEmbedContents."""

import hashlib
from dataclasses import dataclass

from tollgate_sandbox.operations import Reply, json_reply
from tollgate_sandbox.refusals import Refusal, invalid
from tollgate_sandbox.rendering import Identity
from tollgate_sandbox.scenarios import Scenario, directives
from tollgate_sandbox.turns import ATTACHMENT_TOKENS, tokens_in
from tollgate_sandbox.vectors import floats, vector

from . import proto
from .messages import EMBED, EMBED_BATCH
from .proto import Json

BATCH_MAX = 100
DIMENSIONS_MAX = 3072
_DOCUMENT = "RETRIEVAL_DOCUMENT"
# These models embed texts only; later ones also pictures, sounds and documents.
_TEXT_ONLY = ("gemini-embedding-001", "text-embedding-", "embedding-")


@dataclass(frozen=True, slots=True)
class Embedding:
    """What becomes one vector. Attachments are digests of their data, or addresses."""

    text: str
    attachments: tuple[str, ...]
    dimensions: int

    @property
    def tokens(self) -> int:
        return tokens_in(self.text) + ATTACHMENT_TOKENS * len(self.attachments)

    def values(self) -> Json:
        seed = "\n".join((self.text, *self.attachments))
        return {"values": floats(vector(seed, self.dimensions))}


@dataclass(frozen=True, slots=True)
class Embeddings:
    """See `Task`. The answer to a batch is a list, even when the batch has one request."""

    each: tuple[Embedding, ...]
    batch: bool

    @property
    def directive(self) -> str:
        return directives("\n".join(one.text for one in self.each))[1]

    def reply(self, _identity: Identity, scenario: Scenario) -> Reply:
        values = [one.values() for one in self.each]
        body: Json = {"embeddings": values} if self.batch else {"embedding": values[0]}
        usage = {"promptTokenCount": sum(one.tokens for one in self.each)}
        return json_reply(body, usage, scenario, member="usageMetadata")


def read_one(document: object, model: str, sent_model: str) -> Embeddings:
    """Reads a body; `sent_model` is the name as the path has it. Raises Refusal."""
    body = proto.read(EMBED, document)
    path = "EmbedContentRequest"
    if "model" in body:
        _check_model(body, sent_model, path)
    return Embeddings((_embedding(body, model, path),), batch=False)


def read_batch(document: object, model: str, sent_model: str) -> Embeddings:
    """Like read_one(). Every request of a batch has to name the model again."""
    requests = proto.read(EMBED_BATCH, document).get("requests") or []
    path = "BatchEmbedContentsRequest.requests"
    if not requests:
        raise _violation(path, "at least one request is required")
    if len(requests) > BATCH_MAX:
        raise _violation(path, f"at most {BATCH_MAX} requests can be in one batch")
    each = []
    for at, body in enumerate(requests):
        _check_model(body, sent_model, f"{path}[{at}]")
        each.append(_embedding(body, model, f"{path}[{at}]"))
    return Embeddings(tuple(each), batch=True)


def _check_model(body: Json, sent_model: str, path: str) -> None:
    named = body.get("model") or ""
    if not named.startswith("models/"):
        raise _violation(f"{path}.model", "unexpected model name format")
    if named != f"models/{sent_model}":
        raise _violation(f"{path}.model", "the model must match the one of the request's path")


def _embedding(body: Json, model: str, path: str) -> Embedding:
    parts = (body.get("content") or {}).get("parts") or []
    if not parts:
        raise _violation(f"{path}.content", "contents is not specified")
    text = "\n".join(part["text"] for part in parts if part.get("text"))
    attachments = tuple(filter(None, map(_attachment, parts)))
    taken = [part for part in parts if part.get("text") or _attachment(part)]
    if len(taken) < len(parts) or (attachments and model.startswith(_TEXT_ONLY)):
        raise _violation(f"{path}.content", "contains an empty or unsupported Part")
    dimensions = body.get("outputDimensionality", DIMENSIONS_MAX)
    if not 1 <= dimensions <= DIMENSIONS_MAX:
        raise _violation(
            f"{path}.output_dimensionality",
            f"output_dimensionality must be in the range [1, {DIMENSIONS_MAX}]",
        )
    if body.get("title") and body.get("taskType") != _DOCUMENT:
        raise _violation(f"{path}.title", f"only allowed with task type {_DOCUMENT}")
    return Embedding(text, attachments, dimensions)


def _attachment(part: Json) -> str:
    """What tells an attachment from others; empty for a part that is none."""
    if "inlineData" in part:
        return hashlib.sha256(part["inlineData"].get("data") or b"").hexdigest()
    return (part.get("fileData") or {}).get("fileUri") or ""


def _violation(path: str, problem: str) -> Refusal:
    return invalid(f"* {path}: {problem}\n", param=path)
