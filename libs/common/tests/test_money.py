import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.errors import InvalidArgument
from tollgate_common.money import ENTRY_NANO_MAX, format_usd, parse_usd


@given(st.integers(1, ENTRY_NANO_MAX))
def test_what_is_formatted_parses_to_the_same_amount(nano: int) -> None:
    assert parse_usd(format_usd(nano)) == nano


@pytest.mark.parametrize(
    ("text", "nano"),
    [
        ("12.50", 12_500_000_000),
        ("0.000000001", 1),
        ("1000", 1_000_000_000_000),
        ("1.5000000000000", 1_500_000_000),
        ("9007199.254740991", ENTRY_NANO_MAX),
    ],
)
def test_amounts(text: str, nano: int) -> None:
    assert parse_usd(text) == nano


NOT_AMOUNTS = [
    "",
    "1e3",
    "+1",
    " 1",
    "1_0",
    "\u0661",
    "ten",
    "1,5",
    "$5",
    "0",
    "-1",
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
]
TOO_LARGE = ["9007199.254740992", "1e999999999", "1" * 5000]
TOO_FINE = ["0.0000000001", "1e-999999999", "0." + "1" * 5000, "1." + "0" * 34 + "1"]


@pytest.mark.parametrize("text", NOT_AMOUNTS + TOO_LARGE + TOO_FINE)
def test_what_is_not_an_exact_amount_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        parse_usd(text, field="topup")
    assert caught.value.field == "topup"
    assert caught.value.message.startswith("topup:")


@pytest.mark.parametrize(
    ("nano", "text"),
    [(0, "0.000000000"), (-1, "-0.000000001"), (-1_500_000_000, "-1.500000000")],
)
def test_every_nano_dollar_is_shown(nano: int, text: str) -> None:
    assert format_usd(nano) == text
