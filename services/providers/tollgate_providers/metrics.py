"""Metrics. Labels come from the catalogue and the channels, never from clients."""

from functools import cache

from prometheus_client import Counter, Gauge, Histogram
from tollgate_common.rating import UNIT_NAMES
from tollgate_common.usage import UsageEvent

_REQUESTS = Counter(
    "tollgate_providers_requests_total",
    "Requests that ended.",
    ["provider", "channel", "outcome"],
)
_TOKENS = Counter("tollgate_providers_tokens_total", "Tokens billed.", ["model", "bucket"])
_FIRST_BYTE = Histogram(
    "tollgate_providers_first_byte_seconds",
    "Time from the request's start to its first answer byte.",
    ["provider"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
_ATTEMPTS = Counter(
    "tollgate_providers_attempts_total",
    "Attempts to be answered: `answered`, or why not.",
    ["channel", "outcome"],
)
_BREAKERS = Gauge(
    "tollgate_providers_open_breakers",
    "Keys, each counted for every model, that are taken last or tried by one request at a time.",
    ["channel"],
)
CHANNELS_STALE = Gauge(
    "tollgate_providers_channels_stale",
    "1 while the store's channels cannot be used, and those before them go on.",
)
LANES = Gauge("tollgate_providers_lanes", "Requests under way.")

# Finding a child by its labels costs more than counting on it; there are few of them.
_requests = cache(_REQUESTS.labels)
_tokens = cache(_TOKENS.labels)
_first_byte = cache(_FIRST_BYTE.labels)
_attempts = cache(_ATTEMPTS.labels)


def attempt(channel: str, outcome: str) -> None:
    """A way was tried."""
    _attempts(channel, outcome).inc()


def breakers(channel: str, tripped: int) -> None:
    """A channel's breakers have changed."""
    _BREAKERS.labels(channel).set(tripped)


def count(event: UsageEvent, known_model: bool) -> None:
    """One request has ended."""
    _requests(event.provider, event.channel_id, event.outcome.name.lower()).inc()
    if event.first_byte_ms:
        _first_byte(event.provider).observe(event.first_byte_ms / 1000)
    if known_model:
        for bucket, tokens in zip(UNIT_NAMES, event.units.counts(), strict=True):
            if tokens:
                _tokens(event.model, bucket).inc(tokens)
