"""What a lane has counted: by itself while the answer passes, and by the provider at its end."""

import re
from dataclasses import dataclass, replace

from tollgate_common.rating import PRICE_UNITS, UNITS_MAX, Price, Units
from tollgate_common.usage import estimate_tokens

# Hardly any text has more bytes in a token. An answer is cut for its cost only when even this
# count exceeds the hold: the usual estimate would cut honest answers whose tokens are long.
_BYTES_PER_TOKEN_MAX = 8
# A data: URL, or base64 in a field of its own; shorter ones are not worth telling from text.
_INLINE_FILE = re.compile(rb'"data:[^"]*"|"data" ?: ?"[A-Za-z0-9+/=_-]{256,}"')


@dataclass(slots=True)
class Tally:
    """Own counts, in bytes of text. `reported` is the provider's, once it is known and credible."""

    input_tokens: int
    output_bytes: int = 0
    reasoning_bytes: int = 0
    reported: Units | None = None
    # The provider's count of the input alone, where it comes before the answer's.
    reported_input: Units | None = None
    # Our own count of a request that is more than text.
    own: Units | None = None

    def units(self) -> Units:
        """The provider's count, else our own of what it has not counted."""
        if counted := self.reported or self.own:
            return counted
        return replace(
            self.reported_input or Units(input=self.input_tokens),
            output=min(estimate_tokens(self.output_bytes), UNITS_MAX),
            reasoning=min(estimate_tokens(self.reasoning_bytes), UNITS_MAX),
        )

    def least_nano(self, price: Price) -> int:
        """Nano-dollars that the answer has cost at least, so far."""
        output = self.output_bytes * price.output + self.reasoning_bytes * price.reasoning
        given = self.own.input if self.own else self.input_tokens
        cost = given * price.input + output // _BYTES_PER_TOKEN_MAX
        return cost // PRICE_UNITS


def estimate_input(body: bytes, image_tokens: int) -> int:
    """Tokens that a request body probably is; files within it count as images, not as text."""
    size, files = len(body), 0
    if b'"data' in body:
        for file in _INLINE_FILE.finditer(body):
            size -= file.end() - file.start()
            files += 1
    return min(estimate_tokens(size) + files * image_tokens, UNITS_MAX)
