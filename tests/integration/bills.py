"""What a customer was charged: three parts tell it, and they must tell the same."""

from stack import Customer, Stack
from tollgate.events.v1 import usage_pb2
from tollgate.providers.v1 import providers_pb2
from tollgate_common.rating import Price, cost_nano
from tollgate_common.wire import units_of


async def bills(stack: Stack, customer: Customer, count: int = 1) -> list[usage_pb2.UsageEvent]:
    """The usage records, oldest first: each rated exactly, and debited as rated."""
    entries = await stack.posted(customer, count)
    await stack.settled(customer)
    records = sorted(await stack.usage(customer), key=lambda record: record.request_id)
    debits = {entry.id.removeprefix("usage:"): -entry.amount_nano for entry in entries}
    assert debits == {record.request_id: record.cost_nano for record in records}
    prices = await _prices(stack)
    for record in records:
        assert record.cost_nano == cost_nano(units_of(record.units), prices[record.price_version])
        assert record.cost_nano > 0
        assert not record.estimated
        assert record.outcome == usage_pb2.OUTCOME_COMPLETED
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
        )
        for model in catalogue.models
    }
