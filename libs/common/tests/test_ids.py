import re

from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.ids import prefixed, ulid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
times = st.integers(0, 2**48 - 1)


@given(times)
def test_a_ulid_is_26_characters_that_carry_its_time(now_ms: int) -> None:
    id = ulid(now_ms)
    assert re.fullmatch(f"[{CROCKFORD}]{{26}}", id)
    value = 0
    for character in id:
        value = value * 32 + CROCKFORD.index(character)
    assert value >> 80 == now_ms


@given(times, times)
def test_ulids_sort_by_time(one: int, other: int) -> None:
    if one < other:
        assert ulid(one) < ulid(other)
        assert prefixed("acc", one) < prefixed("acc", other)


def test_ulids_of_the_same_moment_differ() -> None:
    assert len({ulid(1) for _ in range(1000)}) == 1000


def test_a_prefixed_id_says_what_it_names_in_lower_case() -> None:
    assert re.fullmatch("key_[0-9a-z]{26}", prefixed("key", 1_800_000_000_000))
