"""Channels: configured ways to providers, each with one credential or several."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tollgate_common.settings import SettingsError

from .catalogue import Model


class Source(StrEnum):
    """Where a channel is configured. Only those of the store change while the service runs."""

    ENVIRONMENT = "environment"
    FILE = "file"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Key:
    """One credential of a channel; never shown."""

    id: str
    credential: str = field(repr=False)
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way to a provider. Its credentials go to its base URL only."""

    id: str
    provider: str
    base_url: str
    keys: tuple[Key, ...]
    # Channels of the lowest priority that can take a request take it.
    priority: int = 0
    # Share of the traffic among channels of one priority.
    weight: int = 1
    enabled: bool = True
    # The channel's own name, or nothing for the usual one, by canonical name. Empty when it serves
    # every model of its provider.
    models: Mapping[str, str] = field(default_factory=dict)
    source: Source = Source.ENVIRONMENT
    # Stands in for a provider that has no channel.
    sandbox: bool = False

    def serves(self, model: Model) -> bool:
        """Whether it is configured for this model, enabled or not."""
        if self.models:
            return model.name in self.models
        return model.provider == self.provider

    def upstream(self, model: Model) -> str:
        """What the model is called here."""
        return self.models.get(model.name) or model.upstream


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What takes a request for one model: a channel and one of its keys."""

    # Breakers go by it: providers limit and break by key and by model.
    id: tuple[str, str, str]
    channel: Channel
    key: Key
    # The model's name here.
    upstream: str
    # The key's share of its channel's weight.
    weight: float


class ChannelError(SettingsError):
    """A channel is configured wrongly; the message names channel and field."""

    def __init__(self, channel: str, field: str, reason: str) -> None:
        super().__init__(f"channel {channel}: {field}: {reason}")
        self.field = field
        self.reason = reason


def combined(own: Sequence[Channel], extra: Sequence[Channel]) -> list[Channel]:
    """Extra channels stand beside the own ones, and push the sandbox aside."""
    real = {channel.provider for channel in extra}
    channels = [c for c in own if not (c.sandbox and c.provider in real)] + list(extra)
    seen: set[str] = set()
    for channel in channels:
        if channel.id in seen:
            raise ChannelError(channel.id, "id", "is taken already")
        seen.add(channel.id)
    return channels


def ways(channels: Iterable[Channel], model: Model) -> tuple[Way, ...]:
    """Every enabled key of every enabled channel that serves the model.

    The sandbox is none of them where a real channel serves it: nobody pays for its answers.
    """
    found: list[Way] = []
    serving = [channel for channel in channels if channel.serves(model)]
    real = [channel for channel in serving if not channel.sandbox]
    for channel in real or serving:
        if channel.enabled:
            keys = [key for key in channel.keys if key.enabled]
            found += (way_of(channel, key, model, channel.weight / len(keys)) for key in keys)
    return tuple(found)


def way_of(channel: Channel, key: Key, model: Model, weight: float = 1) -> Way:
    return Way(
        id=(channel.id, key.id, model.name),
        channel=channel,
        key=key,
        upstream=channel.upstream(model),
        weight=weight,
    )
