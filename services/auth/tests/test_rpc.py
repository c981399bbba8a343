import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

import grpc
import pytest
from tollgate.auth.v1 import auth_pb2, auth_pb2_grpc
from tollgate_auth.announcer import BusAnnouncer
from tollgate_auth.operations import Auth
from tollgate_auth.rpc import SERVICE, AuthServicer
from tollgate_common.bus import Bus
from tollgate_common.errors import AlreadyExists, InvalidArgument, NotFound, Unauthenticated
from tollgate_common.rpc import ServerInterceptor, connect

from .world import TOKEN


@pytest.fixture
async def target(auth: Auth) -> AsyncIterator[str]:
    server = grpc.aio.server(interceptors=[ServerInterceptor(TOKEN)])
    auth_pb2_grpc.add_AuthServicer_to_server(AuthServicer(auth), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(None)


@pytest.fixture
async def stub(target: str) -> AsyncIterator["auth_pb2_grpc.AuthAsyncStub"]:
    async with connect(target, TOKEN) as channel:
        yield auth_pb2_grpc.AuthStub(channel)


def test_the_service_has_the_contract_s_name() -> None:
    assert SERVICE == "tollgate.auth.v1.Auth"


async def test_a_wrong_token_is_refused(target: str) -> None:
    async with connect(target, "another token, also long") as channel:
        with pytest.raises(Unauthenticated):
            await auth_pb2_grpc.AuthStub(channel).ListAccounts(auth_pb2.ListAccountsRequest())


async def test_the_life_of_a_key(stub: "auth_pb2_grpc.AuthAsyncStub") -> None:
    account = await stub.CreateAccount(auth_pb2.CreateAccountRequest(name="acme", request_id="r1"))
    assert account.limits.concurrent_requests == 100
    created = await stub.CreateKey(
        auth_pb2.CreateKeyRequest(account_id=account.id, label="laptop", models=["m1", "m2"])
    )
    resolve = auth_pb2.ResolveKeyRequest(
        key_sha256=hashlib.sha256(created.secret.removeprefix("sk-").encode()).digest()
    )
    grant = await stub.ResolveKey(resolve)
    assert (grant.account_id, grant.key_id) == (account.id, created.key.id)
    assert (list(grant.models), grant.expires_at_ms) == (["m1", "m2"], 0)
    assert grant.account_limits == account.limits
    assert grant.state == auth_pb2.KEY_STATE_ACTIVE

    await stub.UpdateKey(
        auth_pb2.UpdateKeyRequest(
            key_id=created.key.id,
            state=auth_pb2.KEY_STATE_DISABLED,
            models=auth_pb2.ModelList(),
            limits=auth_pb2.Limits(tokens_per_minute=10),
        )
    )
    grant = await stub.ResolveKey(resolve)
    assert grant.state == auth_pb2.KEY_STATE_DISABLED
    assert (list(grant.models), grant.key_limits.tokens_per_minute) == ([], 10)

    await stub.RevokeKey(auth_pb2.RevokeKeyRequest(key_id=created.key.id))
    listed = await stub.ListKeys(auth_pb2.ListKeysRequest(account_id=account.id))
    (key,) = listed.keys
    assert (key.label, key.state) == ("laptop", auth_pb2.KEY_STATE_REVOKED)
    assert key.last4 == created.secret[-4:]


async def test_networks_are_given_replaced_and_emptied(stub: "auth_pb2_grpc.AuthAsyncStub") -> None:
    account = await stub.CreateAccount(auth_pb2.CreateAccountRequest(name="acme", request_id="r1"))
    created = await stub.CreateKey(
        auth_pb2.CreateKeyRequest(account_id=account.id, label="laptop", networks=["10.1.2.3/8"])
    )
    digest = hashlib.sha256(created.secret.removeprefix("sk-").encode()).digest()
    resolve = auth_pb2.ResolveKeyRequest(key_sha256=digest)
    assert list(created.key.networks) == ["10.0.0.0/8"]
    assert list((await stub.ResolveKey(resolve)).networks) == ["10.0.0.0/8"]

    async def update(networks: auth_pb2.NetworkList | None) -> list[str]:
        await stub.UpdateKey(auth_pb2.UpdateKeyRequest(key_id=created.key.id, networks=networks))
        return list((await stub.ResolveKey(resolve)).networks)

    assert await update(auth_pb2.NetworkList(networks=["192.0.2.1"])) == ["192.0.2.1/32"]
    assert await update(None) == ["192.0.2.1/32"]
    assert await update(auth_pb2.NetworkList()) == []


async def test_the_playground_s_key_is_given_and_listed(
    stub: "auth_pb2_grpc.AuthAsyncStub",
) -> None:
    account = await stub.CreateAccount(auth_pb2.CreateAccountRequest(name="acme", request_id="r1"))
    request = auth_pb2.GetPlaygroundKeyRequest(account_id=account.id)
    given = await stub.GetPlaygroundKey(request)
    assert given == await stub.GetPlaygroundKey(request)
    assert given.key.playground and given.secret.endswith(given.key.last4)
    listed = await stub.ListKeys(auth_pb2.ListKeysRequest(account_id=account.id))
    assert list(listed.keys) == [given.key]


async def test_only_the_account_s_own_key_is_changed_when_one_is_named(
    stub: "auth_pb2_grpc.AuthAsyncStub",
) -> None:
    account = await stub.CreateAccount(auth_pb2.CreateAccountRequest(name="acme", request_id="r1"))
    created = await stub.CreateKey(auth_pb2.CreateKeyRequest(account_id=account.id, label="laptop"))
    key_id = created.key.id
    with pytest.raises(NotFound):
        await stub.UpdateKey(auth_pb2.UpdateKeyRequest(key_id=key_id, account_id="acc_other"))
    with pytest.raises(NotFound):
        await stub.RevokeKey(auth_pb2.RevokeKeyRequest(key_id=key_id, account_id="acc_other"))
    revoke = auth_pb2.RevokeKeyRequest(key_id=key_id, account_id=account.id, actor_id="usr_1")
    assert (await stub.RevokeKey(revoke)).state == auth_pb2.KEY_STATE_REVOKED


async def test_errors_arrive_as_they_were_raised(stub: "auth_pb2_grpc.AuthAsyncStub") -> None:
    with pytest.raises(NotFound):
        await stub.GetAccount(auth_pb2.GetAccountRequest(account="nobody"))
    await stub.CreateAccount(auth_pb2.CreateAccountRequest(name="acme", request_id="r1"))
    with pytest.raises(AlreadyExists) as taken:
        await stub.CreateAccount(auth_pb2.CreateAccountRequest(name="acme", request_id="r2"))
    assert taken.value.field == "name"
    with pytest.raises(InvalidArgument) as bad_limits:
        await stub.CreateAccount(
            auth_pb2.CreateAccountRequest(
                name="b", request_id="r3", limits=auth_pb2.Limits(requests_per_minute=-1)
            )
        )
    assert bad_limits.value.field == "requests_per_minute"


@pytest.mark.parametrize("state", [0, 3, 99, -1])
async def test_a_state_that_cannot_be_set_is_refused(
    stub: "auth_pb2_grpc.AuthAsyncStub", state: int
) -> None:
    account = await stub.CreateAccount(auth_pb2.CreateAccountRequest(name="acme", request_id="r1"))
    created = await stub.CreateKey(auth_pb2.CreateKeyRequest(account_id=account.id, label="laptop"))
    with pytest.raises(InvalidArgument) as caught:
        await stub.UpdateKey(
            auth_pb2.UpdateKeyRequest(
                key_id=created.key.id, state=auth_pb2.KeyState.ValueType(state)
            )
        )
    assert caught.value.field == "state"


@pytest.mark.parametrize("page_size", [-1, 1001, 2**31 - 1])
async def test_a_page_size_out_of_range_is_refused_by_name(
    stub: "auth_pb2_grpc.AuthAsyncStub", page_size: int
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await stub.ListAccounts(auth_pb2.ListAccountsRequest(page_size=page_size))
    assert caught.value.field == "page_size"


async def test_a_bad_page_token_is_refused(stub: "auth_pb2_grpc.AuthAsyncStub") -> None:
    with pytest.raises(InvalidArgument):
        await stub.ListAccounts(auth_pb2.ListAccountsRequest(page_token="W10="))


async def test_pages_continue(stub: "auth_pb2_grpc.AuthAsyncStub") -> None:
    for name in ("a", "b", "c"):
        await stub.CreateAccount(auth_pb2.CreateAccountRequest(name=name, request_id=name))
    first = await stub.ListAccounts(auth_pb2.ListAccountsRequest(page_size=2))
    rest = await stub.ListAccounts(
        auth_pb2.ListAccountsRequest(page_size=2, page_token=first.next_page_token)
    )
    assert [account.name for account in [*first.accounts, *rest.accounts]] == ["a", "b", "c"]
    assert rest.next_page_token == ""


async def test_a_change_succeeds_while_nats_is_away(auth: Auth) -> None:
    bus = await Bus.connect("nats://127.0.0.1:9", "auth")
    try:
        away = replace(auth, announcer=BusAnnouncer(bus))
        account = await away.create_account("acme", None, "r1")
        key, _ = await away.create_key(account.id, "laptop", [], 0, account.limits)
        async with asyncio.timeout(1):
            revoked = await away.revoke_key(key.id)
    finally:
        await bus.close()
    assert (await auth.list_keys(account.id, 1, ""))[0] == [revoked]
