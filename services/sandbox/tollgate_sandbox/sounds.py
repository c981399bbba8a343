"""Sounds: how long one is, and bytes that may pass for speech."""

import hashlib
import io
import struct
import wave
from collections.abc import Sequence

CONTENT_TYPES = {
    "mp3": b"audio/mpeg",
    "opus": b"audio/opus",
    "aac": b"audio/aac",
    "flac": b"audio/flac",
    "wav": b"audio/wav",
    "pcm": b"audio/pcm",
}
_HERTZ = 24_000
_SAMPLE_BYTES = 2
# What each piece of a text takes to say, at speed 1.
_PIECE_SAMPLES = _HERTZ // 10
# How much smaller than PCM a compressed sound is.
_COMPRESSED = 12
# What a file of a kind begins with: only WAV files are more than a beginning.
_MAGIC = {
    "mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xf3\xe4\xc4",
    "opus": b"OggS\x00\x02",
    "aac": b"\xff\xf1\x5c\x40",
    "flac": b"fLaC",
    "pcm": b"",
}
# A sound that is no WAV file is taken for one of 128 kilobits a second.
_BYTES_A_SECOND = 16_000


def speech(pieces: Sequence[str], kind: str, speed: float) -> tuple[bytes, ...]:
    """A sound file of mono 16-bit samples, in a header and a part for each piece of the text."""
    samples = max(1, int(_PIECE_SAMPLES / speed))
    size = samples * _SAMPLE_BYTES
    if kind not in ("wav", "pcm"):
        size = max(1, size // _COMPRESSED)
    parts = [hashlib.shake_128(piece.encode()).digest(size) for piece in pieces]
    head = _wav_header(size * len(parts)) if kind == "wav" else _MAGIC[kind]
    return tuple(filter(None, (head, *parts)))


def seconds_in(content: bytes) -> float:
    """By its header for a WAV file, by its size for others."""
    try:
        with wave.open(io.BytesIO(content)) as sound:
            frame_bytes = sound.getnchannels() * sound.getsampwidth()
            # A header may promise more than there is, as one of a stream does.
            frames: int = min(sound.getnframes(), len(content) // frame_bytes)
            return float(frames / sound.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return float(-(-len(content) // _BYTES_A_SECOND))


def _wav_header(data_bytes: int) -> bytes:
    rate = _HERTZ * _SAMPLE_BYTES
    layout = struct.pack("<IHHIIHH", 16, 1, 1, _HERTZ, rate, _SAMPLE_BYTES, 8 * _SAMPLE_BYTES)
    return (
        b"RIFF" + struct.pack("<I", 36 + data_bytes) + b"WAVE"
        b"fmt " + layout + b"data" + struct.pack("<I", data_bytes)
    )
