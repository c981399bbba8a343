"""POST /embeddings, with the limits of each vendor."""

import base64
from dataclasses import dataclass
from typing import Any

import orjson

from tollgate_sandbox.operations import Reply, json_reply
from tollgate_sandbox.refusals import invalid
from tollgate_sandbox.rendering import Identity
from tollgate_sandbox.scenarios import Scenario, directives
from tollgate_sandbox.turns import tokens_in
from tollgate_sandbox.vectors import floats, vector

from .checks import COMPLAINTS, Check, array, either, integer, one_of, string, text
from .fields import checked

TOKENS_MAX = 300_000
_LARGE_DIMENSIONS = 3072
# These models have vectors of one size only.
_FIXED = {"text-embedding-ada-002": 1536, "embedding-2": 1024}
_FIELDS: dict[str, Check] = {
    "dimensions": integer(1, _LARGE_DIMENSIONS),
    "encoding_format": one_of("float", "base64"),
    "user": string(),
}
_LIST = "one of a string or an array"


@dataclass(frozen=True, slots=True)
class Rules:
    """What one vendor accepts.

    `dimensions` are the allowed sizes; None: any up to the default. A vendor that knows no base64
    answers with numbers, whatever it was asked for.
    """

    inputs_max: int
    input_tokens_max: int
    default_dimensions: int
    dimensions: frozenset[int] | None = None
    token_lists: bool = False
    base64: bool = True

    def default_of(self, model: str) -> int:
        if model.startswith("text-embedding-3-large"):
            return _LARGE_DIMENSIONS
        return _FIXED.get(model, self.default_dimensions)


# The limits are those of https://help.aliyun.com/en/model-studio/text-embedding-synchronous-api
# and https://docs.bigmodel.cn/api-reference/模型-api/文本嵌入.
OPENAI = Rules(2048, 8192, 1536, token_lists=True)
QWEN = Rules(10, 8192, 1024, frozenset({64, 128, 256, 512, 768, 1024, 1536, 2048}), base64=False)
GLM = Rules(64, 3072, 2048, frozenset({256, 512, 1024, 2048}), base64=False)
DOUBAO = Rules(256, 4096, 2048, frozenset({256, 512, 1024, 2048}))


@dataclass(frozen=True, slots=True)
class Embeddings:
    """See `Task`. The inputs are texts; tokens are spelled as JSON."""

    inputs: tuple[str, ...]
    tokens: int
    dimensions: int
    as_base64: bool

    @property
    def directive(self) -> str:
        return directives("\n".join(self.inputs))[1]

    def reply(self, identity: Identity, scenario: Scenario) -> Reply:
        data = [
            {"object": "embedding", "index": index, "embedding": self._spelled(each)}
            for index, each in enumerate(self.inputs)
        ]
        body = {"object": "list", "data": data, "model": identity.model}
        usage = {"prompt_tokens": self.tokens, "total_tokens": self.tokens}
        return json_reply(body, usage, scenario)

    def _spelled(self, given: str) -> str | list[float]:
        packed = vector(given, self.dimensions)
        return base64.b64encode(packed).decode() if self.as_base64 else floats(packed)


def read(document: object, model: str, rules: Rules) -> Embeddings:
    """Raises Refusal."""
    body = checked(document, {"model": string(), "input": _input(rules)}, _FIELDS)
    inputs = _listed(body["input"])
    if len(inputs) > rules.inputs_max:
        raise COMPLAINTS.too_long("input", rules.inputs_max, inputs)
    return Embeddings(
        inputs=tuple(
            each if isinstance(each, str) else orjson.dumps(each).decode() for each in inputs
        ),
        tokens=_count(inputs, rules),
        dimensions=_dimensions(body, model, rules),
        as_base64=rules.base64 and body.get("encoding_format") == "base64",
    )


def _input(rules: Rules) -> Check:
    by_type: dict[type, Check] = {str: text()}
    if rules.token_lists:
        token = integer(0, 1 << 20)
        by_type |= {int: token, list: array(token, 1)}
    return either(_LIST, {str: text(), list: array(either(_LIST, by_type), 1)})


def _listed(given: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """The inputs: a text alone and a list of tokens are one."""
    if isinstance(given, str):
        return [given]
    if len({type(each) for each in given}) > 1:
        raise COMPLAINTS.wrong_type("input", "an array of one type", given)
    return [given] if isinstance(given[0], int) else list(given)


def _count(inputs: list[Any], rules: Rules) -> int:
    counts = [tokens_in(each) if isinstance(each, str) else len(each) for each in inputs]
    if max(counts) > rules.input_tokens_max:
        raise invalid(
            f"This model's maximum context length is {rules.input_tokens_max} tokens, however you "
            f"requested {max(counts)} tokens ({max(counts)} in your prompt; 0 for the completion). "
            "Please reduce your prompt; or completion length."
        )
    if sum(counts) > TOKENS_MAX:
        raise invalid(
            f"Requested {sum(counts)} tokens, max {TOKENS_MAX} tokens per request",
            code="max_tokens_per_request",
        )
    return sum(counts)


def _dimensions(body: dict[str, Any], model: str, rules: Rules) -> int:
    default = rules.default_of(model)
    asked = body.get("dimensions")
    if asked is None:
        return default
    if model in _FIXED:
        raise invalid("This model does not support specifying dimensions.", param="dimensions")
    if asked not in rules.dimensions if rules.dimensions else asked > default:
        raise invalid(f"Invalid value for 'dimensions' = {asked}.", param="dimensions")
    return int(asked)
