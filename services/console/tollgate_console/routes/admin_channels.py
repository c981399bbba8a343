"""For operators: channels, the ways to providers. Their credentials come in and never go out."""

from typing import Literal

from pydantic import Field
from tollgate.providers.v1 import providers_pb2

from tollgate_console.api import Answer, Api, Ask, Done, Nothing, Policy
from tollgate_console.context import Context

api = Api()

# A provider under load may think for a while before its first token, and each key is asked.
_TEST_SECONDS = 120
_DETAIL_CHARACTERS_MAX = 200
_COUNT_MAX = 2**31 - 1
_TOLD = ("priority", "weight", "enabled", "remove_keys", "enable_keys", "disable_keys")

Source = Literal["environment", "file", "store"]
Health = Literal["closed", "open", "half_open"]
_HEALTH: dict[int, Health] = {
    providers_pb2.KEY_STATE_CLOSED: "closed",
    providers_pb2.KEY_STATE_OPEN: "open",
    providers_pb2.KEY_STATE_HALF_OPEN: "half_open",
}


class ServedModel(Answer):
    """A model of a channel, and the channel's own name for it; empty: the usual one."""

    name: str
    upstream: str


class ChannelKey(Answer):
    """One credential of a channel, without the credential."""

    id: str
    enabled: bool
    # What requests have found out about it.
    health: Health
    # In a row.
    failures: int


class Channel(Answer):
    """A way to a provider."""

    id: str
    provider: str
    base_url: str
    sandbox: bool
    # Only those of the store can be changed here.
    source: Source
    enabled: bool
    # The lowest that can take a request does.
    priority: int
    # Share of the traffic among channels of the same priority.
    weight: int
    keys: list[ChannelKey]
    # How many models it serves.
    models: int
    # What it is restricted to; empty: every model of its provider.
    serves: list[ServedModel]


class Channels(Answer):
    """All of them, as the process that answered sees them."""

    channels: list[Channel]


class NewServedModel(Ask):
    """A model to serve, and the channel's own name for it, if that is another."""

    name: str
    upstream: str = ""


class NewChannel(Ask):
    """A channel to be. It needs a credential for each of its keys."""

    id: str
    provider: str
    # Empty: the provider's own.
    base_url: str = ""
    credentials: list[str] = Field(repr=False, max_length=100)
    priority: int = Field(default=0, ge=0, le=_COUNT_MAX)
    weight: int = Field(default=1, ge=1, le=_COUNT_MAX)
    models: list[NewServedModel] = Field(default_factory=list)
    # To test it before it takes traffic.
    disabled: bool = False


class ChannelChange(Ask):
    """What to change; what is left out stays."""

    channel_id: str
    base_url: str | None = None
    priority: int | None = Field(default=None, ge=0, le=_COUNT_MAX)
    weight: int | None = Field(default=None, ge=1, le=_COUNT_MAX)
    enabled: bool | None = None
    models: list[NewServedModel] | None = None
    add_credentials: list[str] = Field(default_factory=list, repr=False, max_length=100)
    # Ids of keys.
    remove_keys: list[str] = Field(default_factory=list)
    enable_keys: list[str] = Field(default_factory=list)
    disable_keys: list[str] = Field(default_factory=list)


class NamedChannel(Ask):
    """A channel by its id."""

    channel_id: str


class ChannelTest(Ask):
    """A model and a key to test, or nothing for the first model and every key."""

    channel_id: str
    model: str = ""
    key_id: str = ""


class KeyTest(Answer):
    """How the test of one key went."""

    key_id: str
    ok: bool
    latency_ms: int
    # What failed, when not ok.
    detail: str


class Tested(Answer):
    """How the test of a channel went."""

    ok: bool
    model: str
    keys: list[KeyTest]


@api.endpoint("GET", "/api/admin/channels", Policy.STAFF)
async def list_channels(context: Context, ask: Nothing) -> Channels:
    request = providers_pb2.ListChannelsRequest()
    listed = await context.services.providers.ListChannels(request)
    return Channels(channels=[_channel_view(channel) for channel in listed.channels])


@api.endpoint("POST", "/api/admin/channels", Policy.ADMIN)
async def add_channel(context: Context, ask: NewChannel) -> Channel:
    added = await context.services.providers.AddChannel(
        providers_pb2.AddChannelRequest(
            id=ask.id,
            provider=ask.provider,
            base_url=ask.base_url,
            credentials=ask.credentials,
            priority=ask.priority,
            weight=ask.weight,
            models=_models(ask.models),
            disabled=ask.disabled,
        )
    )
    await _audit(context, "channel_added", added.id, added.provider)
    return _channel_view(added)


@api.endpoint("PATCH", "/api/admin/channels/{channel_id}", Policy.ADMIN)
async def change_channel(context: Context, ask: ChannelChange) -> Channel:
    changed = await context.services.providers.UpdateChannel(
        providers_pb2.UpdateChannelRequest(
            id=ask.channel_id,
            models=None if ask.models is None else _models(ask.models),
            **ask.model_dump(exclude={"channel_id", "models"}),
        )
    )
    await _audit(context, "channel_updated", changed.id, _changes(ask))
    return _channel_view(changed)


@api.endpoint("DELETE", "/api/admin/channels/{channel_id}", Policy.ADMIN)
async def remove_channel(context: Context, ask: NamedChannel) -> Done:
    request = providers_pb2.RemoveChannelRequest(id=ask.channel_id)
    await context.services.providers.RemoveChannel(request)
    await _audit(context, "channel_removed", ask.channel_id)
    return Done()


@api.endpoint("POST", "/api/admin/channels/{channel_id}/test", Policy.ADMIN)
async def test_channel(context: Context, ask: ChannelTest) -> Tested:
    """Each key sends a request of one token. It costs us, not a customer."""
    tested = await context.services.providers.TestChannel(
        providers_pb2.TestChannelRequest(**ask.model_dump()), timeout=_TEST_SECONDS
    )
    await _audit(context, "channel_tested", ask.channel_id, "ok" if tested.ok else "failed")
    return Tested(
        ok=tested.ok,
        model=tested.model,
        keys=[
            KeyTest(key_id=key.key_id, ok=key.ok, latency_ms=key.latency_ms, detail=key.detail)
            for key in tested.keys
        ],
    )


async def _audit(context: Context, action: str, id: str, more: str = "") -> None:
    detail = f"{id}: {more}" if more else id
    await context.audit(action, detail=detail[:_DETAIL_CHARACTERS_MAX])


def _changes(ask: ChannelChange) -> str:
    """What was given, by name; with its value where that may be read by others."""
    names = sorted(ask.model_fields_set - {"channel_id"})
    return ", ".join(f"{name} {getattr(ask, name)}" if name in _TOLD else name for name in names)


def _models(models: list[NewServedModel]) -> providers_pb2.ChannelModels:
    return providers_pb2.ChannelModels(
        models=[providers_pb2.ChannelModel(name=m.name, upstream=m.upstream) for m in models]
    )


def _channel_view(channel: providers_pb2.Channel) -> Channel:
    plain = (name for name in Channel.model_fields if name not in ("keys", "serves"))
    return Channel(
        keys=[
            ChannelKey(
                id=key.id, enabled=key.enabled, health=_HEALTH[key.state], failures=key.failures
            )
            for key in channel.keys
        ],
        serves=[ServedModel(name=m.name, upstream=m.upstream) for m in channel.serves],
        **{name: getattr(channel, name) for name in plain},
    )
