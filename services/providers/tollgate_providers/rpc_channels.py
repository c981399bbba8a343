"""The operators' half of the service over gRPC: translates, and decides nothing."""

from collections.abc import Iterable, Mapping

from tollgate.providers.v1 import providers_pb2 as pb
from tollgate.providers.v1.providers_pb2_grpc import ProvidersServicer
from tollgate_common.clock import Clock

from .breaker import State
from .channels import Channel, Key
from .exchange import Exchanges
from .operations import Channels
from .probe import Result, probe
from .stored import ChannelChange, StoredChannel

_STATES = {
    State.CLOSED: pb.KEY_STATE_CLOSED,
    State.HALF_OPEN: pb.KEY_STATE_HALF_OPEN,
    State.OPEN: pb.KEY_STATE_OPEN,
}


class ChannelCalls(ProvidersServicer):
    """Calls about channels."""

    def __init__(self, exchanges: Exchanges, channels: Channels, clock: Clock) -> None:
        self._exchanges = exchanges
        self._channels = channels
        self._clock = clock

    async def ListChannels(
        self, request: pb.ListChannelsRequest, context: object
    ) -> pb.ListChannelsResponse:
        return pb.ListChannelsResponse(
            channels=[self._channel_to_proto(channel) for channel in self._exchanges.channels]
        )

    async def TestChannel(
        self, request: pb.TestChannelRequest, context: object
    ) -> pb.TestChannelResponse:
        results = await probe(
            self._exchanges, self._clock, request.channel_id, request.model, request.key_id
        )
        return _results_to_proto(results)

    async def AddChannel(self, request: pb.AddChannelRequest, context: object) -> pb.Channel:
        stored = StoredChannel(
            id=request.id,
            provider=request.provider,
            base_url=request.base_url,
            keys=(),
            priority=request.priority,
            weight=request.weight or 1,
            enabled=not request.disabled,
            models=_models_of(request.models.models),
        )
        return self._channel_to_proto(await self._channels.add(stored, request.credentials))

    async def UpdateChannel(self, request: pb.UpdateChannelRequest, context: object) -> pb.Channel:
        channel = await self._channels.update(request.id, _change_of(request))
        return self._channel_to_proto(channel)

    async def RemoveChannel(
        self, request: pb.RemoveChannelRequest, context: object
    ) -> pb.RemoveChannelResponse:
        await self._channels.remove(request.id)
        return pb.RemoveChannelResponse()

    async def RotateVault(
        self, request: pb.RotateVaultRequest, context: object
    ) -> pb.RotateVaultResponse:
        done = await self._channels.rotate()
        return pb.RotateVaultResponse(
            rotated=done.rotated, credentials=done.credentials, vault_key=done.vault_key
        )

    def _channel_to_proto(self, channel: Channel) -> pb.Channel:
        models = self._exchanges.models.values()
        return pb.Channel(
            id=channel.id,
            provider=channel.provider,
            base_url=channel.base_url,
            models=sum(channel.serves(model) for model in models),
            sandbox=channel.sandbox,
            source=channel.source,
            enabled=channel.enabled,
            priority=channel.priority,
            weight=channel.weight,
            keys=[self._key_to_proto(channel, key) for key in channel.keys],
            serves=[
                pb.ChannelModel(name=name, upstream=own)
                for name, own in sorted(channel.models.items())
            ],
        )

    def _key_to_proto(self, channel: Channel, key: Key) -> pb.ChannelKey:
        health = self._exchanges.routing.health(channel, key, self._clock.monotonic())
        return pb.ChannelKey(
            id=key.id,
            enabled=key.enabled,
            state=_STATES[health.state],
            failures=health.failures,
        )


def _models_of(models: Iterable[pb.ChannelModel]) -> Mapping[str, str]:
    return {model.name: model.upstream for model in models}


def _change_of(request: pb.UpdateChannelRequest) -> ChannelChange:
    has = request.HasField
    return ChannelChange(
        base_url=request.base_url if has("base_url") else None,
        priority=request.priority if has("priority") else None,
        weight=request.weight if has("weight") else None,
        enabled=request.enabled if has("enabled") else None,
        models=_models_of(request.models.models) if has("models") else None,
        add_credentials=tuple(request.add_credentials),
        remove_keys=tuple(request.remove_keys),
        enable_keys=tuple(request.enable_keys),
        disable_keys=tuple(request.disable_keys),
    )


def _results_to_proto(results: list[Result]) -> pb.TestChannelResponse:
    keys = [
        pb.KeyTest(
            key_id=result.key_id,
            ok=result.ok,
            latency_ms=result.latency_ms,
            detail=result.detail,
        )
        for result in results
    ]
    failed = [result for result in results if not result.ok]
    return pb.TestChannelResponse(
        ok=not failed,
        model=results[0].model,
        latency_ms=max(result.latency_ms for result in results),
        detail=failed[0].detail if failed else "",
        keys=keys,
    )
