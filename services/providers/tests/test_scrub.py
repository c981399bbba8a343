"""Messages lose what customers must not see, and keep the rest."""

import pytest
from tollgate_providers.scrub import MESSAGE_CHARACTERS_MAX, scrub


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("'messages' is too long.", "'messages' is too long."),
        ("Expected <= 2, but got 5.5 instead.", "Expected <= 2, but got 5.5 instead."),
        ("model gpt-4o-mini-2024-07-18 gone", "model gpt-4o-mini-2024-07-18 gone"),
        ("bad key sk-abc123**********xyz!", "bad key [redacted]!"),
        ("Bearer abc.def is wrong", "[redacted] is wrong"),
        ("see https://api.vendor.com/x?k=1 now", "see [address] now"),
        ("host 10.1.2.3:8443 and localhost:80", "host [address] and [address]"),
        ("id 0123456789abcdef0123456789abcdef", "id [redacted]"),
        ("two\nlines\x00", "two lines\x00"),
    ],
)
def test_scrub(message: str, shown: str) -> None:
    assert scrub(message) == shown


def test_the_credential_itself_goes() -> None:
    assert scrub("you sent plainword, sir", "plainword") == "you sent [redacted], sir"


def test_length_is_bounded() -> None:
    assert len(scrub("word " * 10_000)) <= MESSAGE_CHARACTERS_MAX
