"""Time as something that is passed in: wall time for records, monotonic time for deadlines."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the code may ask about time."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC. Never used to measure a duration."""
        ...

    def monotonic(self) -> float:
        """Seconds that only go forward. Never stored or sent."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that moves when told to, for tests and simulations."""

    def __init__(self, now_ms: int = 1_800_000_000_000) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self._now_ms / 1000

    def advance(self, seconds: float) -> None:
        self._now_ms += round(seconds * 1000)


def day_of(at_ms: int) -> str:
    """The UTC day, as "2026-11-24"."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
