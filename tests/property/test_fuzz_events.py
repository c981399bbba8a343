"""Whatever bytes come from the bus: usage events that can be billed, or a refusal."""

from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import UNITS_MAX, Units
from tollgate_common.usage import Outcome, UsageEvent
from tollgate_common.wire import decode_batch, encode_batch, event_of

from .fuzzing import examples, spliced

EVENT = UsageEvent(
    request_id="r1",
    account_id="acc_1",
    key_id="key_1",
    model="m",
    provider="acme",
    channel_id="ch_1",
    dialect="openai",
    operation="chat",
    units=Units(input=10, cached_read=3, output=5, reasoning=1, calls=2),
    price_version="p1",
    cost_nano=12_345_678_901,
    hold_nano=98_765_432_101,
    lease_id="l1",
    started_at_ms=1_795_000_000_000,
    first_byte_ms=50,
    duration_ms=900,
    outcome=Outcome.COMPLETED,
    estimated=True,
    observer="providers",
    status=200,
    stream=True,
    agent="a",
)


@examples(100)
@given(st.one_of(spliced(encode_batch([EVENT, EVENT])), st.binary(max_size=60)))
def test_any_payload(payload: bytes) -> None:
    try:
        events = [event_of(message) for message in decode_batch(payload)]
    except InvalidArgument:
        return
    for event in events:
        assert event.request_id
        assert event.account_id
        assert min(event.cost_nano, event.hold_nano, event.started_at_ms) >= 0
        assert all(0 <= count <= UNITS_MAX for count in event.units.counts())
        assert [event_of(one) for one in decode_batch(encode_batch([event]))] == [event]
