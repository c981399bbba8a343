import asyncio
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from typing import Any

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate.events.v1 import usage_pb2
from tollgate.metering.v1 import metering_pb2, metering_pb2_grpc
from tollgate_common import errors
from tollgate_common.money import ENTRY_NANO_MAX
from tollgate_common.rating import UNIT_NAMES, UNITS_MAX, Units
from tollgate_common.rpc import ServerInterceptor, connect
from tollgate_common.usage import Outcome, UsageEvent
from tollgate_common.wire import (
    decode_batch,
    encode_batch,
    event_of,
    page_size_of,
    units_of,
    units_to_proto,
)

TOKEN = "a token for tests only"
REQUEST = metering_pb2.ListUsageRequest()

texts = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=40)
names = texts.filter(bool)
amounts = st.integers(0, ENTRY_NANO_MAX)
milliseconds = st.integers(0, 2**41)
units = st.builds(Units, *[st.integers(0, UNITS_MAX)] * len(UNIT_NAMES))
events = st.builds(
    UsageEvent,
    request_id=names,
    account_id=names,
    units=units,
    cost_nano=amounts,
    hold_nano=amounts,
    started_at_ms=milliseconds,
    first_byte_ms=milliseconds,
    duration_ms=milliseconds,
    outcome=st.sampled_from(Outcome),
    status=st.integers(0, 599),
    agent=texts,
    **dict.fromkeys(["key_id", "model", "provider", "channel_id", "dialect", "operation"], texts),
    **dict.fromkeys(["price_version", "lease_id", "observer"], texts),
)


@given(units)
def test_units_come_back_as_they_were(units: Units) -> None:
    assert units_of(units_to_proto(units)) == units


@given(st.lists(events, max_size=3))
def test_a_batch_comes_back_as_it_was(events: list[UsageEvent]) -> None:
    assert [event_of(message) for message in decode_batch(encode_batch(events))] == events


@given(events, st.integers(513, 100_000))
def test_what_a_caller_says_of_itself_never_makes_an_event_unreadable(
    event: UsageEvent, length: int
) -> None:
    (message,) = decode_batch(encode_batch([replace(event, agent="a" * length)]))
    assert event_of(message) == replace(event, agent="a" * 512)


def test_the_event_has_the_contract_s_fields_and_no_others() -> None:
    assert {field.name for field in fields(UsageEvent)} == {
        field.name for field in usage_pb2.UsageEvent.DESCRIPTOR.fields
    }


def test_outcomes_have_the_contract_s_numbers() -> None:
    contract = dict(usage_pb2.Outcome.items())
    del contract["OUTCOME_UNSPECIFIED"]
    assert {f"OUTCOME_{outcome.name}": int(outcome) for outcome in Outcome} == contract


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("request_id", ""),
        ("account_id", ""),
        ("cost_nano", -1),
        ("cost_nano", 2**53),
        ("hold_nano", -1),
        ("outcome", 0),
        ("outcome", 7),
        ("started_at_ms", -1),
        ("started_at_ms", 253_402_300_800_000),
        ("agent", "a\0b"),
        ("model", "m" * 10_000),
    ],
)
def test_an_event_out_of_range_is_refused(field: str, value: object) -> None:
    message = usage_pb2.UsageEvent(
        request_id="r1", account_id="acc_1", outcome=usage_pb2.OUTCOME_COMPLETED
    )
    event_of(message)
    setattr(message, field, value)
    with pytest.raises(errors.InvalidArgument):
        event_of(message)


@pytest.mark.parametrize("count", [-1, 2**31, 2**63 - 1, -(2**63)])
def test_units_out_of_range_are_refused_by_name(count: int) -> None:
    with pytest.raises(errors.InvalidArgument) as caught:
        units_of(usage_pb2.Units(reasoning=count))
    assert caught.value.field == "reasoning"


def test_a_torn_batch_is_refused() -> None:
    message = usage_pb2.UsageEvent(request_id="r1", account_id="acc_1")
    payload = usage_pb2.UsageBatch(events=[message]).SerializeToString()
    for length in range(1, len(payload)):
        with pytest.raises(errors.InvalidArgument):
            decode_batch(payload[:length])


@pytest.mark.parametrize(("asked", "given_"), [(0, 100), (1, 1), (1000, 1000)])
def test_page_sizes(asked: int, given_: int) -> None:
    assert page_size_of(asked) == given_


@pytest.mark.parametrize("asked", [-1, 1001, 2**31 - 1])
def test_page_sizes_out_of_range_are_refused_by_name(asked: int) -> None:
    with pytest.raises(errors.InvalidArgument) as caught:
        page_size_of(asked)
    assert caught.value.field == "page_size"


class Raising(metering_pb2_grpc.MeteringServicer):
    """Raises what it is told to, or never answers."""

    def __init__(self) -> None:
        self.error: Exception = errors.NotFound("nothing")

    async def ListUsage(
        self, request: metering_pb2.ListUsageRequest, context: Any
    ) -> metering_pb2.ListUsageResponse:
        raise self.error

    async def SummarizeUsage(
        self, request: metering_pb2.SummarizeUsageRequest, context: Any
    ) -> metering_pb2.SummarizeUsageResponse:
        await asyncio.Event().wait()
        raise self.error

    async def SeriesUsage(
        self, request: metering_pb2.SeriesUsageRequest, context: Any
    ) -> metering_pb2.SeriesUsageResponse:
        raise self.error

    async def ListKeyUsage(
        self, request: metering_pb2.ListKeyUsageRequest, context: Any
    ) -> metering_pb2.ListKeyUsageResponse:
        raise self.error


@pytest.fixture
def servicer() -> Raising:
    return Raising()


@pytest.fixture
async def target(servicer: Raising) -> AsyncIterator[str]:
    server = grpc.aio.server(interceptors=[ServerInterceptor(TOKEN)])
    metering_pb2_grpc.add_MeteringServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(None)


async def call(target: str, token: str = TOKEN) -> None:
    async with connect(target, token) as channel:
        await metering_pb2_grpc.MeteringStub(channel).ListUsage(REQUEST)


def every_error(kind: type[errors.TollgateError]) -> list[type[errors.TollgateError]]:
    kinds = [child for child in kind.__subclasses__() if child.__module__ == errors.__name__]
    return kinds + [child for kind in kinds for child in every_error(kind)]


@pytest.mark.parametrize("kind", every_error(errors.TollgateError))
async def test_every_error_arrives_as_it_was_raised(
    servicer: Raising, target: str, kind: type[errors.TollgateError]
) -> None:
    servicer.error = kind("model: “ünknown” is not served", field="model", retry_after_s=7)
    with pytest.raises(errors.TollgateError) as caught:
        await call(target)
    assert type(caught.value) is kind
    assert caught.value.message == "model: “ünknown” is not served"
    assert (caught.value.field, caught.value.retry_after_s) == ("model", 7)


async def test_a_bug_says_nothing_of_itself(servicer: Raising, target: str) -> None:
    servicer.error = ValueError("secret detail")
    with pytest.raises(errors.Unavailable) as caught:
        await call(target)
    assert type(caught.value) is errors.Unavailable
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("token", ["another token, also long", "", TOKEN + "x", TOKEN[:-1]])
async def test_a_wrong_token_is_refused(target: str, token: str) -> None:
    with pytest.raises(errors.Unauthenticated):
        await call(target, token)


async def test_a_server_that_cannot_be_reached_is_unavailable() -> None:
    with pytest.raises(errors.Unavailable):
        await call("127.0.0.1:9")


async def test_what_a_server_does_not_offer_is_unavailable(target: str) -> None:
    async with connect(target, TOKEN) as channel:
        unknown: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            "/tollgate.metering.v1.Metering/Nothing"
        )
        with pytest.raises(errors.Unavailable):
            await unknown(b"")


@pytest.mark.parametrize("seconds", [0, 0.05])
async def test_a_call_that_takes_too_long_is_a_deadline_exceeded(
    target: str, seconds: float
) -> None:
    async with connect(target, TOKEN) as channel:
        stub = metering_pb2_grpc.MeteringStub(channel)
        with pytest.raises(errors.DeadlineExceeded):
            await stub.SummarizeUsage(metering_pb2.SummarizeUsageRequest(), timeout=seconds)
