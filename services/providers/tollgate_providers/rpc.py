"""The service over gRPC: translates, and nothing else. The only file that knows grpc."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate.providers.v1.providers_pb2_grpc import add_ProvidersServicer_to_server
from tollgate_common.clock import Clock
from tollgate_common.rating import Price

from .answers import Answers, State
from .catalogue import Model
from .exchange import Exchanges
from .operations import Channels
from .relay import Lanes, Relay
from .rpc_channels import ChannelCalls

SERVICE = pb.DESCRIPTOR.services_by_name["Providers"].full_name
_Context = grpc.aio.ServicerContext[Any, Any]


class Providers(ChannelCalls):
    """Answers edges and operators."""

    def __init__(
        self,
        exchanges: Exchanges,
        lanes: Lanes,
        clock: Clock,
        channels: Channels,
        answers: Answers,
    ) -> None:
        super().__init__(exchanges, channels, clock)
        self._lanes = lanes
        self._answers = answers
        self._relays: set[Relay] = set()
        self._serving = exchanges.serving
        self._catalogue = _catalogue_to_proto(exchanges)

    def register(self, server: grpc.aio.Server) -> None:
        add_ProvidersServicer_to_server(self, server)

    def finish(self) -> None:
        """The process stops: relays end once they are idle, and edges look for another one."""
        for relay in self._relays:
            relay.finish()

    async def Relay(
        self, request_iterator: AsyncIterator[pb.EdgeFrames], context: _Context
    ) -> AsyncIterator[pb.ProviderFrames]:
        relay = Relay(self._lanes)
        self._relays.add(relay)
        reading = asyncio.create_task(_read(request_iterator, relay))
        try:
            while frames := await relay.batch():
                yield pb.ProviderFrames(frames=frames)
            if reading.done():
                reading.result()
        finally:
            self._relays.discard(relay)
            reading.cancel()
            relay.close()

    async def FindAnswer(
        self, request: pb.FindAnswerRequest, context: _Context
    ) -> pb.FindAnswerResponse:
        found = await self._answers.find(
            request.account_id, request.idempotency_key, request.fingerprint
        )
        state = pb.AnswerState.ValueType(found.state)
        slip = found.slip
        if found.state is not State.KEPT or slip is None:
            return pb.FindAnswerResponse(state=state)
        failed = slip.failure
        return pb.FindAnswerResponse(
            state=state,
            request_id=slip.request_id,
            content_type=slip.content_type,
            data=found.data,
            cost_nano=slip.cost_nano,
            failure=pb.Failure(
                kind=pb.FailureKind.ValueType(failed.kind),
                message=failed.message,
                param=failed.param,
            )
            if failed
            else None,
        )

    async def GetCatalogue(
        self, request: pb.GetCatalogueRequest, context: _Context
    ) -> pb.Catalogue:
        serving = self._exchanges.serving
        if serving is not self._serving:
            self._serving, self._catalogue = serving, _catalogue_to_proto(self._exchanges)
        return self._catalogue


async def _read(requests: AsyncIterator[pb.EdgeFrames], relay: Relay) -> None:
    try:
        async for message in requests:
            relay.take(message.frames)
    finally:
        relay.finish()


def _catalogue_to_proto(exchanges: Exchanges) -> pb.Catalogue:
    models = [
        _model_to_proto(model, bool(exchanges.serving[model.name]))
        for model in exchanges.models.values()
    ]
    catalogue = pb.Catalogue(models=models, providers=exchanges.providers)
    content = catalogue.SerializeToString(deterministic=True)
    catalogue.version = hashlib.sha256(content).hexdigest()[:16]
    return catalogue


def _model_to_proto(model: Model, served: bool) -> pb.Model:
    return pb.Model(
        name=model.name,
        aliases=model.aliases,
        provider=model.provider,
        owned_by=model.owned_by,
        context_tokens=model.context_tokens,
        max_output_tokens=model.max_output_tokens,
        default_output_tokens=model.default_output_tokens,
        extra_reasoning_tokens=model.extra_reasoning_tokens,
        image_tokens=model.image_tokens,
        audio_second_tokens=model.audio_second_tokens,
        operations=model.operations,
        price=_price_to_proto(model.price),
        former_prices=[_price_to_proto(price) for price in list(model.prices.values())[:-1]],
        created_at_s=model.created_at_s,
        served=served,
    )


def _price_to_proto(price: Price) -> pb.Price:
    return pb.Price(
        version=price.version,
        input_nano=price.input,
        cached_read_nano=price.cached_read,
        cache_write_5m_nano=price.cache_write_5m,
        cache_write_1h_nano=price.cache_write_1h,
        output_nano=price.output,
        reasoning_nano=price.reasoning,
        image_input_nano=price.image_input,
        audio_input_nano=price.audio_input,
        image_output_nano=price.image_output,
        audio_output_nano=price.audio_output,
        calls_nano=price.calls,
    )
