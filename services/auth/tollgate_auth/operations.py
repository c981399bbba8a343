"""What auth does: one method a use case."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tollgate_common.clock import Clock
from tollgate_common.errors import AlreadyExists, NotFound, Unavailable
from tollgate_common.ids import AccountId, KeyId, prefixed

from . import accounts, keys, playground
from .accounts import DEFAULT_ACCOUNT_LIMITS, Account, Limits
from .audit import OPERATOR, Audit
from .keys import Grant, Key, KeyChange, KeyState
from .ports import Accounts, Announcer, Keys

# Operators who change one key at the same moment all succeed, unless one loses this often.
_ATTEMPTS_MAX = 5
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Auth:
    """Accounts, their keys, and what a key may do."""

    accounts: Accounts
    keys: Keys
    announcer: Announcer
    audit: Audit
    clock: Clock
    # The deployment's, of which the playground's keys are made.
    token: str = field(repr=False)

    async def create_account(self, name: str, limits: Limits | None, request_id: str) -> Account:
        """Repeating a request id returns its account. AlreadyExists when it said something else."""
        now_ms = self.clock.now_ms()
        account = Account(
            id=AccountId(prefixed(accounts.ID_PREFIX, now_ms)),
            name=accounts.checked_name(name),
            limits=DEFAULT_ACCOUNT_LIMITS if limits is None else limits,
            created_at_ms=now_ms,
        )
        if await self.accounts.insert(account, accounts.checked_request_id(request_id)):
            return account
        earlier = await self.accounts.find_by_request(request_id)
        if earlier is None:
            raise AlreadyExists(f"name: {name} is taken", field="name")
        if (earlier.name, earlier.limits) != (account.name, account.limits):
            raise AlreadyExists(
                "request_id: was used for another account; take a new one", field="request_id"
            )
        return earlier

    async def get_account(self, name_or_id: str) -> Account:
        """NotFound when there is none."""
        if accounts.is_account_id(name_or_id):
            account = await self.accounts.get(name_or_id)
        else:
            account = await self.accounts.find_by_name(name_or_id)
        if account is None:
            raise NotFound("account: there is none with this id or name", field="account")
        return account

    async def list_accounts(self, limit: int, after: str) -> tuple[list[Account], str]:
        """By name, and where to continue."""
        return await self.accounts.page(limit, after)

    async def create_key(
        self,
        account_id: str,
        label: str,
        models: Iterable[str],
        expires_at_ms: int,
        limits: Limits,
        networks: Iterable[str] = (),
        *,
        actor_id: str = OPERATOR,
    ) -> tuple[Key, str]:
        """The key and its secret, for the only time. NotFound when there is no such account."""
        account = await self._account(account_id)
        now_ms = self.clock.now_ms()
        secret = keys.new_secret()
        key = Key(
            id=KeyId(prefixed(keys.ID_PREFIX, now_ms)),
            account_id=account.id,
            sha256=keys.digest_of(secret),
            last4=secret[-4:],
            label=keys.checked_label(label),
            state=KeyState.ACTIVE,
            models=keys.checked_models(models),
            expires_at_ms=keys.checked_expiry(expires_at_ms, now_ms),
            limits=limits,
            created_at_ms=now_ms,
            networks=keys.checked_networks(networks),
        )
        if not await self.keys.insert(key):
            raise RuntimeError("two random keys are equal: the random numbers are broken")
        await self._note("key_created", actor_id, key.id)
        return key, secret

    async def list_keys(self, account_id: str, limit: int, after: str) -> tuple[list[Key], str]:
        """Oldest first, and where to continue. NotFound when there is no such account."""
        account = await self._account(account_id)
        return await self.keys.page(account.id, limit, after)

    async def update_key(
        self, key_id: str, change: KeyChange, *, account_id: str = "", actor_id: str = OPERATOR
    ) -> Key:
        """NotFound when the account, or any if none is named, has no such key.

        InvalidArgument when the change is not allowed.
        """
        now_ms = self.clock.now_ms()
        before, after = await self._change(
            key_id, lambda key: keys.changed(key, change, now_ms), account_id
        )
        if after != before:
            names = keys.differences(before, after)
            await self._note("key_changed", actor_id, f"{after.id}: {names}")
        return after

    async def revoke_key(
        self, key_id: str, *, account_id: str = "", actor_id: str = OPERATOR
    ) -> Key:
        """NotFound as in update_key; InvalidArgument for the playground's key."""
        return await self._revoke(key_id, keys.revoked, account_id, actor_id)

    async def end_keys(self, account_id: str, actor_id: str) -> None:
        """Revokes all keys of an account, the playground's for all time. It can be repeated."""
        account = await self._account(account_id)
        # If it is there already, it is among the others.
        await self.keys.insert(playground.ended_key_of(account.id, self.clock.now_ms()))
        after = ""
        while True:
            page, after = await self.keys.page(account.id, _PAGE, after)
            for key in page:
                if key.state is not KeyState.REVOKED:
                    await self._revoke(key.id, keys.ended, account.id, actor_id)
            if not after:
                return

    async def get_playground_key(self, account_id: str) -> tuple[Key, str]:
        """The key and its secret, whatever the token was when the key was made.

        NotFound when there is no such account, PermissionDenied after end_keys.
        """
        account = await self._account(account_id)
        secret = playground.secret_of(self.token, account.id)
        key = playground.key_of(account.id, secret, self.clock.now_ms())
        found = await self.keys.get(key.id)
        if found is None and await self.keys.insert(key):
            return key, secret
        if found and found[0] == playground.renewed(found[0], secret):
            return found[0], secret
        before, after = await self._change(key.id, lambda key: playground.renewed(key, secret))
        await self.announcer.key_changed(before)
        return after, secret

    async def resolve_key(self, digest: bytes) -> Grant:
        """NotFound when there is no such key."""
        key = await self.keys.find_by_digest(keys.checked_digest(digest))
        account = await self.accounts.get(key.account_id) if key else None
        if key is None or account is None:
            raise NotFound("key_sha256: there is no such key", field="key_sha256")
        return Grant(key=key, account_limits=account.limits)

    async def _account(self, account_id: str) -> Account:
        account = await self.accounts.get(account_id)
        if account is None:
            raise NotFound("account_id: there is no such account", field="account_id")
        return account

    async def _revoke(
        self, key_id: str, revoked: Callable[[Key], Key], account_id: str, actor_id: str
    ) -> Key:
        before, after = await self._change(key_id, revoked, account_id)
        if after != before:
            await self._note("key_revoked", actor_id, after.id)
        return after

    async def _change(
        self, key_id: str, change: Callable[[Key], Key], account_id: str = ""
    ) -> tuple[Key, Key]:
        """The key before and after. NotFound when another account than a given one has it."""
        for _ in range(_ATTEMPTS_MAX):
            found = await self.keys.get(key_id)
            if found is None or account_id not in ("", found[0].account_id):
                raise NotFound("key_id: there is no such key", field="key_id")
            before, version = found
            after = change(before)
            if after == before or await self.keys.replace(after, version):
                # A repeated change is announced, too: whoever repeats one doubts its arrival.
                await self.announcer.key_changed(after)
                return before, after
        raise Unavailable("key_id: is being changed by others; try again", field="key_id")

    async def _note(self, action: str, actor_id: str, detail: str) -> None:
        """A user finds in their own log what they did themselves."""
        user_id = "" if actor_id == OPERATOR else actor_id
        await self.audit.note(action, user_id, actor_id=actor_id, detail=detail)
