"""Images: billed by the tokens that they are made of, or by the piece."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from tollgate_common.rating import UNITS_MAX, Units
from tollgate_common.usage import estimate_tokens

from tollgate_providers.adapter import Ask
from tollgate_providers.formats.openai.operations import Count, JsonWire, credible
from tollgate_providers.forms import parts_of, with_model

_PATHS = {"": "/images/generations", "edits": "/images/edits"}


def token_count(answer: Mapping[str, Any]) -> Units | None:
    """Output that is not told from text is an image."""
    made = _made(answer)
    usage = answer.get("usage")
    if not isinstance(usage, dict):
        return None
    details = usage.get("input_tokens_details")
    parts = usage.get("output_tokens_details")
    counts = [
        usage.get("input_tokens"),
        usage.get("output_tokens"),
        details.get("image_tokens", 0) if isinstance(details, dict) else 0,
        parts.get("text_tokens", 0) if isinstance(parts, dict) else 0,
    ]
    numbers = [count for count in counts if type(count) is int]
    if len(numbers) < len(counts):
        return None
    given, output, images, text = numbers
    if usage.get("total_tokens", given + output) != given + output or (made and not output):
        return None
    return credible(
        input=given - images, image_input=images, output=text, image_output=output - text
    )


def piece_count(answer: Mapping[str, Any]) -> Units | None:
    """Images that came out: what failed is told in its place."""
    return credible(calls=_made(answer))


def _made(answer: Mapping[str, Any]) -> int:
    return sum(1 for image in answer["data"] if image.get("url") or image.get("b64_json"))


class ImagesWire(JsonWire):
    """Generations, and edits where the provider has them.

    `by_piece`: every image costs the same, whatever it is made of.
    """

    def __init__(
        self,
        *,
        by_piece: bool,
        edits: bool = False,
        lacks: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        count: Count = piece_count if by_piece else token_count
        super().__init__(_PATHS[""], count, lacks=lacks)
        self._by_piece = by_piece
        self._edits = edits

    def target(self, ask: Ask) -> str:
        return _PATHS[ask.variant]

    def body(self, ask: Ask) -> bytes:
        if self._edits and ask.variant == "edits":
            return with_model(ask.body, ask.content_type, ask.model)
        return super().body(ask)

    def own(self, ask: Ask) -> Units:
        """As many images as were asked for, of the most tokens that one can have."""
        count, text_bytes = _asked(ask)
        if self._by_piece:
            return Units(calls=count)
        made = min(count * ask.max_output_tokens, UNITS_MAX)
        return Units(input=estimate_tokens(text_bytes), image_output=made)


def _asked(ask: Ask) -> tuple[int, int]:
    """Images, and bytes of text."""
    if ask.variant != "edits":
        return orjson.loads(ask.body).get("n") or 1, len(ask.body)
    texts = {
        part.name: ask.body[part.start : part.end]
        for part in parts_of(ask.body, ask.content_type)
        if not part.is_file
    }
    return int(texts.get("n", b"1")), sum(map(len, texts.values()))
