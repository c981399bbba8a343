"""API keys of the account of who is logged in."""

from typing import Literal

from pydantic import Field
from tollgate.auth.v1 import auth_pb2
from tollgate.metering.v1 import metering_pb2
from tollgate_common.errors import TollgateError
from tollgate_common.telemetry import logger

from tollgate_console.api import Answer, Api, Ask, Nothing, Policy
from tollgate_console.context import Context

api = Api()

State = Literal["active", "disabled", "revoked"]
_STATES: dict[int, State] = {
    auth_pb2.KEY_STATE_ACTIVE: "active",
    auth_pb2.KEY_STATE_DISABLED: "disabled",
    auth_pb2.KEY_STATE_REVOKED: "revoked",
}
_TO_STATE = {
    "active": auth_pb2.KEY_STATE_ACTIVE,
    "disabled": auth_pb2.KEY_STATE_DISABLED,
}
_PAGE = 1000
# More keys than anybody looks at.
_KEYS_MAX = 5_000
# So long a list of keys waits for what they used; it is shown without.
_USAGE_SECONDS = 3.0
_MONTH_MS = 30 * 24 * 3600 * 1000
_COUNT_MAX = 2**31 - 1
_UNUSED = metering_pb2.KeyUsage()


class Limits(Answer):
    """Ceilings; 0 means no limit of that kind."""

    requests_per_minute: int
    tokens_per_minute: int
    concurrent_requests: int


class Key(Answer):
    """A key without its secret. Times are milliseconds since the Unix epoch; 0: never."""

    id: str
    label: str
    last4: str
    state: State
    # Empty: all.
    models: list[str]
    # Empty: from anywhere.
    networks: list[str]
    expires_at_ms: int
    limits: Limits
    created_at_ms: int
    # The console's own: it can be neither changed nor deleted.
    playground: bool
    # None, as all that follows, when it was not asked for or cannot be known now.
    last_used_ms: int | None
    # In the last thirty days.
    requests: int | None
    cost_nano: int | None


class Keys(Answer):
    """All keys, oldest first, deleted ones included: usage records name them."""

    keys: list[Key]


class NewLimits(Ask):
    """Ceilings; 0 means no limit of that kind."""

    requests_per_minute: int = Field(default=0, ge=0, le=_COUNT_MAX)
    tokens_per_minute: int = Field(default=0, ge=0, le=_COUNT_MAX)
    concurrent_requests: int = Field(default=0, ge=0, le=_COUNT_MAX)


class NewKey(Ask):
    """A key to be. Only its label is needed."""

    label: str
    models: list[str] = Field(default_factory=list)
    networks: list[str] = Field(default_factory=list)
    expires_at_ms: int = 0
    limits: NewLimits = Field(default_factory=NewLimits)


class CreatedKey(Answer):
    """The key and its secret, for the only time."""

    key: Key
    secret: str = Field(repr=False)


class KeyChange(Ask):
    """What to change; what is left out stays."""

    key_id: str
    label: str | None = None
    state: Literal["active", "disabled"] | None = None
    models: list[str] | None = None
    networks: list[str] | None = None
    expires_at_ms: int | None = None
    limits: NewLimits | None = None


class NamedKey(Ask):
    """A key by its id."""

    key_id: str


@api.endpoint("GET", "/api/keys", Policy.USER)
async def list_keys(context: Context, ask: Nothing) -> Keys:
    return Keys(keys=await keys_of(context, context.account_id))


@api.endpoint("POST", "/api/keys", Policy.USER)
async def create_key(context: Context, ask: NewKey) -> CreatedKey:
    created = await context.services.auth.CreateKey(
        auth_pb2.CreateKeyRequest(
            account_id=context.account_id,
            label=ask.label,
            models=ask.models,
            networks=ask.networks,
            expires_at_ms=ask.expires_at_ms,
            limits=_limits(ask.limits),
            actor_id=context.me.id,
        )
    )
    return CreatedKey(key=_key_view(created.key, _UNUSED), secret=created.secret)


@api.endpoint("PATCH", "/api/keys/{key_id}", Policy.USER)
async def change_key(context: Context, ask: KeyChange) -> Key:
    models, networks = ask.models, ask.networks
    changed = await context.services.auth.UpdateKey(
        auth_pb2.UpdateKeyRequest(
            key_id=ask.key_id,
            account_id=context.account_id,
            actor_id=context.me.id,
            label=ask.label,
            state=None if ask.state is None else _TO_STATE[ask.state],
            models=None if models is None else auth_pb2.ModelList(models=models),
            networks=None if networks is None else auth_pb2.NetworkList(networks=networks),
            expires_at_ms=ask.expires_at_ms,
            limits=None if ask.limits is None else _limits(ask.limits),
        )
    )
    return _key_view(changed, None)


@api.endpoint("DELETE", "/api/keys/{key_id}", Policy.USER)
async def delete_key(context: Context, ask: NamedKey) -> Key:
    """It ends for good; its usage stays."""
    revoked = await context.services.auth.RevokeKey(
        auth_pb2.RevokeKeyRequest(
            key_id=ask.key_id, account_id=context.account_id, actor_id=context.me.id
        )
    )
    return _key_view(revoked, None)


async def keys_of(context: Context, account_id: str) -> list[Key]:
    """All keys of an account, oldest first. A key can be found and stopped without its usage."""
    used = await _usage(context, account_id)
    keys = await _all_keys(context, account_id)
    return [_key_view(key, None if used is None else used.get(key.id, _UNUSED)) for key in keys]


async def _usage(context: Context, account_id: str) -> dict[str, metering_pb2.KeyUsage] | None:
    """By key, for those that were ever used. None when metering cannot tell now."""
    request = metering_pb2.ListKeyUsageRequest(
        account_id=account_id, from_ms=context.clock.now_ms() - _MONTH_MS
    )
    try:
        usage = await context.services.metering.ListKeyUsage(request, timeout=_USAGE_SECONDS)
    except TollgateError as error:
        logger().warning("key_usage_unknown", account_id=account_id, error=error.message)
        return None
    return {row.key_id: row for row in usage.keys}


async def _all_keys(context: Context, account_id: str) -> list[auth_pb2.Key]:
    found: list[auth_pb2.Key] = []
    token = ""
    while len(found) < _KEYS_MAX:
        page = await context.services.auth.ListKeys(
            auth_pb2.ListKeysRequest(account_id=account_id, page_size=_PAGE, page_token=token)
        )
        found += page.keys
        token = page.next_page_token
        if not token:
            break
    return found


def _limits(limits: NewLimits) -> auth_pb2.Limits:
    return auth_pb2.Limits(**limits.model_dump())


def _key_view(key: auth_pb2.Key, used: metering_pb2.KeyUsage | None) -> Key:
    return Key(
        id=key.id,
        label=key.label,
        last4=key.last4,
        state=_STATES[key.state],
        models=list(key.models),
        networks=list(key.networks),
        expires_at_ms=key.expires_at_ms,
        limits=Limits(
            requests_per_minute=key.limits.requests_per_minute,
            tokens_per_minute=key.limits.tokens_per_minute,
            concurrent_requests=key.limits.concurrent_requests,
        ),
        created_at_ms=key.created_at_ms,
        playground=key.playground,
        last_used_ms=used.last_used_ms if used else None,
        requests=used.requests if used else None,
        cost_nano=used.cost_nano if used else None,
    )
