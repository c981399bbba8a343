"""Limits on guessing: each try is counted before it is judged, and pauses grow."""

import hashlib
from dataclasses import dataclass, replace

from tollgate_common.clock import Clock
from tollgate_common.errors import RateLimited

from .ports import AttemptStore

# So many tries of one kind at once are guesses, whatever the store says.
_RACES_MAX = 20


@dataclass(frozen=True, slots=True)
class Policy:
    """`free` tries, then pauses of 1, 2, 4, ... seconds up to `pause_max_s`, until all is quiet."""

    kind: str
    free: int
    pause_max_s: int
    forget_s: int = 24 * 3600


@dataclass(frozen=True, slots=True)
class Attempts:
    """The tries of one kind by or at one subject. Times are milliseconds since the Unix epoch."""

    id: str
    count: int = 0
    open_at_ms: int = 0
    expires_at_ms: int = 0


LOGIN_EMAIL = Policy("login_email", free=5, pause_max_s=900)
LOGIN_ADDRESS = Policy("login_address", free=20, pause_max_s=900)
# A person who is logged in proves again who it is.
PROOF = Policy("proof", free=5, pause_max_s=900)
# Mails cost their receiver's patience.
MAIL_EMAIL = Policy("mail_email", free=3, pause_max_s=3600)
MAIL_ADDRESS = Policy("mail_address", free=20, pause_max_s=3600)
TOKEN_ADDRESS = Policy("token_address", free=20, pause_max_s=900)


def counted(attempts: Attempts, policy: Policy, now_ms: int) -> Attempts:
    """With one more try. RateLimited, and when to come again, while a pause lasts."""
    if now_ms < attempts.open_at_ms:
        seconds = -(-(attempts.open_at_ms - now_ms) // 1000)
        raise RateLimited(f"too many tries; try again in {seconds} s", retry_after_s=seconds)
    count = attempts.count + 1 if now_ms < attempts.expires_at_ms else 1
    excess = count - policy.free
    # The exponent has a bound, so that the number has one.
    pause_s = min(2 ** min(excess - 1, 20), policy.pause_max_s) if excess > 0 else 0
    return Attempts(
        attempts.id, count, now_ms + pause_s * 1000, now_ms + (policy.forget_s + pause_s) * 1000
    )


@dataclass(frozen=True, slots=True)
class Guard:
    """Counts tries where all replicas see them."""

    store: AttemptStore
    clock: Clock

    async def admit(self, policy: Policy, subject: str) -> None:
        """Counts one try. RateLimited when it comes too soon, or among too many at once."""
        id = _id(policy, subject)
        for _ in range(_RACES_MAX):
            before, version = await self.store.read(id) or (Attempts(id), 0)
            after = counted(before, policy, self.clock.now_ms())
            if await self.store.write(after, version):
                return
        raise RateLimited("too many tries at once; try again in 1 s", retry_after_s=1)

    async def forgive(self, policy: Policy, subject: str) -> None:
        """Takes back one try, which was no guess; best effort."""
        id = _id(policy, subject)
        for _ in range(_RACES_MAX):
            found = await self.store.read(id)
            if found is None:
                return
            before, version = found
            after = replace(before, count=max(0, before.count - 1), open_at_ms=0)
            if await self.store.write(after, version):
                return

    async def clear(self, policy: Policy, subject: str) -> None:
        """Forgets all tries, since this one was right."""
        await self.store.delete(_id(policy, subject))


def _id(policy: Policy, subject: str) -> str:
    """Without the subject itself: it may be a person's email, or no user's at all."""
    return hashlib.sha256(f"{policy.kind}:{subject}".encode()).hexdigest()
