"""What a client told its user, and what its user was charged: they have to be one story."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bills import bills_of_all, inputs, outputs
from prometheus_client.parser import text_string_to_metric_families
from stack import Customer, Stack
from tollgate.events.v1 import usage_pb2

QUESTION = "Tell me about tolls"
CALL = {"name": "weather", "arguments": {"city": "Paris"}}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
PLACE = {"city": "text"}
# What a program that wraps a question in others of its own is asked, and is told.
FIVE_WORDS = f"{QUESTION} [[sandbox chunks=5]]"
SAID = "the river carries every stone"
# Of two texts.
LENGTHS = [1536, 1536]
# The offset of the edge's port for operators.
_EDGE_OPS = 20


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that a client did: its answer, in so many calls, of so many tokens in and out.

    `tokens` is None where the client shows none.
    """

    answer: Mapping[str, Any]
    calls: int
    tokens: tuple[int, int] | None


Told = Mapping[str, Feature]


def read(output: str) -> Told:
    """What a program from scripts/ printed: last of all, for some clients print things too."""
    features = {}
    for name, answer in json.loads(output.splitlines()[-1]).items():
        tokens = answer.pop("tokens")
        calls = 2 if name == "tools" else 1
        features[name] = Feature(answer, calls, tokens and tuple(tokens))
    return features


def check_answers(told: Told) -> None:
    """A client may leave a feature out, but what it shows has to be right."""
    for name, feature in told.items():
        answer = feature.answer
        if name.startswith("structured"):
            assert answer["value"] == PLACE, name
            continue
        if name == "embeddings":
            assert answer["lengths"] == LENGTHS
            continue
        assert answer["text"], name
        if name == "tools":
            assert answer["call"] == CALL
        else:
            assert QUESTION in answer["text"], name


class Refusals:
    """Of the gateway or of a provider, by route and status, as the edge counts them."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._seen: dict[tuple[str, str], float] = {}

    async def check(self) -> None:
        """There is none since the last check: a client that asks again in another way hides it."""
        url = f"http://127.0.0.1:{self._stack.port_base + _EDGE_OPS}/metrics"
        metrics = (await self._stack.http.get(url)).text
        before, self._seen = self._seen, dict(_refusals(metrics))
        assert self._seen == before, f"{before} -> {self._seen}"


def _refusals(metrics: str) -> Iterator[tuple[tuple[str, str], float]]:
    for family in text_string_to_metric_families(metrics):
        for name, labels, count, *_ in family.samples:
            if name == "tollgate_edge_requests_total" and labels["status"] != "200":
                yield (labels["route"], labels["status"]), count


async def check_bills(
    stack: Stack, customer: Customer, told: Told, *, dialect: str, operation: str, model: str
) -> None:
    """Each call has one debit, exact to the nano-dollar, and one record: that of what was shown."""
    calls = sum(feature.calls for feature in told.values())
    records = await bills_of_all(stack, customer, answered=calls, left=0)
    for record in records:
        assert (record.dialect, record.operation, record.model) == (dialect, operation, model)
    for name, feature in told.items():
        own, records = records[: feature.calls], records[feature.calls :]
        assert "stream" not in name or all(record.stream for record in own), name
        assert feature.tokens in (None, _tokens(own)), name


def _tokens(records: list[usage_pb2.UsageEvent]) -> tuple[int, int]:
    sums = [(inputs(record.units), outputs(record.units)) for record in records]
    return sum(sent for sent, _ in sums), sum(received for _, received in sums)
