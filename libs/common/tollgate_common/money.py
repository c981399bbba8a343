"""Money: integers of nano-dollars (1e-9 USD). No float ever holds an amount."""

from decimal import Decimal, InvalidOperation

from .errors import InvalidArgument

NANO_PER_USD = 1_000_000_000
# One entry stays exact in every JSON reader, too (about 9 million dollars).
ENTRY_NANO_MAX = 2**53 - 1


def parse_usd(text: str, *, field: str = "amount") -> int:
    """Nano-dollars of a decimal such as "12.50". InvalidArgument unless it is exact and above 0."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise InvalidArgument(
            f"{field}: {text!r} is not an amount like 12.50", field=field
        ) from None
    if not amount.is_finite() or amount <= 0:
        raise InvalidArgument(f"{field}: must be above 0", field=field)
    if amount > Decimal(ENTRY_NANO_MAX) / NANO_PER_USD:
        raise InvalidArgument(f"{field}: is too large for one entry", field=field)
    nano = amount * NANO_PER_USD
    if nano != nano.to_integral_value():
        raise InvalidArgument(f"{field}: has more than 9 decimals", field=field)
    return int(nano)


def format_usd(nano: int) -> str:
    """All nine decimals, so that nothing is hidden: 1_500_000_000 is "1.500000000"."""
    sign = "-" if nano < 0 else ""
    dollars, rest = divmod(abs(nano), NANO_PER_USD)
    return f"{sign}{dollars}.{rest:09d}"
