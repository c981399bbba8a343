"""Requests and tokens a minute, and requests at once, by account and key. Pure: time is passed in.

Rates use GCRA: one number a bucket, the moment at which it would be full again. A minute's worth
may come at once. Each edge counts for itself.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .refusals import Cause, Refusal

_WINDOW_S = 60.0
# Buckets that are full again need no memory; from this many on, they are looked for.
_BUCKETS_KEPT = 10_000

Kind: TypeAlias = Literal["requests", "tokens"]
# Ids of an account or a key with its limits.
Scopes: TypeAlias = "Sequence[tuple[str, Limits]]"


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings; 0 means none of that kind."""

    requests_per_minute: int = 0
    tokens_per_minute: int = 0
    concurrent_requests: int = 0

    @property
    def none(self) -> bool:
        return not (self.requests_per_minute or self.tokens_per_minute or self.concurrent_requests)

    def per_minute(self, kind: Kind) -> int:
        return self.requests_per_minute if kind == "requests" else self.tokens_per_minute


class Limiter:
    """Counts; refuses with the seconds after which a retry works."""

    def __init__(self) -> None:
        self._full_at: dict[tuple[str, Kind], float] = {}
        self._running: Counter[str] = Counter()
        self._purge_above = _BUCKETS_KEPT

    def enter(self, scopes: Scopes, now: float) -> None:
        """Counts one request that begins. It must `leave` unless this refuses."""
        for name, limits in scopes:
            if 0 < limits.concurrent_requests <= self._running[name]:
                raise Refusal(
                    Cause.RATE_LIMITED,
                    f"Rate limit reached: {limits.concurrent_requests} requests at once.",
                    retry_after_s=1,
                    headers=self.headers(scopes, now),
                )
        self._take(scopes, "requests", 1, now)
        for name, limits in scopes:
            if limits.concurrent_requests:
                self._running[name] += 1

    def leave(self, scopes: Scopes) -> None:
        for name, limits in scopes:
            if limits.concurrent_requests:
                self._running[name] -= 1
                if not self._running[name]:
                    del self._running[name]

    def take_tokens(self, scopes: Scopes, estimate: int, now: float) -> None:
        """Counts what a request will probably use; `correct_tokens` puts it right."""
        self._take(scopes, "tokens", estimate, now)

    def correct_tokens(self, scopes: Scopes, difference: int, now: float) -> None:
        for name, limits in scopes:
            if limits.tokens_per_minute:
                self._add(name, "tokens", difference * _WINDOW_S / limits.tokens_per_minute, now)

    def headers(self, scopes: Scopes, now: float) -> list[tuple[bytes, bytes]]:
        """x-ratelimit-*: of each kind, the scope with the least left."""
        lines: list[tuple[bytes, bytes]] = []
        kinds: tuple[Kind, ...] = ("requests", "tokens") if scopes else ()
        for kind in kinds:
            states = [self._state(n, kind, c, now) for n, s in scopes if (c := s.per_minute(kind))]
            if states:
                left, limit, reset = min(states)
                lines += [
                    (b"x-ratelimit-limit-%b" % kind.encode(), b"%d" % limit),
                    (b"x-ratelimit-remaining-%b" % kind.encode(), b"%d" % left),
                    (b"x-ratelimit-reset-%b" % kind.encode(), b"%.3fs" % reset),
                ]
        return lines

    def _state(self, name: str, kind: Kind, limit: int, now: float) -> tuple[int, int, float]:
        reset = max(0.0, self._full_at.get((name, kind), now) - now)
        # A millionth: what rounding errors of floats must not take away.
        left = max(0, math.floor((_WINDOW_S - reset) * limit / _WINDOW_S + 1e-6))
        return left, limit, reset

    def _take(self, scopes: Scopes, kind: Kind, count: int, now: float) -> None:
        """All scopes or none: a refused request leaves no trace."""
        shares: list[tuple[str, float]] = []
        for name, limits in scopes:
            limit = limits.per_minute(kind)
            if not limit:
                continue
            # Who asks for more than a minute's worth waits for a full bucket, not for ever.
            share = min(count, limit) * _WINDOW_S / limit
            wait = self._full_at.get((name, kind), now) - now + share - _WINDOW_S
            if wait > 1e-6:
                raise Refusal(
                    Cause.RATE_LIMITED,
                    f"Rate limit reached: {limit} {kind} per minute.",
                    retry_after_s=math.ceil(wait),
                    headers=self.headers(scopes, now),
                )
            shares.append((name, share))
        for name, share in shares:
            self._add(name, kind, share, now)

    def _add(self, name: str, kind: Kind, seconds: float, now: float) -> None:
        self._full_at[name, kind] = max(self._full_at.get((name, kind), now), now) + seconds
        if len(self._full_at) > self._purge_above:
            self._full_at = {key: at for key, at in self._full_at.items() if at > now}
            self._purge_above = max(_BUCKETS_KEPT, 2 * len(self._full_at))
