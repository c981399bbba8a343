"""Rating: what units cost at a price. Pure; the only place where money is rounded."""

from dataclasses import dataclass, fields

from .errors import InvalidArgument

PRICE_UNITS = 1_000_000
UNITS_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Units:
    """Six disjoint token buckets: a token is counted in exactly one of them."""

    input: int = 0
    cached_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    reasoning: int = 0

    def __post_init__(self) -> None:
        for name, count in zip(UNIT_NAMES, self.counts(), strict=True):
            if type(count) is not int or not 0 <= count <= UNITS_MAX:
                raise InvalidArgument(f"{name}: must be a count from 0 to {UNITS_MAX}", field=name)

    def counts(self) -> tuple[int, int, int, int, int, int]:
        return (
            self.input,
            self.cached_read,
            self.cache_write_5m,
            self.cache_write_1h,
            self.output,
            self.reasoning,
        )


UNIT_NAMES = tuple(field.name for field in fields(Units))


@dataclass(frozen=True, slots=True)
class Price:
    """Nano-dollars per million units, one for each bucket of Units."""

    version: str
    input: int
    cached_read: int
    cache_write_5m: int
    cache_write_1h: int
    output: int
    reasoning: int

    def rates(self) -> tuple[int, int, int, int, int, int]:
        return (
            self.input,
            self.cached_read,
            self.cache_write_5m,
            self.cache_write_1h,
            self.output,
            self.reasoning,
        )

    @property
    def dearest_input(self) -> int:
        return max(self.input, self.cached_read, self.cache_write_5m, self.cache_write_1h)

    @property
    def dearest_output(self) -> int:
        return max(self.output, self.reasoning)


def cost_nano(units: Units, price: Price) -> int:
    """Nano-dollars: the exact sum over the buckets, divided once, rounded up."""
    total = sum(count * rate for count, rate in zip(units.counts(), price.rates(), strict=True))
    return -(-total // PRICE_UNITS)


def ceiling_nano(input_units: int, output_units: int, price: Price) -> int:
    """The most that a request of at most so many units can cost: what has to be held for it."""
    total = input_units * price.dearest_input + output_units * price.dearest_output
    return -(-total // PRICE_UNITS)
