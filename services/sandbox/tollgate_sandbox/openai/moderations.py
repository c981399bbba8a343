"""POST /moderations: what contains the word "violence" is flagged."""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from tollgate_sandbox.operations import Reply
from tollgate_sandbox.rendering import Identity
from tollgate_sandbox.scenarios import Scenario, directives

from .checks import COMPLAINTS, anything, array, either, record, string, tagged
from .fields import checked

Json = dict[str, Any]

DEFAULT_MODEL = "omni-moderation-latest"
_FLAG = "violence"
_FLAGGED_SCORE = 0.98
_TEXT_ONLY = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "sexual/minors",
)
_TEXT_AND_IMAGE = (
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    _FLAG,
    "violence/graphic",
)
_CATEGORIES = (*_TEXT_ONLY, *_TEXT_AND_IMAGE)
_PARTS = {
    "text": record({"type": anything, "text": string()}),
    "image_url": record({"type": anything, "image_url": record({"url": string()})}),
}
_EXPECTED = "one of a string or an array"
_INPUT = either(
    _EXPECTED,
    {
        str: string(),
        list: array(either(_EXPECTED, {str: string(), dict: tagged("type", _PARTS)}), 1),
    },
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged as one: a text, or all parts of a message."""

    text: str
    images: int = 0


@dataclass(frozen=True, slots=True)
class Moderation:
    """See `Task`."""

    subjects: tuple[Subject, ...]

    @property
    def directive(self) -> str:
        return directives("\n".join(subject.text for subject in self.subjects))[1]

    def reply(self, identity: Identity, _scenario: Scenario) -> Reply:
        body = {
            "id": f"modr-{identity.digest[:24]}",
            "model": identity.model or DEFAULT_MODEL,
            "results": [_result(subject) for subject in self.subjects],
        }
        return Reply((orjson.dumps(body),))


def read(document: object, _model: str) -> Moderation:
    """Raises Refusal. Texts are judged each, parts together."""
    body = checked(document, {"input": _INPUT}, {"model": string()})
    given = body["input"]
    if isinstance(given, str):
        return Moderation((Subject(given),))
    parts = [part for part in given if isinstance(part, dict)]
    if 0 < len(parts) < len(given):
        raise COMPLAINTS.wrong_type("input", "an array of strings or an array of objects", given)
    if not parts:
        return Moderation(tuple(map(Subject, given)))
    texts = [part["text"] for part in parts if part["type"] == "text"]
    return Moderation((Subject("\n".join(texts), len(parts) - len(texts)),))


def _result(subject: Subject) -> Json:
    flagged = _FLAG in subject.text.lower()
    digest = hashlib.blake2b(subject.text.encode(), digest_size=len(_CATEGORIES)).digest()
    # The categories that the text is not of have small scores of its own.
    scores = {name: octet / 1e6 for name, octet in zip(_CATEGORIES, digest, strict=True)}
    if flagged:
        scores[_FLAG] = _FLAGGED_SCORE
    kinds = ["text"] if subject.text else []
    seen = [*kinds, "image"] if subject.images else kinds
    return {
        "flagged": flagged,
        "categories": {name: flagged and name == _FLAG for name in _CATEGORIES},
        "category_scores": scores,
        "category_applied_input_types": {
            **dict.fromkeys(_TEXT_ONLY, kinds),
            **dict.fromkeys(_TEXT_AND_IMAGE, seen),
        },
    }
