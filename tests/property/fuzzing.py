"""Documents and bytes, spoilt in every way that a client or a provider could think of."""

import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

# Of a test that gives the number of its examples for this many.
_USUAL_EXAMPLES = 100
# Nothing takes so long, not even on a busy machine.
_DEADLINE = timedelta(seconds=2)


def examples(count: int) -> Callable[[Any], Any]:
    """So many examples, always the same; many more, and always others, in the profile "deep"."""
    given = settings().max_examples
    return settings(
        max_examples=max(1, count * given // _USUAL_EXAMPLES),
        deadline=_DEADLINE,
        derandomize=given <= _USUAL_EXAMPLES,
        database=None if given <= _USUAL_EXAMPLES else settings().database,
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


class Raw(bytes):
    """JSON, or what looks like it, as it is written."""


class Members(list[tuple[str, Any]]):
    """An object whose members may come twice."""


RAW = [
    Raw(text)
    for text in [
        b"NaN", b"-Infinity", b"1e400", b"1e308", b"-0.0", b"1.0", b"18446744073709551616",
        b"9" * 400, b"9" * 5_000, b'"\\ud800"', b'"\\u0000"', b'"\xff"', b'"' + b"a" * 300 + b'"',
        b"[" * 200 + b"]" * 200, b"[" * 300 + b"]" * 300, b'{"a":' * 300 + b"1" + b"}" * 300,
        b"[" * 1_010 + b"]" * 1_010, b"[" * 5_000 + b"]" * 5_000, b"\xef\xbb\xbf1", b"", b"}",
        b'{"\\ud800":1,"\\ud800":2}', b'"data:image/png;base64,AAAA"', b'"data:;base64,"',
        b'"' + b"[" * 300 + b"]" * 300 + b'"',
    ]
]  # fmt: skip
_EDGES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**53,
    2**63,
    2**64 - 1,
    0.5,
    "",
    "a",
    "3",
    [],
    {},
]
_leaves = st.one_of(
    st.sampled_from(_EDGES), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)
)
values = st.one_of(
    st.sampled_from(RAW),
    st.sampled_from(_EDGES),
    st.recursive(
        _leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=4,
    ),
)
names = st.one_of(
    st.text(max_size=8), st.sampled_from(["type", "model", "stream", "\ud800", "\0", "n" * 200])
)


def written(value: Any) -> bytes:
    """As JSON, with whatever is no JSON as it is."""
    if isinstance(value, Raw):
        return value
    if isinstance(value, Members):
        pairs = [json.dumps(name).encode() + b":" + written(member) for name, member in value]
        return b"{" + b",".join(pairs) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(written, value)) + b"]"
    return json.dumps(value).encode()


def _opened(value: Any) -> Any:
    """With objects as their members."""
    if isinstance(value, dict):
        return Members((name, _opened(member)) for name, member in value.items())
    return [_opened(each) for each in value] if isinstance(value, list) else deepcopy(value)


def _places(value: Any) -> Iterator[tuple[list[Any], int]]:
    """Every list of values or members within, and every index in it."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield value, index
            yield from _places(each[1] if isinstance(value, Members) else each)


def _value_at(place: tuple[list[Any], int]) -> Any:
    holder, index = place
    return holder[index][1] if isinstance(holder, Members) else holder[index]


def _put(place: tuple[list[Any], int], value: Any) -> None:
    holder, index = place
    holder[index] = (holder[index][0], value) if isinstance(holder, Members) else value


def _mutate(draw: Any, document: Any) -> None:
    places = list(_places(document))
    if not places:
        return
    place = draw(st.sampled_from(places))
    holder, index = place
    match draw(st.sampled_from(["replace", "replace", "move", "delete", "double", "name", "add"])):
        case "replace":
            _put(place, draw(values))
        case "move":
            _put(place, deepcopy(_value_at(draw(st.sampled_from(places)))))
        case "delete":
            del holder[index]
        case "double":
            holder.insert(index, deepcopy(holder[index]))
        case "name" if isinstance(holder, Members):
            holder[index] = (draw(names), holder[index][1])
        case _ if isinstance(holder, Members):
            holder.append((draw(names), draw(values)))


@st.composite
def mutated(draw: st.DrawFn, document: Any) -> bytes:
    """The document with some places spoilt, and perhaps its bytes, too."""
    opened = [_opened(document)]
    for _ in range(draw(st.integers(1, 3))):
        _mutate(draw, opened[0])
    body = written(opened[0])
    return draw(spliced(body)) if draw(st.integers(0, 4)) == 0 else body


@st.composite
def spliced(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with a piece cut out, and another one put in its place."""
    start, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
    if draw(st.booleans()):
        end = min(len(data), start + draw(st.integers(0, 8)))
    pieces = st.one_of(
        st.binary(max_size=8),
        st.sampled_from([b"", b"\n", b"\r\n", b"\0", b'"', b"}", b"data: ", b"\n\n", *RAW]),
        st.just(data[start:end] * 2),
    )
    return data[:start] + draw(pieces) + data[end:]


def in_pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The data cut at these places."""
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges) if start < end]
