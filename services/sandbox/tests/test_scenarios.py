"""Every scenario does what README.md says."""

import asyncio
import json
import zlib
from typing import Any

import httpx2
import openai as sdk
import pytest
from openai import AsyncOpenAI
from tollgate_sandbox.faults import BOMB_BYTES, LONG_LINE_BYTES
from tollgate_sandbox.refusals import Refusal
from tollgate_sandbox.scenarios import Scenario, directives, parse

CHAT = "/v1/chat/completions"


def body(directive: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": f"hi [[sandbox {directive}]]"}]
    return {"model": "m", "messages": messages, **more}


async def stream_bytes(http: httpx2.AsyncClient, directive: str, usage: bool = False) -> bytes:
    options = {"stream_options": {"include_usage": True}} if usage else {}
    answer = await http.post(CHAT, json=body(directive, stream=True, **options))
    return answer.content


async def received(http: httpx2.AsyncClient, directive: str, **more: Any) -> tuple[bytes, bool]:
    """What came, and whether the connection broke before the end."""
    got = b""
    try:
        async with http.stream("POST", CHAT, json=body(directive, **more)) as answer:
            async for part in answer.aiter_raw():
                got += part
    except httpx2.RemoteProtocolError:
        return got, True
    return got, False


def chunks_of(stream: bytes) -> list[dict[str, Any]]:
    events = stream.decode().split("\n\n")
    return [json.loads(event[6:]) for event in events if event.startswith("data: {")]


def test_keys_are_read() -> None:
    assert parse("chunks=20;delay_ms=5", "no_done tag=abc") == Scenario(
        chunks=20, delay_ms=5, no_done=True, tag="abc"
    )
    assert parse("chunks=1", "chunks=2").chunks == 2
    assert parse("reason").reason == 8
    assert parse("") == Scenario()


@pytest.mark.parametrize(
    "text",
    ["colour=red", "chunks=-1", "chunks=many", "chunks", "status=200", "malformed=x", "times=2"],
)
def test_what_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        parse(text)


def test_directives_are_taken_out_of_the_text() -> None:
    assert directives("a [[sandbox x=1]] b [[sandbox y=2]]") == ("a b ", " x=1; y=2")
    assert directives("plain [[other]]") == ("plain [[other]]", "")


@pytest.mark.parametrize("way", ["key", "model", "header", "message"])
async def test_a_scenario_may_be_spelled_in_four_places(http: httpx2.AsyncClient, way: str) -> None:
    scenario = "chunks=2;reason=1"
    headers = {"x-sandbox-scenario": scenario} if way == "header" else {}
    if way == "key":
        headers["authorization"] = f"Bearer sk-sandbox-a+{scenario}"
    content = f"hi [[sandbox {scenario}]]" if way == "message" else "hi"
    model = f"m+{scenario}" if way == "model" else "m"
    sent = {"model": model, "messages": [{"role": "user", "content": content}]}
    answer = (await http.post(CHAT, json=sent, headers=headers)).json()
    assert answer["model"] == "m"
    assert answer["choices"][0]["message"]["content"] == "the river"
    assert answer["choices"][0]["message"]["reasoning_content"] == "the"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, sdk.BadRequestError),
        (401, sdk.AuthenticationError),
        (402, sdk.APIStatusError),
        (403, sdk.PermissionDeniedError),
        (404, sdk.NotFoundError),
        (429, sdk.RateLimitError),
        (500, sdk.InternalServerError),
        (502, sdk.InternalServerError),
        (503, sdk.InternalServerError),
        (529, sdk.InternalServerError),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_forced_statuses(
    openai: AsyncOpenAI, status: int, error: type[sdk.APIStatusError], stream: bool
) -> None:
    request: Any = body(f"status={status} retry_after=7", stream=stream)
    with pytest.raises(error) as caught:
        await openai.chat.completions.create(**request)
    assert caught.value.status_code == status
    if status != 502:
        assert caught.value.response.headers["retry-after"] == "7"
        assert caught.value.type


async def test_only_so_many_times(http: httpx2.AsyncClient) -> None:
    request = body("status=503 times=2 tag=flaky")
    statuses = [(await http.post(CHAT, json=request)).status_code for _ in range(4)]
    assert statuses == [503, 503, 200, 200]


async def test_delays_are_kept(http: httpx2.AsyncClient) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await stream_bytes(http, "first_delay_ms=40 delay_ms=5 chunks=9")
    # The role, nine words, the finish reason and [DONE] are eleven pauses apart.
    assert 0.04 + 11 * 0.005 <= loop.time() - began < 2


async def test_slow_bytes_are_the_same_bytes(http: httpx2.AsyncClient) -> None:
    answer = await stream_bytes(http, "slow_bytes=99 chunks=2")
    assert chunks_of(answer)[1]["choices"][0]["delta"] == {"content": "the"}
    assert answer.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("after", [0, 1, 3])
async def test_a_stream_is_cut_after_so_many_events(http: httpx2.AsyncClient, after: int) -> None:
    got, broken = await received(http, f"chunks=5 cut_after={after}", stream=True)
    assert broken
    assert got.count(b"\n\n") == after


async def test_a_whole_answer_is_cut_in_the_middle(http: httpx2.AsyncClient) -> None:
    got, broken = await received(http, "cut_after=1")
    assert broken
    assert got.startswith(b'{"id"')
    assert not got.endswith(b"}")


@pytest.mark.parametrize("after", [0, 2])
async def test_a_stream_hangs_until_the_client_leaves(http: httpx2.AsyncClient, after: int) -> None:
    request = body(f"chunks=5 tag=hang hang_after={after}", stream=True)
    got = b""
    with pytest.raises(httpx2.ReadTimeout):
        async with http.stream("POST", CHAT, json=request, timeout=0.2) as answer:
            async for part in answer.aiter_raw():
                got += part
    assert got.count(b"\n\n") == after
    entry = await http.get("/_sandbox/requests/hang/wait", params={"state": "cancelled"})
    assert (entry.status_code, entry.json()["writes"]) == (200, after)


@pytest.mark.parametrize("fault", ["hang_after=2", "cut_after=2"])
async def test_a_fault_after_the_whole_body_does_not_meet_the_next_request(
    http: httpx2.AsyncClient, fault: str
) -> None:
    whole = await http.post(CHAT, json=body(fault))
    assert whole.json()["choices"]
    assert whole.headers["connection"] == "close"
    assert (await http.post(CHAT, json=body(""), timeout=2)).status_code == 200


async def test_an_error_in_the_middle_of_a_stream(openai: AsyncOpenAI) -> None:
    request: Any = body("chunks=9 error_after=3", stream=True)
    seen = 0
    with pytest.raises(sdk.APIError, match="The server had an error"):
        async for _ in await openai.chat.completions.create(**request):
            seen += 1
    assert seen == 3


async def test_no_done_and_other_endings(http: httpx2.AsyncClient) -> None:
    answer = await stream_bytes(http, "chunks=1 no_done finish=content_filter answer_model=other")
    assert b"[DONE]" not in answer
    last = chunks_of(answer)[-1]
    assert last["choices"][0]["finish_reason"] == "content_filter"
    assert last["model"] == "other"


async def test_framing_that_a_tolerant_reader_accepts(http: httpx2.AsyncClient) -> None:
    plain = await stream_bytes(http, "chunks=2")
    events = plain.count(b"data: ")
    crlf = await stream_bytes(http, "chunks=2 malformed=crlf")
    assert crlf.count(b"\r\n\r\n") == crlf.count(b"\n") / 2 == events
    no_space = await stream_bytes(http, "chunks=2 malformed=no_space")
    assert no_space.count(b"data:{") + no_space.count(b"data:[") == events
    no_blank_line = await stream_bytes(http, "chunks=2 malformed=no_blank_line")
    assert b"\n\n" not in no_blank_line
    assert no_blank_line.count(b"\n") == events
    comments = await stream_bytes(http, "chunks=2 malformed=comments")
    assert comments.count(b": keep-alive\n\n") == events


async def test_characters_are_split_between_writes(http: httpx2.AsyncClient) -> None:
    request = body("chunks=6 malformed=split_utf8", stream=True)
    parts = []
    async with http.stream("POST", CHAT, json=request) as answer:
        async for part in answer.aiter_raw():
            parts.append(part)
    whole = b"".join(parts)
    text = "".join(c["choices"][0]["delta"].get("content", "") for c in chunks_of(whole))
    assert text == "é 漢字 🙂 naïve Ω é"
    assert any(part[-1] >= 0x80 for part in parts)


async def test_malformed_beyond_repair(http: httpx2.AsyncClient) -> None:
    with pytest.raises(json.JSONDecodeError):
        chunks_of(await stream_bytes(http, "chunks=4 malformed=json"))
    with pytest.raises(UnicodeDecodeError):
        (await stream_bytes(http, "chunks=4 malformed=bad_utf8")).decode()
    long_line = await stream_bytes(http, "chunks=4 malformed=long_line")
    assert max(map(len, long_line.split(b"\n"))) > LONG_LINE_BYTES
    whole = await http.post(CHAT, json=body("malformed=json"))
    with pytest.raises(json.JSONDecodeError):
        json.loads(whole.content)


async def test_a_gzip_bomb(http: httpx2.AsyncClient) -> None:
    got, _ = await received(http, "malformed=gzip_bomb", stream=True)
    unpacker = zlib.decompressobj(31)
    assert len(got) < 1 << 20
    assert len(unpacker.decompress(got, 1 << 20)) == 1 << 20
    assert 500 * len(got) < BOMB_BYTES


@pytest.mark.parametrize(
    ("usage", "prompt", "completion"),
    [
        ("negative", 17, -5),
        ("huge", 17, 10**12),
        ("string", "17", "5"),
        ("float", 17.5, 5.5),
        ("zero", 0, 0),
        ("contradictory", 17, 5),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_lying_usage(
    http: httpx2.AsyncClient, usage: str, prompt: object, completion: object, stream: bool
) -> None:
    directive = f"chunks=5 usage={usage}".ljust(37)
    if stream:
        reported = chunks_of(await stream_bytes(http, directive, usage=True))[-1]["usage"]
    else:
        reported = (await http.post(CHAT, json=body(directive))).json()["usage"]
    assert (reported["prompt_tokens"], reported["completion_tokens"]) == (prompt, completion)
    if usage == "contradictory":
        assert reported["total_tokens"] > prompt + completion  # type: ignore[operator]


async def test_no_usage(http: httpx2.AsyncClient) -> None:
    assert "usage" not in (await http.post(CHAT, json=body("usage=none"))).json()
    chunks = chunks_of(await stream_bytes(http, "usage=none", usage=True))
    assert all(chunk["usage"] is None for chunk in chunks)


async def test_usage_on_every_chunk_grows(http: httpx2.AsyncClient) -> None:
    chunks = chunks_of(await stream_bytes(http, "chunks=3 usage=every_chunk"))
    assert [chunk["usage"]["completion_tokens"] for chunk in chunks] == [0, 1, 2, 3, 3]


async def test_usage_as_moonshot_gives_it(http: httpx2.AsyncClient) -> None:
    chunks = chunks_of(await stream_bytes(http, "chunks=3 usage=in_choice cached=2", usage=True))
    assert all(chunk["usage"] is None and chunk["choices"] for chunk in chunks)
    usage = chunks[-1]["choices"][0]["usage"]
    assert (usage["completion_tokens"], usage["cached_tokens"]) == (3, 2)


@pytest.mark.parametrize(
    ("path", "directive"), [("/", "cached=3"), ("/v1/", "cached=3 usage=deepseek")]
)
async def test_usage_as_deepseek_gives_it(
    http: httpx2.AsyncClient, path: str, directive: str
) -> None:
    usage = (await http.post(f"{path}chat/completions", json=body(directive))).json()["usage"]
    assert usage["prompt_cache_hit_tokens"] == 3
    assert usage["prompt_cache_miss_tokens"] == usage["prompt_tokens"] - 3
    assert usage["prompt_tokens_details"]["cached_tokens"] == 3
