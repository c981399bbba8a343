"""POST /audio/transcriptions and /audio/translations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from tollgate_sandbox.answers import pieces
from tollgate_sandbox.forms import Upload
from tollgate_sandbox.operations import Reply, event_stream, json_reply, last_sse, sse
from tollgate_sandbox.refusals import Refusal, invalid
from tollgate_sandbox.rendering import Identity
from tollgate_sandbox.scenarios import Scenario, directives
from tollgate_sandbox.sounds import seconds_in
from tollgate_sandbox.turns import tokens_in

from .checks import Check, array, boolean, decimal, one_of, string
from .fields import checked
from .forms import boolean as read_boolean
from .forms import typed, upload
from .transcripts import PLAIN, Transcript, plain_reply

Json = dict[str, Any]

FILE_BYTES_MAX = 25 << 20
_AUDIO_TOKENS_A_SECOND = 10
_BY_DURATION = "whisper"
_JSON_ONLY = ("gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-transcribe")
_EXTENSIONS = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")
_FORMATS = ("json", "text", "srt", "verbose_json", "vtt")


def _file(value: object, path: str) -> None:
    upload(value, path)
    if not isinstance(value, Upload):
        return
    if len(value.content) > FILE_BYTES_MAX:
        raise Refusal(
            413,
            f"{len(value.content)}: Maximum content size limit ({FILE_BYTES_MAX}) exceeded "
            f"({len(value.content)} bytes read)",
        )
    if value.filename.rpartition(".")[2].lower() not in _EXTENSIONS:
        raise invalid(f"Invalid file format. Supported formats: {[*_EXTENSIONS]}")


_REQUIRED: dict[str, Check] = {"file": _file, "model": string()}
_FIELDS: dict[str, Check] = {
    "prompt": string(),
    "response_format": one_of(*_FORMATS),
    "temperature": decimal(0, 1),
}
_TRANSCRIPTION_FIELDS: dict[str, Check] = {
    **_FIELDS,
    "language": string(None, "[a-z]{2,3}"),
    "timestamp_granularities": array(one_of("word", "segment"), 1, 2),
    "chunking_strategy": one_of("auto"),
    "stream": boolean,
}
_KINDS: Mapping[str, Callable[[str], object]] = {"temperature": float, "stream": read_boolean}


@dataclass(frozen=True, slots=True)
class Hearing:
    """See `Task`. What was heard, and how it is to be told."""

    transcript: Transcript
    prompt: str
    kind: str
    by_duration: bool
    stream: bool

    @property
    def directive(self) -> str:
        return directives(self.prompt)[1]

    def reply(self, _identity: Identity, scenario: Scenario) -> Reply:
        if self.kind in PLAIN:
            return plain_reply(self.transcript, self.kind)
        if self.stream:
            return self._stream(scenario)
        told_as = self.transcript.verbose if self.kind == "verbose_json" else self._short
        return json_reply(told_as(), self._usage(), scenario)

    def _short(self) -> Json:
        return {"text": self.transcript.text}

    def _stream(self, scenario: Scenario) -> Reply:
        text = self.transcript.text
        deltas = [sse({"type": "transcript.text.delta", "delta": each}) for each in pieces(text)]
        done = {"type": "transcript.text.done", "text": text}
        last = last_sse(done, self._usage(), scenario)
        return event_stream([*deltas, last], text_key=b'"delta":"')

    def _usage(self) -> Json:
        seconds = ceil(self.transcript.seconds)
        if self.by_duration:
            return {"type": "duration", "seconds": seconds}
        text, audio = tokens_in(self.prompt), seconds * _AUDIO_TOKENS_A_SECOND
        output = len(pieces(self.transcript.text))
        return {
            "type": "tokens",
            "input_tokens": text + audio,
            "input_token_details": {"text_tokens": text, "audio_tokens": audio},
            "output_tokens": output,
            "total_tokens": text + audio + output,
        }


def read_transcription(document: object, model: str) -> Hearing:
    """Raises Refusal. The document is a form's."""
    return _hearing(_checked(document, _TRANSCRIPTION_FIELDS), model, "transcribe")


def read_translation(document: object, model: str) -> Hearing:
    """Raises Refusal. The document is a form's."""
    return _hearing(_checked(document, _FIELDS), model, "translate")


def _checked(document: object, optional: Mapping[str, Check]) -> Json:
    return checked(
        typed(document, _KINDS) if isinstance(document, dict) else document, _REQUIRED, optional
    )


def _hearing(body: Json, model: str, task: str) -> Hearing:
    kind = body.get("response_format", "json")
    if model.startswith(_JSON_ONLY) and kind != "json":
        raise invalid(
            f"response_format '{kind}' is not compatible with model '{model}'. Use 'json' instead.",
            param="response_format",
            code="unsupported_value",
        )
    granularities = tuple(body.get("timestamp_granularities", ()))
    if granularities and kind != "verbose_json":
        raise invalid(
            "timestamp_granularities requires response_format 'verbose_json'.",
            param="timestamp_granularities",
        )
    seconds = seconds_in(body["file"].content)
    by_duration = model.startswith(_BY_DURATION)
    return Hearing(
        transcript=Transcript(
            task=task,
            text=f"This is the sandbox. It heard {ceil(seconds)} seconds.",
            language=body.get("language", "english"),
            seconds=seconds,
            granularities=granularities,
        ),
        prompt=body.get("prompt", ""),
        kind=kind,
        by_duration=by_duration,
        # Whisper ignores the wish, as OpenAI documents.
        stream=bool(body.get("stream")) and not by_duration,
    )
