import json

from .conftest import Deployment


async def test_models_are_listed_with_prices(deployment: Deployment) -> None:
    listed = await deployment.ctl("model", "list")
    assert "0.270000000" in listed.stdout
    assert "ds; chat" in listed.stdout
    assert "doubao" in listed.stdout
    model = json.loads((await deployment.ctl("model", "list", "-o", "json")).stdout)[0]
    assert model["price"]["input_nano"] == 270_000_000
    assert model["served"] is True
