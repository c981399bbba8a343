"""The services behind the edge, over gRPC: contracts in and out of values, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import grpc
from grpc.aio import AioRpcError
from tollgate.auth.v1 import auth_pb2
from tollgate.auth.v1.auth_pb2_grpc import AuthStub
from tollgate.ledger.v1 import ledger_pb2
from tollgate.ledger.v1.ledger_pb2_grpc import LedgerStub
from tollgate.providers.v1 import providers_pb2
from tollgate.providers.v1.providers_pb2_grpc import ProvidersStub
from tollgate_common.addresses import Networks
from tollgate_common.errors import NotFound, Unavailable
from tollgate_common.ids import AccountId, KeyId, LeaseId
from tollgate_common.rating import Price
from tollgate_common.rpc import connect
from tollgate_common.wire import error_of

from .billing import Totals
from .catalogue import Model
from .grants import Grant, KeyState
from .idempotency import Answer, Idempotency, in_use, lost, reused
from .leases import Closing
from .limits import Limits
from .ports import Granted
from .relay import refusal_in

# A request waits for these: longer than this, and its client had better come again.
_ASK_SECONDS = 2.0
# A target that does not answer must not keep its link from being tried again.
_DIAL_SECONDS = 5.0

# A kept answer may be megabytes.
_ANSWER_SECONDS = 10.0

_UNANSWERED = {
    providers_pb2.ANSWER_STATE_RUNNING: in_use,
    providers_pb2.ANSWER_STATE_OTHER: reused,
    providers_pb2.ANSWER_STATE_LOST: lost,
}
_STATES = {
    auth_pb2.KEY_STATE_ACTIVE: KeyState.ACTIVE,
    auth_pb2.KEY_STATE_DISABLED: KeyState.DISABLED,
}


async def reachable(channel: grpc.aio.Channel) -> None:
    """Returns once the other side can be called; its caller sets the deadline."""
    await channel.channel_ready()


class AuthClient:
    """Port Auth."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = AuthStub(channel)

    async def resolve(self, key_sha256: bytes) -> Grant:
        request = auth_pb2.ResolveKeyRequest(key_sha256=key_sha256)
        grant = await self._stub.ResolveKey(request, timeout=_ASK_SECONDS)
        scopes = (
            (grant.account_id, _limits(grant.account_limits)),
            (grant.key_id, _limits(grant.key_limits)),
        )
        return Grant(
            account_id=AccountId(grant.account_id),
            key_id=KeyId(grant.key_id),
            state=_STATES.get(grant.state, KeyState.REVOKED),
            models=frozenset(grant.models),
            expires_at_ms=grant.expires_at_ms,
            limits=tuple(scope for scope in scopes if not scope[1].none),
            networks=Networks.of(grant.networks) if grant.networks else None,
        )


def _limits(limits: auth_pb2.Limits) -> Limits:
    return Limits(limits.requests_per_minute, limits.tokens_per_minute, limits.concurrent_requests)


def changed_key(payload: bytes) -> bytes:
    """The digest in an announcement of auth."""
    return auth_pb2.KeyChanged.FromString(payload).key_sha256


class LedgerClient:
    """Ports Ledger and Wallets."""

    def __init__(self, channel: grpc.aio.Channel, edge_id: str) -> None:
        self._stub = LedgerStub(channel)
        self._edge_id = edge_id

    async def acquire(
        self,
        account_id: AccountId,
        lease_id: LeaseId | None,
        *,
        need_nano: int,
        want_nano: int,
        closing: Sequence[Closing],
    ) -> Granted:
        request = ledger_pb2.AcquireRequest(
            account_id=account_id,
            edge_id=self._edge_id,
            lease_id=lease_id or "",
            need_nano=need_nano,
            want_nano=want_nano,
            closing=[
                ledger_pb2.LeaseClosing(lease_id=c.lease_id, held_total_nano=c.held_total_nano)
                for c in closing
            ],
        )
        reply = await self._stub.Acquire(request, timeout=_ASK_SECONDS)
        return Granted(reply.granted_nano, reply.ttl_ms / 1000)

    async def totals(self, account_id: AccountId) -> Totals:
        request = ledger_pb2.GetWalletRequest(account_id=account_id)
        try:
            wallet = await self._stub.GetWallet(request, timeout=_ASK_SECONDS)
        except NotFound:
            return Totals(0, 0)
        return Totals(wallet.credited_nano, wallet.used_nano)


def recalled_account(payload: bytes) -> AccountId:
    """The account in an announcement of the ledger."""
    return AccountId(ledger_pb2.LeaseRecall.FromString(payload).account_id)


class ProvidersClient:
    """Ports CatalogueSource and Answers, and the dialling of relay streams, for one target."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel
        self._stub = ProvidersStub(channel)

    async def fetch(self) -> tuple[str, Sequence[Model]]:
        catalogue = await self._stub.GetCatalogue(
            providers_pb2.GetCatalogueRequest(), timeout=_ASK_SECONDS
        )
        return catalogue.version, [_model(model) for model in catalogue.models]

    async def find(self, account_id: str, idempotency: Idempotency) -> Answer | None:
        request = providers_pb2.FindAnswerRequest(
            account_id=account_id,
            idempotency_key=idempotency.key,
            fingerprint=idempotency.fingerprint,
        )
        found = await self._stub.FindAnswer(request, timeout=_ANSWER_SECONDS)
        if found.state == providers_pb2.ANSWER_STATE_ABSENT:
            return None
        if found.state != providers_pb2.ANSWER_STATE_KEPT:
            raise _UNANSWERED[found.state]()
        refusal = refusal_in(found.failure) if found.HasField("failure") else None
        return Answer(found.request_id, found.content_type, found.data, found.cost_nano, refusal)

    async def dial(self, outgoing: AsyncIterator[providers_pb2.EdgeFrames]) -> "RelayStream":
        try:
            await asyncio.wait_for(self._channel.channel_ready(), _DIAL_SECONDS)
        except TimeoutError as error:
            raise Unavailable("providers does not answer") from error
        return RelayStream(self._channel, self._stub.Relay(outgoing))


class AnswersClient:
    """Port Answers, from the first target that answers."""

    def __init__(self, targets: Sequence[ProvidersClient]) -> None:
        self._targets = targets

    async def find(self, account_id: str, idempotency: Idempotency) -> Answer | None:
        error = Unavailable("there is no providers target")
        for target in self._targets:
            try:
                return await target.find(account_id, idempotency)
            except Unavailable as failed:
                error = failed
        raise error


class RelayStream:
    """Port Stream."""

    def __init__(
        self,
        channel: grpc.aio.Channel,
        call: "grpc.aio.StreamStreamCall[providers_pb2.EdgeFrames, providers_pb2.ProviderFrames]",
    ) -> None:
        self._channel = channel
        self._call = call

    async def frames(self) -> AsyncIterator[providers_pb2.ProviderFrames]:
        try:
            async for frames in self._call:
                yield frames
        except AioRpcError as error:
            raise error_of(error) from error
        finally:
            self._call.cancel()

    async def leaving(self) -> None:
        """A server that drains says so on the connection, long before it ends the streams."""
        await self._channel.wait_for_state_change(grpc.ChannelConnectivity.READY)


def _model(model: providers_pb2.Model) -> Model:
    price = model.price
    return Model(
        name=model.name,
        aliases=tuple(model.aliases),
        owned_by=model.owned_by,
        context_tokens=model.context_tokens,
        max_output_tokens=model.max_output_tokens,
        default_output_tokens=model.default_output_tokens,
        extra_reasoning_tokens=model.extra_reasoning_tokens,
        image_tokens=model.image_tokens,
        audio_second_tokens=model.audio_second_tokens,
        operations=tuple(model.operations),
        price=Price(
            version=price.version,
            input=price.input_nano,
            cached_read=price.cached_read_nano,
            cache_write_5m=price.cache_write_5m_nano,
            cache_write_1h=price.cache_write_1h_nano,
            output=price.output_nano,
            reasoning=price.reasoning_nano,
            image_input=price.image_input_nano,
            audio_input=price.audio_input_nano,
            image_output=price.image_output_nano,
            audio_output=price.audio_output_nano,
            calls=price.calls_nano,
        ),
        created_at_s=model.created_at_s,
        served=model.served,
    )


class Clients:
    """Every client of one edge, and their channels, which close together."""

    def __init__(
        self, auth: str, ledger: str, providers: Sequence[str], token: str, edge_id: str
    ) -> None:
        self.ledger_channel = connect(ledger, token)
        auth_channel = connect(auth, token)
        providers_channels = {target: connect(target, token) for target in providers}
        self.auth = AuthClient(auth_channel)
        self.ledger = LedgerClient(self.ledger_channel, edge_id)
        clients = {name: ProvidersClient(channel) for name, channel in providers_channels.items()}
        self.providers = [clients[target] for target in providers]
        self._channels = [auth_channel, self.ledger_channel, *providers_channels.values()]

    async def __aenter__(self) -> "Clients":
        return self

    async def __aexit__(self, *_: object) -> None:
        async with AsyncExitStack() as stack:
            for channel in self._channels:
                stack.push_async_callback(channel.close)
