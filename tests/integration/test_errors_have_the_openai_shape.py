"""Every refusal has the OpenAI envelope, the right status, and a request id for support."""

import json

import pytest
from prices import MODEL
from stack import Customer, Stack

HELLO = [{"role": "user", "content": "hello"}]


def fault(directive: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": f"hello [[sandbox {directive}]]"}]


CASES = [
    pytest.param(
        {"model": "gpt-17", "messages": HELLO}, 404, "model_not_found", id="no-such-model"
    ),
    pytest.param({"messages": HELLO}, 400, None, id="no-model"),
    pytest.param({"model": MODEL}, 400, None, id="no-messages"),
    pytest.param({"model": MODEL, "messages": HELLO, "n": 0}, 400, None, id="n-0"),
    pytest.param({"model": MODEL, "messages": HELLO, "n": 2**64}, 400, None, id="n-huge"),
    pytest.param({"model": MODEL, "messages": HELLO, "max_tokens": -1}, 400, None, id="negative"),
    pytest.param({"model": MODEL, "messages": HELLO, "api_base": "x"}, 400, None, id="api-base"),
    pytest.param(
        {"model": MODEL, "messages": HELLO, "temperature": 9}, 400, None, id="provider-400"
    ),
    pytest.param(
        {"model": MODEL, "messages": fault("status=429 retry_after=7")},
        429,
        "upstream_rate_limited",
        id="provider-429",
    ),
    pytest.param({"model": MODEL, "messages": fault("status=500")}, 502, None, id="provider-500"),
    pytest.param({"model": MODEL, "messages": fault("status=401")}, 502, None, id="provider-401"),
]
TYPES = {
    400: "invalid_request_error",
    404: "invalid_request_error",
    429: "rate_limit_error",
    502: "upstream_error",
}


@pytest.mark.parametrize(("body", "status", "code"), CASES)
@pytest.mark.parametrize("stream", [False, True])
async def test_chat(
    stack: Stack,
    customer: Customer,
    body: dict[str, object],
    status: int,
    code: str | None,
    stream: bool,
) -> None:
    answer = await stack.http.post(
        f"{stack.base_url()}/chat/completions",
        headers={"Authorization": f"Bearer {customer.key}"},
        json={**body, "stream": stream},
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == TYPES[status]
    if code:
        assert error["code"] == code
    request_id = answer.headers["x-request-id"]
    assert error["message"].endswith(f" (request id: {request_id})")
    assert answer.headers["x-oneapi-request-id"] == answer.headers["request-id"] == request_id
    for secret in ("127.0.0.1", "sk-sandbox", "Traceback"):
        assert secret not in answer.text
    await stack.settled(customer)
    assert (await stack.wallet(customer.account_id)).posted_nano == 1_000_000_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"model": NaN}',
        b'{"model": "a", "model": "b"}',
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'{"model": "\\ud800"}',
        b'{"n": ' + b"9" * 5_000 + b"}",
        b"[" * 10_000,
    ],
)
async def test_bodies_that_are_not_json(stack: Stack, customer: Customer, body: bytes) -> None:
    answer = await stack.http.post(
        f"{stack.base_url()}/chat/completions",
        headers={"Authorization": f"Bearer {customer.key}", "Content-Type": "application/json"},
        content=body,
    )
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_failure_after_the_stream_began(stack: Stack, customer: Customer) -> None:
    """An error event and no [DONE]: a cut answer must not look complete; what came is billed."""
    answer = await stack.http.post(
        f"{stack.base_url()}/chat/completions",
        headers={"Authorization": f"Bearer {customer.key}"},
        json={"model": MODEL, "stream": True, "messages": fault("chunks=30 cut_after=10")},
    )
    assert answer.status_code == 200
    events = [line for line in answer.text.splitlines() if line.startswith("data: ")]
    assert json.loads(events[-1].removeprefix("data: "))["error"]["type"] == "upstream_error"
    assert "[DONE]" not in answer.text
    [entry] = await stack.posted(customer, 1)
    assert entry.amount_nano < 0
    await stack.settled(customer)


async def test_body_too_large(stack: Stack, customer: Customer) -> None:
    answer = await stack.http.post(
        f"{stack.base_url()}/chat/completions",
        headers={"Authorization": f"Bearer {customer.key}"},
        json={"model": MODEL, "messages": [{"role": "user", "content": "x" * 28_000_000}]},
    )
    assert answer.status_code == 413
    assert answer.json()["error"]["type"] == "invalid_request_error"
