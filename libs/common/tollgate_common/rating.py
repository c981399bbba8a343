"""Rating: what units cost at a price. Pure; the only place where money is rounded."""

from dataclasses import dataclass, fields, replace

from .errors import InvalidArgument

PRICE_UNITS = 1_000_000
UNITS_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Units:
    """Disjoint buckets: a token is counted in exactly one of them.

    The first six are tokens of text, or of anything that its price does not tell from text.
    `calls` counts what is billed by the piece, such as a generated image.
    """

    input: int = 0
    cached_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    reasoning: int = 0
    image_input: int = 0
    # Tokens, or seconds where the price is by time.
    audio_input: int = 0
    image_output: int = 0
    audio_output: int = 0
    calls: int = 0

    def __post_init__(self) -> None:
        for name, count in zip(UNIT_NAMES, self.counts(), strict=True):
            if type(count) is not int or not 0 <= count <= UNITS_MAX:
                raise InvalidArgument(f"{name}: must be a count from 0 to {UNITS_MAX}", field=name)

    def counts(self) -> tuple[int, ...]:
        """In the order of UNIT_NAMES."""
        return (
            self.input,
            self.cached_read,
            self.cache_write_5m,
            self.cache_write_1h,
            self.output,
            self.reasoning,
            self.image_input,
            self.audio_input,
            self.image_output,
            self.audio_output,
            self.calls,
        )


UNIT_NAMES = tuple(field.name for field in fields(Units))
# What most models have no price for, and then is billed as text. Calls have nothing to stand in.
_STAND_INS = {
    "image_input": "input",
    "audio_input": "input",
    "image_output": "output",
    "audio_output": "output",
}
OPTIONAL_UNIT_NAMES = (*_STAND_INS, "calls")


@dataclass(frozen=True, slots=True)
class Price:
    """Nano-dollars per million units, one for each bucket of Units; 0 where there is no price."""

    version: str
    input: int
    cached_read: int
    cache_write_5m: int
    cache_write_1h: int
    output: int
    reasoning: int
    image_input: int = 0
    audio_input: int = 0
    image_output: int = 0
    audio_output: int = 0
    calls: int = 0

    def rates(self) -> tuple[int, ...]:
        """In the order of UNIT_NAMES."""
        return (
            self.input,
            self.cached_read,
            self.cache_write_5m,
            self.cache_write_1h,
            self.output,
            self.reasoning,
            self.image_input,
            self.audio_input,
            self.image_output,
            self.audio_output,
            self.calls,
        )

    @property
    def dearest_input(self) -> int:
        """Of a token of text, however it is cached."""
        return max(self.input, self.cached_read, self.cache_write_5m, self.cache_write_1h)

    @property
    def dearest_output(self) -> int:
        """Of a token that is answered, whatever it is."""
        return max(self.output, self.reasoning, self.image_output, self.audio_output)


def billed(units: Units, price: Price) -> Units:
    """Moves what has no price of its own to the text beside it, so that nothing is free."""
    moved = {n: c for n in _STAND_INS if (c := getattr(units, n)) and not getattr(price, n)}
    if not moved:
        return units
    counts = {name: getattr(units, name) for name in ("input", "output")}
    for name, count in moved.items():
        counts[_STAND_INS[name]] = min(counts[_STAND_INS[name]] + count, UNITS_MAX)
    return replace(units, **dict.fromkeys(moved, 0), **counts)


def cost_nano(units: Units, price: Price) -> int:
    """Nano-dollars: the exact sum over the buckets, divided once, rounded up."""
    total = sum(count * rate for count, rate in zip(units.counts(), price.rates(), strict=True))
    return -(-total // PRICE_UNITS)


def ceiling_nano(
    price: Price,
    *,
    text: int = 0,
    images: int = 0,
    audio: int = 0,
    output: int = 0,
    calls: int = 0,
    input_max: int | None = None,
) -> int:
    """The most that a request of at most so many units can cost: what has to be held for it.

    `input_max` bounds text, images and audio together, whichever of them they are.
    """
    image_rate = max(price.dearest_input, price.image_input) if images else 0
    audio_rate = max(price.dearest_input, price.audio_input) if audio else 0
    total = text * price.dearest_input + images * image_rate + audio * audio_rate
    if input_max is not None:
        total = min(total, input_max * max(price.dearest_input, image_rate, audio_rate))
    total += output * price.dearest_output + calls * price.calls
    return -(-total // PRICE_UNITS)
