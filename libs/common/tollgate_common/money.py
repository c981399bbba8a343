"""Money: integers of nano-dollars (1e-9 USD). No float ever holds an amount."""

import re

from .errors import InvalidArgument

NANO_PER_USD = 1_000_000_000
# One entry stays exact in every JSON reader, too (about 9 million dollars).
ENTRY_NANO_MAX = 2**53 - 1

_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,9})0*)?")


def parse_usd(text: str, *, field: str = "amount") -> int:
    """Nano-dollars of a decimal such as "12.50". InvalidArgument unless it is exact and above 0."""
    amount = _AMOUNT.fullmatch(text)
    if not amount:
        message = f"{field}: {text!r} is not an amount like 12.50, with at most 9 decimals"
        raise InvalidArgument(message, field=field)
    dollars, decimals = amount.groups(default="")
    nano = int(dollars) * NANO_PER_USD + int(decimals.ljust(9, "0"))
    if nano == 0:
        raise InvalidArgument(f"{field}: must be above 0", field=field)
    if nano > ENTRY_NANO_MAX:
        most = format_usd(ENTRY_NANO_MAX)
        raise InvalidArgument(f"{field}: is too large for one entry (at most {most})", field=field)
    return nano


def format_usd(nano: int) -> str:
    """All nine decimals, so that nothing is hidden: 1_500_000_000 is "1.500000000"."""
    sign = "-" if nano < 0 else ""
    dollars, rest = divmod(abs(nano), NANO_PER_USD)
    return f"{sign}{dollars}.{rest:09d}"
