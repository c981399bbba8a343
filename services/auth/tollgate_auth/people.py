"""Finding and changing one user, and making sure that it is the user who asks."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tollgate_common.clock import Clock
from tollgate_common.errors import NotFound, PermissionDenied, Unauthenticated, Unavailable
from tollgate_common.sealing import SealBroken, Sealed, Sealing
from tollgate_common.telemetry import logger

from . import totp
from .attempts import PROOF, Guard
from .audit import OPERATOR, Audit
from .passwords import Passwords
from .ports import UserStore
from .users import Client, Role, User
from .vault import place

# Changes of one user at the same moment all succeed, unless one loses this often.
_RACES_MAX = 5


@dataclass(frozen=True, slots=True)
class People:
    """Users by id."""

    store: UserStore
    passwords: Passwords
    guard: Guard
    audit: Audit
    vault: Sealing
    clock: Clock

    async def get(self, user_id: str) -> User:
        """NotFound when there is none."""
        found = await self.store.get(user_id)
        if found is None:
            raise NotFound("user_id: there is no such user", field="user_id")
        return found[0]

    async def change(self, user_id: str, change: Callable[[User], User]) -> User:
        """The user after the change, which may run again on what others have written meanwhile."""
        for _ in range(_RACES_MAX):
            found = await self.store.get(user_id)
            if found is None:
                raise NotFound("user_id: there is no such user", field="user_id")
            before, version = found
            after = change(before)
            if after == before or await self.store.replace(after, version):
                return after
        raise Unavailable("user_id: is being changed by others; try again", field="user_id")

    async def check_admin(self, actor_id: str) -> None:
        """PermissionDenied unless it is an admin or the operator."""
        if actor_id == OPERATOR:
            return
        found = await self.store.get(actor_id)
        if found is None or found[0].role is not Role.ADMIN:
            raise PermissionDenied("actor_id: only admins may do this", field="actor_id")

    async def prove(self, user_id: str, password: str, client: Client) -> User:
        """The user, by its password. Unauthenticated when it is wrong, RateLimited when guessed."""
        user = await self.get(user_id)
        await self.guard.admit(PROOF, user.id)
        if not await self.passwords.verify(user.password_hash, password):
            await self.audit.note("proof_failed", user.id, client=client)
            raise Unauthenticated("password: is wrong", field="password")
        await self.guard.clear(PROOF, user.id)
        return user

    async def prove_both(self, user_id: str, password: str, code: str, client: Client) -> User:
        """The same, and by its second factor where that is on."""
        user = await self.prove(user_id, password, client)
        if not user.totp.enabled:
            return user
        # The password was right, and still the codes must not be tried through.
        await self.guard.admit(PROOF, f"{user.id}:code")
        try:
            user = await self.change(user.id, lambda found: self.code_spent(found, code))
        except Unauthenticated:
            await self.audit.note("proof_failed", user.id, client=client, detail="code")
            raise
        await self.guard.clear(PROOF, f"{user.id}:code")
        return user

    def code_spent(self, user: User, code: str) -> User:
        """The user after a code has been used. Unauthenticated when it is wrong or was used."""
        if user.totp.secret is None:
            return user
        secret = self.opened(user.totp.secret, user)
        left = totp.spent(user.totp, secret, code, self.clock.now_ms())
        if left is None:
            raise Unauthenticated("code: is wrong", field="code")
        # The user is written in any case, and so an old key of the vault goes out of use.
        fresh = self.vault.sealed_again(user.totp.secret, place(user.id))
        return replace(user, totp=replace(left, secret=fresh))

    def opened(self, sealed: Sealed, user: User) -> str:
        """The secret of the user's second factor. Unavailable when the vault's key is gone."""
        try:
            return self.vault.open(sealed, place(user.id))
        except SealBroken as error:
            logger().error("second_factor_not_opened", user=user.id, error=str(error))
            raise Unavailable("code: cannot be checked for now", field="code") from error
