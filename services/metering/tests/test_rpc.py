from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
from tollgate.metering.v1 import metering_pb2, metering_pb2_grpc
from tollgate_common.errors import InvalidArgument, Unauthenticated
from tollgate_common.rpc import ServerInterceptor, connect
from tollgate_common.usage import Outcome, UsageEvent
from tollgate_common.wire import event_of
from tollgate_metering.operations import Metering
from tollgate_metering.rpc import SERVICE, MeteringServicer

Make = Callable[..., UsageEvent]
TOKEN = "a token for tests only"
NOON_MS = 1_800_000_000_000
HOUR_MS = 3_600_000


@pytest.fixture
async def target(metering: Metering) -> AsyncIterator[str]:
    server = grpc.aio.server(interceptors=[ServerInterceptor(TOKEN)])
    MeteringServicer(metering).add_to(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(None)


@pytest.fixture
async def stub(target: str) -> AsyncIterator["metering_pb2_grpc.MeteringAsyncStub"]:
    async with connect(target, TOKEN) as channel:
        yield metering_pb2_grpc.MeteringStub(channel)


def test_the_service_has_the_contract_s_name() -> None:
    assert SERVICE == "tollgate.metering.v1.Metering"


async def test_a_wrong_token_is_refused(target: str) -> None:
    async with connect(target, "another token, also long") as channel:
        stub = metering_pb2_grpc.MeteringStub(channel)
        with pytest.raises(Unauthenticated):
            await stub.ListUsage(metering_pb2.ListUsageRequest())


async def test_usage_is_listed_and_pages_continue(
    stub: "metering_pb2_grpc.MeteringAsyncStub", metering: Metering, make_event: Make
) -> None:
    events = [make_event(f"r{i}", started_at_ms=NOON_MS - i) for i in range(3)]
    await metering.record(events)
    request = metering_pb2.ListUsageRequest(account_id="acc_1", from_ms=NOON_MS - 2, page_size=2)
    first = await stub.ListUsage(request)
    request.page_token = first.next_page_token
    rest = await stub.ListUsage(request)
    assert [event_of(record) for record in [*first.records, *rest.records]] == events
    assert rest.next_page_token == ""


async def test_a_page_has_a_hundred_records_unless_told_otherwise(
    stub: "metering_pb2_grpc.MeteringAsyncStub", metering: Metering, make_event: Make
) -> None:
    await metering.record([make_event(f"r{i}") for i in range(150)])
    assert len((await stub.ListUsage(metering_pb2.ListUsageRequest())).records) == 100


async def test_usage_is_summarized(
    stub: "metering_pb2_grpc.MeteringAsyncStub", metering: Metering, make_event: Make
) -> None:
    await metering.record([make_event("r1"), make_event("r2", outcome=Outcome.FAILED)])
    reply = await stub.SummarizeUsage(
        metering_pb2.SummarizeUsageRequest(from_day="2027-01-15", to_day="2027-01-15")
    )
    (row,) = reply.rows
    assert (row.day, row.account_id, row.model) == ("2027-01-15", "acc_1", "m1")
    assert (row.requests, row.failures, row.cost_nano) == (2, 1, 2000)
    assert (row.units.input, row.units.cached_read, row.units.reasoning) == (20, 2, 4)


async def test_usage_is_listed_by_outcome_and_operation(
    stub: "metering_pb2_grpc.MeteringAsyncStub", metering: Metering, make_event: Make
) -> None:
    await metering.record(
        [
            make_event("r1"),
            make_event("r2", outcome=Outcome.FAILED),
            make_event("r3", outcome=Outcome.CLIENT_CANCELLED, operation="embeddings"),
        ]
    )

    async def listed(**fields: Any) -> set[str]:
        reply = await stub.ListUsage(metering_pb2.ListUsageRequest(**fields))
        return {record.request_id for record in reply.records}

    assert await listed(outcomes=metering_pb2.OUTCOMES_FAILED) == {"r2"}
    assert await listed(outcomes=metering_pb2.OUTCOMES_ANSWERED) == {"r1", "r3"}
    assert await listed(operation="embeddings") == {"r3"}
    assert await listed(operation="chat", outcomes=metering_pb2.OUTCOMES_ANSWERED) == {"r1"}


async def test_a_series_has_every_sum(
    stub: "metering_pb2_grpc.MeteringAsyncStub", metering: Metering, make_event: Make
) -> None:
    await metering.record(
        [make_event("r1"), make_event("r2", outcome=Outcome.FAILED), make_event("r3", model="m2")]
    )
    request = series_request(group_by=metering_pb2.GROUP_BY_MODEL, utc_offset_minutes=480)
    row, other = (await stub.SeriesUsage(request)).rows
    assert (row.start_ms, row.group, other.group) == (NOON_MS - 16 * HOUR_MS, "m1", "m2")
    assert (row.requests, row.failures, row.answered, row.cost_nano) == (2, 1, 1, 2_000)
    assert (row.first_byte_ms_sum, row.duration_ms_sum) == (120, 900)
    assert (row.units.input, row.units.cached_read, row.units.reasoning) == (20, 2, 4)


async def test_usage_is_listed_oldest_first(
    stub: "metering_pb2_grpc.MeteringAsyncStub", metering: Metering, make_event: Make
) -> None:
    await metering.record([make_event(f"r{i}", started_at_ms=NOON_MS + i) for i in range(3)])
    reply = await stub.ListUsage(metering_pb2.ListUsageRequest(ascending=True))
    assert [record.request_id for record in reply.records] == ["r0", "r1", "r2"]


async def test_keys_have_their_use(
    stub: "metering_pb2_grpc.MeteringAsyncStub", metering: Metering, make_event: Make
) -> None:
    await metering.record([make_event("r1"), make_event("r2")])
    request = metering_pb2.ListKeyUsageRequest(account_id="acc_1", from_ms=NOON_MS)
    (key,) = (await stub.ListKeyUsage(request)).keys
    assert (key.key_id, key.last_used_ms) == ("key_1", NOON_MS)
    assert (key.requests, key.cost_nano) == (2, 2_000)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (metering_pb2.ListKeyUsageRequest(from_ms=NOON_MS), "account_id"),
        (metering_pb2.ListKeyUsageRequest(account_id="a"), "from_ms"),
        (
            metering_pb2.ListKeyUsageRequest(
                account_id="a", from_ms=NOON_MS - 400 * 24 * HOUR_MS - 1
            ),
            "from_ms",
        ),
        (metering_pb2.ListKeyUsageRequest(account_id="a", from_ms=NOON_MS + 1), "from_ms"),
    ],
)
async def test_bad_times_of_keys_are_refused_by_name(
    stub: "metering_pb2_grpc.MeteringAsyncStub",
    request_: metering_pb2.ListKeyUsageRequest,
    field: str,
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await stub.ListKeyUsage(request_)
    assert caught.value.field == field


def series_request(**changes: Any) -> metering_pb2.SeriesUsageRequest:
    fields: dict[str, Any] = {
        "from_ms": NOON_MS,
        "to_ms": NOON_MS + 1,
        "step": metering_pb2.STEP_DAY,
    }
    return metering_pb2.SeriesUsageRequest(**(fields | changes))


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (series_request(from_ms=0), "from_ms"),
        (series_request(to_ms=0), "from_ms"),
        (series_request(to_ms=NOON_MS), "from_ms"),
        (series_request(to_ms=NOON_MS + 400 * 24 * HOUR_MS + 1), "to_ms"),
        (
            series_request(to_ms=NOON_MS + 40 * 24 * HOUR_MS + 1, step=metering_pb2.STEP_HOUR),
            "to_ms",
        ),
        (series_request(step=metering_pb2.STEP_UNSPECIFIED), "step"),
        (series_request(group_by=9), "group_by"),
        (series_request(utc_offset_minutes=841), "utc_offset_minutes"),
        (series_request(utc_offset_minutes=-721), "utc_offset_minutes"),
    ],
)
async def test_bad_series_are_refused_by_name(
    stub: "metering_pb2_grpc.MeteringAsyncStub",
    request_: metering_pb2.SeriesUsageRequest,
    field: str,
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await stub.SeriesUsage(request_)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (metering_pb2.ListUsageRequest(outcomes=7), "outcomes"),  # type: ignore[arg-type]
        (metering_pb2.ListUsageRequest(page_size=-1), "page_size"),
        (metering_pb2.ListUsageRequest(page_size=1001), "page_size"),
        (metering_pb2.ListUsageRequest(from_ms=2, to_ms=1), "from"),
    ],
)
async def test_bad_requests_are_refused_by_name(
    stub: "metering_pb2_grpc.MeteringAsyncStub",
    request_: metering_pb2.ListUsageRequest,
    field: str,
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await stub.ListUsage(request_)
    assert caught.value.field == field


async def test_bad_days_and_tokens_are_refused(
    stub: "metering_pb2_grpc.MeteringAsyncStub",
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await stub.SummarizeUsage(metering_pb2.SummarizeUsageRequest(to_day="yesterday"))
    assert caught.value.field == "to_day"
    with pytest.raises(InvalidArgument):
        await stub.ListUsage(metering_pb2.ListUsageRequest(page_token="nonsense"))
