import asyncio

from tollgate_auth.passwords import WAITING_MAX, Passwords
from tollgate_common.errors import Unavailable


async def test_a_password_matches_its_own_hash_only(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")
    assert hashed.startswith("$argon2id$")
    assert hashed != await passwords.hash("correct horse")
    assert await passwords.verify(hashed, "correct horse")
    for wrong in ("correct horse ", "", "Correct horse", "correct horse\0"):
        assert not await passwords.verify(hashed, wrong)
    assert not await passwords.verify("not a hash", "correct horse")


async def test_nobody_has_a_password(passwords: Passwords) -> None:
    assert not await passwords.verify(None, "nobody has this password")


async def test_keyboards_may_write_a_character_differently(passwords: Passwords) -> None:
    hashed = await passwords.hash("cafe\u0301 au lait")
    assert await passwords.verify(hashed, "caf\u00e9 au lait")


async def test_a_hash_of_other_costs_is_outdated(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")
    dearer = Passwords(time_cost=2, memory_kib=32, lanes=1)
    assert not passwords.outdated(hashed)
    assert dearer.outdated(hashed)
    assert await dearer.verify(hashed, "correct horse")
    dearer.close()


async def test_more_than_can_wait_are_sent_away(passwords: Passwords) -> None:
    calls = [passwords.hash("correct horse") for _ in range(WAITING_MAX + 5)]
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(end, Unavailable) for end in ends) == 5
    assert await passwords.hash("correct horse")
