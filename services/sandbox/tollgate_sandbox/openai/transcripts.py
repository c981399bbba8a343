"""What a recording is said to contain, in the formats that OpenAI writes it in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tollgate_sandbox.operations import Reply

Json = dict[str, Any]

_TEXT = b"text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words of a recording, evenly spread over its seconds."""

    task: str
    text: str
    language: str
    seconds: float
    granularities: tuple[str, ...]

    def as_text(self) -> bytes:
        return f"{self.text}\n".encode()

    def as_srt(self) -> bytes:
        end = _clock(self.seconds, ",")
        return f"1\n{_clock(0, ',')} --> {end}\n{self.text}\n\n".encode()

    def as_vtt(self) -> bytes:
        end = _clock(self.seconds, ".")
        return f"WEBVTT\n\n{_clock(0, '.')} --> {end}\n{self.text}\n\n".encode()

    def verbose(self) -> Json:
        body: Json = {
            "task": self.task,
            "language": self.language,
            "duration": self.seconds,
            "text": self.text,
        }
        if "word" in self.granularities:
            body["words"] = self._words()
        if "segment" in self.granularities or not self.granularities:
            body["segments"] = [self._segment()]
        return body

    def _words(self) -> list[Json]:
        words = self.text.split()
        each = self.seconds / len(words)
        return [
            {"word": word, "start": round(at * each, 2), "end": round((at + 1) * each, 2)}
            for at, word in enumerate(words)
        ]

    def _segment(self) -> Json:
        return {
            "id": 0,
            "seek": 0,
            "start": 0.0,
            "end": self.seconds,
            "text": self.text,
            "tokens": [*range(50364, 50364 + len(self.text.split()))],
            "temperature": 0.0,
            "avg_logprob": -0.25,
            "compression_ratio": 1.0,
            "no_speech_prob": 0.01,
        }


PLAIN: dict[str, Callable[[Transcript], bytes]] = {
    "text": Transcript.as_text,
    "srt": Transcript.as_srt,
    "vtt": Transcript.as_vtt,
}


def plain_reply(transcript: Transcript, kind: str) -> Reply:
    """An answer that is no JSON, and so has no usage."""
    return Reply((PLAIN[kind](transcript),), _TEXT)


def _clock(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{thousandths:03}"
