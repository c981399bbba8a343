"""Embeddings as OpenAI, three vendors that follow it, and Google serve them."""

import base64
import math
import struct
from typing import Any

import httpx2
import openai as sdk
import pytest
from google.genai import types
from google.genai.client import AsyncClient
from google.genai.errors import ClientError
from openai import AsyncOpenAI

PATH = "/v1/embeddings"
GEMINI = "/v1beta/models/gemini-embedding-2"
SMALL = "text-embedding-3-small"


async def posted(http: httpx2.AsyncClient, path: str = PATH, **body: Any) -> httpx2.Response:
    return await http.post(path, json={"model": SMALL, "input": "hello", **body})


async def test_the_sdk_reads_its_default_base64(openai: AsyncOpenAI) -> None:
    answer = await openai.embeddings.create(model=SMALL, input=["Hello there", "你好"])
    assert answer.model == SMALL
    assert [(each.object, each.index) for each in answer.data] == [
        ("embedding", 0),
        ("embedding", 1),
    ]
    for each in answer.data:
        assert len(each.embedding) == 1536
        assert math.isclose(sum(value * value for value in each.embedding), 1, rel_tol=1e-6)
    assert answer.data[0].embedding != answer.data[1].embedding
    # Eleven bytes and six bytes, four to a token.
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == (5, 5)


async def test_both_encodings_are_the_same_vector(http: httpx2.AsyncClient) -> None:
    floats = (await posted(http, dimensions=64)).json()["data"][0]["embedding"]
    coded = (await posted(http, dimensions=64, encoding_format="base64")).json()
    assert struct.unpack("<64f", base64.b64decode(coded["data"][0]["embedding"])) == (*floats,)


async def test_fewer_dimensions_are_the_first_ones_scaled(http: httpx2.AsyncClient) -> None:
    long = (await posted(http)).json()["data"][0]["embedding"]
    short = (await posted(http, dimensions=12)).json()["data"][0]["embedding"]
    assert len(short) == 12
    assert [value > 0 for value in short] == [value > 0 for value in long[:12]]
    assert (await posted(http)).content == (await posted(http)).content


@pytest.mark.parametrize(
    ("given", "vectors", "tokens"),
    [("hello", 1, 2), (["a", "b"], 2, 2), ([5, 6, 7], 1, 3), ([[5, 6], [7]], 2, 3)],
)
async def test_texts_and_tokens(
    http: httpx2.AsyncClient, given: object, vectors: int, tokens: int
) -> None:
    answer = (await posted(http, input=given, dimensions=8)).json()
    assert len(answer["data"]) == vectors
    assert answer["usage"] == {"prompt_tokens": tokens, "total_tokens": tokens}


@pytest.mark.parametrize(
    ("model", "size"),
    [("text-embedding-3-large", 3072), ("text-embedding-ada-002", 1536), ("other", 1536)],
)
async def test_every_model_has_its_size(http: httpx2.AsyncClient, model: str, size: int) -> None:
    answer = (await posted(http, model=model)).json()
    assert len(answer["data"][0]["embedding"]) == size


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["a", ""]}, "input[1]"),
        ({"input": ["a", 1]}, "input"),
        ({"input": [[]]}, "input[0]"),
        ({"input": [-1]}, "input[0]"),
        ({"input": None}, "input"),
        ({"input": {"a": 1}}, "input"),
        ({"input": ["a"] * 2049}, "input"),
        ({"input": "word " * 8192}, None),
        ({"input": ["word " * 4000] * 80}, None),
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": 1537}, "dimensions"),
        ({"dimensions": 256, "model": "text-embedding-ada-002"}, "dimensions"),
        ({"encoding_format": "hex"}, "encoding_format"),
        ({"truncate": True}, "truncate"),
        ({"model": None}, None),
    ],
)
async def test_what_openai_refuses(
    http: httpx2.AsyncClient, changes: dict[str, Any], param: str | None
) -> None:
    answer = await posted(http, **changes)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)


@pytest.mark.parametrize(
    ("path", "model", "size", "inputs"),
    [
        ("/compatible-mode/v1/embeddings", "text-embedding-v4", 1024, 10),
        ("/api/paas/v4/embeddings", "embedding-3", 2048, 64),
        ("/api/v3/embeddings", "doubao-embedding-large", 2048, 256),
    ],
)
async def test_vendors_have_limits_of_their_own(
    http: httpx2.AsyncClient, path: str, model: str, size: int, inputs: int
) -> None:
    full = await posted(http, path, model=model, input=["a"] * inputs)
    assert [len(each["embedding"]) for each in full.json()["data"]] == [size] * inputs
    over = await posted(http, path, model=model, input=["a"] * (inputs + 1))
    assert (over.status_code, over.json()["error"]["param"]) == (400, "input")
    odd = await posted(http, path, model=model, dimensions=100)
    assert (odd.status_code, odd.json()["error"]["param"]) == (400, "dimensions")
    assert (await posted(http, path, model=model, input=[1, 2])).status_code == 400


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/compatible-mode/v1/embeddings", list),
        ("/api/paas/v4/embeddings", list),
        ("/api/v3/embeddings", str),
    ],
)
async def test_some_vendors_know_no_base64(http: httpx2.AsyncClient, path: str, kind: type) -> None:
    answer = (await posted(http, path, encoding_format="base64")).json()
    assert isinstance(answer["data"][0]["embedding"], kind)


@pytest.mark.parametrize("path", ["/embeddings", "/v2/embeddings"])
async def test_nowhere_else(http: httpx2.AsyncClient, path: str) -> None:
    assert (await posted(http, path)).status_code == 404


async def test_no_such_model(openai: AsyncOpenAI) -> None:
    with pytest.raises(sdk.NotFoundError):
        await openai.embeddings.create(model="no-such-embedding", input="a")


async def test_googles_sdk(gemini: AsyncClient) -> None:
    answer = await gemini.models.embed_content(
        model="gemini-embedding-001",
        contents=["Hello there", "你好"],
        config={"output_dimensionality": 128, "task_type": "RETRIEVAL_QUERY"},
    )
    assert answer.embeddings
    assert [len(each.values or ()) for each in answer.embeddings] == [128, 128]
    assert answer.usage_metadata
    assert answer.usage_metadata.prompt_token_count == 5


async def test_a_picture_and_a_text_are_one_vector(gemini: AsyncClient) -> None:
    picture = types.Part.from_bytes(data=b"pixels", mime_type="image/png")
    answer = await gemini.models.embed_content(
        model="gemini-embedding-2", contents=["Hello there", picture]
    )
    assert answer.embeddings
    assert [len(each.values or ()) for each in answer.embeddings] == [3072]
    assert answer.usage_metadata
    assert answer.usage_metadata.prompt_token_count == 3 + 85


async def test_one_content(http: httpx2.AsyncClient) -> None:
    body = {"content": {"parts": [{"text": "Hello"}, {"text": "there"}]}}
    answer = (await http.post(f"{GEMINI}:embedContent", json=body)).json()
    assert len(answer["embedding"]["values"]) == 3072
    assert answer["usageMetadata"] == {"promptTokenCount": 3}


def one(**more: Any) -> dict[str, Any]:
    return {"model": "models/gemini-embedding-2", "content": {"parts": [{"text": "a"}]}, **more}


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [one()] * 101,
        [one(), one(model="models/other")],
        [one(model="gemini-embedding-2")],
        [{"content": {"parts": [{"text": "a"}]}}],
        [one(content={"parts": []})],
        [one(content={"parts": [{"text": ""}]})],
        [one(content={"parts": [{"functionCall": {"name": "f"}}]})],
        [one(outputDimensionality=0)],
        [one(outputDimensionality=3073)],
        [one(taskType="OTHER")],
        [one(title="A title")],
        [one(autoTruncate=True)],
    ],
)
async def test_what_google_refuses(http: httpx2.AsyncClient, requests: list[Any]) -> None:
    answer = await http.post(f"{GEMINI}:batchEmbedContents", json={"requests": requests})
    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"


async def test_a_scenario_in_googles_model_name(gemini: AsyncClient) -> None:
    with pytest.raises(ClientError) as caught:
        await gemini.models.embed_content(model="gemini-embedding-2+status=429", contents="a")
    assert caught.value.code == 429
    answer = await gemini.models.embed_content(model="gemini-embedding-2+usage=none", contents="a")
    assert answer.usage_metadata is None
