"""Which ways take a request, and in which order."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from math import log

from . import metrics
from .breaker import Breaker, State
from .channels import Channel, Key, Way
from .failures import AnswerFailed, FailureKind

# One way and two others; more would make a client wait for nothing.
ATTEMPTS_MAX = 3
_HASHES = 2**64


@dataclass(frozen=True, slots=True)
class Health:
    """How a key does: the worst of all models."""

    state: State
    failures: int


@dataclass(slots=True)
class Routing:
    """Orders ways, and remembers how each did. `now` is in seconds of a monotonic clock.

    A way whose breaker is open is not refused but taken last: a lone way goes on being tried, and
    its provider's own answer is better than one that we would invent.
    """

    _breakers: dict[tuple[str, str, str], Breaker] = field(default_factory=dict)

    def order(
        self, ways: Sequence[Way], affinity: bytes, now: float, order: Iterable[str] = ()
    ) -> list[Way]:
        """Ways to try, first to last: those that work, the client's order, priority, weight.

        Weights are shares of conversations, and a conversation keeps its way: rendezvous hashing,
        in which another way takes its share and moves nothing else.
        """
        breakers = self._breakers
        places = {provider: place for place, provider in enumerate(dict.fromkeys(order))}

        def rank(way: Way) -> tuple[float, int, int, float]:
            breaker = breakers.get(way.id)
            late = 0.0 if breaker is None or breaker.admits(now) else breaker.open_until
            wished = places.get(way.channel.provider, len(places))
            return (late, wished, way.channel.priority, _waiting(way, affinity))

        return sorted(ways, key=rank)

    def begin(self, way: Way, now: float) -> bool:
        """A request takes this way: whether it is a probe, for which `left` must be called."""
        breaker = self._breakers.get(way.id)
        return breaker is not None and breaker.begin(now)

    def left(self, way: Way) -> None:
        """A probe has ended, however it did."""
        if breaker := self._breakers.get(way.id):
            breaker.leave()

    def succeeded(self, way: Way) -> None:
        if self._breakers.pop(way.id, None):
            self._report(way.channel.id)

    def failed(self, way: Way, failure: AnswerFailed, now: float) -> None:
        """Counts it unless it is the request's fault."""
        if failure.elsewhere or failure.kind is FailureKind.TIMEOUT:
            breaker = self._breakers.setdefault(way.id, Breaker())
            breaker.failed(now, retry_after_s=failure.retry_after_s, account=failure.account)
            self._report(way.channel.id)

    def health(self, channel: Channel, key: Key, now: float) -> Health:
        found = self._of(channel.id, key.id)
        state = max((breaker.state(now) for breaker in found), default=State.CLOSED)
        return Health(state, max((breaker.failures for breaker in found), default=0))

    def forget(self, kept: Iterable[Way]) -> None:
        """Drops what is known of all other ways: they are gone."""
        ids = {way.id for way in kept}
        gone = self._breakers.keys() - ids
        for id in gone:
            del self._breakers[id]
        for channel_id in {id[0] for id in gone}:
            self._report(channel_id)

    def _report(self, channel_id: str) -> None:
        mine = (b for id, b in self._breakers.items() if id[0] == channel_id)
        metrics.breakers(channel_id, sum(breaker.tripped for breaker in mine))

    def _of(self, channel_id: str, key_id: str) -> Collection[Breaker]:
        return [b for id, b in self._breakers.items() if id[:2] == (channel_id, key_id)]


def _waiting(way: Way, affinity: bytes) -> float:
    """The least of exponential times belongs to each way by its weight's share."""
    name = "\0".join(way.id[:2]).encode()
    number = int.from_bytes(blake2b(affinity + name, digest_size=8).digest())
    return -log((number + 1) / _HASHES) / way.weight
