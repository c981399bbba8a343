"""One request's way to a provider: which channels can take it, and the first that does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tollgate_common.clock import Clock

from .adapter import Adapter, Ask, Wire
from .catalogue import Model
from .channels import Channel
from .conversion import Dialects, wire_of
from .failures import AnswerFailed, FailureKind
from .routing import ATTEMPTS_MAX, Routing
from .upstream import ERROR_BYTES_MAX, Answer, Upstream


@dataclass(frozen=True, slots=True)
class Exchange:
    """An answer that has begun, and who gives it."""

    channel: Channel
    wire: Wire
    answer: Answer


class Exchanges:
    """Opens exchanges: tries channels until one answers 2xx. Before that, nothing costs money."""

    def __init__(
        self,
        models: Mapping[str, Model],
        channels: Sequence[Channel],
        adapters: Mapping[str, Adapter],
        upstream: Upstream,
        routing: Routing,
        clock: Clock,
        dialects: Dialects,
    ) -> None:
        self.models = models
        self.channels = channels
        self.dialects = dialects
        self._adapters = adapters
        self._upstream = upstream
        self._routing = routing
        self._clock = clock
        self._serving = {
            model.name: [channel for channel in channels if channel.serves(model)]
            for model in models.values()
        }

    def served(self, model: str) -> bool:
        return bool(self._serving[model])

    async def open(self, model: Model, ask: Ask) -> Exchange:
        """AnswerFailed, with the last channel's reason, when none takes the request."""
        failure = AnswerFailed(FailureKind.UNAVAILABLE, "No channel serves this model now.")
        now = self._clock.monotonic()
        for channel in self._routing.order(self._serving[model.name], model.name, now)[
            :ATTEMPTS_MAX
        ]:
            try:
                exchange = await self.open_channel(channel, ask)
            except AnswerFailed as error:
                failure = error
                if not error.elsewhere:
                    break
                retry_after_s = error.retry_after_s
                self._routing.failed(channel, model.name, self._clock.monotonic(), retry_after_s)
            else:
                self._routing.succeeded(channel, model.name)
                return exchange
        raise failure

    async def open_channel(self, channel: Channel, ask: Ask) -> Exchange:
        """AnswerFailed unless the provider answers 2xx."""
        adapter = self._adapters[channel.provider]
        wire = wire_of(adapter, self.dialects, ask)
        headers = {"Content-Type": ask.content_type, **adapter.headers(channel.credential, ask)}
        answer = await self._upstream.post(
            channel.base_url + wire.target(ask), headers, wire.body(ask)
        )
        if 200 <= answer.status < 300:
            return Exchange(channel, wire, answer)
        try:
            complaint = await answer.read_all(ERROR_BYTES_MAX)
        except AnswerFailed:
            complaint = b""  # the status alone says enough
        finally:
            answer.close()
        raise adapter.failure(answer.status, complaint, channel.credential, answer.retry_after_s)
