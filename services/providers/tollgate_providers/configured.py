"""Channels that are fixed while the service runs: of the environment, a file, and the sandbox."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from .adapter import Adapter
from .channel_rules import (
    PRIORITY_MAX,
    WEIGHT_MAX,
    Rules,
    checked_credential,
    checked_id,
    checked_keys,
    checked_number,
    checked_url,
)
from .channels import Channel, ChannelError, Key, Source

SANDBOX_KEY = "sk-sandbox"
_FIELDS = {
    "id", "provider", "base_url", "api_key", "api_keys", "api_key_env", "priority", "weight",
    "models", "enabled",
}  # fmt: skip


def default_channels(
    adapters: Mapping[str, Adapter], environment: Mapping[str, str], sandbox_url: str
) -> list[Channel]:
    """One channel a provider that has a key; with a sandbox, one there for every other."""
    channels = []
    for name, adapter in adapters.items():
        if key := environment.get(adapter.api_key_variable):
            base_url = environment.get(adapter.base_url_variable, adapter.base_url)
            channels.append(_single(name, name, checked_url(name, base_url), key))
        elif sandbox_url:
            base_url = checked_url("sandbox", sandbox_url) + urlsplit(adapter.base_url).path
            channels.append(_single(f"sandbox-{name}", name, base_url, SANDBOX_KEY, sandbox=True))
    return channels


def read_channels(path: Path) -> list[Mapping[str, Any]]:
    """The rows of a channels file. ChannelError when it is not one."""
    try:
        rows = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise ChannelError(path.name, "file", f"cannot be read: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ChannelError(path.name, "file", "must be a list of mappings")
    return rows


def file_channels(
    rows: Iterable[Mapping[str, Any]], rules: Rules, environment: Mapping[str, str]
) -> list[Channel]:
    """Channels of a file's rows. ChannelError names the channel and the field at fault."""
    return [_of_row(row, rules, environment) for row in rows]


def _single(
    id: str, provider: str, base_url: str, credential: str, *, sandbox: bool = False
) -> Channel:
    keys = (Key("1", checked_credential(id, credential)),)
    return Channel(id=id, provider=provider, base_url=base_url, keys=keys, sandbox=sandbox)


def _of_row(row: Mapping[str, Any], rules: Rules, environment: Mapping[str, str]) -> Channel:
    id = checked_id(row.get("id"))
    if unknown := row.keys() - _FIELDS:
        raise ChannelError(id, str(sorted(unknown)[0]), "is not a field of a channel")
    adapter = rules.adapter(id, row.get("provider"))
    enabled = row.get("enabled", True)
    if not isinstance(enabled, bool):
        raise ChannelError(id, "enabled", "must be true or false")
    models = rules.served(id, adapter.name, row.get("models") or ())
    rules.check_known(id, models)
    return Channel(
        id=id,
        provider=adapter.name,
        base_url=checked_url(id, row.get("base_url", adapter.base_url)),
        keys=_keys(id, row, adapter, environment),
        priority=checked_number(id, "priority", row.get("priority", 0), 0, PRIORITY_MAX),
        weight=checked_number(id, "weight", row.get("weight", 1), 1, WEIGHT_MAX),
        enabled=enabled,
        models=models,
        source=Source.FILE,
    )


def _keys(
    id: str, row: Mapping[str, Any], adapter: Adapter, environment: Mapping[str, str]
) -> tuple[Key, ...]:
    credentials = row.get("api_keys")
    if credentials is None:
        variable = row.get("api_key_env", adapter.api_key_variable)
        single = row.get("api_key") or environment.get(variable)
        if not single:
            raise ChannelError(id, "api_key", f"give it, or set {variable}")
        credentials = [single]
    if not isinstance(credentials, list):
        raise ChannelError(id, "api_keys", "must be a list")
    checked = [checked_credential(id, credential) for credential in credentials]
    checked_keys(id, checked)
    return tuple(Key(str(number), key) for number, key in enumerate(checked, 1))
