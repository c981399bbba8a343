"""A key that is limited to some networks works only from there; a change reaches every edge."""

import asyncio

import httpx2
from prices import MODEL
from stack import Customer, Stack, eventually
from tollgate.auth.v1 import auth_pb2

EDGES = (0, 1)
MESSAGES = [{"role": "user", "content": "hello"}]
# By dialect: its path behind the host, and what is sent there.
ASKED: dict[str, tuple[str, dict[str, object]]] = {
    "openai": ("/v1/chat/completions", {"model": MODEL, "messages": MESSAGES}),
    "anthropic": ("/v1/messages", {"model": MODEL, "messages": MESSAGES, "max_tokens": 20}),
    "gemini": (
        f"/v1beta/models/{MODEL}:generateContent",
        {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]},
    ),
}


async def test_a_key_works_only_from_its_networks(stack: Stack, customer: Customer) -> None:
    limited = await _limited_key(stack, customer.account_id, "10.0.0.0/8")
    for dialect in ASKED:
        refused = await _ask(stack, limited.secret, dialect)
        assert refused.status_code == 403
        error = refused.json()["error"]
        assert "127.0.0.1" in error["message"]
        assert error.get("type", error.get("status")) in ("permission_error", "PERMISSION_DENIED")
    wallet = await stack.settled(customer)
    assert wallet.posted_nano == 1_000_000_000

    networks = auth_pb2.NetworkList(networks=["10.0.0.0/8", "127.0.0.0/8"])
    await stack.auth.UpdateKey(auth_pb2.UpdateKeyRequest(key_id=limited.key.id, networks=networks))

    async def answered() -> bool:
        answers = await asyncio.gather(
            *(_ask(stack, limited.secret, "openai", edge) for edge in EDGES)
        )
        return [answer.status_code for answer in answers] == [200, 200]

    await eventually("both edges let the key in", answered, seconds=1)
    for dialect in ASKED:
        assert (await _ask(stack, limited.secret, dialect)).status_code == 200
    await stack.settled(customer)


async def test_nobody_gets_in_by_a_header(stack: Stack, customer: Customer) -> None:
    limited = await _limited_key(stack, customer.account_id, "10.0.0.0/8")
    spoofed = {"X-Forwarded-For": "10.0.0.1"}
    assert (await _ask(stack, limited.secret, "openai", headers=spoofed)).status_code == 403


async def test_the_playground_has_one_key_that_works(stack: Stack, customer: Customer) -> None:
    request = auth_pb2.GetPlaygroundKeyRequest(account_id=customer.account_id)
    given = await asyncio.gather(*(stack.auth.GetPlaygroundKey(request) for _ in range(10)))
    assert len({each.secret for each in given}) == 1
    assert (await _ask(stack, given[0].secret, "openai")).status_code == 200
    await stack.settled(customer)


async def _limited_key(stack: Stack, account_id: str, network: str) -> auth_pb2.CreateKeyResponse:
    request = auth_pb2.CreateKeyRequest(account_id=account_id, label="limited", networks=[network])
    return await stack.auth.CreateKey(request)


async def _ask(
    stack: Stack, key: str, dialect: str, edge: int = 0, headers: dict[str, str] | None = None
) -> httpx2.Response:
    path, body = ASKED[dialect]
    return await stack.http.post(
        stack.base_url(edge).removesuffix("/v1") + path,
        headers={"Authorization": f"Bearer {key}", **(headers or {})},
        json=body,
    )
