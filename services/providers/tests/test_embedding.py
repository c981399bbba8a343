"""Embeddings between dialects: what is carried, what is refused by name, and how answers look."""

import base64
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.rating import Units
from tollgate_providers.adapter import Ask, Wire
from tollgate_providers.conversion import wire_of
from tollgate_providers.failures import AnswerFailed, FailureKind
from tollgate_providers.registry import load_adapters, load_dialects

ADAPTERS = load_adapters()
DIALECTS = load_dialects()
GOOGLE = {"embeddings": [{"values": [0.5, -0.25]}, {"values": [1.0, 0.0]}]}
USED = {"usageMetadata": {"promptTokenCount": 7}}
OPENAI: dict[str, Any] = {
    "data": [{"index": 1, "embedding": [1.0, 0.0]}, {"index": 0, "embedding": [0.5, -0.25]}],
    "usage": {"prompt_tokens": 7, "total_tokens": 7},
}


def ask(dialect: str, body: Any, variant: str = "") -> Ask:
    return Ask(
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        model="upstream-name",
        stream=False,
        include_usage=False,
        max_output_tokens=0,
        dialect=dialect,
        operation="embeddings",
        variant=variant,
        canonical_model="canonical",
        input_tokens=5,
    )


def converted(provider: str, asked: Ask) -> Wire:
    return wire_of(ADAPTERS[provider], DIALECTS, asked)


def contents(*texts: str, **options: Any) -> dict[str, Any]:
    return {"requests": [{"content": {"parts": [{"text": text}]}, **options} for text in texts]}


def test_openais_client_reaches_google() -> None:
    body = {"model": "m", "input": ["a", "b"], "dimensions": 2, "user": "u"}
    asked = ask("openai", body)
    wire = converted("google", asked)
    assert wire.target(asked) == "/v1beta/models/upstream-name:batchEmbedContents"
    named = {"model": "models/upstream-name", "outputDimensionality": 2}
    assert json.loads(wire.body(asked)) == contents("a", "b", **named)
    reading = wire.read(json.dumps(GOOGLE | USED).encode())
    assert reading.reported == Units(input=7)
    assert json.loads(reading.data) == {
        "object": "list",
        "data": [
            {"object": "embedding", "index": 0, "embedding": [0.5, -0.25]},
            {"object": "embedding", "index": 1, "embedding": [1.0, 0.0]},
        ],
        "model": "canonical",
        "usage": {"prompt_tokens": 7, "total_tokens": 7},
    }


def test_base64_is_what_openais_sdk_reads() -> None:
    asked = ask("openai", {"input": "a", "encoding_format": "base64"})
    wire = converted("google", asked)
    answer = json.loads(
        wire.read(json.dumps({"embeddings": GOOGLE["embeddings"][:1]}).encode()).data
    )
    assert struct.unpack("<2f", base64.b64decode(answer["data"][0]["embedding"])) == (0.5, -0.25)
    # Without the provider's count, ours is shown.
    assert answer["usage"]["prompt_tokens"] == 5


@pytest.mark.parametrize("packed", [False, True])
def test_googles_client_reaches_openais(packed: bool) -> None:
    asked = ask("gemini", contents("a", "b", outputDimensionality=2), "batch")
    wire = converted("qwen", asked)
    assert wire.target(asked) == "/embeddings"
    assert json.loads(wire.body(asked)) == {
        "model": "upstream-name",
        "input": ["a", "b"],
        "dimensions": 2,
        "encoding_format": "float",
    }
    answer = json.loads(json.dumps(OPENAI))
    if packed:
        for each in answer["data"]:
            vector = struct.pack("<2f", *each["embedding"])
            each["embedding"] = base64.b64encode(vector).decode()
    reading = wire.read(json.dumps(answer).encode())
    assert json.loads(reading.data) == GOOGLE | USED
    assert reading.reported == Units(input=7)


def test_one_content_has_one_vector() -> None:
    body = {
        "content": {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]},
        "model": "models/m",
    }
    asked = ask("gemini", body)
    wire = converted("openai", asked)
    assert json.loads(wire.body(asked))["input"] == ["a\nb"]
    reading = wire.read(json.dumps(OPENAI | {"data": OPENAI["data"][:1]}).encode())
    assert json.loads(reading.data)["embedding"] == {"values": [1.0, 0.0]}


TEXT = {"content": {"parts": [{"text": "a"}]}}
TASK = {"taskType": "CLUSTERING"}
IMAGE: dict[str, Any] = {"content": {"parts": [{"inlineData": {}}]}}
TWO_SIZES = {"requests": [*contents("a")["requests"], *contents("b", title="B")["requests"]]}


@pytest.mark.parametrize(
    ("provider", "asked", "field"),
    [
        ("google", ask("openai", {"input": [1, 2]}), "input"),
        ("google", ask("openai", {"input": [[1], [2]]}), "input"),
        ("google", ask("openai", {"input": ["a"] * 101}), "input"),
        ("google", ask("openai", {"input": "a", "dimensions": "2"}), "dimensions"),
        ("openai", ask("gemini", contents("a", **TASK), "batch"), "requests[0].taskType"),
        ("openai", ask("gemini", contents("a", title="A"), "batch"), "requests[0].title"),
        ("glm", ask("gemini", TEXT | {"task_type": "X"}), "taskType"),
        ("openai", ask("gemini", IMAGE), "content.parts[0].text"),
        ("openai", ask("gemini", TWO_SIZES, "batch"), "requests"),
    ],
)
def test_what_cannot_be_carried_is_refused_by_its_name(
    provider: str, asked: Ask, field: str
) -> None:
    with pytest.raises(AnswerFailed) as caught:
        converted(provider, asked)
    assert caught.value.kind is FailureKind.INVALID_REQUEST
    assert caught.value.param == field
    assert caught.value.message


def test_no_hint_is_no_refusal() -> None:
    asked = ask("gemini", contents("a", taskType="TASK_TYPE_UNSPECIFIED"), "batch")
    assert json.loads(converted("openai", asked).body(asked))["input"] == ["a"]


def test_a_provider_without_embeddings_is_none_for_them() -> None:
    with pytest.raises(AnswerFailed) as caught:
        converted("kimi", ask("gemini", contents("a"), "batch"))
    assert caught.value.kind is FailureKind.UNAVAILABLE


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"data": []},
        OPENAI | {"data": OPENAI["data"][:1]},
        {"data": [{"index": 0, "embedding": "?"}]},
    ],
)
def test_an_answer_that_lacks_vectors_is_refused(answer: dict[str, Any]) -> None:
    wire = converted("openai", ask("gemini", contents("a", "b"), "batch"))
    with pytest.raises(AnswerFailed) as caught:
        wire.read(json.dumps(answer).encode())
    assert caught.value.kind is FailureKind.UPSTREAM_ERROR


NAMES = ["input", "content", "parts", "text", "requests", "taskType", "dimensions"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=9,
)
PAIRS = st.sampled_from([("openai", "google"), ("gemini", "openai")])


@given(PAIRS, st.sampled_from(["", "batch"]), JSON)
def test_any_body_is_carried_or_refused(pair: tuple[str, str], variant: str, body: Any) -> None:
    dialect, provider = pair
    asked = ask(dialect, body, variant)
    try:
        wire = converted(provider, asked)
    except AnswerFailed as failure:
        assert failure.kind is FailureKind.INVALID_REQUEST
        return
    assert json.loads(wire.body(asked))
