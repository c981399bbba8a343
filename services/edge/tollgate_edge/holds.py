"""The hold: a true ceiling of what a request can cost. Pure."""

from tollgate_common.rating import ceiling_nano
from tollgate_common.usage import estimate_tokens

from .catalogue import Model
from .dialects import ChatFacts
from .refusals import invalid

# Tokens that providers add to the client's words: chat markup, and how to use tools.
_FRAMING_TOKENS = 64
_TOOLS_TOKENS = 1_024


def max_output_tokens(facts: ChatFacts, model: Model) -> int:
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


def hold_nano(facts: ChatFacts, body_bytes: int, model: Model) -> int:
    """Nano-dollars; no tokenizer makes more tokens than bytes. Refusal for unwanted images."""
    if (facts.images or facts.documents) and not model.image_tokens:
        kind = "images" if facts.images else "documents"
        raise invalid(f"The model {model.name!r} does not take {kind}.", facts.input_field)
    text_bytes = body_bytes - facts.image_bytes
    tools_tokens = _TOOLS_TOKENS if facts.tools else 0
    images_tokens = facts.images * model.image_tokens
    input_tokens = text_bytes + images_tokens + tools_tokens + _FRAMING_TOKENS
    output_tokens = max_output_tokens(facts, model) + model.extra_reasoning_tokens
    # A small file can have many pages: only the model's context bounds it.
    if facts.documents or input_tokens > model.context_tokens:
        input_tokens = model.context_tokens
    # At least 1, because the ledger grants no lease of nothing.
    return max(1, ceiling_nano(input_tokens, facts.choices * output_tokens, model.price))


def estimated_input_tokens(facts: ChatFacts, body_bytes: int, model: Model) -> int:
    """What the input probably is: for limits, and for clients that ask."""
    text = estimate_tokens(body_bytes - facts.image_bytes)
    return min(text + facts.images * model.image_tokens, model.context_tokens)
