"""What clients of one-api and new-api ask about their balance, in the shapes that they know. Pure.

The wallet knows what is left, not what was ever granted or used. So what is left is shown as
granted, and nothing as used: their difference, which is what such clients show, is exact.
"""

from tollgate_common.money import format_usd


def subscription(balance_nano: int, expires_at_ms: int) -> bytes:
    """`access_until` is the key's end in seconds, 0 for never."""
    usd = _usd(balance_nano)
    return (
        b'{"object":"billing_subscription","has_payment_method":true,"soft_limit_usd":%b,'
        b'"hard_limit_usd":%b,"system_hard_limit_usd":%b,"access_until":%d}'
        % (usd, usd, usd, expires_at_ms // 1000)
    )


def usage(_balance_nano: int, _expires_at_ms: int) -> bytes:
    """`total_usage` is in cents."""
    return b'{"object":"list","total_usage":0}'


def credit_grants(balance_nano: int, _expires_at_ms: int) -> bytes:
    usd = _usd(balance_nano)
    return (
        b'{"object":"credit_summary","total_granted":%b,"total_used":0,"total_available":%b,'
        b'"grants":{"object":"list","data":[]}}' % (usd, usd)
    )


def _usd(nano: int) -> bytes:
    """A JSON number with all its digits: no float ever holds an amount."""
    return format_usd(nano).encode()


PAGES = {"subscription": subscription, "usage": usage, "credit_grants": credit_grants}
