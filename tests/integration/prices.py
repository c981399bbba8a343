"""Costs worked out by hand, from the published price and the usage that the SDK shows."""

from fractions import Fraction
from math import ceil

from openai.types import CompletionUsage

MODEL = "deepseek-v4-flash"
# Nano-dollars a token, as the catalogue's list price says in dollars per million tokens.
INPUT = Fraction(300)
CACHED = Fraction(6)
OUTPUT = Fraction(1200)


def by_hand(usage: CompletionUsage | None) -> int:
    """Nano-dollars of one request."""
    assert usage is not None
    cached = 0
    if usage.prompt_tokens_details and usage.prompt_tokens_details.cached_tokens:
        cached = usage.prompt_tokens_details.cached_tokens
    fresh = usage.prompt_tokens - cached
    return ceil(fresh * INPUT + cached * CACHED + usage.completion_tokens * OUTPUT)
