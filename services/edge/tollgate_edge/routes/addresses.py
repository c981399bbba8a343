"""Where a URL leads. Known before anything can fail, so that every refusal is in its dialect."""

from collections.abc import Iterable
from dataclasses import dataclass

from tollgate_edge.dialects import CountingDialect, Dialect, Operation
from tollgate_edge.dialects.anthropic import Anthropic
from tollgate_edge.dialects.common import query_values
from tollgate_edge.dialects.completions import read_completions
from tollgate_edge.dialects.gemini import Gemini
from tollgate_edge.dialects.openai import OpenAi
from tollgate_edge.dialects.responses import Responses, read_responses

from .beside_chat import OPERATIONS, UNBUILT

CHAT = "/chat/completions"
_RESPONSES = "/responses"
_COMPLETIONS = "/completions"
_MESSAGES = "/messages"
_MODELS = "/models"
_GEMINI_ROOT = "v1beta"
_OPENAI = OpenAi()
_ANTHROPIC = Anthropic()
# Of responses everything that needs an answer to be kept.
_UNBUILT = UNBUILT | {"responses"}
_UNBUILT_GEMINI = frozenset({"batches", "cachedContents", "files", "interactions", "tunedModels"})
_UNBUILT_METHODS = frozenset(
    {"asyncBatchEmbedContent", "batchGenerateContent", "predict", "predictLongRunning"}
)


@dataclass(frozen=True, slots=True)
class Address:
    """The dialect of a URL, the path as routes know it, and what happens there.

    `operation` is what a POST asks of a model, `counts` the dialect again where tokens are
    counted. What is not `built` is known, though.
    """

    dialect: Dialect
    path: str
    operation: Operation | None = None
    counts: CountingDialect | None = None
    built: bool = True


def _chat(dialect: OpenAi | Anthropic | Gemini) -> Operation:
    return Operation("chat", "chat", dialect.read_chat)


# The paths that nearly every request has, which need no tidying.
HOT = {
    root + path: Address(dialect, path, operation)
    for dialect, path, operation in (
        (_OPENAI, CHAT, _chat(_OPENAI)),
        (Responses(), _RESPONSES, Operation("responses", "chat", read_responses)),
        (_OPENAI, _COMPLETIONS, Operation("completions", "chat", read_completions)),
    )
    for root in ("", "/v1")
}


def locate(path: str, query: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Address:
    """The address of any path, however a base URL was joined to it."""
    parts = _without_v1([part for part in path.split("/") if part])
    root, *rest = parts or [""]
    tidy = "/" + "/".join(parts)
    if root == _GEMINI_ROOT and rest[:1] == ["openai"]:
        return _openai("/" + "/".join(_without_v1(rest[1:])))
    if root == _GEMINI_ROOT:
        return _gemini("/" + "/".join(rest) if rest else tidy, query)
    if root == "messages":
        return _anthropic(tidy)
    if root == "models":
        return _models(tidy, query, {name for name, _ in headers})
    return _openai(tidy)


def _without_v1(parts: list[str]) -> list[str]:
    while len(parts) > 1 and parts[0] == "v1":
        parts = parts[1:]
    return parts


def _openai(path: str) -> Address:
    if hot := HOT.get(path):
        return hot
    if operation := OPERATIONS.get(path):
        return Address(_OPENAI, path, operation)
    return Address(_OPENAI, path, built=path.split("/")[1] not in _UNBUILT)


def _anthropic(path: str) -> Address:
    if path == _MESSAGES:
        return Address(_ANTHROPIC, path, _chat(_ANTHROPIC))
    if path == _MESSAGES + "/count_tokens":
        return Address(_ANTHROPIC, path, counts=_ANTHROPIC)
    return Address(_ANTHROPIC, path, built=not path.startswith(_MESSAGES + "/batches"))


def _models(path: str, query: bytes, headers: set[bytes]) -> Address:
    """A list that all families have: who asks is told by what else they send."""
    call = _gemini(path, query)
    if call.operation or call.counts or not call.built:
        return call
    if b"anthropic-version" in headers:
        return Address(_ANTHROPIC, path)
    if b"x-goog-api-key" in headers or "key" in query_values(query):
        return call
    return Address(_OPENAI, path)


def _gemini(path: str, query: bytes) -> Address:
    """Models are called as models/NAME:METHOD; a name may hold slashes and colons."""
    if not path.startswith(_MODELS + "/"):
        return Address(Gemini(), path, built=path.split("/")[1] not in _UNBUILT_GEMINI)
    # Lists name models as "models/NAME", and clients put that behind "models/" again.
    called = path.removeprefix(_MODELS + "/").removeprefix("models/")
    path = f"{_MODELS}/{called}"
    name, _, method = called.rpartition(":")
    if method == "generateContent":
        dialect = Gemini(name)
        return Address(dialect, path, _chat(dialect))
    if method == "streamGenerateContent":
        variant = "" if query_values(query).get("alt") == "sse" else "array"
        dialect = Gemini(name, stream=True, variant=variant)
        return Address(dialect, path, _chat(dialect))
    if method == "countTokens":
        dialect = Gemini(name)
        return Address(dialect, path, counts=dialect)
    if method == "embedContent":
        dialect = Gemini(name)
        return Address(dialect, path, Operation("embeddings", "embeddings", dialect.read_embed))
    if method == "batchEmbedContents":
        dialect = Gemini(name)
        return Address(dialect, path, Operation("embeddings", "embeddings", dialect.read_batch))
    return Address(Gemini(), path, built=method not in _UNBUILT_METHODS)
