"""What clients of one-api and new-api ask about their balance, in the shapes that they know. Pure.

They show what was granted less what was used, whatever span of time they ask for: so both are given
in all.
"""

from dataclasses import dataclass

from tollgate_common.money import NANO_PER_USD, format_usd

_CENTS_PER_USD = 100


@dataclass(frozen=True, slots=True)
class Totals:
    """All that an account was ever credited, and all that it has used, in nano-dollars."""

    credited_nano: int
    used_nano: int


def subscription(totals: Totals, expires_at_ms: int) -> bytes:
    """`access_until` is the key's end in seconds, 0 for never."""
    usd = _usd(totals.credited_nano)
    return (
        b'{"object":"billing_subscription","has_payment_method":true,"soft_limit_usd":%b,'
        b'"hard_limit_usd":%b,"system_hard_limit_usd":%b,"access_until":%d}'
        % (usd, usd, usd, expires_at_ms // 1000)
    )


def usage(totals: Totals, _expires_at_ms: int) -> bytes:
    """`total_usage` is in cents."""
    cents, rest = divmod(totals.used_nano, NANO_PER_USD // _CENTS_PER_USD)
    return b'{"object":"list","total_usage":%d.%07d}' % (cents, rest)


def credit_grants(totals: Totals, _expires_at_ms: int) -> bytes:
    available_nano = totals.credited_nano - totals.used_nano
    return (
        b'{"object":"credit_summary","total_granted":%b,"total_used":%b,"total_available":%b,'
        b'"grants":{"object":"list","data":[]}}'
        % (_usd(totals.credited_nano), _usd(totals.used_nano), _usd(available_nano))
    )


def _usd(nano: int) -> bytes:
    """A JSON number with all its digits: no float ever holds an amount."""
    return format_usd(nano).encode()


PAGES = {"subscription": subscription, "usage": usage, "credit_grants": credit_grants}
