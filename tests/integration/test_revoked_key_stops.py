"""A revoked key is dead on every edge within a second; a disabled one can come back."""

import asyncio

import httpx2
import pytest
from prices import MODEL
from stack import Customer, Stack, eventually
from tollgate.auth.v1 import auth_pb2
from tollgate_common.clock import SystemClock

EDGES = (0, 1)


async def test_revoked(stack: Stack, customer: Customer) -> None:
    assert await _statuses(stack, customer) == [200, 200]
    await stack.auth.RevokeKey(auth_pb2.RevokeKeyRequest(key_id=customer.key_id))

    async def refused() -> bool:
        return await _statuses(stack, customer) == [401, 401]

    await eventually("both edges refuse the key", refused, seconds=1)
    await stack.settled(customer)


async def test_disabled_and_enabled_again(stack: Stack, customer: Customer) -> None:
    assert await _statuses(stack, customer) == [200, 200]
    for state, expected in ((auth_pb2.KEY_STATE_DISABLED, 401), (auth_pb2.KEY_STATE_ACTIVE, 200)):
        await stack.auth.UpdateKey(auth_pb2.UpdateKeyRequest(key_id=customer.key_id, state=state))

        async def changed(expected: int = expected) -> bool:
            return await _statuses(stack, customer) == [expected, expected]

        await eventually(f"both edges answer {expected}", changed, seconds=1)
    await stack.settled(customer)


@pytest.mark.parametrize("code", ["key_expired", "key_disabled"])
async def test_error_says_why(stack: Stack, customer: Customer, code: str) -> None:
    change = auth_pb2.UpdateKeyRequest(key_id=customer.key_id)
    if code == "key_expired":
        change.expires_at_ms = SystemClock().now_ms() + 500
    else:
        change.state = auth_pb2.KEY_STATE_DISABLED
    await stack.auth.UpdateKey(change)

    async def refused() -> str | None:
        answer = await _chat(stack, customer, 0)
        return None if answer.status_code == 200 else answer.json()["error"]["code"]

    assert await eventually("the key is refused", refused, seconds=2) == code


async def test_model_allow_list(stack: Stack, customer: Customer) -> None:
    allow = auth_pb2.ModelList(models=["qwen-plus"])
    await stack.auth.UpdateKey(auth_pb2.UpdateKeyRequest(key_id=customer.key_id, models=allow))
    answer = await _chat(stack, customer, 0)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "model_not_allowed"
    headers = {"Authorization": f"Bearer {customer.key}"}
    listed = (await stack.http.get(f"{stack.base_url()}/models", headers=headers)).json()
    assert [model["id"] for model in listed["data"]] == ["qwen-plus"]


async def _statuses(stack: Stack, customer: Customer) -> list[int]:
    answers = await asyncio.gather(*(_chat(stack, customer, edge) for edge in EDGES))
    return [answer.status_code for answer in answers]


async def _chat(stack: Stack, customer: Customer, edge: int) -> httpx2.Response:
    return await stack.http.post(
        f"{stack.base_url(edge)}/chat/completions",
        headers={"Authorization": f"Bearer {customer.key}"},
        json={"model": MODEL, "messages": [{"role": "user", "content": "hello"}]},
    )
