"""One request's way to a provider: which ways can take it, and the first that does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from tollgate_common.clock import Clock

from . import metrics
from .adapter import Adapter, Ask, Wire
from .affinity import affinity
from .catalogue import Model
from .channels import Channel, Way, ways
from .conversion import Dialects, wire_of
from .failures import AnswerFailed, FailureKind
from .hedging import race
from .routing import ATTEMPTS_MAX, Routing
from .upstream import ERROR_BYTES_MAX, Answer, Upstream
from .wishes import allowed


@dataclass(frozen=True, slots=True)
class Exchange:
    """An answer that has begun, and who gives it."""

    channel: Channel
    # As it was asked there: with the channel's own name of the model.
    ask: Ask
    wire: Wire
    answer: Answer


@dataclass(frozen=True, slots=True)
class _Call:
    """A request as one way will get it."""

    way: Way
    ask: Ask
    wire: Wire
    url: str
    headers: Mapping[str, str]
    body: bytes


class Exchanges:
    """Opens exchanges: tries ways until one answers 2xx. Before that, nothing costs money."""

    def __init__(
        self,
        models: Mapping[str, Model],
        channels: Sequence[Channel],
        adapters: Mapping[str, Adapter],
        upstream: Upstream,
        routing: Routing,
        clock: Clock,
        dialects: Dialects,
        hedge_seconds: float = 0.0,
    ) -> None:
        self.models = models
        self.providers = sorted(adapters)
        self.dialects = dialects
        self.routing = routing
        self._adapters = adapters
        self._upstream = upstream
        self._clock = clock
        # Silence after which the next way is asked, too; 0 for never.
        self._hedge_seconds = hedge_seconds
        self.use(channels)

    def use(self, channels: Sequence[Channel]) -> None:
        """From now on, all at once. Requests under way keep theirs."""
        serving = {model.name: ways(channels, model) for model in self.models.values()}
        self.channels = tuple(channels)
        # Another object whenever the channels are others.
        self.serving: Mapping[str, tuple[Way, ...]] = serving
        self.routing.forget(way for found in serving.values() for way in found)

    async def open(self, model: Model, ask: Ask) -> Exchange:
        """AnswerFailed, with the last way's reason, when none takes the request."""
        found = self.serving[model.name]
        if len(found) == 1 and not ask.only and not ask.order:
            return await self.attempt(found[0], ask)
        chosen = allowed(found, ask, self._adapters)
        if len(chosen) > 1:
            now = self._clock.monotonic()
            chosen = self.routing.order(chosen, affinity(ask), now, ask.order)
        refusals: list[AnswerFailed] = []
        calls = islice(self._calls(chosen, ask, refusals), ATTEMPTS_MAX)
        if self._hedge_seconds and ask.stream:  # others are silent while they are being made
            attempts = (self._attempt(call) for call in calls)
            result = await race(attempts, self._hedge_seconds, _close)
        else:
            result = await self._in_turn(calls)
        if isinstance(result, Exchange):
            return result
        unserved = AnswerFailed(FailureKind.UNAVAILABLE, "No channel serves this model now.")
        raise result or (refusals[0] if refusals else unserved)

    async def attempt(self, way: Way, ask: Ask) -> Exchange:
        """AnswerFailed unless this way answers 2xx."""
        return await self._attempt(self._call(way, ask))

    async def _in_turn(self, calls: Iterator[_Call]) -> Exchange | AnswerFailed | None:
        failure: AnswerFailed | None = None
        for call in calls:
            try:
                return await self._attempt(call)
            except AnswerFailed as error:
                if not error.elsewhere:
                    raise
                failure = error
        return failure

    def _calls(
        self, chosen: Sequence[Way], ask: Ask, refusals: list[AnswerFailed]
    ) -> Iterator[_Call]:
        """What a way's adapter cannot carry, another one's may."""
        for way in chosen:
            try:
                call = self._call(way, ask)
            except AnswerFailed as refusal:
                refusals.append(refusal)
            else:
                yield call

    def _call(self, way: Way, ask: Ask) -> _Call:
        if way.upstream != ask.model:
            ask = replace(ask, model=way.upstream)
        adapter = self._adapters[way.channel.provider]
        wire = wire_of(adapter, self.dialects, ask)
        headers = {"Content-Type": ask.content_type, **adapter.headers(way.key.credential, ask)}
        url = way.channel.base_url + wire.target(ask)
        return _Call(way, ask, wire, url, headers, wire.body(ask))

    async def _attempt(self, call: _Call) -> Exchange:
        way, routing = call.way, self.routing
        probing = routing.begin(way, self._clock.monotonic())
        outcome = "dropped"
        try:
            exchange = await self._send(call)
            routing.succeeded(way)
            outcome = "answered"
        except AnswerFailed as failure:
            routing.failed(way, failure, self._clock.monotonic())
            outcome = failure.kind.name.lower()
            raise
        finally:
            if probing:
                routing.left(way)
            metrics.attempt(way.channel.id, outcome)
        return exchange

    async def _send(self, call: _Call) -> Exchange:
        answer = await self._upstream.post(call.url, call.headers, call.body)
        if 200 <= answer.status < 300:
            return Exchange(call.way.channel, call.ask, call.wire, answer)
        try:
            complaint = await answer.read_all(ERROR_BYTES_MAX)
        except AnswerFailed:
            complaint = b""  # the status alone says enough
        finally:
            answer.close()
        adapter, credential = self._adapters[call.way.channel.provider], call.way.key.credential
        raise adapter.failure(answer.status, complaint, credential, answer.retry_after_s)


def _close(exchange: Exchange) -> None:
    exchange.answer.close()
