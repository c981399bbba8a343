"""Forms on their way to a provider: the model is another one, every other byte is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_providers.failures import AnswerFailed, FailureKind
from tollgate_providers.forms import parts_of, with_model

TYPE = 'multipart/form-data; boundary="b"'


def form(*parts: tuple[str, bytes]) -> bytes:
    named = [
        b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), value)
        for name, value in parts
    ]
    return b"".join(named) + b"--b--\r\n"


@given(st.binary().filter(lambda value: b"\r\n--b" not in value), st.text(max_size=9))
def test_only_the_model_is_another(value: bytes, prompt: str) -> None:
    def body(model: bytes) -> bytes:
        return form(("file", value), ("model", model), ("prompt", prompt.encode()))

    assert with_model(body(b"whisper-1"), TYPE, "upstream") == body(b"upstream")


def test_files_are_told_from_texts() -> None:
    disposition = b'Content-Disposition: form-data; name="file"; filename="a"'
    head = b"--b\r\nContent-Type: audio/wav\r\n" + disposition
    body = head + b"\r\n\r\nRIFF\r\n" + form(("model", b"m"))
    found = [
        (part.name, part.is_file, body[part.start : part.end]) for part in parts_of(body, TYPE)
    ]
    assert found == [("file", True, b"RIFF"), ("model", False, b"m")]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (form(("prompt", b"x")), TYPE),
        (form(("model", b"a"), ("model", b"b")), TYPE),
        (form(("model", b"a"))[:-12], TYPE),
        (form(("model", b"a")), "multipart/form-data; boundary=c"),
        (form(("model", b"a")), "application/json"),
        (b"--b\r\n\r\nx\r\n--b--\r\n", TYPE),
        (b"--b\r\n", TYPE),
        (b"", TYPE),
    ],
)
def test_what_names_no_model_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(AnswerFailed) as caught:
        with_model(body, content_type, "m")
    assert caught.value.kind is FailureKind.INVALID_REQUEST
