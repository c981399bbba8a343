"""gRPC calls that nobody should make: a typed refusal, and the service goes on."""

from collections.abc import Awaitable
from typing import Any

import grpc
import pytest
from stack import Customer, Stack
from tollgate.auth.v1 import auth_pb2
from tollgate.ledger.v1 import ledger_pb2
from tollgate.metering.v1 import metering_pb2
from tollgate_common.errors import InvalidArgument

SECONDS_MAX = 15.0


@pytest.mark.parametrize(
    ("method", "token", "request_bytes", "code"),
    [
        pytest.param("/tollgate.auth.v1.Auth/ListAccounts", "", 0, "UNAUTHENTICATED", id="none"),
        pytest.param("/tollgate.auth.v1.Auth/ListAccounts", "x", 0, "UNAUTHENTICATED", id="wrong"),
        pytest.param("/tollgate.auth.v1.Auth/Drop", "", 0, "UNIMPLEMENTED", id="method"),
        pytest.param("/tollgate.none.v1.None/Get", "", 0, "UNIMPLEMENTED", id="service"),
        pytest.param(
            "/tollgate.auth.v1.Auth/ListAccounts", "", 100_000_000, "RESOURCE_EXHAUSTED", id="100MB"
        ),
    ],
)
async def test_grpc(stack: Stack, method: str, token: str, request_bytes: int, code: str) -> None:
    """E13: who has no token gets nothing; what is too large is refused before it is parsed."""
    options = [("grpc.max_send_message_length", -1)]
    target = f"127.0.0.1:{stack.port_base + 1}"
    async with grpc.aio.insecure_channel(target, options=options) as channel:
        metadata = [("authorization", f"Bearer {token}")] if token else []
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await channel.unary_unary(method, request_serializer=bytes)(
                b" " * request_bytes, metadata=metadata, timeout=SECONDS_MAX
            )
    assert refused.value.code() is grpc.StatusCode[code], refused.value
    assert "Traceback" not in (refused.value.details() or "")
    await stack.auth.ListAccounts(auth_pb2.ListAccountsRequest(page_size=1))


@pytest.mark.parametrize(
    "page",
    [
        {"page_size": 1_000_000_000},
        {"page_size": -1},
        {"page_token": '{"$gt":""}'},
        {"page_token": "\0"},
        {"page_token": "x" * 100_000},
    ],
    ids=["E8-size", "E8-negative", "E7-operator", "E7-NUL", "E8-large"],
)
async def test_pages(stack: Stack, customer: Customer, page: dict[str, Any]) -> None:
    """E7, E8: no page is too large, and no token says more than where to go on."""
    account_id = customer.account_id
    calls: list[Awaitable[object]] = [
        stack.auth.ListAccounts(auth_pb2.ListAccountsRequest(**page)),
        stack.auth.ListKeys(auth_pb2.ListKeysRequest(account_id=account_id, **page)),
        stack.ledger.ListEntries(ledger_pb2.ListEntriesRequest(account_id=account_id, **page)),
        stack.metering.ListUsage(metering_pb2.ListUsageRequest(account_id=account_id, **page)),
    ]
    for call in calls:
        with pytest.raises(InvalidArgument):
            await call
