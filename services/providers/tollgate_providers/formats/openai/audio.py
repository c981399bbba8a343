"""Speech, which is billed by the character, and transcription, by the token or the second."""

import io
import wave
from collections.abc import Mapping
from math import ceil
from typing import Any, NoReturn

import orjson
from tollgate_common.rating import UNITS_MAX, Units

from tollgate_providers.adapter import Ask, Reading
from tollgate_providers.body import written
from tollgate_providers.failures import AnswerFailed, unusable
from tollgate_providers.formats.openai.operations import DEFECTS, credible, refuse, request_of
from tollgate_providers.forms import parts_of, with_model

_PATHS = {"": "/audio/transcriptions", "translations": "/audio/translations"}
# 64 kbit/s: what voice recorders write.
_BYTES_A_SECOND = 8_000


class SpeechWire:
    """Answers are sound. Their cost is known from the request, and exact."""

    def target(self, ask: Ask) -> str:
        return "/audio/speech"

    def body(self, ask: Ask) -> bytes:
        return written(request_of(ask) | {"model": ask.model})

    def own(self, ask: Ask) -> Units:
        return Units(input=len(request_of(ask)["input"]))

    def read(self, data: bytes) -> Reading:
        return Reading(data, None, 0, 0, "")

    def stream(self, ask: Ask) -> "SoundStream":
        return SoundStream(self.own(ask))


class SoundStream:
    """An AnswerStream whose bytes pass as they come. It is complete when its provider closes."""

    output_bytes = 0
    reasoning_bytes = 0
    model = ""

    def __init__(self, units: Units) -> None:
        self.complete = False
        self.failure: AnswerFailed | None = None
        self._units = units
        self._begun = False

    def feed(self, data: bytes) -> bytes:
        self._begun = True
        return data

    def finish(self) -> bytes:
        self.complete = self._begun
        return b""

    def cut(self) -> bytes:
        self.complete = True
        return b""

    def reported(self) -> Units:
        return self._units

    def reported_input(self) -> None:
        return None


class TranscriptionWire:
    """Requests are forms. Answers are JSON with usage, or plain text without."""

    def target(self, ask: Ask) -> str:
        return _PATHS[ask.variant]

    def body(self, ask: Ask) -> bytes:
        return with_model(ask.body, ask.content_type, ask.model)

    def read(self, data: bytes) -> Reading:
        if not data.lstrip().startswith(b"{"):
            return Reading(_plain(data), None, 0, 0, "")
        try:
            return Reading(data, _heard(orjson.loads(data)), 0, 0, "")
        except DEFECTS as error:
            raise unusable("was no transcription") from error

    def stream(self, ask: Ask) -> NoReturn:
        refuse("stream: transcriptions come whole here", "stream")

    def own(self, ask: Ask) -> Units:
        """Of the sound alone: text is little beside it."""
        files = [part for part in parts_of(ask.body, ask.content_type) if part.is_file]
        seconds = sum(_seconds(ask.body[file.start : file.end]) for file in files)
        return Units(audio_input=seconds * ask.audio_second_tokens)


def _plain(data: bytes) -> bytes:
    """As it is, unless it is a web page or no text."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise unusable("was no transcription") from error
    if text.lstrip()[:9].lower().startswith(("<!doctype", "<html")):
        raise unusable("was no transcription")
    return data


def _heard(answer: Mapping[str, Any]) -> Units | None:
    if not isinstance(answer["text"], str):
        raise TypeError
    usage = answer.get("usage")
    if usage is None:  # the most detailed answers used to have the duration alone
        return _by_time(answer.get("duration"))
    if not isinstance(usage, dict):
        return None
    if usage.get("type") == "duration":
        return _by_time(usage.get("seconds"))
    given, output = usage.get("input_tokens"), usage.get("output_tokens")
    audio = (usage.get("input_token_details") or {}).get("audio_tokens")
    if not (type(given) is type(output) is type(audio) is int) or given < 1:
        return None
    if usage.get("total_tokens", given + output) != given + output:
        return None
    return credible(input=given - audio, audio_input=audio, output=output)


def _by_time(seconds: object) -> Units | None:
    if not isinstance(seconds, int | float) or not 0 < seconds <= UNITS_MAX:
        return None
    return credible(audio_input=ceil(seconds))


def _seconds(sound: bytes) -> int:
    """By its header for a WAV file, which may promise more than there is; else by its size."""
    try:
        with wave.open(io.BytesIO(sound)) as file:
            frame_bytes = file.getnchannels() * file.getsampwidth()
            frames: int = min(file.getnframes(), len(sound) // frame_bytes)
            return max(1, int(-(-frames // file.getframerate())))
    except (wave.Error, EOFError, ZeroDivisionError):
        return max(1, -(-len(sound) // _BYTES_A_SECOND))
