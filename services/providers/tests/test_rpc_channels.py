"""Channels over real gRPC: operators see and change them, and never see a credential."""

from typing import TYPE_CHECKING

import pytest
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.errors import AlreadyExists, InvalidArgument, NotFound

from .channel_fakes import SECRET
from .conftest import MODEL, Gateway, Vendor, completion

if TYPE_CHECKING:
    from tollgate.providers.v1.providers_pb2_grpc import ProvidersAsyncStub


async def listed(stub: "ProvidersAsyncStub") -> dict[str, pb.Channel]:
    reply = await stub.ListChannels(pb.ListChannelsRequest())
    return {channel.id: channel for channel in reply.channels}


def adding(vendor: Vendor, **more: object) -> pb.AddChannelRequest:
    fields: dict[str, object] = {
        "id": "eu",
        "provider": "glm",
        "base_url": vendor.url,
        "credentials": [SECRET, "sk-second-0002"],
    }
    return pb.AddChannelRequest(**(fields | more))  # type: ignore[arg-type]


async def test_channels_are_listed_without_credentials(
    stub: "ProvidersAsyncStub", gateway: Gateway, vendor: Vendor
) -> None:
    reply = await stub.ListChannels(pb.ListChannelsRequest())
    channel, *_ = reply.channels
    assert (channel.id, channel.provider, channel.base_url) == ("openai-1", "openai", vendor.url)
    models = gateway.exchanges.models.values()
    assert channel.models == sum(model.provider == "openai" for model in models)
    assert (channel.source, channel.enabled, channel.weight) == ("environment", True, 1)
    assert [(key.id, key.state) for key in channel.keys] == [("1", pb.KEY_STATE_CLOSED)]
    assert b"sk-" not in reply.SerializeToString()


async def test_an_added_channel_is_in_the_catalogue(
    stub: "ProvidersAsyncStub", vendor: Vendor
) -> None:
    before = await stub.GetCatalogue(pb.GetCatalogueRequest())
    added = await stub.AddChannel(adding(vendor, weight=3, priority=1))
    assert (added.source, added.weight, added.priority) == ("store", 3, 1)
    assert [key.id for key in added.keys] == ["k1", "k2"]
    assert SECRET.encode() not in added.SerializeToString()
    after = await stub.GetCatalogue(pb.GetCatalogueRequest())
    assert after.version != before.version
    assert {model.name: model.served for model in after.models}["glm-4.7"]
    with pytest.raises(AlreadyExists):
        await stub.AddChannel(adding(vendor))


async def test_only_what_is_present_is_changed(stub: "ProvidersAsyncStub", vendor: Vendor) -> None:
    await stub.AddChannel(adding(vendor, weight=3))
    models = pb.ChannelModels(models=[pb.ChannelModel(name="glm-4.7", upstream="own")])
    await stub.UpdateChannel(pb.UpdateChannelRequest(id="eu", models=models, disable_keys=["k2"]))
    changed = (await listed(stub))["eu"]
    assert (changed.weight, changed.models, changed.enabled) == (3, 1, True)
    assert [(model.name, model.upstream) for model in changed.serves] == [("glm-4.7", "own")]
    assert [key.enabled for key in changed.keys] == [True, False]
    await stub.UpdateChannel(pb.UpdateChannelRequest(id="eu", enabled=False, weight=5))
    changed = (await listed(stub))["eu"]
    assert (changed.weight, changed.enabled, changed.models) == (5, False, 1)
    everything = pb.UpdateChannelRequest(id="eu", models=pb.ChannelModels())
    assert (await stub.UpdateChannel(everything)).models > 1


async def test_a_wrong_field_is_named(stub: "ProvidersAsyncStub", vendor: Vendor) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await stub.AddChannel(adding(vendor, weight=-1))
    assert caught.value.field == "weight"


async def test_a_channel_is_removed(stub: "ProvidersAsyncStub", vendor: Vendor) -> None:
    await stub.AddChannel(adding(vendor))
    await stub.RemoveChannel(pb.RemoveChannelRequest(id="eu"))
    assert "eu" not in await listed(stub)
    with pytest.raises(NotFound):
        await stub.RemoveChannel(pb.RemoveChannelRequest(id="eu"))


async def test_the_vault_is_rotated(stub: "ProvidersAsyncStub", vendor: Vendor) -> None:
    await stub.AddChannel(adding(vendor))
    done = await stub.RotateVault(pb.RotateVaultRequest())
    assert (done.rotated, done.credentials, done.vault_key) == (0, 2, "old")


async def test_a_channel_can_be_tested(
    stub: "ProvidersAsyncStub", gateway: Gateway, vendor: Vendor
) -> None:
    vendor.says(completion())
    request = pb.TestChannelRequest(channel_id="openai-1", model=MODEL)
    result = await stub.TestChannel(request)
    assert (result.ok, result.model, result.detail) == (True, MODEL, "")
    assert vendor.bodies[0]["max_completion_tokens"] == 1
    vendor.says({"error": {"message": "no such key"}}, 401)
    result = await stub.TestChannel(request)
    assert not result.ok
    assert result.detail
    assert gateway.ledger.events == []
    (key,) = (await listed(stub))["openai-1"].keys
    assert (key.state, key.failures) == (pb.KEY_STATE_OPEN, 1)


async def test_every_key_is_tested_also_of_a_channel_that_is_off(
    stub: "ProvidersAsyncStub", vendor: Vendor
) -> None:
    vendor.says(completion())
    await stub.AddChannel(adding(vendor, disabled=True))
    result = await stub.TestChannel(pb.TestChannelRequest(channel_id="eu"))
    assert [(key.key_id, key.ok) for key in result.keys] == [("k1", True), ("k2", True)]
    sent = [headers["Authorization"] for headers in vendor.headers]
    assert sent == [f"Bearer {SECRET}", "Bearer sk-second-0002"]
    one = await stub.TestChannel(pb.TestChannelRequest(channel_id="eu", key_id="k2"))
    assert [key.key_id for key in one.keys] == ["k2"]


async def test_a_test_needs_a_channel_that_serves_the_model(stub: "ProvidersAsyncStub") -> None:
    for request in (
        pb.TestChannelRequest(channel_id="nobody"),
        pb.TestChannelRequest(channel_id="openai-1", key_id="k9"),
    ):
        with pytest.raises(NotFound):
            await stub.TestChannel(request)
    with pytest.raises(InvalidArgument):
        await stub.TestChannel(pb.TestChannelRequest(channel_id="openai-1", model="glm-4.7"))
