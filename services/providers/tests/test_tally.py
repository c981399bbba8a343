"""Our own counts."""

from tollgate_common.rating import Price, Units
from tollgate_providers.tally import Tally, estimate_input

PRICE = Price("p", 1_000_000, 1, 1, 1, 8_000_000, 16_000_000)


def test_own_count_until_the_provider_reports() -> None:
    tally = Tally(10, output_bytes=9, reasoning_bytes=4)
    assert tally.units() == Units(input=10, output=3, reasoning=1)
    tally.reported = Units(input=7)
    assert tally.units() == Units(input=7)


def test_the_least_cost_counts_long_tokens() -> None:
    assert Tally(10, output_bytes=16, reasoning_bytes=8).least_nano(PRICE) == 10 + 16 + 16


def test_files_within_a_body_count_as_images() -> None:
    file = b'"data:image/png;base64,' + b"A" * 100_000 + b'"'
    assert estimate_input(b"x" * 40, 1000) == 10
    assert estimate_input(b"x" * 20 + file + b"x" * 20 + file, 1000) == 10 + 2000
    bare = b'"data": "' + b"A" * 100_000 + b'"'
    assert estimate_input(b"x" * 40 + bare, 1000) == 10 + 1000
    assert estimate_input(b'"data":"short"', 1000) == 4
