"""Clients say which providers they want."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_providers.channels import Channel, Key

from .conftest import KEY, MODEL, Gateway, MakeGateway, Vendor, completion

MakeVendor = Callable[[], Awaitable[Vendor]]


@pytest.fixture
async def vendors(make_vendor: MakeVendor) -> list[Vendor]:
    """OpenAI's and Doubao's, which calls the model by a name of its own."""
    vendors = [await make_vendor(), await make_vendor()]
    for vendor in vendors:
        vendor.says(completion())
    return vendors


@pytest.fixture
async def gateway(make_gateway: MakeGateway, vendors: list[Vendor]) -> Gateway:
    gateway = await make_gateway(vendors[0].url)
    doubao = Channel(
        id="doubao-1",
        provider="doubao",
        base_url=vendors[1].url,
        keys=(Key("1", KEY),),
        priority=9,
        models={MODEL: "own-name"},
    )
    gateway.exchanges.use([*gateway.exchanges.channels, doubao])
    return gateway


async def answered_by(gateway: Gateway, **wishes: Any) -> str:
    edge = gateway.edge()
    edge.open(**wishes)
    story = await edge.to_the_end()
    assert not story.failures
    return story.heads[0].provider


async def test_without_a_wish_priority_decides(gateway: Gateway) -> None:
    assert await answered_by(gateway) == "openai"


async def test_the_clients_order_decides(gateway: Gateway, vendors: list[Vendor]) -> None:
    assert await answered_by(gateway, order=["doubao", "openai"]) == "doubao"
    assert vendors[1].bodies[0]["model"] == "own-name"
    (event,) = gateway.ledger.events
    assert (event.provider, event.channel_id, event.model) == ("doubao", "doubao-1", MODEL)
    assert event.cost_nano > 0


async def test_an_order_is_no_condition(gateway: Gateway, vendors: list[Vendor]) -> None:
    assert await answered_by(gateway, order=["glm"]) == "openai"
    vendors[1].says({}, 503)
    assert await answered_by(gateway, order=["doubao"]) == "openai"


async def test_only_is_one(gateway: Gateway, vendors: list[Vendor]) -> None:
    assert await answered_by(gateway, only=["doubao", "glm"]) == "doubao"
    vendors[1].says({}, 503)
    edge = gateway.edge()
    edge.open(only=["doubao"])
    story = await edge.to_the_end()
    assert story.failures[0].kind == pb.FAILURE_KIND_UPSTREAM_ERROR
    assert vendors[0].bodies == []


@pytest.mark.parametrize(
    ("wish", "kind", "header"),
    [
        ({"only": ["nobody"]}, pb.FAILURE_KIND_INVALID_REQUEST, "X-Tollgate-Only"),
        ({"order": ["nobody"]}, pb.FAILURE_KIND_INVALID_REQUEST, "X-Tollgate-Order"),
        ({"only": ["glm"]}, pb.FAILURE_KIND_UNAVAILABLE, "X-Tollgate-Only"),
    ],
)
async def test_what_cannot_be_obeyed_is_refused_by_the_headers_name(
    gateway: Gateway, wish: dict[str, Any], kind: int, header: str
) -> None:
    edge = gateway.edge()
    edge.open(**wish)
    story = await edge.to_the_end()
    (failure,) = story.failures
    assert (failure.kind, failure.param) == (kind, header)
    assert header in failure.message
    assert story.settlement.cost_nano == 0


async def test_a_field_that_one_provider_lacks_is_taken_elsewhere(
    gateway: Gateway, vendors: list[Vendor]
) -> None:
    body = b'{"generationConfig":{"seed":7},"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}'
    edge = gateway.edge()
    edge.open(dialect="gemini", body=body, order=["doubao"])
    assert (await edge.to_the_end()).heads[0].provider == "openai"
    assert vendors[1].bodies == []


async def test_a_swap_leaves_requests_under_way_alone(
    gateway: Gateway, vendors: list[Vendor]
) -> None:
    channels = gateway.exchanges.channels
    gateway.exchanges.use([replace(channel, enabled=False) for channel in channels])
    edge = gateway.edge()
    edge.open()
    story = await edge.to_the_end()
    assert story.failures[0].kind == pb.FAILURE_KIND_UNAVAILABLE
    gateway.exchanges.use(channels)
    assert await answered_by(gateway) == "openai"
