"""What a customer was charged: three parts tell it, and they must tell the same."""

import contextlib
from collections import Counter

from stack import Customer, Stack, eventually
from tollgate.events.v1 import usage_pb2
from tollgate.providers.v1 import providers_pb2
from tollgate_common.errors import TollgateError
from tollgate_common.rating import Price, cost_nano
from tollgate_common.wire import units_of

_COMPLETED = usage_pb2.OUTCOME_COMPLETED
_LEFT = usage_pb2.OUTCOME_CLIENT_CANCELLED


async def bills(stack: Stack, customer: Customer, count: int = 1) -> list[usage_pb2.UsageEvent]:
    """The usage records, oldest first: each rated exactly, and debited as rated."""
    await stack.posted(customer, count)
    return await _rated(stack, await _debited(stack, customer))


async def bills_of_all(
    stack: Stack, customer: Customer, *, answered: int, left: int
) -> list[usage_pb2.UsageEvent]:
    """As `bills`, where some answers were left, and other calls were refused: those are free."""

    async def enough() -> bool:
        with contextlib.suppress(TollgateError):
            outcomes = Counter(record.outcome for record in await stack.usage(customer))
            return outcomes[_COMPLETED] >= answered and outcomes[_LEFT] >= left
        return False

    await eventually(f"{answered} answers, and {left} that were left", enough)
    records = await _debited(stack, customer)
    for record in records:
        assert (record.cost_nano > 0) == (record.outcome in (_COMPLETED, _LEFT))
    completed = [record for record in records if record.outcome == _COMPLETED]
    assert len(completed) == answered
    assert sum(record.outcome == _LEFT for record in records) == left
    return await _rated(stack, completed)


async def _debited(stack: Stack, customer: Customer) -> list[usage_pb2.UsageEvent]:
    """All records, oldest first: each has one entry in the ledger, of its cost."""
    await stack.settled(customer)
    records = sorted(await stack.usage(customer), key=lambda record: record.request_id)
    entries = await stack.entries(customer.account_id)
    assert len(entries) == len(records)
    debits = {entry.id.removeprefix("usage:"): -entry.amount_nano for entry in entries}
    assert debits == {record.request_id: record.cost_nano for record in records}
    return records


async def _rated(stack: Stack, records: list[usage_pb2.UsageEvent]) -> list[usage_pb2.UsageEvent]:
    prices = await _prices(stack)
    for record in records:
        assert record.cost_nano == cost_nano(units_of(record.units), prices[record.price_version])
        assert record.cost_nano > 0
        assert not record.estimated
        assert record.outcome == _COMPLETED
    return records


def inputs(units: usage_pb2.Units) -> int:
    """All tokens that were sent, however they were cached."""
    return units.input + units.cached_read + units.cache_write_5m + units.cache_write_1h


def outputs(units: usage_pb2.Units) -> int:
    """All tokens that came back, reasoning too."""
    return units.output + units.reasoning


async def _prices(stack: Stack) -> dict[str, Price]:
    catalogue = await stack.providers.GetCatalogue(providers_pb2.GetCatalogueRequest())
    return {
        model.price.version: Price(
            version=model.price.version,
            input=model.price.input_nano,
            cached_read=model.price.cached_read_nano,
            cache_write_5m=model.price.cache_write_5m_nano,
            cache_write_1h=model.price.cache_write_1h_nano,
            output=model.price.output_nano,
            reasoning=model.price.reasoning_nano,
            image_input=model.price.image_input_nano,
            audio_input=model.price.audio_input_nano,
            image_output=model.price.image_output_nano,
            audio_output=model.price.audio_output_nano,
            calls=model.price.calls_nano,
        )
        for model in catalogue.models
    }
