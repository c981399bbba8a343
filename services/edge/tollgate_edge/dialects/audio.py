"""POST /audio/speech, /audio/transcriptions and /audio/translations as OpenAI has them."""

from tollgate_edge.refusals import invalid

from . import Facts, Media
from .bodies import (
    Document,
    check_choice,
    check_fields,
    check_texts,
    file_bytes,
    model_in,
    text_in,
)

_SPEECH_FIELDS = frozenset(
    {"input", "instructions", "model", "response_format", "speed", "stream_format", "voice"}
)
_TRANSLATION_FIELDS = frozenset({"file", "model", "prompt", "response_format", "temperature"})
_TRANSCRIPTION_FIELDS = _TRANSLATION_FIELDS | {
    "chunking_strategy",
    "include[]",
    "keywords[]",
    "language",
    "languages[]",
    "stream",
    "timestamp_granularities[]",
}


def read_speech(document: Document) -> Facts:
    """Billed by the character. The answer is sound, which is passed on as it comes."""
    check_fields(document, _SPEECH_FIELDS)
    check_choice(document, "stream_format", "audio")
    if not isinstance(document.get("voice"), str | dict):
        raise invalid("voice must be the name of a voice.", "voice")
    text = text_in(document, "input")
    return Facts(
        model=model_in(document),
        stream=True,
        text_units=len(text),
        one_prompt=False,
        input_field="input",
    )


def read_transcription(document: Document) -> Facts:
    """A form's."""
    check_choice(document, "chunking_strategy", "auto")
    check_choice(document, "stream", "false")
    return _heard(document, _TRANSCRIPTION_FIELDS, "")


def read_translation(document: Document) -> Facts:
    """A form's."""
    return _heard(document, _TRANSLATION_FIELDS, "translations")


def _heard(document: Document, known: frozenset[str], form: str) -> Facts:
    check_fields(document, known)
    check_texts({name: value for name, value in document.items() if name != "file"})
    size = file_bytes(document.get("file"), "file")
    media = Media(sound_bytes=size, file_bytes=size)
    return Facts(model=model_in(document), media=media, input_field="file", variant=form)
