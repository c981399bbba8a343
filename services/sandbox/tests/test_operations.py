"""Moderations and reranking, and what scenarios do to every operation beside chat."""

import json
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI

EMBEDDINGS = "/v1/embeddings"
MODERATIONS = "/v1/moderations"
GLM = "/api/paas/v4/rerank"
QWEN = "/compatible-api/v1/reranks"
DOCUMENTS = ["a river bed", "the stone", "what a stone in the river is"]


async def embedded(http: httpx2.AsyncClient, directive: str = "", **body: Any) -> httpx2.Response:
    text = f"hi [[sandbox {directive}]]" if directive else "hi"
    whole = {"model": "m", "input": ["other", text], "dimensions": 8, **body}
    return await http.post(EMBEDDINGS, json=whole)


async def ranked(http: httpx2.AsyncClient, path: str, **body: Any) -> httpx2.Response:
    whole = {"model": "rerank", "query": "river stone", "documents": DOCUMENTS, **body}
    return await http.post(path, json=whole)


async def test_texts_are_moderated_each(openai: AsyncOpenAI) -> None:
    answer = await openai.moderations.create(input=["Graphic Violence!", "peace"])
    assert answer.model == "omni-moderation-latest"
    assert [result.flagged for result in answer.results] == [True, False]
    first, second = answer.results
    assert first.categories.violence
    assert not first.categories.violence_graphic
    assert first.category_scores.violence > 0.9 > second.category_scores.violence
    assert first.category_applied_input_types.violence == ["text"]
    assert (await openai.moderations.create(input="peace")).results == [second]


async def test_parts_are_moderated_together(openai: AsyncOpenAI) -> None:
    parts: Any = [
        {"type": "text", "text": "violence"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
    ]
    answer = await openai.moderations.create(model="omni-moderation-2024-09-26", input=parts)
    assert answer.model == "omni-moderation-2024-09-26"
    (result,) = answer.results
    assert result.flagged
    assert result.category_applied_input_types.violence == ["text", "image"]
    assert result.category_applied_input_types.hate == ["text"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"input": []},
        {"input": 1},
        {"input": ["a", {"type": "text", "text": "b"}]},
        {"input": [{"type": "audio"}]},
        {"input": [{"type": "image_url"}]},
        {"input": "a", "threshold": 1},
    ],
)
async def test_what_is_not_moderated(http: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    assert (await http.post(MODERATIONS, json=body)).status_code == 400


async def test_glm_ranks_by_shared_words(http: httpx2.AsyncClient) -> None:
    answer = (await ranked(http, GLM, return_documents=True, request_id="r1")).json()
    assert answer["results"] == [
        {"index": 2, "relevance_score": 1.0, "document": DOCUMENTS[2]},
        {"index": 0, "relevance_score": 0.5, "document": DOCUMENTS[0]},
        {"index": 1, "relevance_score": 0.5, "document": DOCUMENTS[1]},
    ]
    # The query's three tokens with each document, and their 3, 3 and 7.
    assert answer["usage"] == {"prompt_tokens": 22, "total_tokens": 22}
    assert answer["request_id"] == "r1"
    assert len((await ranked(http, GLM, top_n=0)).json()["results"]) == 3


async def test_qwen_ranks_alike(http: httpx2.AsyncClient) -> None:
    answer = (await ranked(http, QWEN, top_n=1, return_documents=True, instruct="Rank.")).json()
    assert answer["results"] == [
        {"index": 2, "relevance_score": 1.0, "document": {"text": DOCUMENTS[2]}}
    ]
    assert (answer["object"], answer["model"]) == ("list", "rerank")
    assert answer["usage"] == {"total_tokens": 22}
    assert "document" not in (await ranked(http, QWEN)).json()["results"][0]


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (GLM, {"query": ""}),
        (GLM, {"query": "a" * 4097}),
        (GLM, {"documents": []}),
        (GLM, {"documents": ["a"] * 129}),
        (GLM, {"documents": ["a" * 4097]}),
        (GLM, {"documents": [{"text": "a"}]}),
        (GLM, {"instruct": "Rank."}),
        (QWEN, {"documents": ["a"] * 501}),
        (QWEN, {"return_raw_scores": True}),
        (QWEN, {"top_n": -1}),
        (QWEN, {"model": None}),
    ],
)
async def test_what_is_not_ranked(
    http: httpx2.AsyncClient, path: str, changes: dict[str, Any]
) -> None:
    assert (await ranked(http, path, **changes)).status_code == 400


@pytest.mark.parametrize("way", ["key", "model", "header", "text"])
async def test_a_scenario_may_be_spelled_in_four_places(http: httpx2.AsyncClient, way: str) -> None:
    scenario = "status=429;retry_after=7"
    headers = {"x-sandbox-scenario": scenario} if way == "header" else {}
    if way == "key":
        headers["authorization"] = f"Bearer sk-sandbox-a+{scenario}"
    body = {
        "model": f"m+{scenario}" if way == "model" else "m",
        "input": f"hi [[sandbox {scenario}]]" if way == "text" else "hi",
    }
    answer = await http.post(EMBEDDINGS, json=body, headers=headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


async def test_only_so_many_times(http: httpx2.AsyncClient) -> None:
    directive = "status=503 times=2 tag=flaky-embedding"
    statuses = [(await embedded(http, directive)).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ("negative", -11),
        ("huge", 10**12),
        ("string", "11"),
        ("float", 11.5),
        ("zero", 0),
    ],
)
async def test_lying_usage(http: httpx2.AsyncClient, usage: str, tokens: object) -> None:
    answer = (await embedded(http, f"usage={usage}".ljust(19))).json()
    assert answer["usage"] == {"prompt_tokens": tokens, "total_tokens": tokens}


async def test_no_usage_and_a_contradictory_one(http: httpx2.AsyncClient) -> None:
    assert "usage" not in (await embedded(http, "usage=none")).json()
    usage = (await embedded(http, "usage=contradictory")).json()["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + 1000


async def test_malformed_answers(http: httpx2.AsyncClient) -> None:
    with pytest.raises(json.JSONDecodeError):
        (await embedded(http, "malformed=json")).json()
    with pytest.raises(UnicodeDecodeError):
        (await embedded(http, "malformed=bad_utf8")).content.decode()
    spoken = {"model": "tts-1", "voice": "ash", "input": "one two [[sandbox malformed=json]]"}
    assert (await http.post("/v1/audio/speech", json=spoken)).status_code == 200


async def test_cut_and_hanging_answers(http: httpx2.AsyncClient) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        await embedded(http, "cut_after=1")
    with pytest.raises(httpx2.ReadTimeout):
        await http.post(
            EMBEDDINGS,
            json={"model": "m", "input": "[[sandbox hang_after=1 tag=hung]]"},
            timeout=0.2,
        )
    entry = await http.get("/_sandbox/requests/hung/wait", params={"state": "cancelled"})
    assert entry.json()["writes"] == 1


async def test_another_model_answers(http: httpx2.AsyncClient) -> None:
    assert (await embedded(http, "answer_model=other")).json()["model"] == "other"


async def test_only_posts(http: httpx2.AsyncClient) -> None:
    assert (await http.get(EMBEDDINGS)).status_code == 405
    answer = await http.post(EMBEDDINGS, content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 400
