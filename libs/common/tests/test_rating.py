from dataclasses import replace
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import UNIT_NAMES, UNITS_MAX, Price, Units, ceiling_nano, cost_nano

counts = st.integers(0, UNITS_MAX)
rates = st.integers(0, 10**12)
units = st.builds(Units, *[counts] * 6)
prices = st.builds(Price, st.just("v1"), *[rates] * 6)
buckets = st.sampled_from(UNIT_NAMES)


@given(units, prices)
def test_the_cost_is_the_exact_sum_rounded_up_once(units: Units, price: Price) -> None:
    exact = sum(
        Fraction(getattr(units, name)) * Fraction(getattr(price, name), 1_000_000)
        for name in UNIT_NAMES
    )
    assert cost_nano(units, price) == ceil(exact)


@given(units, prices, buckets, st.integers(1, 1000))
def test_one_more_unit_never_costs_less(units: Units, price: Price, bucket: str, more: int) -> None:
    count = min(UNITS_MAX, getattr(units, bucket) + more)
    assert cost_nano(replace(units, **{bucket: count}), price) >= cost_nano(units, price)


@given(units, prices, buckets, st.integers(1, 1000))
def test_a_dearer_price_never_costs_less(
    units: Units, price: Price, bucket: str, more: int
) -> None:
    dearer = replace(price, **{bucket: getattr(price, bucket) + more})
    assert cost_nano(units, dearer) >= cost_nano(units, price)


@given(units, prices)
def test_the_ceiling_covers_every_way_to_count_the_same_tokens(units: Units, price: Price) -> None:
    asked = units.input + units.cached_read + units.cache_write_5m + units.cache_write_1h
    answered = units.output + units.reasoning
    assert ceiling_nano(asked, answered, price) >= cost_nano(units, price)


def test_any_use_of_a_priced_bucket_costs_at_least_one_nano_dollar() -> None:
    price = Price("v1", 1, 0, 0, 0, 0, 0)
    assert cost_nano(Units(input=1), price) == 1
    assert cost_nano(Units(input=1_000_000), price) == 1
    assert cost_nano(Units(input=1_000_001), price) == 2
    assert cost_nano(Units(), price) == 0


def test_rounding_happens_once_and_not_per_bucket() -> None:
    price = Price("v1", 1, 1, 1, 1, 1, 1)
    assert cost_nano(Units(1, 1, 1, 1, 1, 1), price) == 1


@pytest.mark.parametrize("bucket", UNIT_NAMES)
@pytest.mark.parametrize("count", [-1, UNITS_MAX + 1, 2**64 - 2**25, 1.0, True, "1"])
def test_a_count_out_of_range_is_refused_by_name(bucket: str, count: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Units(**{bucket: count})  # type: ignore[arg-type]
    assert caught.value.field == bucket
