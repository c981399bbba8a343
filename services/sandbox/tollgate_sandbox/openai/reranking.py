"""Reranking, as GLM and Qwen serve it: neither is OpenAI's, and they differ in little."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tollgate_sandbox.operations import Reply, json_reply
from tollgate_sandbox.rendering import Identity
from tollgate_sandbox.scenarios import Scenario, directives
from tollgate_sandbox.turns import tokens_in

from .checks import Check, array, boolean, integer, string, text
from .fields import checked

Json = dict[str, Any]

_WORDS = re.compile(r"[a-z0-9]+|\w")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one vendor accepts."""

    documents_max: int
    characters_max: int | None
    fields: Mapping[str, Check]


# https://docs.bigmodel.cn/api-reference/模型-api/文本重排序
GLM = Rules(
    128,
    4096,
    {"return_raw_scores": boolean, "request_id": string(64), "user_id": string(128)},
)
# https://docs.qwencloud.com/api-reference/rerank/openai-rerank
QWEN = Rules(500, None, {"instruct": string()})


@dataclass(frozen=True, slots=True)
class Reranking:
    """See `Task`. `top` of None: all documents."""

    rules: Rules
    query: str
    documents: tuple[str, ...]
    top: int | None
    shows_documents: bool
    request_id: str

    @property
    def directive(self) -> str:
        return directives(self.query)[1]

    @property
    def tokens(self) -> int:
        """The query is read once with each document."""
        return len(self.documents) * tokens_in(self.query) + sum(map(tokens_in, self.documents))

    def reply(self, identity: Identity, scenario: Scenario) -> Reply:
        body = {
            "id": identity.digest,
            "results": [self._result(index, score) for index, score in self._ranked()[: self.top]],
        }
        if self.rules is QWEN:
            more = {"object": "list", "model": identity.model}
            return json_reply({**body, **more}, {"total_tokens": self.tokens}, scenario)
        named = {"request_id": self.request_id or identity.digest, "created": identity.created}
        usage = {"prompt_tokens": self.tokens, "total_tokens": self.tokens}
        return json_reply({**body, **named}, usage, scenario)

    def _ranked(self) -> list[tuple[int, float]]:
        """Documents by their scores, best first: the share of the query's words that they have."""
        asked = _words(directives(self.query)[0])
        scores = [len(asked & _words(text)) / max(1, len(asked)) for text in self.documents]
        return sorted(enumerate(scores), key=lambda each: (-each[1], each[0]))

    def _result(self, index: int, score: float) -> Json:
        result: Json = {"index": index, "relevance_score": score}
        if self.shows_documents:
            document = self.documents[index]
            result["document"] = {"text": document} if self.rules is QWEN else document
        return result


def read(document: object, _model: str, rules: Rules) -> Reranking:
    """Raises Refusal."""
    full = text(rules.characters_max)
    body = checked(
        document,
        {"model": string(), "query": full, "documents": array(full, 1, rules.documents_max)},
        {
            "top_n": integer(0, rules.documents_max),
            "return_documents": boolean,
            **rules.fields,
        },
    )
    return Reranking(
        rules=rules,
        query=body["query"],
        documents=tuple(body["documents"]),
        top=body.get("top_n") or None,
        shows_documents=bool(body.get("return_documents")),
        request_id=body.get("request_id") or "",
    )


def _words(said: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(said.lower()))
