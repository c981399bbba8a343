"""Multipart forms: read, or refused; never a surprise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_edge.forms import check_form_type, parse_form
from tollgate_edge.refusals import Refusal

TYPE = b"multipart/form-data; boundary=b"


def part(disposition: str, content: bytes = b"x", more: str = "") -> bytes:
    head = f"--b\r\nContent-Disposition: {disposition}\r\n{more}\r\n".encode()
    return head + content + b"\r\n"


def named(name: str, content: bytes = b"x") -> bytes:
    return part(f'form-data; name="{name}"', content)


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--b--\r\n"


def test_texts_lists_and_files() -> None:
    body = form(
        named("model", b"whisper"),
        named("include[]", b"a"),
        named("include[]", "\N{SNOWMAN}".encode()),
        part(
            'form-data; name="file"; filename="a.wav"',
            b"\r\n--c\xff",
            "Content-Type: audio/wav\r\n",
        ),
        part('form-data; name="mask"; filename="m; n.png"; filename*=utf-8\'\'m'),
    )
    assert parse_form(body, TYPE) == {
        "model": "whisper",
        "include[]": ["a", "\N{SNOWMAN}"],
        "file": {"bytes": 6, "type": "audio/wav"},
        "mask": {"bytes": 1, "type": "application/octet-stream"},
    }
    assert parse_form(body, TYPE.replace(b"=b", b'="b"')) == parse_form(body, TYPE)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b--\r\n",
        b"{}",
        form(named("a"))[:-4],
        form(named("a"))[:-8],
        b"preamble\r\n" + form(named("a")),
        form(named("a")) + b"epilogue",
        form(named("a"), named("a")),
        form(named("a" * 101)),
        form(part("form-data")),
        form(part('form-data; name=""')),
        form(part("form-data; name=a")),
        form(part('form-data; name="a"; name="model"')),
        form(part('form-data; name="a\\"b"')),
        form(part('attachment; name="a"')),
        form(part('form-data; name="a"', more='Content-Disposition: form-data; name="b"\r\n')),
        form(part('form-data; name="a"', more=f"X: {'x' * 5000}\r\n")),
        form(named("a", b"\xff")),
        form(named("a", b"x" * 300_000)),
        form(*(named(str(number)) for number in range(65))),
        # What another parser could take for a part.
        form(named("a", b"\r\n--b2")),
        form(named("a", b'\r\n--b \r\nContent-Disposition: form-data; name="model"\r\n\r\ndear')),
        form(part('form-data; name="f"; filename="f"', b"\r\n--b--\r\n" + named("model"))),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal):
        parse_form(body, TYPE)


@pytest.mark.parametrize(
    "content_type",
    [
        b"",
        b"application/json",
        b"multipart/form-data",
        b"multipart/form-data; boundary=",
        b"multipart/form-data; boundary=a b",
        b"multipart/form-data; boundary=" + b"b" * 71,
        b"multipart/form-data; boundary=a; boundary=b",
        b"multipart/form-data; boundary=a,multipart/form-data; boundary=b",
        b"multipart/mixed; boundary=b",
    ],
)
def test_a_form_needs_one_boundary(content_type: bytes) -> None:
    with pytest.raises(Refusal):
        check_form_type(content_type)


PIECES = st.sampled_from(
    [
        b"--b", b"\r\n", b"--", b'Content-Disposition: form-data; name="a"', b"\r\n\r\n", b"x",
        b"; filename=\"f\"", b":", b"\xff", b"\n", b'"', b"a[]", named("model"), form(named("n")),
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=20).map(b"".join) | st.binary(max_size=200))
def test_any_bytes_are_a_form_or_refused(body: bytes) -> None:
    try:
        fields = parse_form(body, TYPE)
    except Refusal:
        return
    assert "model" not in fields or b"model" in body
