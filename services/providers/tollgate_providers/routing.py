"""Which channel takes a request: by weight, and those that fail last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .channels import Channel

# One channel and two others; more would make a client wait for nothing.
ATTEMPTS_MAX = 3
_FAILURES_TO_COOL = 3
_COOL_SECONDS = 5.0
_COOL_SECONDS_MAX = 60.0


@dataclass(slots=True)
class _Health:
    failures: int = 0
    cool_until: float = 0.0


class Routing:
    """Remembers how channels did, by model, since providers limit and break by model.

    A channel that cools down is not refused but taken last: a lone channel goes on being tried,
    and its provider's own answer is better than one that we would invent.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._health: dict[tuple[str, str], _Health] = {}

    def order(self, channels: Sequence[Channel], model: str, now: float) -> Sequence[Channel]:
        """The channels to try, first to last. `now` in seconds of a monotonic clock."""
        if len(channels) < 2:
            return channels

        def rank(channel: Channel) -> tuple[float, float]:
            health = self._health.get((channel.id, model))
            cool_until = health.cool_until if health and health.cool_until > now else 0.0
            # Weighted order without replacement: the largest u^(1/weight) comes first.
            return (cool_until, -(self._random() ** (1 / channel.weight)))

        return sorted(channels, key=rank)[:ATTEMPTS_MAX]

    def succeeded(self, channel: Channel, model: str) -> None:
        self._health.pop((channel.id, model), None)

    def failed(self, channel: Channel, model: str, now: float, retry_after_s: int = 0) -> None:
        """Cools down for as long as the provider says, or longer with every failure in a row."""
        health = self._health.setdefault((channel.id, model), _Health())
        health.failures += 1
        seconds = float(retry_after_s)
        if health.failures >= _FAILURES_TO_COOL:
            doubled = _COOL_SECONDS * 2 ** min(health.failures - _FAILURES_TO_COOL, 10)
            seconds = max(seconds, doubled)
        health.cool_until = now + min(seconds, _COOL_SECONDS_MAX)
