"""POST /audio/speech: a sound file in pieces, or events with pieces of one."""

import base64
from dataclasses import dataclass

from tollgate_sandbox import sounds
from tollgate_sandbox.answers import pieces
from tollgate_sandbox.operations import Json, Reply, event_stream, last_sse, sse
from tollgate_sandbox.refusals import invalid
from tollgate_sandbox.rendering import Identity
from tollgate_sandbox.scenarios import Scenario, directives
from tollgate_sandbox.turns import tokens_in

from .checks import Check, decimal, either, one_of, record, string, text
from .fields import checked

INPUT_CHARACTERS_MAX = 4096
_VOICES = (
    "alloy",
    "ash",
    "ballad",
    "cedar",
    "coral",
    "echo",
    "fable",
    "marin",
    "nova",
    "onyx",
    "sage",
    "shimmer",
    "verse",
)
# The first models can neither be instructed nor send events.
_PLAIN = ("tts-1",)
_TOKENS_A_PIECE = 5


_REQUIRED: dict[str, Check] = {
    "model": string(),
    "input": text(INPUT_CHARACTERS_MAX),
    "voice": either(
        "one of a string or an object",
        {str: one_of(*_VOICES), dict: record({"id": string()})},
    ),
}
_FIELDS: dict[str, Check] = {
    "response_format": one_of(*sounds.CONTENT_TYPES),
    "speed": decimal(0.25, 4),
    "instructions": string(INPUT_CHARACTERS_MAX),
    "stream_format": one_of("sse", "audio"),
}


@dataclass(frozen=True, slots=True)
class Speech:
    """See `Task`. An answer has one part for each piece of the text, and maybe a header first."""

    text: str
    instructions: str
    kind: str
    speed: float
    as_events: bool
    directive: str

    def reply(self, _identity: Identity, scenario: Scenario) -> Reply:
        # A directive alone leaves nothing to say, which takes as long as one piece.
        parts = sounds.speech(pieces(self.text) or ("",), self.kind, self.speed)
        if not self.as_events:
            return Reply(parts, sounds.CONTENT_TYPES[self.kind], streamed=True)
        events = [
            sse({"type": "speech.audio.delta", "audio": base64.b64encode(part).decode()})
            for part in parts
        ]
        done = last_sse({"type": "speech.audio.done"}, self._usage(), scenario)
        return event_stream([*events, done])

    def _usage(self) -> Json:
        given = tokens_in(self.text) + tokens_in(self.instructions)
        spoken = _TOKENS_A_PIECE * len(pieces(self.text))
        return {
            "input_tokens": given,
            "output_tokens": spoken,
            "total_tokens": given + spoken,
        }


def read(document: object, model: str) -> Speech:
    """Raises Refusal."""
    body = checked(document, _REQUIRED, _FIELDS)
    as_events = body.get("stream_format") == "sse"
    if model.startswith(_PLAIN) and as_events:
        raise invalid(
            f"stream_format 'sse' is not supported for model '{model}'.", param="stream_format"
        )
    said, directive = directives(body["input"])
    return Speech(
        text=said.strip(),
        instructions="" if model.startswith(_PLAIN) else body.get("instructions", ""),
        kind=body.get("response_format", "mp3"),
        speed=body.get("speed", 1.0),
        as_events=as_events,
        directive=directive,
    )
