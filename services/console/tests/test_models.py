"""The catalogue is for everybody, and has what a price list needs."""

from desk import Fake, browser
from tollgate.providers.v1 import providers_pb2


class Catalogue(Fake):
    """One model."""

    async def GetCatalogue(
        self, request: providers_pb2.GetCatalogueRequest
    ) -> providers_pb2.Catalogue:
        model = providers_pb2.Model(
            name="m-1",
            aliases=["m-latest"],
            owned_by="maker",
            context_tokens=1000,
            max_output_tokens=100,
            image_tokens=50,
            audio_second_tokens=32,
            operations=["chat"],
            created_at_s=7,
            served=True,
            price=providers_pb2.Price(version="m-1@1", input_nano=3, calls_nano=9),
            former_prices=[providers_pb2.Price(version="m-1@0", input_nano=4)],
        )
        return providers_pb2.Catalogue(models=[model])


def test_a_stranger_sees_models_and_prices() -> None:
    answer = browser(providers=Catalogue()).get("/api/models")
    assert answer.status_code == 200
    [model] = answer.json()["models"]
    price = model.pop("price")
    assert model == {
        "name": "m-1",
        "aliases": ["m-latest"],
        "owned_by": "maker",
        "context_tokens": 1000,
        "max_output_tokens": 100,
        "image_tokens": 50,
        "audio_second_tokens": 32,
        "operations": ["chat"],
        "created_at_s": 7,
        "served": True,
    }
    assert {name: value for name, value in price.items() if value} == {
        "version": "m-1@1",
        "input_nano": 3,
        "calls_nano": 9,
    }
