"""tollgatectl channel: configured ways to providers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from tollgate.providers.v1 import providers_pb2
from tollgate_common.errors import InvalidArgument, TollgateError, Unavailable

from .clients import Reply, run
from .credentials import read_credentials
from .options import Output, examples
from .output import Format, Row, Value, fields, render

if TYPE_CHECKING:
    from tollgate.providers.v1.providers_pb2_grpc import ProvidersAsyncStub

commands = typer.Typer(
    help="Configured ways to providers. A change reaches every process within seconds."
)

# A provider under load may think for a while before its first token, and each key is asked.
_TEST_SECONDS = 120
_COLUMNS = (
    "id", "provider", "base_url", "source", "enabled", "priority", "weight", "health", "models",
    "sandbox",
)  # fmt: skip

Channel = Annotated[str, typer.Argument(metavar="CHANNEL", help="A channel's id.")]
Url = Annotated[str | None, typer.Option(metavar="URL", help="Instead of the provider's own.")]
Priority = Annotated[
    int | None, typer.Option(metavar="N", min=0, help="The lowest that can take a request does.")
]
Weight = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Share among channels of one priority.")
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="NAME[=OWN]",
        help="Serves only this model, called OWN there; repeatable. OWN lets it serve a model of "
        "another provider.",
    ),
]
KeyFiles = Annotated[
    list[str] | None,
    typer.Option("--key-file", metavar="PATH", help="A key a line; - is stdin; repeatable."),
]
KeyVariables = Annotated[
    list[str] | None,
    typer.Option("--key-env", metavar="NAME", help="A variable that holds a key; repeatable."),
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="KEY", help="Only this key of it, by its id; repeatable."),
]


@commands.command("list", epilog=examples("channel list", "channel list -o json"))
def list_channels(output: Output = Format.TABLE) -> None:
    """List channels and how their keys do; credentials are never shown."""
    request = providers_pb2.ListChannelsRequest()
    reply = _call(lambda providers: providers.ListChannels(request))
    render([_row(channel) for channel in reply.channels], _COLUMNS, output)


@commands.command(
    epilog=examples(
        "channel add eu --provider openai --key-file keys.txt --weight 3",
        "channel add volc --provider doubao --key-env ARK_API_KEY"
        " --model deepseek-v4-flash=deepseek-v4-flash-volc",
        "channel add spare --provider glm --key-file - --priority 1 --disabled",
    )
)
def add(
    channel: Channel,
    provider: Annotated[str, typer.Option(metavar="PROVIDER", help="Whose API it speaks.")],
    key_file: KeyFiles = None,
    key_env: KeyVariables = None,
    base_url: Url = None,
    priority: Priority = None,
    weight: Weight = None,
    model: Models = None,
    disabled: Annotated[
        bool, typer.Option("--disabled", help="Not used before `channel enable`.")
    ] = False,
    output: Output = Format.TABLE,
) -> None:
    """Add a channel. Its keys are stored encrypted, and never shown again."""
    credentials = read_credentials(key_file or (), key_env or ())
    if not credentials:
        raise InvalidArgument("a channel needs a key: give --key-file or --key-env")
    request = providers_pb2.AddChannelRequest(
        id=channel,
        provider=provider,
        base_url=base_url or "",
        credentials=credentials,
        priority=priority or 0,
        weight=weight or 1,
        models=_models(model or ()),
        disabled=disabled,
    )
    render(_row(_call(lambda providers: providers.AddChannel(request))), _COLUMNS, output)


@commands.command(
    epilog=examples(
        "channel update eu --weight 5 --priority 1",
        "channel update eu --key-file new.txt --remove-key k1",
        "channel update eu --model gpt-4o --model gpt-4o-mini",
    )
)
def update(
    channel: Channel,
    base_url: Url = None,
    priority: Priority = None,
    weight: Weight = None,
    model: Models = None,
    all_models: Annotated[
        bool, typer.Option("--all-models", help="Serves every model of its provider.")
    ] = False,
    key_file: KeyFiles = None,
    key_env: KeyVariables = None,
    remove_key: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Forgets this key; repeatable.")
    ] = None,
    output: Output = Format.TABLE,
) -> None:
    """Change what is given and leave the rest. Keys are added; models are replaced as a whole."""
    if model and all_models:
        raise InvalidArgument("--model and --all-models: give one of them", field="--model")
    request = providers_pb2.UpdateChannelRequest(
        id=channel,
        base_url=base_url,
        priority=priority,
        weight=weight,
        models=_models(model or ()) if model or all_models else None,
        add_credentials=read_credentials(key_file or (), key_env or ()),
        remove_keys=remove_key or (),
    )
    if request == providers_pb2.UpdateChannelRequest(id=channel):
        raise InvalidArgument("nothing to change: give at least one option, such as --weight")
    _update(request, output)


@commands.command(epilog=examples("channel enable eu", "channel enable eu --key k2"))
def enable(channel: Channel, key: Keys = None, output: Output = Format.TABLE) -> None:
    """Use a channel again, or a key of it."""
    enabled = None if key else True
    _update(
        providers_pb2.UpdateChannelRequest(id=channel, enabled=enabled, enable_keys=key), output
    )


@commands.command(epilog=examples("channel disable eu", "channel disable eu --key k2"))
def disable(channel: Channel, key: Keys = None, output: Output = Format.TABLE) -> None:
    """Stop using a channel, or a key of it. Requests under way end as usual."""
    enabled = None if key else False
    _update(
        providers_pb2.UpdateChannelRequest(id=channel, enabled=enabled, disable_keys=key), output
    )


@commands.command(epilog=examples("channel remove eu", "channel remove eu --yes"))
def remove(
    channel: Channel,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    output: Output = Format.TABLE,
) -> None:
    """Forget a channel and its keys."""
    if not yes and not typer.confirm(f"Forget channel {channel} and its keys?", err=True):
        raise TollgateError(f"{channel} was not removed")
    request = providers_pb2.RemoveChannelRequest(id=channel)
    _call(lambda providers: providers.RemoveChannel(request))
    render({"id": channel, "removed": True}, ("id", "removed"), output)


@commands.command(
    epilog=examples(
        "channel test deepseek",
        "channel test deepseek --model deepseek-v4-flash",
        "channel test eu --key k2",
    )
)
def test(
    channel: Channel,
    model: Annotated[
        str, typer.Option(metavar="MODEL", help="One of its models, instead of its first.")
    ] = "",
    key: Annotated[str, typer.Option(metavar="KEY", help="Only this key, by its id.")] = "",
    output: Output = Format.TABLE,
) -> None:
    """Send a one-token request through each key. It is not billed. Exits 1 when one fails."""
    request = providers_pb2.TestChannelRequest(channel_id=channel, model=model, key_id=key)
    reply = _call(lambda providers: providers.TestChannel(request, timeout=_TEST_SECONDS))
    if output is Format.JSON:
        render(fields(reply), (), output)
    else:
        rows = [fields(tested) | {"model": reply.model} for tested in reply.keys]
        render(rows, ("key_id", "ok", "model", "latency_ms", "detail"), output)
    if not reply.ok:
        raise Unavailable(f"channel {channel} failed: {reply.detail}")


@commands.command(epilog=examples("channel rotate"))
def rotate(output: Output = Format.TABLE) -> None:
    """Encrypt every key with the first of TOLLGATE_PROVIDERS_VAULT_KEYS. May be repeated."""
    request = providers_pb2.RotateVaultRequest()
    done = _call(lambda providers: providers.RotateVault(request))
    render(fields(done), ("rotated", "credentials", "vault_key"), output)


def _call(ask: "Callable[[ProvidersAsyncStub], Awaitable[Reply]]") -> Reply:
    return run(lambda clients: clients.providers.call(ask))


def _update(request: providers_pb2.UpdateChannelRequest, output: Format) -> None:
    render(_row(_call(lambda providers: providers.UpdateChannel(request))), _COLUMNS, output)


def _models(names: Sequence[str]) -> providers_pb2.ChannelModels:
    pairs = [name.partition("=") for name in names]
    return providers_pb2.ChannelModels(
        models=[providers_pb2.ChannelModel(name=name, upstream=own) for name, _, own in pairs]
    )


def _row(channel: providers_pb2.Channel) -> Row:
    """With what there is to say of each key in one word."""
    health: Sequence[Value] = [f"{key.id} {_word(key)}" for key in channel.keys]
    return fields(channel) | {"health": health}


def _word(key: providers_pb2.ChannelKey) -> Value:
    return fields(key)["state"] if key.enabled else "disabled"
