from dataclasses import replace
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import (
    UNIT_NAMES,
    UNITS_MAX,
    Price,
    Units,
    billed,
    ceiling_nano,
    cost_nano,
)

counts = st.integers(0, UNITS_MAX)
rates = st.integers(0, 10**12)
units = st.builds(Units, *[counts] * len(UNIT_NAMES))
prices = st.builds(Price, st.just("v1"), *[rates] * len(UNIT_NAMES))
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
    seen, heard = units.image_input, units.audio_input
    answered = units.output + units.reasoning + units.image_output + units.audio_output
    cost = cost_nano(units, price)
    rest = {"output": answered, "calls": units.calls}
    assert ceiling_nano(price, text=asked, images=seen, audio=heard, **rest) >= cost
    more = {"text": UNITS_MAX, "images": seen, "audio": heard}
    most = asked + seen + heard
    assert ceiling_nano(price, **more, **rest, input_max=most) >= cost
    assert ceiling_nano(price, **more, input_max=most) <= ceiling_nano(price, **more)


@given(st.builds(Units, *[st.integers(0, 10**8)] * len(UNIT_NAMES)), prices)
def test_what_has_no_price_of_its_own_is_billed_as_text(units: Units, price: Price) -> None:
    text = replace(price, image_input=0, audio_input=0, image_output=0, audio_output=0)
    moved = billed(units, text)
    assert sum(moved.counts()) == sum(units.counts())
    assert moved.input == units.input + units.image_input + units.audio_input
    assert moved.output == units.output + units.image_output + units.audio_output
    priced = replace(price, image_input=1, audio_input=1, image_output=1, audio_output=1)
    assert billed(units, priced) == units


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
