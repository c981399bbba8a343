"""The catalogue: models, what they can do, and what they cost."""

from tollgate.providers.v1 import providers_pb2

from tollgate_console.api import Answer, Api, Nothing, Policy
from tollgate_console.context import Context

api = Api()


class Price(Answer):
    """Nano-dollars per million units, one for each bucket; 0 where there is no price of its own."""

    version: str
    input_nano: int
    cached_read_nano: int
    cache_write_5m_nano: int
    cache_write_1h_nano: int
    output_nano: int
    reasoning_nano: int
    image_input_nano: int
    audio_input_nano: int
    image_output_nano: int
    audio_output_nano: int
    calls_nano: int


class Model(Answer):
    """One entry of the catalogue; counts are tokens."""

    name: str
    aliases: list[str]
    owned_by: str
    context_tokens: int
    max_output_tokens: int
    # What one image may cost at most; 0: it takes no images.
    image_tokens: int
    # Units of a second of sound; 0: it takes no sound.
    audio_second_tokens: int
    operations: list[str]
    created_at_s: int
    # Whether it can be called now.
    served: bool
    price: Price


class Models(Answer):
    """The whole catalogue."""

    models: list[Model]


@api.endpoint("GET", "/api/models", Policy.PUBLIC)
async def list_models(context: Context, ask: Nothing) -> Models:
    request = providers_pb2.GetCatalogueRequest()
    catalogue = await context.services.providers.GetCatalogue(request)
    return Models(models=[_model_view(model) for model in catalogue.models])


def _model_view(model: providers_pb2.Model) -> Model:
    return Model(
        name=model.name,
        aliases=list(model.aliases),
        owned_by=model.owned_by,
        context_tokens=model.context_tokens,
        max_output_tokens=model.max_output_tokens,
        image_tokens=model.image_tokens,
        audio_second_tokens=model.audio_second_tokens,
        operations=list(model.operations),
        created_at_s=model.created_at_s,
        served=model.served,
        price=price_view(model.price),
    )


def price_view(price: providers_pb2.Price) -> Price:
    names = (name for name in Price.model_fields if name != "version")
    return Price(version=price.version, **{name: getattr(price, name) for name in names})
