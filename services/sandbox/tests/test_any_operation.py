"""Whatever is sent to an operation beside chat is answered or refused, and nothing else happens."""

import io
import wave
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_sandbox.forms import NotAForm, Upload, parse
from tollgate_sandbox.gemini.embeddings import read_batch, read_one
from tollgate_sandbox.openai.operations import OPERATIONS
from tollgate_sandbox.refusals import Refusal
from tollgate_sandbox.rendering import identify
from tollgate_sandbox.scenarios import PLAIN, Scenario
from tollgate_sandbox.sounds import seconds_in
from tollgate_sandbox.usage import told
from tollgate_sandbox.vectors import floats, vector

_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "a", "auto", "1024x1024", "0x0", "word", "json", "mp3", "nova", "2K"])
)
_UPLOADS = st.builds(Upload, st.sampled_from(["a.wav", "a"]), st.just("image/png"), st.binary())
_NAMES = st.sampled_from(["type", "text", "image_url", "url", "id", "parts", "content", "model"])


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
        max_leaves=6,
    )


FIELDS = st.sampled_from(
    [
        *("input", "dimensions", "encoding_format", "prompt", "n", "size", "quality", "image"),
        *("mask", "stream", "partial_images", "voice", "speed", "response_format", "file"),
        *("language", "temperature", "timestamp_granularities", "query", "documents", "top_n"),
        *("sequential_image_generation_options", "output_compression", "stream_format"),
    ]
)
VALID: dict[str, Any] = {
    "embeddings": {"input": "a"},
    "generations": {"prompt": "a"},
    "edits": {"prompt": "a", "image": Upload("a.png", "image/png", b"a")},
    "speech": {"input": "a", "voice": "nova"},
    "transcriptions": {"file": Upload("a.wav", "audio/wav", b"a")},
    "translations": {"file": Upload("a.wav", "audio/wav", b"a")},
    "moderations": {"input": "a"},
    "rerank": {"query": "a", "documents": ["a"]},
    "reranks": {"query": "a", "documents": ["a"]},
}
IDENTITY = identify(b"{}", "m")


@given(
    st.sampled_from([*OPERATIONS]),
    st.sampled_from(["m", "gpt-image-2", "whisper-1", "tts-1", "doubao-seedream-4-0"]),
    st.dictionaries(FIELDS, nested(_LEAVES | _UPLOADS), max_size=2),
)
def test_any_document(path: str, model: str, changes: dict[str, Any]) -> None:
    document = {"model": model, **VALID[path.rpartition("/")[2]], **changes}
    try:
        task = OPERATIONS[path].read(document, model)
    except Refusal as refused:
        assert refused.status == 400
        return
    first, second = (task.reply(IDENTITY, PLAIN) for _ in range(2))
    assert first.parts
    assert first == second


@given(nested(_LEAVES))
def test_any_document_of_googles(value: Any) -> None:
    for read, document in ((read_one, value), (read_batch, {"requests": value})):
        try:
            assert read(document, "m", "m").reply(IDENTITY, PLAIN).parts
        except Refusal as refused:
            assert refused.status == 400


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_as_a_form(body: bytes, framed: bool) -> None:
    if framed:
        head = b'--x\r\ncontent-disposition: form-data; name="a"; filename="b"\r\n\r\n'
        form = parse(
            head + body.replace(b"--x", b"") + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
        )
        content = body.replace(b"--x", b"")
        assert form == (("a", Upload("b", "application/octet-stream", content)),)
        return
    with pytest.raises(NotAForm):
        parse(body, "multipart/form-data; boundary=xyz")


@given(st.binary(max_size=200))
def test_any_bytes_as_a_sound(content: bytes) -> None:
    assert 0 <= seconds_in(content) <= 1
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((2, 1, 100, 0, "NONE", ""))
        sound.writeframes(content[: len(content) // 2 * 2])
    assert seconds_in(file.getvalue()) == len(content) // 2 / 100


@given(st.text(), st.integers(1, 3072))
def test_any_text_as_a_vector(text: str, dimensions: int) -> None:
    values = floats(vector(text, dimensions))
    assert len(values) == dimensions
    assert abs(sum(value * value for value in values) - 1) < 1e-5


def test_every_number_of_a_usage_is_a_lie() -> None:
    usage = {"type": "tokens", "total_tokens": 3, "details": {"audio_tokens": 2}}
    assert told(usage, Scenario(usage="negative")) == {
        "type": "tokens",
        "total_tokens": -3,
        "details": {"audio_tokens": -2},
    }
    assert told(usage, PLAIN) == usage
    assert told(usage, Scenario(usage="none")) is None
