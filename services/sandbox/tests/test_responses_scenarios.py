"""What the scenarios of README.md do to an answer of the Responses API."""

import json
from typing import Any

import httpx2
import openai as sdk
import pytest
from openai import AsyncOpenAI


async def post(http: httpx2.AsyncClient, directive: str, **more: Any) -> httpx2.Response:
    said = f"hi [[sandbox {directive}]]"
    return await http.post("/v1/responses", json={"model": "m", "input": said, **more})


def events_of(stream: bytes) -> list[dict[str, Any]]:
    lines = [line for line in stream.split(b"\n") if line.startswith(b"data:")]
    return [json.loads(line.removeprefix(b"data:")) for line in lines]


async def test_an_error_in_the_middle_of_a_stream(
    http: httpx2.AsyncClient, openai: AsyncOpenAI
) -> None:
    last = events_of((await post(http, "error_after=5", stream=True)).content)[-1]
    assert (last["type"], last["sequence_number"], last["error"]["code"]) == (
        "error",
        5,
        "server_error",
    )
    stream = await openai.responses.create(
        model="m", input="[[sandbox error_after=5]]", stream=True
    )
    with pytest.raises(sdk.APIError, match="The server had an error"):
        async for _ in stream:
            pass


async def test_other_ways_to_end(http: httpx2.AsyncClient) -> None:
    no_end = events_of((await post(http, "chunks=2 no_done", stream=True)).content)
    assert no_end[-1]["type"] == "response.output_item.done"
    with pytest.raises(httpx2.RemoteProtocolError):
        await post(http, "chunks=2 cut_after=3 tag=responses-cut", stream=True)
    entry = (await http.get("/_sandbox/requests/responses-cut/wait")).json()
    assert (entry["writes"], entry["model"]) == (3, "m")
    assert (await post(http, "status=429")).json()["error"]["code"] == "rate_limit_exceeded"
    renamed = (await post(http, "answer_model=other cached=3")).json()
    assert renamed["model"] == "other"
    assert renamed["usage"]["input_tokens_details"]["cached_tokens"] == 3


@pytest.mark.parametrize("stream", [False, True])
async def test_malformed_answers(http: httpx2.AsyncClient, stream: bool) -> None:
    async def spoiled(how: str) -> bytes:
        return (await post(http, f"chunks=6 malformed={how}", stream=stream)).content

    assert len(await spoiled("long_line")) > 10 << 20
    with pytest.raises(UnicodeDecodeError):
        (await spoiled("bad_utf8")).decode()
    with pytest.raises(json.JSONDecodeError):
        events_of(await spoiled("json")) if stream else json.loads(await spoiled("json"))
    if stream:
        for how in ("crlf", "no_space", "comments", "no_blank_line", "split_utf8"):
            assert len(events_of(await spoiled(how))) == 14


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ("zero", (0, 0, 0)),
        ("negative", (16, -5, 11)),
        ("huge", (16, 10**12, 10**12 + 16)),
        ("string", ("16", "5", "21")),
        ("contradictory", (16, 5, 1021)),
        ("every_chunk", (16, 5, 21)),
        ("none", None),
    ],
)
async def test_lying_usage(http: httpx2.AsyncClient, usage: str, expected: Any) -> None:
    directive = f"chunks=5 usage={usage}".ljust(33)
    told = (await post(http, directive)).json()["usage"]
    streamed = events_of((await post(http, directive, stream=True)).content)[-1]
    assert streamed["response"]["usage"] == told
    if expected is None:
        assert told is None
    else:
        assert (told["input_tokens"], told["output_tokens"], told["total_tokens"]) == expected
