"""Which way comes first."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tollgate_providers.breaker import State
from tollgate_providers.catalogue import BUILT_IN, load_catalogue
from tollgate_providers.channels import Channel, Key, Way, ways
from tollgate_providers.failures import AnswerFailed, FailureKind
from tollgate_providers.registry import load_adapters
from tollgate_providers.routing import Routing

MODELS = load_catalogue(BUILT_IN, load_adapters())
MODEL, OTHER = MODELS["gpt-4o"], MODELS["gpt-4o-mini"]
CONVERSATIONS = [number.to_bytes(16) for number in range(4000)]
BROKEN = AnswerFailed(FailureKind.UPSTREAM_ERROR, "broken", elsewhere=True)
LIMITED = AnswerFailed(FailureKind.RATE_LIMITED, "busy", retry_after_s=30, elsewhere=True)


def channel(id: str, weight: int = 1, keys: int = 1, **more: object) -> Channel:
    fields: dict[str, object] = {"provider": "openai", "base_url": "http://x"} | more
    every = tuple(Key(f"k{number}", "secret") for number in range(1, keys + 1))
    return Channel(id=id, keys=every, weight=weight, **fields)  # type: ignore[arg-type]


def first(routing: Routing, found: Sequence[Way], conversation: bytes, now: float = 100.0) -> str:
    return routing.order(found, conversation, now)[0].channel.id


def shares(found: Sequence[Way], routing: Routing | None = None) -> dict[str, float]:
    routing = routing or Routing()
    counts = Counter(first(routing, found, conversation) for conversation in CONVERSATIONS)
    return {id: count / len(CONVERSATIONS) for id, count in counts.items()}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=2, max_size=5))
def test_weights_are_shares(weights: list[int]) -> None:
    channels = [channel(f"c{number}", weight) for number, weight in enumerate(weights)]
    found = shares(ways(channels, MODEL))
    for number, weight in enumerate(weights):
        assert found.get(f"c{number}", 0) == pytest.approx(weight / sum(weights), abs=0.04)


def test_the_keys_of_a_channel_divide_its_share() -> None:
    found = ways([channel("a", keys=3), channel("b")], MODEL)
    assert shares(found)["a"] == pytest.approx(0.5, abs=0.04)
    routing = Routing()
    keys = Counter(routing.order(found, c, 1.0)[0].key.id for c in CONVERSATIONS)
    assert keys["k2"] / len(CONVERSATIONS) == pytest.approx(1 / 6, abs=0.03)


def test_a_conversation_keeps_its_way() -> None:
    found = ways([channel("a"), channel("b"), channel("c")], MODEL)
    for conversation in CONVERSATIONS[:50]:
        assert len({first(Routing(), found, conversation) for _ in range(3)}) == 1


def test_another_way_takes_its_share_and_moves_nothing_else() -> None:
    before = ways([channel("a"), channel("b")], MODEL)
    after = ways([channel("a"), channel("b"), channel("c")], MODEL)
    routing = Routing()
    moved = 0
    for conversation in CONVERSATIONS:
        now = first(routing, after, conversation)
        if now != first(routing, before, conversation):
            assert now == "c"
            moved += 1
    assert moved / len(CONVERSATIONS) == pytest.approx(1 / 3, abs=0.04)


def test_the_lowest_priority_takes_all_that_it_can() -> None:
    found = ways([channel("spare", 1000, priority=1), channel("main")], MODEL)
    assert shares(found) == {"main": 1.0}


def test_a_tier_that_fails_is_replaced_by_the_next() -> None:
    routing = Routing()
    main, spare = ways([channel("main"), channel("spare", priority=1)], MODEL)
    routing.failed(main, LIMITED, 100.0)
    assert shares((main, spare), routing) == {"spare": 1.0}


def test_the_clients_order_comes_before_priority_but_not_before_what_works() -> None:
    found = ways([channel("a"), channel("b", provider="doubao", models={"gpt-4o": "own"})], MODEL)
    routing = Routing()
    order = routing.order(found, CONVERSATIONS[0], 1.0, ["doubao", "openai"])
    assert [way.channel.id for way in order] == ["b", "a"]
    routing.failed(order[0], LIMITED, 1.0)
    order = routing.order(found, CONVERSATIONS[0], 1.0, ["doubao"])
    assert [way.channel.id for way in order] == ["a", "b"]


def test_a_limited_way_comes_last_until_its_time_is_over() -> None:
    routing = Routing()
    found = ways([channel("a", 1000), channel("b")], MODEL)
    routing.failed(found[0], LIMITED, 100.0)
    firsts = [{first(routing, found, c, now) for c in CONVERSATIONS[:50]} for now in (129.9, 130.1)]
    assert firsts[0] == {"b"}
    assert "a" in firsts[1]


def test_a_probe_keeps_others_away_until_it_has_ended() -> None:
    routing = Routing()
    found = ways([channel("a", 1000), channel("b")], MODEL)
    a = found[0]
    routing.failed(a, LIMITED, 100.0)
    assert routing.begin(a, 131.0)
    assert {first(routing, found, c, 131.0) for c in CONVERSATIONS[:50]} == {"b"}
    routing.succeeded(a)
    routing.left(a)
    assert "a" in {first(routing, found, c, 131.0) for c in CONVERSATIONS[:50]}


def test_other_models_and_other_keys_are_not_affected() -> None:
    routing = Routing()
    channels = [channel("a", keys=2)]
    one, two = ways(channels, MODEL)
    routing.failed(one, LIMITED, 100.0)
    assert routing.order((one, two), CONVERSATIONS[0], 101.0)[0] is two
    assert routing.health(channels[0], channels[0].keys[0], 101.0).state is State.OPEN
    assert routing.health(channels[0], channels[0].keys[1], 101.0).state is State.CLOSED
    (other, _) = ways(channels, OTHER)
    assert not routing.begin(other, 101.0)


def test_what_is_the_requests_fault_is_not_the_ways() -> None:
    routing = Routing()
    (way,) = ways([channel("a")], MODEL)
    for _ in range(9):
        routing.failed(way, AnswerFailed(FailureKind.INVALID_REQUEST, "no"), 100.0)
    assert routing.health(way.channel, way.key, 100.0).failures == 0


def test_silence_counts_although_it_is_not_tried_elsewhere() -> None:
    routing = Routing()
    (way,) = ways([channel("a")], MODEL)
    for _ in range(3):
        routing.failed(way, AnswerFailed(FailureKind.TIMEOUT, "silent"), 100.0)
    assert routing.health(way.channel, way.key, 100.0).state is State.OPEN


def test_success_forgets() -> None:
    routing = Routing()
    (way,) = ways([channel("a")], MODEL)
    routing.failed(way, BROKEN, 100.0)
    routing.failed(way, BROKEN, 100.0)
    routing.succeeded(way)
    routing.failed(way, BROKEN, 100.0)
    assert routing.health(way.channel, way.key, 100.0).failures == 1


def test_what_is_gone_is_forgotten() -> None:
    routing = Routing()
    a, b = ways([channel("a"), channel("b")], MODEL)
    routing.failed(a, LIMITED, 100.0)
    routing.failed(b, LIMITED, 100.0)
    routing.forget([a])
    assert routing.health(a.channel, a.key, 100.0).state is State.OPEN
    assert routing.health(b.channel, b.key, 100.0).state is State.CLOSED


def test_a_lone_way_is_always_tried() -> None:
    routing = Routing()
    found = ways([channel("a")], MODEL)
    routing.failed(found[0], LIMITED, 100.0)
    assert first(routing, found, CONVERSATIONS[0]) == "a"


def test_what_is_switched_off_takes_nothing() -> None:
    off = Channel(
        id="b",
        provider="openai",
        base_url="http://x",
        keys=(Key("k1", "secret", enabled=False), Key("k2", "secret")),
    )
    found = ways([channel("a", enabled=False), off], MODEL)
    assert [way.key.id for way in found] == ["k2"]


def test_the_sandbox_takes_nothing_that_a_real_channel_is_for() -> None:
    sandbox = channel("sandbox", sandbox=True)
    assert [w.channel.id for w in ways([sandbox], MODEL)] == ["sandbox"]
    real = channel("real", provider="doubao", models={"gpt-4o": "own"}, enabled=False)
    assert ways([sandbox, real], MODEL) == ()
