"""The contract tollgate.auth.v1.Auth: translates, and decides nothing."""

import grpc
from tollgate.auth.v1 import auth_pb2, auth_pb2_grpc, users_pb2_grpc
from tollgate_common.errors import InvalidArgument
from tollgate_common.wire import page_size_of

from .accounts import Account, Limits
from .audit import OPERATOR
from .keys import Grant, Key, KeyChange, KeyState
from .operations import Auth

SERVICE = auth_pb2.DESCRIPTOR.services_by_name["Auth"].full_name


class AuthServicer(auth_pb2_grpc.AuthServicer):
    """Auth over gRPC."""

    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    async def ResolveKey(
        self, request: auth_pb2.ResolveKeyRequest, context: object
    ) -> auth_pb2.Grant:
        return _grant_to_proto(await self._auth.resolve_key(request.key_sha256))

    async def CreateAccount(
        self, request: auth_pb2.CreateAccountRequest, context: object
    ) -> auth_pb2.Account:
        limits = _limits_of(request.limits) if request.HasField("limits") else None
        account = await self._auth.create_account(request.name, limits, request.request_id)
        return _account_to_proto(account)

    async def GetAccount(
        self, request: auth_pb2.GetAccountRequest, context: object
    ) -> auth_pb2.Account:
        return _account_to_proto(await self._auth.get_account(request.account))

    async def ListAccounts(
        self, request: auth_pb2.ListAccountsRequest, context: object
    ) -> auth_pb2.ListAccountsResponse:
        limit = page_size_of(request.page_size)
        accounts, after = await self._auth.list_accounts(limit, request.page_token)
        return auth_pb2.ListAccountsResponse(
            accounts=map(_account_to_proto, accounts), next_page_token=after
        )

    async def CreateKey(
        self, request: auth_pb2.CreateKeyRequest, context: object
    ) -> auth_pb2.CreateKeyResponse:
        key, secret = await self._auth.create_key(
            request.account_id,
            request.label,
            request.models,
            request.expires_at_ms,
            _limits_of(request.limits),
            request.networks,
            actor_id=request.actor_id or OPERATOR,
        )
        return auth_pb2.CreateKeyResponse(key=_key_to_proto(key), secret=secret)

    async def ListKeys(
        self, request: auth_pb2.ListKeysRequest, context: object
    ) -> auth_pb2.ListKeysResponse:
        limit = page_size_of(request.page_size)
        keys, after = await self._auth.list_keys(request.account_id, limit, request.page_token)
        return auth_pb2.ListKeysResponse(keys=map(_key_to_proto, keys), next_page_token=after)

    async def UpdateKey(self, request: auth_pb2.UpdateKeyRequest, context: object) -> auth_pb2.Key:
        key = await self._auth.update_key(
            request.key_id,
            _change_of(request),
            account_id=request.account_id,
            actor_id=request.actor_id or OPERATOR,
        )
        return _key_to_proto(key)

    async def RevokeKey(self, request: auth_pb2.RevokeKeyRequest, context: object) -> auth_pb2.Key:
        key = await self._auth.revoke_key(
            request.key_id,
            account_id=request.account_id,
            actor_id=request.actor_id or OPERATOR,
        )
        return _key_to_proto(key)

    async def GetPlaygroundKey(
        self, request: auth_pb2.GetPlaygroundKeyRequest, context: object
    ) -> auth_pb2.CreateKeyResponse:
        key, secret = await self._auth.get_playground_key(request.account_id)
        return auth_pb2.CreateKeyResponse(key=_key_to_proto(key), secret=secret)


def add_services(
    server: grpc.aio.Server, auth: AuthServicer, users: users_pb2_grpc.UsersServicer
) -> None:
    """Both contracts of auth on one server."""
    auth_pb2_grpc.add_AuthServicer_to_server(auth, server)
    users_pb2_grpc.add_UsersServicer_to_server(users, server)


def _change_of(request: auth_pb2.UpdateKeyRequest) -> KeyChange:
    has = request.HasField
    return KeyChange(
        label=request.label if has("label") else None,
        state=_state_of(request.state) if has("state") else None,
        models=tuple(request.models.models) if has("models") else None,
        expires_at_ms=request.expires_at_ms if has("expires_at_ms") else None,
        limits=_limits_of(request.limits) if has("limits") else None,
        networks=tuple(request.networks.networks) if has("networks") else None,
    )


def _state_of(state: int) -> KeyState:
    try:
        return KeyState(state)
    except ValueError:
        raise InvalidArgument("state: must be ACTIVE or DISABLED", field="state") from None


def _limits_of(limits: auth_pb2.Limits) -> Limits:
    return Limits(
        requests_per_minute=limits.requests_per_minute,
        tokens_per_minute=limits.tokens_per_minute,
        concurrent_requests=limits.concurrent_requests,
    )


def _limits_to_proto(limits: Limits) -> auth_pb2.Limits:
    return auth_pb2.Limits(
        requests_per_minute=limits.requests_per_minute,
        tokens_per_minute=limits.tokens_per_minute,
        concurrent_requests=limits.concurrent_requests,
    )


def _account_to_proto(account: Account) -> auth_pb2.Account:
    return auth_pb2.Account(
        id=account.id,
        name=account.name,
        limits=_limits_to_proto(account.limits),
        created_at_ms=account.created_at_ms,
    )


def _key_to_proto(key: Key) -> auth_pb2.Key:
    return auth_pb2.Key(
        id=key.id,
        account_id=key.account_id,
        label=key.label,
        last4=key.last4,
        state=auth_pb2.KeyState.ValueType(key.state),
        models=key.models,
        expires_at_ms=key.expires_at_ms,
        limits=_limits_to_proto(key.limits),
        created_at_ms=key.created_at_ms,
        networks=key.networks,
        playground=key.playground,
    )


def _grant_to_proto(grant: Grant) -> auth_pb2.Grant:
    return auth_pb2.Grant(
        account_id=grant.key.account_id,
        key_id=grant.key.id,
        state=auth_pb2.KeyState.ValueType(grant.key.state),
        models=grant.key.models,
        expires_at_ms=grant.key.expires_at_ms,
        account_limits=_limits_to_proto(grant.account_limits),
        key_limits=_limits_to_proto(grant.key.limits),
        networks=grant.key.networks,
    )
