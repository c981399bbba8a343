import json

from .conftest import Deployment


async def test_models_are_listed_with_prices(deployment: Deployment) -> None:
    listed = await deployment.ctl("model", "list")
    assert "0.270000000" in listed.stdout
    assert "ds; chat" in listed.stdout
    model = json.loads((await deployment.ctl("model", "list", "-o", "json")).stdout)[0]
    assert model["price"]["input_nano"] == 270_000_000
    assert model["served"] is True


async def test_channels_are_listed(deployment: Deployment) -> None:
    listed = await deployment.ctl("channel", "list")
    assert "deepseek-1  deepseek  https://api.example       2  no" in listed.stdout


async def test_channel_test_says_what_failed(deployment: Deployment) -> None:
    passed = await deployment.ctl("channel", "test", "deepseek-1", "-o", "json")
    assert passed.exit_code == 0
    assert json.loads(passed.stdout)["latency_ms"] == 210
    failed = await deployment.ctl("channel", "test", "deepseek-1", "--model", "broken")
    assert failed.exit_code == 1
    assert "channel deepseek-1 failed: HTTP 401 from provider" in failed.stderr
