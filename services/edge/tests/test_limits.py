"""Rates and concurrency, with time in hand."""

import asyncio

import pytest
from tollgate_common.clock import ManualClock
from tollgate_edge.limits import Limiter, Limits
from tollgate_edge.refusals import Refusal

from .conftest import HELLO, in_memory
from .fakes import Edge, silent, soon


def test_a_minutes_worth_at_once_and_then_one_by_one() -> None:
    limiter = Limiter()
    scopes = [("acc", Limits(requests_per_minute=6))]
    for _ in range(6):
        limiter.enter(scopes, 100.0)
    with pytest.raises(Refusal) as refused:
        limiter.enter(scopes, 100.0)
    assert refused.value.retry_after_s == 10
    limiter.enter(scopes, 110.0)
    with pytest.raises(Refusal):
        limiter.enter(scopes, 110.0)
    for _ in range(6):
        limiter.enter(scopes, 170.0)


def test_a_refusal_by_one_scope_costs_the_other_nothing() -> None:
    limiter = Limiter()
    wide, narrow = ("acc", Limits(requests_per_minute=2)), ("key", Limits(requests_per_minute=1))
    limiter.enter([wide, narrow], 0.0)
    with pytest.raises(Refusal):
        limiter.enter([wide, narrow], 0.0)
    limiter.enter([wide], 0.0)


def test_tokens_are_put_right_when_they_are_known() -> None:
    limiter = Limiter()
    scopes = [("acc", Limits(tokens_per_minute=1_000))]
    limiter.take_tokens(scopes, 100, 0.0)
    limiter.correct_tokens(scopes, 900, 0.0)
    with pytest.raises(Refusal):
        limiter.take_tokens(scopes, 1, 0.0)
    limiter.take_tokens(scopes, 500, 30.0)


def test_more_than_a_minutes_worth_waits_for_a_full_bucket() -> None:
    limiter = Limiter()
    scopes = [("acc", Limits(tokens_per_minute=100))]
    limiter.take_tokens(scopes, 5_000, 0.0)
    with pytest.raises(Refusal) as refused:
        limiter.take_tokens(scopes, 5_000, 30.0)
    assert refused.value.retry_after_s == 30
    limiter.take_tokens(scopes, 5_000, 60.0)


def test_concurrency_is_given_back() -> None:
    limiter = Limiter()
    scopes = [("acc", Limits(concurrent_requests=2))]
    limiter.enter(scopes, 0.0)
    limiter.enter(scopes, 0.0)
    with pytest.raises(Refusal):
        limiter.enter(scopes, 0.0)
    limiter.leave(scopes)
    limiter.enter(scopes, 0.0)


def test_full_buckets_are_forgotten() -> None:
    limiter = Limiter()
    for number in range(30_000):
        limiter.enter([(f"acc_{number}", Limits(requests_per_minute=60))], float(number))
    assert len(limiter._full_at) < 12_000


async def test_answers_say_what_is_left() -> None:
    edge = Edge(
        clock=ManualClock(),
        limits=(("acc_1", Limits(requests_per_minute=2, tokens_per_minute=1_000)),),
    )
    async with edge.running(), in_memory(edge) as http:
        first = await http.post("/v1/chat/completions", json=HELLO)
        await soon(lambda: edge.relay.lanes == 0)
        await http.post("/v1/chat/completions", json=HELLO)
        refused = await http.post("/v1/chat/completions", json=HELLO)
    assert first.headers["x-ratelimit-limit-requests"] == "2"
    assert first.headers["x-ratelimit-remaining-requests"] == "1"
    assert first.headers["x-ratelimit-reset-requests"] == "30.000s"
    assert first.headers["x-ratelimit-limit-tokens"] == "1000"
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "30"
    assert refused.headers["x-ratelimit-remaining-requests"] == "0"
    error = refused.json()["error"]
    assert (error["type"], error["code"]) == ("rate_limit_error", "rate_limit_exceeded")


async def test_open_streams_of_a_key_are_capped() -> None:
    """E11; and one that ends makes room."""
    edge = Edge(script=silent, limits=(("key_1", Limits(concurrent_requests=2)),))
    async with edge.running(), in_memory(edge) as http:
        body = {**HELLO, "stream": True}
        open_ = [asyncio.create_task(http.post("/v1/chat/completions", json=body)) for _ in "12"]
        await edge.providers.until(lambda: len(edge.providers.opened) == 2)
        refused = await http.post("/v1/chat/completions", json=body)
        for task in open_:
            task.cancel()
        await asyncio.gather(*open_, return_exceptions=True)
        next_ = asyncio.create_task(http.post("/v1/chat/completions", json=body))
        await edge.providers.until(lambda: len(edge.providers.opened) == 3)
        next_.cancel()
    assert refused.status_code == 429
