"""tollgatectl key: API keys."""

from typing import Annotated

import typer
from tollgate.auth.v1 import auth_pb2
from tollgate_common.clock import SystemClock
from tollgate_common.errors import InvalidArgument, TollgateError

from .account import find
from .clients import Clients, run
from .options import (
    Account,
    Ceiling,
    Limit,
    Output,
    examples,
    limits_given,
)
from .output import Format, fields, note, render
from .pages import first
from .times import expiry_ms

commands = typer.Typer(help="API keys. A change reaches every edge within a second.")

_COLUMNS = (
    "id",
    "label",
    "last4",
    "state",
    "models",
    "networks",
    "expires_at_ms",
    "created_at_ms",
)
_LIMITS = (
    "limits.requests_per_minute",
    "limits.tokens_per_minute",
    "limits.concurrent_requests",
)

Key = Annotated[str, typer.Argument(metavar="KEY", help="A key's id.")]
Label = Annotated[str | None, typer.Option(help="A name for people.")]
Models = Annotated[
    list[str] | None,
    typer.Option("--model", metavar="MODEL", help="May call only this model; repeatable."),
]
Networks = Annotated[
    list[str] | None,
    typer.Option(
        "--network",
        metavar="NETWORK",
        help="Works only from this address or network, such as 203.0.113.0/24; repeatable.",
    ),
]
Expires = Annotated[
    str | None,
    typer.Option(
        metavar="WHEN",
        help="30d, 12h or 90m from now; 2026-12-31 for the start of that day, UTC; or never.",
    ),
]


@commands.command(
    epilog=examples(
        "key create acme --label laptop",
        "key create acme --model deepseek-chat --expires 30d --requests-per-minute 60",
        "key create acme --network 203.0.113.0/24 --network 2001:db8::/32",
    )
)
def create(
    account: Account,
    label: Label = None,
    model: Models = None,
    network: Networks = None,
    expires: Expires = None,
    requests_per_minute: Ceiling = None,
    tokens_per_minute: Ceiling = None,
    concurrent_requests: Ceiling = None,
    output: Output = Format.TABLE,
) -> None:
    """Create a key and show its secret, for the only time."""
    limits = limits_given(
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
        concurrent_requests=concurrent_requests,
    )
    request = auth_pb2.CreateKeyRequest(
        label=label or "default",
        models=model or (),
        networks=network or (),
        expires_at_ms=_expires_at_ms(expires) or 0,
        limits=auth_pb2.Limits(**limits),
    )
    created = run(lambda clients: _create(clients, account, request))
    columns = ("secret", *[f"key.{column}" for column in (*_COLUMNS, *_LIMITS)])
    render(fields(created), columns, output)
    note("The secret is shown only now: store it safely.")


async def _create(
    clients: Clients, account: str, request: auth_pb2.CreateKeyRequest
) -> auth_pb2.CreateKeyResponse:
    request.account_id = (await find(clients, account)).id
    return await clients.auth.call(lambda auth: auth.CreateKey(request))


@commands.command("list", epilog=examples("key list acme", "key list acme -o json"))
def list_keys(account: Account, limit: Limit = 100, output: Output = Format.TABLE) -> None:
    """List an account's keys, oldest first, revoked ones too."""
    keys = run(lambda clients: _list(clients, account, limit))
    render([fields(key) for key in keys], (*_COLUMNS, *_LIMITS), output)


async def _list(clients: Clients, account: str, limit: int) -> list[auth_pb2.Key]:
    account_id = (await find(clients, account)).id

    async def page(size: int, token: str) -> tuple[list[auth_pb2.Key], str]:
        request = auth_pb2.ListKeysRequest(account_id=account_id, page_size=size, page_token=token)
        reply = await clients.auth.call(lambda auth: auth.ListKeys(request))
        return list(reply.keys), reply.next_page_token

    return await first(limit, page)


@commands.command(epilog=examples("key enable key_01k..."))
def enable(key: Key, output: Output = Format.TABLE) -> None:
    """Switch a disabled key on again."""
    request = auth_pb2.UpdateKeyRequest(key_id=key, state=auth_pb2.KEY_STATE_ACTIVE)
    _update(request, {}, output)


@commands.command(epilog=examples("key disable key_01k..."))
def disable(key: Key, output: Output = Format.TABLE) -> None:
    """Switch a key off; it can be enabled again."""
    request = auth_pb2.UpdateKeyRequest(key_id=key, state=auth_pb2.KEY_STATE_DISABLED)
    _update(request, {}, output)


@commands.command(epilog=examples("key revoke key_01k...", "key revoke key_01k... --yes"))
def revoke(
    key: Key,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    output: Output = Format.TABLE,
) -> None:
    """End a key for good."""
    if not yes and not typer.confirm(f"End key {key} for good?", err=True):
        raise TollgateError(f"{key} was not revoked")
    request = auth_pb2.RevokeKeyRequest(key_id=key)
    revoked = run(lambda clients: clients.auth.call(lambda auth: auth.RevokeKey(request)))
    render(fields(revoked), _COLUMNS, output)


@commands.command(
    epilog=examples(
        "key update key_01k... --label server --expires 2026-12-31",
        "key update key_01k... --model deepseek-chat --model qwen-plus",
        "key update key_01k... --network 203.0.113.7",
        "key update key_01k... --requests-per-minute 60",
    )
)
def update(
    key: Key,
    label: Label = None,
    model: Models = None,
    all_models: Annotated[bool, typer.Option("--all-models", help="May call any model.")] = False,
    network: Networks = None,
    any_network: Annotated[bool, typer.Option("--any-network", help="Works anywhere.")] = False,
    expires: Expires = None,
    requests_per_minute: Ceiling = None,
    tokens_per_minute: Ceiling = None,
    concurrent_requests: Ceiling = None,
    output: Output = Format.TABLE,
) -> None:
    """Change what is given and leave the rest. Models and networks are replaced as a whole."""
    limits = limits_given(
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
        concurrent_requests=concurrent_requests,
    )
    request = auth_pb2.UpdateKeyRequest(
        key_id=key,
        label=label,
        models=_models(model, all_models),
        networks=_networks(network, any_network),
        expires_at_ms=_expires_at_ms(expires),
    )
    if not limits and request == auth_pb2.UpdateKeyRequest(key_id=key):
        raise InvalidArgument("nothing to change: give at least one option, such as --label")
    _update(request, limits, output)


def _update(request: auth_pb2.UpdateKeyRequest, limits: dict[str, int], output: Format) -> None:
    async def updated(clients: Clients) -> auth_pb2.Key:
        if limits:
            # Limits are replaced together, and no call reads one key: an update of nothing does.
            nothing = auth_pb2.UpdateKeyRequest(key_id=request.key_id)
            key = await clients.auth.call(lambda auth: auth.UpdateKey(nothing))
            request.limits.CopyFrom(key.limits)
            for name, limit in limits.items():
                setattr(request.limits, name, limit)
        return await clients.auth.call(lambda auth: auth.UpdateKey(request))

    render(fields(run(updated)), (*_COLUMNS, *_LIMITS), output)


def _expires_at_ms(expires: str | None) -> int | None:
    if expires is None:
        return None
    return expiry_ms(expires, SystemClock().now_ms(), field="--expires")


def _models(models: list[str] | None, every: bool) -> auth_pb2.ModelList | None:
    if models and every:
        raise InvalidArgument("--model and --all-models: give one of them", field="--model")
    return auth_pb2.ModelList(models=models or ()) if models or every else None


def _networks(networks: list[str] | None, anywhere: bool) -> auth_pb2.NetworkList | None:
    if networks and anywhere:
        raise InvalidArgument("--network and --any-network: give one of them", field="--network")
    return auth_pb2.NetworkList(networks=networks or ()) if networks or anywhere else None
