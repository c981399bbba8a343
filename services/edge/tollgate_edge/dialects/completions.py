"""OpenAI's legacy completions: one prompt a request."""

from tollgate_edge.refusals import invalid

from . import Facts
from .bodies import Document, check_choice, check_fields, model_in
from .openai import choices, include_usage, limit_in

_LIMIT = "max_tokens"
_FIELDS = frozenset(
    {
        "best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", _LIMIT, "model", "n",
        "presence_penalty", "prompt", "seed", "stop", "stream", "stream_options", "suffix",
        "temperature", "top_p", "user",
    }
)  # fmt: skip


def read_completions(document: Document) -> Facts:
    """Refusal of a list of prompts, of which every one would have to be held for."""
    check_fields(document, _FIELDS)
    check_choice(document, "stream", True, False)
    # Answers that are made and thrown away are billed.
    check_choice(document, "best_of", 1)
    prompt = document.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if type(prompt) is not str or not prompt:
        raise invalid("prompt must be one string; send others in requests of their own.", "prompt")
    return Facts(
        model=model_in(document),
        stream=document.get("stream") is True,
        include_usage=include_usage(document.get("stream_options")),
        choices=choices(document.get("n")),
        max_output_tokens=limit_in(document, _LIMIT),
        max_output_field=_LIMIT,
        input_field="prompt",
    )
