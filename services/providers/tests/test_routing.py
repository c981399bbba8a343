"""Which channel comes first."""

from collections import Counter
from collections.abc import Callable
from random import Random

from tollgate_providers.channels import Channel
from tollgate_providers.routing import ATTEMPTS_MAX, Routing


def seeded(seed: int) -> Callable[[], float]:
    return Random(seed).random


def channel(id: str, weight: int = 1) -> Channel:
    return Channel(id=id, provider="openai", base_url="http://x", credential="k", weight=weight)


def ids(routing: Routing, *channels: Channel, now: float = 100.0, model: str = "m") -> list[str]:
    return [channel.id for channel in routing.order(channels, model, now)]


def test_weights_are_shares() -> None:
    routing = Routing(seeded(7))
    first = Counter(ids(routing, channel("a", 3), channel("b", 1))[0] for _ in range(4000))
    assert 0.72 < first["a"] / 4000 < 0.78


def test_no_more_channels_than_attempts() -> None:
    many = [channel(str(number)) for number in range(9)]
    assert len(set(ids(Routing(seeded(1)), *many))) == ATTEMPTS_MAX


def test_a_limited_channel_comes_last_until_its_time_is_over() -> None:
    routing = Routing(seeded(1))
    a, b = channel("a", 1000), channel("b")
    routing.failed(a, "m", 100.0, retry_after_s=30)
    assert {ids(routing, a, b, now=129.9)[0] for _ in range(50)} == {"b"}
    assert "a" in {ids(routing, a, b, now=130.1)[0] for _ in range(50)}


def test_other_models_are_not_affected() -> None:
    routing = Routing(seeded(1))
    a, b = channel("a", 1000), channel("b")
    routing.failed(a, "m", 100.0, retry_after_s=30)
    assert "a" in {ids(routing, a, b, model="other")[0] for _ in range(50)}


def test_failures_in_a_row_cool_longer_and_success_forgets() -> None:
    routing = Routing(seeded(1))
    a, b = channel("a", 1000), channel("b")
    for _ in range(2):
        routing.failed(a, "m", 100.0)
    assert "a" in {ids(routing, a, b)[0] for _ in range(50)}
    for _ in range(2):
        routing.failed(a, "m", 100.0)
    assert ids(routing, a, b, now=109.0)[0] == "b"
    routing.succeeded(a, "m")
    assert "a" in {ids(routing, a, b, now=109.0)[0] for _ in range(50)}


def test_a_lone_channel_is_always_tried() -> None:
    routing = Routing(seeded(1))
    a = channel("a")
    routing.failed(a, "m", 100.0, retry_after_s=60)
    assert ids(routing, a) == ["a"]
