"""tollgatectl channel: configured ways to providers."""

from typing import Annotated

import typer
from tollgate.providers.v1 import providers_pb2
from tollgate_common.errors import Unavailable

from .clients import run
from .options import Output, examples
from .output import Format, fields, render

commands = typer.Typer(help="Configured ways to providers.")

# A provider under load may think for a while before its first token.
_TEST_SECONDS = 60


@commands.command("list", epilog=examples("channel list", "channel list -o json"))
def list_channels(output: Output = Format.TABLE) -> None:
    """List channels; their credentials are never shown."""
    request = providers_pb2.ListChannelsRequest()
    reply = run(
        lambda clients: clients.providers.call(lambda providers: providers.ListChannels(request))
    )
    columns = ("id", "provider", "base_url", "models", "sandbox")
    render([fields(channel) for channel in reply.channels], columns, output)


@commands.command(
    epilog=examples("channel test deepseek", "channel test deepseek --model deepseek-chat")
)
def test(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="A channel's id.")],
    model: Annotated[
        str, typer.Option(metavar="MODEL", help="One of its models, instead of its first.")
    ] = "",
    output: Output = Format.TABLE,
) -> None:
    """Send a one-token request through a channel. It is not billed. Exits 1 when it fails."""
    request = providers_pb2.TestChannelRequest(channel_id=channel, model=model)
    reply = run(
        lambda clients: clients.providers.call(
            lambda providers: providers.TestChannel(request, timeout=_TEST_SECONDS)
        )
    )
    render(fields(reply), ("ok", "model", "latency_ms", "detail"), output)
    if not reply.ok:
        raise Unavailable(f"channel {channel} failed: {reply.detail}")
