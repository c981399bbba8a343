"""Speech, transcriptions and translations."""

import base64
import hashlib
import io
import json
import wave
from typing import Any

import httpx2
import openai as sdk
import pytest
from openai import AsyncOpenAI

SPEECH = "/v1/audio/speech"
TRANSCRIPTIONS = "/v1/audio/transcriptions"
TRANSLATIONS = "/v1/audio/translations"
WHISPER = "whisper-1"
LATER = "gpt-4o-mini-transcribe"


def recording(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(int(16000 * seconds)))
    return file.getvalue()


WAV = ("a.wav", recording(2.5), "audio/wav")
# A second of 128 kilobits and a byte of the next one.
MP3 = ("a.mp3", bytes(16001), "audio/mpeg")


async def spoken(http: httpx2.AsyncClient, **body: Any) -> httpx2.Response:
    whole = {"model": "gpt-4o-mini-tts", "input": "Hello there", "voice": "alloy", **body}
    return await http.post(SPEECH, json=whole)


async def heard(
    http: httpx2.AsyncClient, path: str = TRANSCRIPTIONS, file: Any = WAV, **data: Any
) -> httpx2.Response:
    return await http.post(path, data={"model": WHISPER, **data}, files={"file": file})


async def test_a_wav_file_is_one(openai: AsyncOpenAI) -> None:
    answer = await openai.audio.speech.create(
        model="tts-1", voice="nova", input="Hello there, you", response_format="wav"
    )
    assert answer.response.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (1, 24000)
        # A tenth of a second for each of three words.
        assert sound.getnframes() == 7200
        assert len(sound.readframes(7200)) == 14400


@pytest.mark.parametrize(
    ("kind", "content_type", "begin"),
    [
        (None, "audio/mpeg", b"ID3"),
        ("opus", "audio/opus", b"OggS"),
        ("aac", "audio/aac", b"\xff\xf1"),
        ("flac", "audio/flac", b"fLaC"),
        ("pcm", "audio/pcm", b""),
    ],
)
async def test_kinds_of_sounds(
    http: httpx2.AsyncClient, kind: str | None, content_type: str, begin: bytes
) -> None:
    answer = await spoken(http, response_format=kind)
    assert answer.headers["content-type"] == content_type
    assert "content-length" not in answer.headers
    assert answer.content.startswith(begin)
    assert answer.content == (await spoken(http, response_format=kind)).content
    fast = await spoken(http, response_format=kind, speed=4)
    assert len(fast.content) < len(answer.content)


async def test_speech_comes_in_pieces(http: httpx2.AsyncClient) -> None:
    body = {"model": "tts-1", "voice": "ash", "input": "one two three [[sandbox delay_ms=5 tag=s]]"}
    async with http.stream("POST", SPEECH, json=body) as answer:
        parts = [part async for part in answer.aiter_raw()]
    assert len(parts) == 4
    entry = await http.get("/_sandbox/requests/s/wait")
    assert entry.json()["writes"] == 4


async def test_speech_as_events(http: httpx2.AsyncClient) -> None:
    answer = await spoken(http, stream_format="sse", response_format="pcm", instructions="Be calm!")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(event[6:]) for event in answer.text.split("\n\n")[:-1]]
    sound = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert sound == (await spoken(http, response_format="pcm")).content
    assert events[-1] == {
        "type": "speech.audio.done",
        "usage": {"input_tokens": 3 + 2, "output_tokens": 10, "total_tokens": 15},
    }


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": "a" * 4097}, "input"),
        ({"input": None}, "input"),
        ({"voice": None}, "voice"),
        ({"voice": "bob"}, "voice"),
        ({"voice": {}}, "voice.id"),
        ({"speed": 0.2}, "speed"),
        ({"speed": 4.1}, "speed"),
        ({"response_format": "ogg"}, "response_format"),
        ({"stream_format": "sse", "model": "tts-1"}, "stream_format"),
        ({"language": "en"}, "language"),
        ({"model": ""}, None),
    ],
)
async def test_what_cannot_be_spoken(
    http: httpx2.AsyncClient, changes: dict[str, Any], param: str | None
) -> None:
    answer = await spoken(http, **changes)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_whisper_counts_seconds(openai: AsyncOpenAI) -> None:
    answer = await openai.audio.transcriptions.create(model=WHISPER, file=WAV)
    assert answer.text == "This is the sandbox. It heard 3 seconds."
    assert answer.usage
    assert answer.usage.model_dump() == {"type": "duration", "seconds": 3}


async def test_later_models_count_tokens(openai: AsyncOpenAI) -> None:
    answer = await openai.audio.transcriptions.create(model=LATER, file=MP3, prompt="A talk.")
    assert answer.usage
    assert answer.usage.model_dump(exclude_none=True) == {
        "type": "tokens",
        "input_tokens": 22,
        "input_token_details": {"text_tokens": 2, "audio_tokens": 20},
        "output_tokens": 8,
        "total_tokens": 30,
    }


async def test_every_word_and_segment(openai: AsyncOpenAI) -> None:
    answer = await openai.audio.transcriptions.create(
        model=WHISPER,
        file=WAV,
        language="en",
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    assert (answer.duration, answer.language) == (2.5, "en")
    assert answer.segments
    assert [segment.text for segment in answer.segments] == [answer.text]
    assert answer.words
    assert [word.word for word in answer.words] == answer.text.split()
    assert (answer.words[0].start, answer.words[-1].end) == (0, 2.5)
    assert answer.usage
    assert answer.usage.seconds == 3


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text", "This is the sandbox. It heard 3 seconds.\n"),
        (
            "srt",
            "1\n00:00:00,000 --> 00:00:02,500\nThis is the sandbox. It heard 3 seconds.\n\n",
        ),
        (
            "vtt",
            "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nThis is the sandbox. It heard 3 seconds.\n\n",
        ),
    ],
)
async def test_plain_texts(openai: AsyncOpenAI, kind: Any, text: str) -> None:
    raw = openai.audio.transcriptions.with_raw_response
    answer = await raw.create(model=WHISPER, file=WAV, response_format=kind)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == text


async def test_translations(http: httpx2.AsyncClient) -> None:
    plain = await heard(http, TRANSLATIONS, response_format="text")
    assert plain.text == "This is the sandbox. It heard 3 seconds.\n"
    verbose = (await heard(http, TRANSLATIONS, response_format="verbose_json")).json()
    assert (verbose["task"], verbose["language"], verbose["duration"]) == (
        "translate",
        "english",
        2.5,
    )
    assert verbose["usage"] == {"type": "duration", "seconds": 3}


async def test_a_transcription_as_events(openai: AsyncOpenAI) -> None:
    stream = await openai.audio.transcriptions.create(model=LATER, file=WAV, stream=True)
    events = [event async for event in stream]
    assert [event.type for event in events] == [
        *["transcript.text.delta"] * 8,
        "transcript.text.done",
    ]
    last: Any = events[-1]
    assert last.text == "".join(event.delta for event in events if hasattr(event, "delta"))
    assert last.usage.total_tokens == 38
    # Whisper hears the wish and answers as a whole.
    whole = await openai.audio.transcriptions.create(model=WHISPER, file=WAV)
    assert whole.text == last.text


async def test_a_header_that_promises_too_much(http: httpx2.AsyncClient) -> None:
    endless = bytearray(recording(1))
    endless[40:44] = b"\xff\xff\xff\xff"
    answer = (await heard(http, file=("a.wav", bytes(endless), "audio/wav"))).json()
    assert answer["usage"]["seconds"] == 2


@pytest.mark.parametrize(
    ("path", "file", "changes", "param"),
    [
        (TRANSCRIPTIONS, WAV, {"temperature": "1.5"}, "temperature"),
        (TRANSCRIPTIONS, WAV, {"temperature": "hot"}, "temperature"),
        (TRANSCRIPTIONS, WAV, {"language": "English"}, "language"),
        (TRANSCRIPTIONS, WAV, {"response_format": "xml"}, "response_format"),
        (TRANSCRIPTIONS, WAV, {"response_format": "srt", "model": LATER}, "response_format"),
        (
            TRANSCRIPTIONS,
            WAV,
            {"timestamp_granularities[]": ["word"]},
            "timestamp_granularities",
        ),
        (
            TRANSCRIPTIONS,
            WAV,
            {"timestamp_granularities[]": ["line"], "response_format": "verbose_json"},
            "timestamp_granularities[0]",
        ),
        (TRANSCRIPTIONS, WAV, {"stream": "yes"}, "stream"),
        (TRANSCRIPTIONS, WAV, {"voice": "nova"}, "voice"),
        (TRANSCRIPTIONS, WAV, {"model": ""}, None),
        (TRANSCRIPTIONS, ("a.txt", b"text", "text/plain"), {}, None),
        (TRANSCRIPTIONS, ("a.wav", b"", "audio/wav"), {}, "file"),
        (TRANSLATIONS, WAV, {"language": "en"}, "language"),
    ],
)
async def test_what_cannot_be_heard(
    http: httpx2.AsyncClient, path: str, file: Any, changes: dict[str, Any], param: str | None
) -> None:
    answer = await heard(http, path, file, **changes)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_a_file_is_needed_and_not_too_large(http: httpx2.AsyncClient) -> None:
    missing = await http.post(TRANSCRIPTIONS, files={"model": (None, WHISPER)})
    assert missing.json()["error"]["param"] == "file"
    large = await heard(http, file=("a.mp3", bytes((25 << 20) + 1), "audio/mpeg"))
    assert large.status_code == 413


async def test_a_form_in_the_journal(http: httpx2.AsyncClient) -> None:
    file = ("a.mp3", bytes(100_000), "audio/mpeg")
    form: dict[str, Any] = {
        "response_format": "verbose_json",
        "prompt": "[[sandbox tag=form]]",
        "timestamp_granularities[]": ["word", "segment"],
    }
    answer = await heard(http, file=file, **form)
    assert answer.status_code == 200
    entry = (await http.get("/_sandbox/requests/form/wait")).json()
    assert entry["body"] == {
        "fields": {
            "model": WHISPER,
            "response_format": "verbose_json",
            "prompt": "[[sandbox tag=form]]",
            "timestamp_granularities[]": ["word", "segment"],
        },
        "files": {
            "file": {
                "filename": "a.mp3",
                "content_type": "audio/mpeg",
                "bytes": 100_000,
                "sha256": hashlib.sha256(bytes(100_000)).hexdigest(),
            }
        },
    }
    assert entry["model"] == WHISPER
    assert entry["body_bytes"] > 100_000


async def test_scenarios_in_what_is_spoken_and_heard(openai: AsyncOpenAI) -> None:
    failing = "[[sandbox status=503]]"
    with pytest.raises(sdk.InternalServerError):
        await openai.audio.speech.create(model="tts-1", voice="nova", input=failing)
    with pytest.raises(sdk.InternalServerError):
        await openai.audio.transcriptions.create(model=LATER, file=WAV, prompt=failing)
