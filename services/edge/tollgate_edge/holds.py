"""The hold: a true ceiling of what a request can cost. Pure."""

from tollgate_common.rating import ceiling_nano
from tollgate_common.usage import estimate_tokens

from .catalogue import Model
from .dialects import Facts, Media
from .refusals import invalid

# Tokens that providers add to the client's words: chat markup, and how to use tools.
_FRAMING_TOKENS = 64
_TOOLS_TOKENS = 1_024
# 4 kbit/s: no codec that a provider reads makes speech of less.
_SPEECH_BYTES_A_SECOND = 500
_SILENCE_SECONDS = 7_200


def max_output_tokens(facts: Facts, model: Model) -> int:
    """Answer tokens of one choice at most, as held and as sent. Refusal if too many are asked."""
    asked = facts.max_output_tokens
    if asked is None:
        return min(model.default_output_tokens, model.max_output_tokens)
    if asked > model.max_output_tokens:
        raise invalid(
            f"{facts.max_output_field} is too large: {asked}. This model supports at most "
            f"{model.max_output_tokens} completion tokens.",
            facts.max_output_field,
        )
    return asked


def hold_nano(facts: Facts, body_bytes: int, model: Model) -> int:
    """Nano-dollars; no tokenizer makes more tokens than bytes. Refusal for unwanted media."""
    media = facts.media
    _check_media(facts, model)
    text = facts.text_units
    if text is None:
        text = (1 + media.repeats) * (body_bytes - media.file_bytes) + _FRAMING_TOKENS
        text += _TOOLS_TOKENS if facts.tools else 0
    # A small document can have many pages: only the model's context bounds it.
    if media.documents:
        text += model.context_tokens
    hold = ceiling_nano(
        model.price,
        text=text,
        images=media.images * model.image_tokens,
        audio=_sound_seconds(media) * model.audio_second_tokens,
        output=facts.choices * (max_output_tokens(facts, model) + model.extra_reasoning_tokens),
        calls=facts.calls,
        input_max=model.context_tokens if facts.one_prompt else None,
    )
    # At least 1, because the ledger grants no lease of nothing.
    return max(1, hold)


def estimated_input_tokens(facts: Facts, body_bytes: int, model: Model) -> int:
    """What the input probably is: for limits, and for clients that ask."""
    media = facts.media
    text = body_bytes - media.file_bytes if facts.text_units is None else facts.text_units
    tokens = estimate_tokens(text) + media.images * model.image_tokens
    return min(tokens, model.context_tokens) if facts.one_prompt else tokens


def _sound_seconds(media: Media) -> int:
    """As long as speech of so many bytes can be, and two hours at least, as silence has no size."""
    if not media.sound_bytes:
        return 0
    return max(_SILENCE_SECONDS, -(-media.sound_bytes // _SPEECH_BYTES_A_SECOND))


def _check_media(facts: Facts, model: Model) -> None:
    media = facts.media
    unwanted = ""
    if (media.images or media.documents) and not model.image_tokens:
        unwanted = "images" if media.images else "documents"
    elif media.sound_bytes and not model.audio_second_tokens:
        unwanted = "audio"
    if unwanted:
        raise invalid(f"The model {model.name!r} does not take {unwanted}.", facts.input_field)
