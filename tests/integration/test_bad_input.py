"""Bad input and attacks against the whole stack: a typed refusal in bounded time, never a 500.

Nothing is admitted, so nothing can be billed, and a normal request works right afterwards.
"""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

import httpx2
import pytest
import pytest_asyncio
from prices import MODEL
from stack import Customer, Stack, eventually
from tollgate.auth.v1 import auth_pb2

HELLO = [{"role": "user", "content": "hello"}]
SECONDS_MAX = 15.0
JSON_TYPE = {"Content-Type": "application/json"}


@pytest_asyncio.fixture(loop_scope="session")
async def attacker(stack: Stack, customer: Customer) -> AsyncIterator[Customer]:
    """Whatever this customer sends is refused before any credit is set aside for it."""
    yield customer
    wallet = await stack.wallet(customer.account_id)
    assert not wallet.leases
    assert wallet.posted_nano == 1_000_000_000
    assert await stack.is_ready()
    answer = await post(stack, customer, chat())
    assert answer.status_code == 200, answer.text


def chat(**changes: object) -> bytes:
    return json.dumps({"model": MODEL, "messages": HELLO, "max_tokens": 5, **changes}).encode()


def said(part: object) -> bytes:
    return chat(messages=[{"role": "user", "content": [part]}])


def image(url: str) -> dict[str, object]:
    return {"type": "image_url", "image_url": {"url": url}}


async def post(
    stack: Stack, customer: Customer, body: bytes, headers: Mapping[str, str] = JSON_TYPE
) -> httpx2.Response:
    async with asyncio.timeout(SECONDS_MAX):
        return await stack.http.post(
            f"{stack.base_url()}/chat/completions",
            headers={"Authorization": f"Bearer {customer.key}", **headers},
            content=body,
        )


def check_envelope(status: int, body: bytes) -> None:
    assert 400 <= status < 500, body
    assert len(body) < 2_000
    error = json.loads(body)["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] in {"invalid_request_error", "authentication_error", "rate_limit_error"}
    for secret in (b"Traceback", b"127.0.0.1", b"sk-"):
        assert secret not in body


BODIES = [
    *[pytest.param(chat(n=n), 400, id=f"A1-n-{n}") for n in (2**31, 2**63, 1e308)],
    *[pytest.param(chat(n=n), 400, id=f"A2-n-{n!r}") for n in (-1, 1.5, True, "3")],
    *[pytest.param(chat(max_tokens=n), 400, id=f"A3-{n!r}") for n in (0, 2**53, 1.5, "9")],
    pytest.param(chat()[:-1] + b', "top_p": Infinity}', 400, id="A4-infinity"),
    pytest.param(chat()[:-1] + b', "temperature": 1e999}', 400, id="A4-overflow"),
    pytest.param(chat()[:-1] + b', "stream": true, "stream": false}', 400, id="A5-stream"),
    pytest.param(chat()[:-1] + b', "tools": [{"a": 1, "a": 2}]}', 400, id="A5-deep"),
    *[
        pytest.param(chat(model=name), 404, id=f"A9-{name!r}")
        for name in (MODEL.title(), f"{MODEL} ", MODEL.replace("d", "\uff44"), f"{MODEL}\r\nx: y")
    ],
    pytest.param(chat(model=f"deepseek/{MODEL}"), 404, id="A10-provider"),
    pytest.param(chat(model=f"{MODEL}:ft-1"), 404, id="A11-suffix"),
    *[
        pytest.param(chat(**{field: value}), 400, id=f"A18-{field}")
        for field, value in {
            "best_of": 2,
            "web_search_options": {},
            "enable_search": True,
            "prediction": {},
            "service_tier": "priority",
            "modalities": ["text", "audio"],
            "tools": [{"type": "web_search"}],
        }.items()
    ],
    pytest.param(said({"type": "input_audio"}), 400, id="A18-audio"),
    pytest.param(said(image("https://example.com/x")), 400, id="A18-blind"),
    pytest.param(said(image("data:image/png;base64," + "A" * 50_000_000)), 413, id="A19-50-MB"),
    pytest.param(b"{%b}" % b",".join(b'"k%d":1' % n for n in range(1_000_000)), 400, id="E3-keys"),
    pytest.param(chat(model="x" * 10_000_000), 404, id="E3-10-MB-string"),
    pytest.param(chat(**{"x" * 10_000_000: 1, "n": 0}), 400, id="E3-10-MB-name"),
    pytest.param(chat(model="\0"), 404, id="E3-NUL"),
]


@pytest.mark.parametrize(("body", "status"), BODIES)
async def test_body(stack: Stack, attacker: Customer, body: bytes, status: int) -> None:
    answer = await post(stack, attacker, body)
    assert answer.status_code == status, answer.text
    check_envelope(answer.status_code, answer.content)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Content-Encoding": "gzip"}, 415, id="E4-gzip"),
        pytest.param({"Content-Encoding": "br"}, 415, id="E4-br"),
        pytest.param({"Content-Type": "multipart/form-data; boundary=x"}, 415, id="E12-multipart"),
        pytest.param({"X-Large": "x" * 40_000}, 431, id="E5-large"),
        pytest.param({f"X-{n}": "x" for n in range(200)}, 431, id="E5-many"),
        pytest.param({"Authorization": "Bearer sk-" + "k" * 1_000_000}, 431, id="B2-1-MB-key"),
    ],
)
async def test_headers(
    stack: Stack, attacker: Customer, headers: dict[str, str], status: int
) -> None:
    answer = await post(stack, attacker, gzip.compress(chat()), {**JSON_TYPE, **headers})
    assert answer.status_code == status, answer.text
    check_envelope(answer.status_code, answer.content)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([("Authorization", "Bearer {key}")] * 2, id="B1-two-headers"),
        pytest.param([("Authorization", "Basic {key}")], id="B1-basic"),
        pytest.param([("Authorization", "Bearer sk-\u20ac")], id="B2-unicode"),
        pytest.param([("Authorization", "Bearer {key}x")], id="B5-longer"),
        pytest.param([("Authorization", "Bearer {shorter}")], id="B5-shorter"),
    ],
)
async def test_key(stack: Stack, attacker: Customer, lines: list[tuple[str, str]]) -> None:
    answer = await stack.http.post(
        f"{stack.base_url()}/chat/completions",
        headers=[
            (name.encode(), value.format(key=attacker.key, shorter=attacker.key[:-1]).encode())
            for name, value in lines
        ],
        content=chat(),
    )
    assert answer.status_code == 401
    check_envelope(answer.status_code, answer.content)
    words = answer.json()["error"]["message"].partition(" (request id")[0]
    assert words == "Incorrect API key provided."


async def test_keys_are_shown_once_and_logged_never(stack: Stack, customer: Customer) -> None:
    """B7, B8: listings know the last four characters only, logs nothing."""
    bare = customer.key.removeprefix("sk-")
    keys = await stack.auth.ListKeys(auth_pb2.ListKeysRequest(account_id=customer.account_id))
    assert [key.last4 for key in keys.keys] == [bare[-4:]]
    assert bare not in str(keys)
    statuses = []
    for path in ("models", f"models/{customer.key}", f"{customer.key}/none"):
        answer = await stack.http.get(f"{stack.base_url()}/{path}?key={customer.key}")
        statuses.append(answer.status_code)
    assert statuses == [200, 404, 404]
    for log in (stack.home / "logs").iterdir():
        assert bare not in log.read_text(errors="replace"), log.name


async def talk(stack: Stack, *parts: bytes) -> bytes:
    """Writes raw bytes; all that comes back until the edge ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", stack.api_port)
    try:
        async with asyncio.timeout(SECONDS_MAX):
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await reader.read()
    finally:
        writer.close()


def head(customer: Customer, *lines: bytes) -> bytes:
    return b"\r\n".join(
        [
            b"POST /v1/chat/completions HTTP/1.1",
            b"Host: edge",
            b"Content-Type: application/json",
            b"Authorization: Bearer %b" % customer.key.encode(),
            *lines,
            b"\r\n",
        ]
    )


CHUNK = b"100000\r\n%b\r\n" % (b" " * 0x100000)
RAW = [
    pytest.param(
        [b"Content-Length: 5", b"Transfer-Encoding: chunked"],
        [b"0\r\n\r\nGET / HTTP/1.1\r\nHost: edge\r\n\r\n"],
        400,
        id="E1-CL-and-TE",
    ),
    pytest.param([b"Content-Length: 2", b"Content-Length: 3"], [b"{}x"], 400, id="E1-two-CL"),
    pytest.param([b"Content-Length: -1"], [b"{}"], 400, id="E1-negative-CL"),
    pytest.param([b"Content-Length: %d" % 2**70], [b"{}"], 400, id="E1-huge-CL"),
    pytest.param([b"Transfer-Encoding: chunked"], [b"zz\r\n{}\r\n"], 400, id="E1-chunk-size"),
    pytest.param([b"Transfer-Encoding: gzip"], [b"{}"], 400, id="E1-other-TE"),
    pytest.param([b"X-Name : y"], [], 400, id="E1-space-before-colon"),
    pytest.param([b"X-Name: a\0b"], [], 400, id="B2-NUL"),
    pytest.param([b"X: %b" % (b"x" * 100_000)] * 3, [], 431, id="E5-flood"),
]


@pytest.mark.parametrize(("lines", "parts", "status"), RAW)
async def test_framing(
    stack: Stack, attacker: Customer, lines: list[bytes], parts: list[bytes], status: int
) -> None:
    answer = await talk(stack, head(attacker, *lines), *parts)
    check_single(answer, status)


def check_single(answer: bytes, status: int) -> None:
    """One answer, and then the connection was closed: nothing is read as a second request."""
    assert answer.count(b"HTTP/1.1 ") == 1, answer[:2000]
    first, _, body = answer.partition(b"\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 %d " % status), answer[:500]
    assert b"connection: close" in first.lower()
    check_envelope(status, body)


async def test_slow_attacks(stack: Stack, attacker: Customer) -> None:
    """E1, E2: headers, lengths and chunks that never end are cut off while others are served."""
    endless = b"Transfer-Encoding: chunked"
    slow = [
        asyncio.create_task(talk(stack, *parts))
        for parts in (
            [head(attacker)[:60]],
            [head(attacker)[:-2], b"X-More: "],
            [head(attacker, b"Content-Length: %d" % 2**40), b"{}"],
            [head(attacker, endless), *[CHUNK] * 30],
        )
    ]
    begun = asyncio.get_running_loop().time()
    assert (await post(stack, attacker, chat(n=0))).status_code == 400
    assert asyncio.get_running_loop().time() - begun < 2
    for answer, status in zip(await asyncio.gather(*slow), (408, 408, 413, 413), strict=True):
        check_single(answer, status)


async def test_a_body_that_ends_too_early_reaches_nobody(stack: Stack, attacker: Customer) -> None:
    """E1: the client says more than it sends, and leaves."""
    _, writer = await asyncio.open_connection("127.0.0.1", stack.api_port)
    writer.write(head(attacker, b"Content-Length: 1000") + chat())
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def test_nothing_of_a_path_becomes_a_header(stack: Stack, attacker: Customer) -> None:
    """D9: an encoded line break stays a part of the name."""
    headers = {"Authorization": f"Bearer {attacker.key}"}
    url = f"{stack.base_url()}/models/x%0d%0aset-cookie:%20a"
    answer = await stack.http.get(url, headers=headers)
    assert answer.status_code == 404
    check_envelope(answer.status_code, answer.content)
    assert "set-cookie" not in answer.headers


async def test_metrics_do_not_grow_with_what_callers_invent(
    stack: Stack, attacker: Customer
) -> None:
    """E9: models, paths and methods of the caller's invention are no labels."""
    before = await edge_metrics(stack)
    for number in range(50):
        await post(stack, attacker, chat(model=f"invented-{number}"))
        url = f"{stack.base_url()}/invented-{number}"
        assert (await stack.http.request(f"INVENTED{number}", url)).status_code in (400, 404)
    after = await edge_metrics(stack)
    assert "invented" not in after.lower()
    assert len(after.splitlines()) < len(before.splitlines()) + 50


async def edge_metrics(stack: Stack) -> str:
    answer = await stack.http.get(f"http://127.0.0.1:{stack.port_base + 20}/metrics")
    return answer.text


async def test_a_thousand_at_once_on_a_cent(stack: Stack) -> None:
    """A14: what is admitted never costs more than the wallet has."""
    customer = await stack.customer(usd="0.01")
    limits = httpx2.Limits(max_connections=1000)
    async with httpx2.AsyncClient(timeout=60, limits=limits) as http:

        async def call(number: int) -> httpx2.Response:
            url = f"{stack.base_url(number % 2)}/chat/completions"
            headers = {"Authorization": f"Bearer {customer.key}"}
            return await http.post(url, headers=headers, content=chat(max_tokens=500))

        answers = await asyncio.gather(*(call(number) for number in range(1000)))
    assert {answer.status_code for answer in answers} <= {200, 402}
    served = [answer for answer in answers if answer.status_code == 200]
    entries = await stack.posted(customer, len(served))
    wallet = await stack.settled(customer)
    assert wallet.posted_nano == 10_000_000 + sum(entry.amount_nano for entry in entries) >= 0


async def test_too_many_at_once_are_429(stack: Stack) -> None:
    """E11: streams of one account are capped, and the cap frees when they end."""
    customer = await stack.customer(concurrent=3)
    slow = chat(
        stream=True, messages=[{"role": "user", "content": "[[sandbox chunks=500 delay_ms=100]]"}]
    )
    headers = {"Authorization": f"Bearer {customer.key}"}
    url = f"{stack.base_url()}/chat/completions"
    async with AsyncExitStack() as streams:
        for _ in range(3):
            opened = stack.http.stream("POST", url, headers=headers, content=slow)
            assert (await streams.enter_async_context(opened)).status_code == 200
        answer = await post(stack, customer, chat())
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "1"
        check_envelope(answer.status_code, answer.content)

    async def served() -> bool:
        return (await post(stack, customer, chat())).status_code == 200

    await eventually("the cap is free again", served, seconds=5)
    await stack.posted(customer, 4)
    await stack.settled(customer)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="A23-nothing"),
        pytest.param("a", id="A23-one-letter"),
        pytest.param("\u4e2d\U0001f600\u0e01\u0301" * 500, id="A20-scripts"),
        pytest.param("\u200b\0\uffff" * 500, id="A20-no-letters"),
        pytest.param("1 2 3 ! ? \n" * 500, id="A20-short-tokens"),
    ],
)
async def test_costs_are_above_nothing_and_below_the_hold(
    stack: Stack, customer: Customer, content: str
) -> None:
    body = chat(messages=[{"role": "user", "content": content}], max_tokens=1)
    answer = await post(stack, customer, body)
    assert answer.status_code == 200, answer.text
    [entry] = await stack.posted(customer, 1)
    await stack.settled(customer)
    [record] = await stack.usage(customer)
    assert 0 < -entry.amount_nano <= record.hold_nano
