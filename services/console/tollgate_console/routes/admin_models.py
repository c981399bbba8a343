"""For operators: the catalogue with its former prices, which usage records may name."""

from tollgate.providers.v1 import providers_pb2

from tollgate_console.api import Answer, Api, Nothing, Policy
from tollgate_console.context import Context

from .models import Price, price_view

api = Api()


class PricedModel(Answer):
    """A model, and every price that it ever had."""

    name: str
    aliases: list[str]
    owned_by: str
    # Whose API it is.
    provider: str
    operations: list[str]
    # Whether any channel serves it now.
    served: bool
    price: Price
    # Newest first.
    former_prices: list[Price]


class Catalogue(Answer):
    """The whole catalogue; the version changes when its content does."""

    version: str
    models: list[PricedModel]
    # Whom channels can be added for.
    providers: list[str]


@api.endpoint("GET", "/api/admin/models", Policy.STAFF)
async def show_catalogue(context: Context, ask: Nothing) -> Catalogue:
    request = providers_pb2.GetCatalogueRequest()
    catalogue = await context.services.providers.GetCatalogue(request)
    return Catalogue(
        version=catalogue.version,
        models=[_model_view(model) for model in catalogue.models],
        providers=list(catalogue.providers),
    )


def _model_view(model: providers_pb2.Model) -> PricedModel:
    return PricedModel(
        name=model.name,
        aliases=list(model.aliases),
        owned_by=model.owned_by,
        provider=model.provider,
        operations=list(model.operations),
        served=model.served,
        price=price_view(model.price),
        former_prices=[price_view(price) for price in reversed(model.former_prices)],
    )
