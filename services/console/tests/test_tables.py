"""Tables that a spreadsheet shows and never runs."""

import csv
import io

import pytest
from tollgate_console.tables import csv_line, local_moment, moment, usd


def cells(line: bytes) -> list[str]:
    [row] = csv.reader([line.decode()])
    return row


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]
)
def test_text_is_never_a_formula(text: str) -> None:
    [[cell]] = csv.reader(io.StringIO(csv_line([text]).decode(), newline=""))
    assert cell == f"'{text}"


@pytest.mark.parametrize("text", ["gpt-6", "a=b", 'a, "b"', "", "第一"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert cells(csv_line([text, "end"])) == [text, "end"]


def test_negative_amounts_stay_numbers() -> None:
    assert csv_line([usd(-1), usd(-1_500_000_000), -3]) == b"-0.000000001,-1.500000000,-3\r\n"


def test_amounts_are_exact() -> None:
    assert csv_line([usd(2**53 - 1)]) == b"9007199.254740991\r\n"


def test_times_are_utc_and_local() -> None:
    assert moment(1_790_000_000_001) == "2026-09-21T14:13:20.001Z"
    assert local_moment(1_790_000_000_001, 330) == "2026-09-21T19:43:20.001+05:30"
    assert local_moment(1_790_000_000_001, -150) == "2026-09-21T11:43:20.001-02:30"
