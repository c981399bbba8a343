"""The provider's side of a request, as a test can ask for it."""

import asyncio
from typing import Any

import httpx2
from openai import AsyncOpenAI

CHAT = "/v1/chat/completions"


def body(directive: str, *, stream: bool = True) -> dict[str, Any]:
    messages = [{"role": "user", "content": f"hi [[sandbox {directive}]]"}]
    return {"model": "m", "messages": messages, "stream": stream}


async def waited(http: httpx2.AsyncClient, name: str, state: str, seconds: int = 5) -> Any:
    query: dict[str, str | int] = {"state": state, "timeout": seconds}
    return await http.get(f"/_sandbox/requests/{name}/wait", params=query)


async def test_a_request_is_recorded(http: httpx2.AsyncClient) -> None:
    before = (await http.get("/_sandbox/requests")).json()["requests"]
    await http.post(CHAT, json=body("tag=a", stream=False), headers={"traceparent": "00-1"})
    await http.post(CHAT, json=body("tag=b chunks=2"))
    every = (await http.get("/_sandbox/requests")).json()["requests"][len(before) :]
    assert [(r["tag"], r["state"], r["status"]) for r in every] == [
        ("a", "finished", 200),
        ("b", "finished", 200),
    ]
    assert every[0]["body"] == body("tag=a", stream=False)
    assert every[0]["headers"]["traceparent"] == "00-1"
    assert every[0]["headers"]["authorization"] == "…test"
    # The role, two words, the finish reason and [DONE].
    assert every[1]["writes"] == 5
    later = await http.get("/_sandbox/requests", params={"since": every[0]["number"]})
    assert later.json()["requests"] == every[1:]
    tagged = await http.get("/_sandbox/requests", params={"tag": "a"})
    assert tagged.json()["requests"] == every[:1]


async def test_a_client_that_leaves_a_stream_is_noticed(
    openai: AsyncOpenAI, http: httpx2.AsyncClient
) -> None:
    stream = await openai.chat.completions.create(**body("tag=gone chunks=500 delay_ms=5"))
    seen = 0
    async for _ in stream:
        seen += 1
        if seen == 3:
            break
    await stream.close()
    entry = (await waited(http, "gone", "cancelled")).json()
    assert entry["state"] == "cancelled"
    assert 3 <= entry["writes"] < 500


async def test_a_client_that_leaves_before_the_first_byte_is_noticed(
    http: httpx2.AsyncClient,
) -> None:
    slow = asyncio.create_task(http.post(CHAT, json=body("tag=early first_delay_ms=60000")))
    assert (await waited(http, "early", "started")).json()["state"] == "started"
    slow.cancel()
    await asyncio.wait([slow])
    entry = (await waited(http, "early", "cancelled")).json()
    assert (entry["state"], entry["writes"]) == ("cancelled", 0)


async def test_a_wait_starts_before_its_request(http: httpx2.AsyncClient) -> None:
    wait = asyncio.create_task(waited(http, "later", "finished"))
    answer = await http.post(CHAT, json=body("tag=later"))
    entry = (await wait).json()
    assert entry["id"] == answer.headers["x-request-id"]
    assert (await waited(http, entry["id"], "finished")).json() == entry


async def test_a_wait_ends(http: httpx2.AsyncClient) -> None:
    assert (await waited(http, "never", "finished", seconds=0)).status_code == 408
    assert (await waited(http, "never", "sleeping")).status_code == 400


async def test_refused_requests_are_recorded_too(http: httpx2.AsyncClient) -> None:
    answer = await http.post(CHAT, json={"model": "m"})
    entry = (await waited(http, answer.headers["x-request-id"], "finished")).json()
    assert (entry["status"], entry["state"]) == (400, "finished")
