"""A circuit breaker: closed while a way works, open after failures, half-open to find out."""

from dataclasses import dataclass
from enum import IntEnum

FAILURES_MAX = 3
_OPEN_SECONDS = 5.0
# A key that is refused, or an account that is empty, is not mended within seconds.
_ACCOUNT_SECONDS = 120.0
# A provider may ask for more, but then one request in ten minutes is a fair price for knowing.
OPEN_SECONDS_MAX = 600.0


class State(IntEnum):
    """From good to bad."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


@dataclass(slots=True)
class Breaker:
    """What is known of one way. Times are seconds of a monotonic clock."""

    failures: int = 0
    open_until: float = 0.0
    # How long it was opened for the last time; 0 while it is closed.
    _seconds: float = 0.0
    _probing: bool = False

    @property
    def tripped(self) -> bool:
        """Open or half-open."""
        return self._seconds > 0

    def state(self, now: float) -> State:
        if not self.tripped:
            return State.CLOSED
        return State.OPEN if now < self.open_until else State.HALF_OPEN

    def admits(self, now: float) -> bool:
        """Whether the way takes its turn; half-open, one request at a time does."""
        state = self.state(now)
        return state is State.CLOSED or (state is State.HALF_OPEN and not self._probing)

    def begin(self, now: float) -> bool:
        """A request takes the way: whether it is the probe, which has to say how it ended."""
        if self.state(now) is not State.HALF_OPEN or self._probing:
            return False
        self._probing = True
        return True

    def leave(self) -> None:
        """The probe has ended, and nothing was found out."""
        self._probing = False

    def failed(self, now: float, *, retry_after_s: int = 0, account: bool = False) -> None:
        """`account`: it will fail until an operator mends it."""
        self.failures += 1
        state = self.state(now)
        asked = max(float(retry_after_s), _ACCOUNT_SECONDS if account else 0.0)
        if state is State.HALF_OPEN:
            self._open(now, max(asked, 2 * self._seconds))
        elif state is State.OPEN:  # others that were under way when it opened, or nobody else left
            self.open_until = max(self.open_until, now + min(asked, OPEN_SECONDS_MAX))
        elif asked or self.failures >= FAILURES_MAX:
            self._open(now, max(asked, _OPEN_SECONDS))

    def _open(self, now: float, seconds: float) -> None:
        self._probing = False
        self._seconds = min(seconds, OPEN_SECONDS_MAX)
        self.open_until = now + self._seconds
