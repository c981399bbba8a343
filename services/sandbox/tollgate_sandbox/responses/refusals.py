"""What the Responses API refuses in words of its own."""

from tollgate_sandbox.openai.refusals import OpenAIWords
from tollgate_sandbox.refusals import Refusal, invalid


class ResponsesWords(OpenAIWords):
    """See `Words`."""

    def too_many_tokens(self, _limit: int, _given: int) -> Refusal:
        return invalid(
            "Your input exceeds the context window of this model. Please adjust your input and try "
            "again.",
            param="input",
            code="context_length_exceeded",
        )


WORDS = ResponsesWords()


def not_found(what: str, name: str, *, param: str | None = None, aside: str = "") -> Refusal:
    return Refusal(404, f"{what} with id '{name}' not found.{aside}", param=param)
