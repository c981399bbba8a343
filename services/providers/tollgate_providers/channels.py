"""Channels: configured ways to providers, from keys in the environment, a file, or the sandbox."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from tollgate_common.settings import SettingsError

from .adapter import Adapter
from .catalogue import Model

SANDBOX_KEY = "sk-sandbox"
_WEIGHT_MAX = 1000
_FIELDS = {"id", "provider", "base_url", "api_key", "api_key_env", "weight", "models"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way to a provider. Its credential goes to its base URL only, and is never shown."""

    id: str
    provider: str
    base_url: str
    credential: str = field(repr=False)
    # Share of the traffic among channels that serve the same model.
    weight: int = 1
    # Canonical names; empty when it serves every model of its provider.
    models: frozenset[str] = frozenset()
    sandbox: bool = False

    def serves(self, model: Model) -> bool:
        return model.provider == self.provider and (not self.models or model.name in self.models)


class ChannelError(SettingsError):
    """A channel is configured wrongly; the message names channel and field."""


def default_channels(
    adapters: Mapping[str, Adapter], environment: Mapping[str, str], sandbox_url: str
) -> list[Channel]:
    """One channel a provider that has a key; with a sandbox, one there for every other."""
    channels = []
    for name, adapter in adapters.items():
        if key := environment.get(adapter.api_key_variable):
            base_url = environment.get(adapter.base_url_variable, adapter.base_url)
            channels.append(
                Channel(id=name, provider=name, base_url=_url(name, base_url), credential=key)
            )
        elif sandbox_url:
            base_url = _url("sandbox", sandbox_url) + urlsplit(adapter.base_url).path
            channels.append(
                Channel(
                    id=f"sandbox-{name}",
                    provider=name,
                    base_url=base_url,
                    credential=SANDBOX_KEY,
                    sandbox=True,
                )
            )
    return channels


def read_channels(path: Path) -> list[Mapping[str, Any]]:
    """The rows of a channels file. ChannelError when it is not one."""
    try:
        rows = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise ChannelError(f"channels: cannot be read: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ChannelError("channels: must be a list of mappings")
    return rows


def file_channels(
    rows: Iterable[Mapping[str, Any]],
    adapters: Mapping[str, Adapter],
    models: Mapping[str, Model],
    environment: Mapping[str, str],
) -> list[Channel]:
    """Channels of a file's rows. ChannelError names the channel and the field at fault."""
    return [_channel(row, adapters, models, environment) for row in rows]


def combined(own: list[Channel], extra: list[Channel]) -> list[Channel]:
    """Channels of the file stand beside those of the environment, and push the sandbox aside."""
    real = {channel.provider for channel in extra}
    channels = [c for c in own if not (c.sandbox and c.provider in real)] + extra
    seen: set[str] = set()
    for channel in channels:
        if channel.id in seen:
            raise ChannelError(f"channel {channel.id}: id: is taken already")
        seen.add(channel.id)
    return channels


def _channel(
    row: Mapping[str, Any],
    adapters: Mapping[str, Adapter],
    models: Mapping[str, Model],
    environment: Mapping[str, str],
) -> Channel:
    id = row.get("id")
    if not isinstance(id, str) or not id:
        raise ChannelError(f"channel {id}: id: must be a text")
    if unknown := row.keys() - _FIELDS:
        raise ChannelError(f"channel {id}: {sorted(unknown)[0]}: is not a field of a channel")
    adapter = adapters.get(str(row.get("provider")))
    if adapter is None:
        raise ChannelError(f"channel {id}: provider: must be one of {', '.join(sorted(adapters))}")
    weight = row.get("weight", 1)
    if type(weight) is not int or not 1 <= weight <= _WEIGHT_MAX:
        raise ChannelError(f"channel {id}: weight: must be from 1 to {_WEIGHT_MAX}")
    names = frozenset(row.get("models") or ())
    for name in sorted(map(str, names)):
        if name not in models or models[name].provider != adapter.name:
            raise ChannelError(f"channel {id}: models: {name} is no model of {adapter.name}")
    return Channel(
        id=id,
        provider=adapter.name,
        base_url=_url(id, row.get("base_url", adapter.base_url)),
        credential=_credential(id, row, adapter, environment),
        weight=weight,
        models=names,
    )


def _credential(
    id: str, row: Mapping[str, Any], adapter: Adapter, environment: Mapping[str, str]
) -> str:
    variable = row.get("api_key_env", adapter.api_key_variable)
    key = row.get("api_key") or environment.get(variable)
    if not isinstance(key, str) or not key:
        raise ChannelError(f"channel {id}: api_key: give it, or set {variable}")
    return key


def _url(channel: str, url: object) -> str:
    if not isinstance(url, str):
        raise ChannelError(f"channel {channel}: base_url: must be a text")
    parts = urlsplit(url)
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        raise ChannelError(
            f"channel {channel}: base_url: must be http(s)://host[:port]/path without user, "
            "password, query or fragment"
        )
    return url.rstrip("/")
