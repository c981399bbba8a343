"""tollgatectl model: the catalogue."""

import typer
from tollgate.providers.v1 import providers_pb2

from .clients import run
from .options import Output, examples
from .output import Format, fields, render

commands = typer.Typer(help="The catalogue.")

_COLUMNS = (
    "name",
    "owned_by",
    "provider",
    "served",
    "context_tokens",
    "max_output_tokens",
    "price.input_nano",
    "price.cached_read_nano",
    "price.output_nano",
    "price.reasoning_nano",
    "aliases",
)


@commands.command("list", epilog=examples("model list", "model list -o json"))
def list_models(output: Output = Format.TABLE) -> None:
    """List models with their prices in USD per million tokens."""
    request = providers_pb2.GetCatalogueRequest()
    catalogue = run(
        lambda clients: clients.providers.call(lambda providers: providers.GetCatalogue(request))
    )
    render([fields(model) for model in catalogue.models], _COLUMNS, output)
