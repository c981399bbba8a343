"""Events survive every way of cutting them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_providers.sse import LINE_BYTES_MAX, LineTooLong, Splitter

STREAM = (
    '\ufeff: hello\r\n\r\ndata: {"a":"é"}\n\ndata:{"b":"字"}\r\n\r\nevent: x\nid: 1\n\n'
    'data: {"c":1}\ndata: {"d":2}\n\n\n\ndata:\n\ndata:   [DONE]  \r\rdata: tail'
).encode()
EVENTS = ['{"a":"é"}', '{"b":"字"}', '{"c":1}', '{"d":2}', "[DONE]", "tail"]


def split(*parts: bytes) -> list[str]:
    splitter = Splitter()
    events = [event for part in parts for event in splitter.feed(part)] + splitter.finish()
    return [event.decode() for event in events]


def test_every_cut_gives_the_same_events() -> None:
    for at in range(len(STREAM) + 1):
        assert split(STREAM[:at], STREAM[at:]) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_many_cuts_give_the_same_events(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    parts = [STREAM[a:b] for a, b in pairwise(edges)]
    assert split(*parts) == EVENTS


def test_a_byte_at_a_time() -> None:
    assert split(*(bytes([byte]) for byte in STREAM)) == EVENTS


def test_an_event_is_there_before_its_blank_line() -> None:
    assert Splitter().feed(b"data: 1\n") == [b"1"]


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_without_end_is_refused(end: bytes) -> None:
    with pytest.raises(LineTooLong):
        Splitter().feed(b"data: " + b"x" * LINE_BYTES_MAX + end)
